"""An encoder for tests that knows a few topics: texts of one topic are near, others are not."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

DIMENSION = 384
TOPICS = ("zip", "invoice", "stove", "parcel", "wash")


def encode(texts: Sequence[str], timeout: float = 1.0, **_how: object) -> np.ndarray:
    """Normalised vectors: the topic's own direction, and a little of the text's."""
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    return np.vstack([_vector(text) for text in texts])


def _vector(text: str) -> np.ndarray:
    vector = np.zeros(DIMENSION, dtype=np.float32)
    low = text.lower()
    for place, topic in enumerate(TOPICS):
        if topic in low:
            vector[place] = 1.0
    own = zlib.crc32(low.encode())
    vector[10 + own % 300] += 0.5 if vector.any() else 1.0
    found: np.ndarray = vector / np.linalg.norm(vector)
    return found
