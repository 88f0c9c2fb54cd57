"""The encoder at work for other processes: a thread beside the assistant's turns in its worker.

It takes what is awaited before what is not, and several requests that wait in one batch.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any, Final

import numpy as np
import redis

from knowledgebase import embeddings, encoder_line
from knowledgebase.encoder_line import AWAITED, BACKGROUND, EncoderUnavailable, Vectors

logger = logging.getLogger(__name__)

AT_ONCE: Final = 16  # requests in one batch; none waits for more than this many texts of others
WAIT_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 5.0  # without work for so long, it tries itself
LOOK_AGAIN_SECONDS: Final = 20.0  # where the model could not be loaded
KEPT_SECONDS: Final = 30  # of an answer: nobody takes it when they have stopped waiting


class Service:
    """The thread, and what it says of itself: `trouble` is why it cannot encode, "" if it can."""

    def __init__(self) -> None:
        self.trouble = "The model is being loaded."
        self._tried = float("-inf")

    def start(self) -> None:
        threading.Thread(target=self._run, name="encoder", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                if not self.answer_next(wait=WAIT_SECONDS):
                    self._look()
            except (redis.RedisError, OSError):
                logger.warning("Redis is away; the encoder waits for it.")
                time.sleep(WAIT_SECONDS)
            except Exception:
                logger.exception("The encoder left out a request.")

    def answer_next(self, *, wait: float) -> int:
        """Answer who is next, with those who stand right behind; returns how many."""
        server = encoder_line.client(wait + 1)
        taken: Any = server.blpop([AWAITED, BACKGROUND], timeout=wait)
        if taken is None:
            return 0
        line, first = taken
        waiting = [first]
        if line == AWAITED.encode():
            waiting += server.lpop(AWAITED, AT_ONCE - 1) or []
        requests = [json.loads(one) for one in waiting]
        answers = self._answers([request["texts"] for request in requests])
        pipeline = server.pipeline()
        for request, answer in zip(requests, answers, strict=True):
            pipeline.rpush(request["to"], answer)
            pipeline.expire(request["to"], KEPT_SECONDS)
        pipeline.execute()
        return len(requests)

    def _answers(self, asked: list[list[str]]) -> list[bytes]:
        try:
            made = self._encode([text for texts in asked for text in texts])
        except EncoderUnavailable as error:
            return [encoder_line.pack_trouble(error)] * len(asked)
        ends = np.cumsum([len(texts) for texts in asked])[:-1]
        return [encoder_line.pack(part) for part in np.split(made, ends)]

    def _encode(self, texts: list[str]) -> Vectors:
        self._tried = time.monotonic()
        try:
            made = embeddings.encode_here(texts, timeout=30)
        except EncoderUnavailable as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return made

    def _look(self) -> None:
        before = self.trouble
        if time.monotonic() - self._tried > (LOOK_AGAIN_SECONDS if before else LOOK_SECONDS):
            try:
                self._encode(["Are you there?"])
            except EncoderUnavailable as error:
                if str(error) != before:
                    logger.error("The sentence encoder does not work: %s", error)


service = Service()
