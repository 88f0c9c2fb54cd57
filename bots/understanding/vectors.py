"""The vectors of sentences: of examples, kept on disk beside the encoder, and of recent messages.

Nine hundred examples take seconds to encode, so they are kept in one file per encoder. A sentence
in it is encoded again when it is opened: another model under the same name would not fit.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from django.conf import settings

from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable, Vectors

logger = logging.getLogger(__name__)

_RECENT = 2_000
_SAME_FROM = 0.97
_lock = threading.Lock()
_recent: OrderedDict[str, Vectors] = OrderedDict()
_kept: dict[str, dict[str, Vectors]] = {}


def of(sentences: Sequence[str]) -> dict[str, Vectors]:
    """The vector of each sentence. Raise EncoderUnavailable."""
    wanted = dict.fromkeys(sentences)
    model = settings.ENCODER_MODEL
    with _lock:
        found = {one: _recent[key] for one in wanted if (key := f"{model}\n{one}") in _recent}
    # Alike in length, they fill the encoder's batches without waste.
    missing = sorted((one for one in wanted if one not in found), key=len)
    if missing:
        made = embeddings.encode(missing, timeout=_patience())
        found |= dict(zip(missing, made, strict=True))
        remember(zip(missing, made, strict=True))
    return found


def _patience() -> float:
    """Seconds: in another process than the encoder's nobody waits, and those who do go first."""
    return 20.0 if settings.ENCODER == "remote" else 5.0


def remember(pairs: Iterable[tuple[str, Vectors]]) -> None:
    """Keep vectors that were made elsewhere for the next time these sentences are read."""
    with _lock:
        for sentence, vector in pairs:
            _recent[f"{settings.ENCODER_MODEL}\n{sentence}"] = vector
        while len(_recent) > _RECENT:
            _recent.popitem(last=False)


def of_examples(sentences: Sequence[str]) -> dict[str, Vectors]:
    """The vectors of example sentences, from the file, which gets those it lacks."""
    model = settings.ENCODER_MODEL
    kept = _kept.get(model)
    if kept is None:
        kept = _sound(_read(_file()), sentences)
    missing = [one for one in dict.fromkeys(sentences) if one not in kept]
    if missing:
        made = np.vstack(
            [
                embeddings.encode(missing[start : start + 64], timeout=30.0)
                for start in range(0, len(missing), 64)
            ]
        )
        kept = kept | dict(zip(missing, made, strict=True))
        _write(_file(), kept)
    _kept[model] = kept
    return kept


def forget() -> None:
    """Drop what this process keeps in memory."""
    _kept.clear()
    with _lock:
        _recent.clear()


def _file() -> Path:
    digest = hashlib.sha256(settings.ENCODER_MODEL.encode()).hexdigest()[:12]
    return Path(settings.DATA_DIR) / "encoder" / f"examples-{digest}.npz"


def _read(path: Path) -> dict[str, Vectors]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    except FileNotFoundError:
        return {}
    except Exception as error:  # cut off by a full disk, say: made anew
        logger.warning("the kept example vectors cannot be read, making them again: %s", error)
        return {}


def _sound(kept: dict[str, Vectors], sentences: Sequence[str]) -> dict[str, Vectors]:
    """What was kept, if the encoder of today still makes the same of one of the sentences."""
    known = [one for one in sentences if one in kept][:2]
    if not known:
        return {}
    today = embeddings.encode(known, timeout=10.0)
    then = np.vstack([kept[one] for one in known])
    if today.shape != then.shape or float((today * then).sum(axis=1).min()) < _SAME_FROM:
        logger.info("the encoder has changed: the examples are encoded again")
        return {}
    return kept


def _write(path: Path, kept: dict[str, Vectors]) -> None:
    """Put the file there whole or not at all; without it the next start is slower, no more."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(file, texts=np.array(list(kept)), vectors=np.vstack(list(kept.values())))
        Path(file.name).replace(path)
    except OSError as error:
        logger.warning("the example vectors are not kept: %s", error)


__all__ = ["EncoderUnavailable", "Vectors", "forget", "of", "of_examples", "remember"]
