"""How discontent a text sounds, from its vector: one weight per dimension of the packaged encoder.

`tone.json` holds nothing but these weights, a constant and the encoder's name, and `manage.py
fit_tone` makes the whole file: from single sentences labelled by people (GoEmotions, Apache-2.0) it
makes the shipped one again, number by number. To another encoder it is no use, and the tone is
simply left out. What a tone counts for in a feeling is in `feeling` and was set by hand.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from bots.understanding.vectors import Vectors

FILE = Path(__file__).with_name("tone.json")


def of(made: Vectors) -> NDArray[np.float64] | None:
    """The tone of each row, about -4 (content) to 4; None if these vectors are of another model."""
    name, weights, constant = _fitted()
    if name != settings.ENCODER_MODEL or made.shape[-1] != len(weights):
        return None
    return np.asarray(made @ weights + constant, dtype=np.float64)


@cache
def _fitted() -> tuple[str, NDArray[np.float32], float]:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    weights = np.array(stored["weights"], dtype=np.float32)
    return stored["encoder"], weights, float(stored["constant"])
