"""An encoder for tests that knows a few topics: texts of one topic are near, others are not."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bots.understanding import installed, vectors
from knowledgebase import embeddings

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


def instead_of_the_model(
    monkeypatch: pytest.MonkeyPatch, encode: Callable[..., np.ndarray] = encode
) -> None:
    """Let this encoder serve for one test; none of its vectors is kept for another."""
    monkeypatch.setattr(embeddings, "encode", encode)
    monkeypatch.setattr(vectors, "_kept", {})
    monkeypatch.setattr(vectors, "_recent", OrderedDict())
    monkeypatch.setattr(vectors, "_write", lambda *_given: None)
    monkeypatch.setattr(installed, "_state", installed._State())
