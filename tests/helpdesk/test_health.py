"""`/healthz` is the process; `/readyz` names what is down, and why, within a second."""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis as RedisClient

from helpdesk import alive, health, tasks
from helpdesk.celery import app
from helpdesk.embedded import handles
from helpdesk.embedded.redis import Redis
from helpdesk.health import MANY, SERVED, Readiness
from tests.services import temporary_folder
from tickets.models import Mailbox, fetching
from tickets.service import assistance


@pytest.fixture
def readyz(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> Callable[[], tuple[int, Any]]:
    """Asks afresh each time."""

    def ask() -> tuple[int, Any]:
        monkeypatch.setattr(health, "readiness", Readiness())
        answer = client.get("/readyz")
        return answer.status_code, answer.json()

    return ask


@pytest.fixture
def all_is_well() -> None:
    """As if a worker and the assistant's worker had just said so."""
    alive.say(SERVED)
    tasks.heartbeat()
    assistance.say("here:1")


@pytest.fixture
def own_redis(settings: Settings) -> Iterator[Redis]:
    """A Redis that may be hurt."""
    folder = temporary_folder()
    redis = Redis(folder / "redis", log_folder=folder / "log", durable=False)
    with redis.in_use() as url:
        settings.REDIS_URL = url
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
        yield redis
    shutil.rmtree(folder)


def test_healthz_answers_without_touching_the_database(client: Client) -> None:
    answer = client.get("/healthz")  # not marked django_db: a query would fail
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("all_is_well")
def test_readyz_is_ok_when_everything_is(readyz: Callable[[], tuple[int, Any]]) -> None:
    well = {name: {"status": "ok"} for name in ("database", "redis", "worker", "model", "mail")}
    assert readyz() == (200, {"status": "ok", "checks": well})


def test_readyz_says_that_no_worker_and_no_model_are_there(
    readyz: Callable[[], tuple[int, Any]],
) -> None:
    status, found = readyz()
    assert (status, found["status"]) == (503, "degraded")
    assert found["checks"]["database"] == found["checks"]["redis"] == {"status": "ok"}
    assert "queue `default`" in found["checks"]["worker"]["reason"]
    assert "queue `assistant`" in found["checks"]["model"]["reason"]


def test_readyz_names_a_redis_that_is_gone(
    own_redis: Redis, readyz: Callable[[], tuple[int, Any]]
) -> None:
    alive.say(SERVED)
    tasks.heartbeat()
    with handles.turn(own_redis.folder):
        handles.stop(own_redis.folder)
    started = time.monotonic()
    status, found = readyz()
    assert time.monotonic() - started < 2
    assert status == 503
    assert found["checks"]["database"] == {"status": "ok"}
    assert found["checks"]["redis"]["reason"] == "Redis does not answer."
    assert found["checks"]["worker"]["reason"] == "Not known while Redis does not answer."

    assert own_redis.revive()
    alive.say(SERVED)
    tasks.heartbeat()
    assert readyz()[1]["checks"]["worker"] == {"status": "ok"}


def test_readyz_names_a_redis_that_is_full(
    own_redis: Redis, readyz: Callable[[], tuple[int, Any]]
) -> None:
    with RedisClient.from_url(own_redis.url()) as redis:
        redis.config_set("maxmemory", "1")
    assert "Redis answers but stores nothing" in readyz()[1]["checks"]["redis"]["reason"]


def test_readyz_names_a_database_that_is_gone(
    readyz: Callable[[], tuple[int, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        @staticmethod
        def get_connection_params() -> dict[str, str]:
            return {"host": "/no/such/folder", "dbname": "helpdesk"}

    monkeypatch.setattr(health, "connection", Gone)
    checks = readyz()[1]["checks"]
    assert checks["database"]["reason"] == "PostgreSQL does not answer."
    assert checks["redis"] == {"status": "ok"}


def test_a_check_that_hangs_holds_up_no_other(
    readyz: Callable[[], tuple[int, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(health.CHECKS, "redis", lambda: time.sleep(2))
    started = time.monotonic()
    checks = readyz()[1]["checks"]
    assert time.monotonic() - started < 1.8
    assert checks["redis"]["reason"] == "No answer within a second."
    assert checks["database"] == {"status": "ok"}


def test_a_hanging_check_is_not_started_again_before_it_returns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[float] = []

    def hang() -> None:
        started.append(time.monotonic())
        time.sleep(1.5)

    monkeypatch.setattr(health, "CHECKS", {"redis": hang})
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    readiness = Readiness()
    for _ in range(3):
        assert readiness.look()["status"] == "degraded"
    assert len(started) == 1


def test_an_answer_is_kept_for_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    monkeypatch.setattr(health, "CHECKS", {"redis": lambda: asked.append(None)})
    readiness = Readiness()
    readiness.look()
    readiness.look()
    assert len(asked) == 1


def test_the_assistants_worker_says_why_its_model_is_not_ready(
    readyz: Callable[[], tuple[int, Any]],
) -> None:
    assistance.say("here:1", trouble="The weights are not there.")
    assert readyz()[1]["checks"]["model"]["reason"] == "The weights are not there."
    assistance.say("here:2")  # one that is ready is enough
    assert readyz()[1]["checks"]["model"] == {"status": "ok"}


@pytest.mark.usefixtures("all_is_well")
def test_what_has_much_to_do_is_busy_and_well(readyz: Callable[[], tuple[int, Any]]) -> None:
    for queue in ("default", "assistant"):
        for _ in range(MANY):
            app.send_task("tickets.tasks.work_off", (queue,), queue=queue, ignore_result=True)
    status, found = readyz()
    assert (status, found["status"]) == (200, "ok")
    assert found["checks"]["worker"] == {"status": "busy", "reason": f"{MANY} tasks wait."}
    assert found["checks"]["model"] == {"status": "busy", "reason": f"{MANY} turns and texts wait."}


@pytest.mark.usefixtures("all_is_well")
def test_health_does_not_stand_behind_the_work_it_judges(
    readyz: Callable[[], tuple[int, Any]],
) -> None:
    cache.delete(health.BEAT_KEY)  # beat's task is somewhere in the queue
    app.send_task("tickets.tasks.sweep", queue="default", ignore_result=True)
    status, found = readyz()
    assert (status, found["checks"]["worker"]["status"]) == (200, "busy")
    assert "behind" in found["checks"]["worker"]["reason"]


@pytest.mark.usefixtures("all_is_well")
def test_a_beat_that_is_gone_is_named(readyz: Callable[[], tuple[int, Any]]) -> None:
    cache.delete(health.BEAT_KEY)  # and the queue is empty
    status, found = readyz()
    assert status == 503
    assert "Beat has sent nothing" in found["checks"]["worker"]["reason"]


@pytest.mark.usefixtures("all_is_well")
@pytest.mark.parametrize("queue", SERVED)
def test_a_queue_that_nobody_serves_is_named(
    queue: str, readyz: Callable[[], tuple[int, Any]]
) -> None:
    cache.delete(alive.key(queue))
    status, found = readyz()
    assert status == 503
    assert f"queue `{queue}`" in found["checks"]["worker"]["reason"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.usefixtures("all_is_well")
def test_readyz_names_a_mailbox_that_is_not_fetched(
    readyz: Callable[[], tuple[int, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox(address="support@kestrelmoor.example")
    monkeypatch.setattr(fetching, "in_trouble", lambda: [(mailbox, "It does not answer.")])
    status, found = readyz()
    reason = "support@kestrelmoor.example: It does not answer."
    assert (status, found["checks"]["mail"]["reason"]) == (200, reason)
