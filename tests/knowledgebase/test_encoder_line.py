"""Encoding for other processes: who waits comes first, and nobody waits in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings

from knowledgebase import embeddings, encoder_line
from knowledgebase.embeddings import EncoderUnavailable, encode
from knowledgebase.encoder_service import Service


@pytest.fixture
def remote(settings: LazySettings) -> None:
    settings.ENCODER = "remote"


@pytest.mark.usefixtures("remote")
def test_an_encoder_that_does_not_answer_is_given_up_in_time() -> None:
    with pytest.raises(EncoderUnavailable, match=r"did not answer within 0\.2 seconds"):
        encode(["nobody there"], timeout=0.2)


@pytest.mark.usefixtures("remote")
def test_without_redis_the_encoder_cannot_be_asked(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(EncoderUnavailable, match="cannot be asked"):
        encode(["no redis"], timeout=0.2)


@pytest.fixture
def serving() -> Iterator[Service]:
    """The thread that the assistant's worker has, as long as the test lasts."""
    service, over = Service(), threading.Event()

    def serve() -> None:
        while not over.is_set():
            service.answer_next(wait=0.2)

    thread = threading.Thread(target=serve)
    thread.start()
    yield service
    over.set()
    thread.join()


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_the_assistants_worker_encodes_for_others(settings: LazySettings, serving: Service) -> None:
    texts = [f"Sentence {n}" for n in range(40)]  # more than one batch, and more than is cached
    here = encode(texts, timeout=30)
    settings.ENCODER = "remote"
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(encode(texts, timeout=30))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    for answer in answers:
        assert np.allclose(answer, here, atol=1e-5)
    assert "384 dimensions" in embeddings.check(timeout=30)
    assert serving.trouble == ""


@pytest.mark.usefixtures("remote")
@pytest.mark.parametrize(
    "payload", [b"", b"\x01", b"\x01abc", b"\x01" + bytes(7), b"\x00No model."]
)
def test_an_answer_that_was_cut_off_is_refused(payload: bytes) -> None:
    with pytest.raises(EncoderUnavailable):
        encoder_line.unpack(payload, rows=2)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A model that is quick: the texts of each of its batches."""
    batches: list[list[str]] = []

    def run(texts: list[str], timeout: float) -> Any:
        batches.append(list(texts))
        return np.repeat(np.eye(1, 384, dtype=np.float32), len(texts), axis=0)

    monkeypatch.setattr(embeddings, "encode_here", run)
    return batches


def asking(*requests: tuple[list[str], bool]) -> list[threading.Thread]:
    """Threads that ask for these texts, awaited or not, each in the line before the next asks."""
    threads = []
    for texts, awaited in requests:
        before = sum(encoder_line.lengths())
        thread = threading.Thread(
            target=encoder_line._ask, args=(texts,), kwargs={"timeout": 10, "awaited": awaited}
        )
        thread.start()
        threads.append(thread)
        while sum(encoder_line.lengths()) == before:
            pass
    return threads


@pytest.mark.usefixtures("remote")
def test_what_somebody_waits_for_is_encoded_first_and_all_of_it_in_one_batch(
    encoded: list[list[str]],
) -> None:
    threads = asking(
        (["an article"], False),
        (["another"], False),
        (["a question"], True),
        (["a search"], True),
        (["a third"], True),
    )
    assert encoder_line.lengths() == (3, 2)
    service = Service()
    assert [service.answer_next(wait=1) for _ in range(3)] == [3, 1, 1]
    assert encoded == [["a question", "a search", "a third"], ["an article"], ["another"]]
    for thread in threads:
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.mark.usefixtures("remote", "encoded")
def test_whoever_stops_waiting_takes_their_place_in_the_line_back() -> None:
    with pytest.raises(EncoderUnavailable, match="did not answer"):
        encode(["nobody there"], timeout=0.05, awaited=True)
    assert encoder_line.lengths() == (0, 0)
    assert Service().answer_next(wait=0.05) == 0


@pytest.mark.usefixtures("remote")
def test_behind_a_line_that_is_too_long_nobody_waits() -> None:
    encoder_line.client(1.0).rpush(encoder_line.AWAITED, *["{}"] * encoder_line.MOST_AWAITED)
    with pytest.raises(EncoderUnavailable, match="150 are waiting"):
        encode(["one more"], timeout=600, awaited=True)
    assert encoder_line.lengths() == (encoder_line.MOST_AWAITED, 0)


# --- after a failure ------------------------------------------------------------------------------


def test_after_a_failure_nobody_waits_for_a_while_and_then_one_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("knowledgebase.encoder_line.time.monotonic", lambda: now[0])
    breaker, tried = encoder_line.Breaker(), []

    def attempt(inside: Callable[[], None]) -> None:
        with breaker.guard():
            tried.append(now[0])
            inside()

    def fail() -> None:
        raise EncoderUnavailable("away")

    def others_come_meanwhile() -> None:
        with pytest.raises(EncoderUnavailable, match="a moment ago: away"):
            attempt(lambda: None)
        fail()

    with pytest.raises(EncoderUnavailable):
        attempt(fail)
    for second in (0.0, 2.0, 4.9):
        now[0] = 100.0 + second
        with pytest.raises(EncoderUnavailable, match="a moment ago: away"):
            attempt(lambda: None)
    now[0] = 105.0
    with pytest.raises(EncoderUnavailable, match=r"^away$"):
        attempt(others_come_meanwhile)
    assert tried == [100.0, 105.0]
    now[0] = 110.0
    attempt(lambda: None)
    attempt(lambda: None)  # it works again: everybody is let through
    assert tried == [100.0, 105.0, 110.0, 110.0]


@pytest.mark.usefixtures("remote")
def test_ten_searches_without_an_encoder_wait_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def ask(texts: list[str], *, timeout: float, awaited: bool) -> Any:
        waited.append(timeout)
        raise EncoderUnavailable("away")

    monkeypatch.setattr(encoder_line, "_ask", ask)
    for number in range(10):
        with pytest.raises(EncoderUnavailable):
            encode([f"search {number}"], awaited=True)
    assert waited == [1.0]
