"""What the encoder made of the turns of scenarios: made once, and kept with each turn."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Sequence

import numpy as np
from django.conf import settings

from bots import actions
from bots.models import ScenarioTurn, TurnVectors
from bots.queries import Query, queries_of, texts_of
from bots.rehearsal import Encoded
from bots.understanding import sentences_of, vectors_of
from knowledgebase import search
from knowledgebase.embeddings import EncoderUnavailable, Vectors
from tickets.actors import Actor


def of_turns(turns: Sequence[ScenarioTurn], *, until: float) -> dict[int, Encoded]:
    """What the encoder makes of each turn, by its key; kept where it was not. One query and one more.

    A turn that could not be encoded before `until` (of the monotonic clock) is not in it. Runs the
    encoder, so never inside a transaction. Raise EncoderUnavailable.
    """
    rows = TurnVectors.objects.filter(turn__in=[turn.pk for turn in turns])
    kept = {row.turn_id: row for row in rows}
    found: dict[int, Encoded] = {}
    new: list[TurnVectors] = []
    try:
        for turn in turns:
            row = kept.get(turn.pk)
            encoded = _read(row, turn) if row is not None else None
            if encoded is None:
                if time.monotonic() > until:
                    break
                encoded = of_text(turn.text)
                new.append(TurnVectors(turn=turn, sign=_sign(turn), made=_written(encoded)))
            found[turn.pk] = encoded
    finally:
        if new:
            actions.keep_vectors(actor=Actor.system(), vectors=new)
    return found


def of_text(text: str) -> Encoded:
    """What a message needs of the encoder, as a live one would ask for it. Raise EncoderUnavailable."""
    queries = queries_of(text)
    if any(query.vector is None for query in queries):
        raise EncoderUnavailable("what is looked for could not be encoded")
    same = bool(queries) and queries[0].text == search.readable(text)
    return Encoded(queries, vectors_of(text, queries[0].vector if same else None))


def _sign(turn: ScenarioTurn) -> str:
    return hashlib.sha256(f"{settings.ENCODER_MODEL}\n{turn.text}".encode()).hexdigest()


def _written(encoded: Encoded) -> bytes:
    file = io.BytesIO()
    queries = [query for query in encoded.queries if query.vector is not None]
    np.savez(
        file,
        queries=np.array([query.text for query in queries], dtype=np.str_),
        query_vectors=_stacked([query.vector for query in queries if query.vector is not None]),
        sentences=np.array(list(encoded.sentences), dtype=np.str_),
        sentence_vectors=_stacked(list(encoded.sentences.values())),
    )
    return file.getvalue()


def _stacked(vectors: Sequence[Vectors]) -> Vectors:
    return np.vstack(vectors).astype(np.float32) if vectors else np.zeros((0, 0), np.float32)


def _read(row: TurnVectors, turn: ScenarioTurn) -> Encoded | None:
    """What was kept; None if the words, the encoder, or how messages are cut are others since."""
    if row.sign != _sign(turn):
        return None
    try:
        with np.load(io.BytesIO(bytes(row.made)), allow_pickle=False) as stored:
            texts = stored["queries"].tolist()
            queries = [
                Query(text, vector, is_sentence=place > 0)
                for place, (text, vector) in enumerate(
                    zip(texts, stored["query_vectors"], strict=True)
                )
            ]
            sentences = dict(
                zip(stored["sentences"].tolist(), stored["sentence_vectors"], strict=True)
            )
    except (ValueError, KeyError, OSError, EOFError):
        return None
    if texts != [text for text in texts_of(turn.text) if text]:
        return None
    if not set(sentences_of(turn.text)) <= set(sentences):
        return None
    return Encoded(queries, sentences)
