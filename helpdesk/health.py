"""Is the helpdesk well: `/healthz` says that this process serves, `/readyz` what else works.

Workers say that they live by keys in Redis that run out by themselves, from threads of their own: what
is much at work is `busy`, which is well. The reasons are for operators and machines, hence always in English.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from helpdesk import alive
from knowledgebase import encoder_line
from tickets.models import fetching
from tickets.service import assistance

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0  # a check that takes longer has failed
KEPT_SECONDS = 1.0  # how long an answer is given again, so that probes cost nothing
BEAT_KEY = "beat:alive"
BEAT_SECONDS = 15  # three beats
# By a worker; the assistant's is asked for its model.
SERVED = ("default", "mail", "reading", "incoming")
MANY = 50  # that wait: from here on it is said how many


class NotWell(Exception):
    """What a check found wrong, as a sentence."""


def check_database() -> None:
    """A new connection, because the pool's may all be taken."""
    wanted = {**connection.get_connection_params(), "options": "-c statement_timeout=900"}
    try:
        with psycopg.connect(**wanted, connect_timeout=1, autocommit=True) as server:
            if server.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
                raise NotWell("PostgreSQL answers but takes no changes.")
    except psycopg.Error as error:
        raise NotWell("PostgreSQL does not answer.") from error


def check_redis() -> None:
    """That it answers and still stores: with `noeviction` a full Redis only reads."""
    try:
        with Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=CHECK_SECONDS,
            socket_connect_timeout=CHECK_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as server:
            server.set("helpdesk:readyz", "1", ex=15)
    except ResponseError as error:
        raise NotWell(f"Redis answers but stores nothing: {error}.") from error
    except (RedisError, OSError) as error:
        raise NotWell("Redis does not answer.") from error


def check_worker() -> str:
    """That every queue is served, and that the queue `default` moves, which beat fills."""
    try:
        found = cache.get_many([BEAT_KEY, *(alive.key(queue) for queue in SERVED)])
        waiting = _waiting("default")
    except (RedisError, OSError) as error:
        raise NotWell("Not known while Redis does not answer.") from error
    idle = [queue for queue in SERVED if alive.key(queue) not in found]
    if idle:
        raise NotWell(
            f"No worker of the queue `{idle[0]}` has been heard of for {alive.ALIVE_SECONDS} "
            "seconds: is a Celery worker running?"
        )
    if BEAT_KEY in found:
        return f"{waiting} tasks wait." if waiting >= MANY else ""
    if not waiting:
        raise NotWell(f"Beat has sent nothing for {BEAT_SECONDS} seconds: is it running?")
    return f"The queue `default` is behind: {waiting} tasks wait."


def check_model() -> str:
    """That a process of the assistant has the sentence encoder ready."""
    try:
        found = assistance.processes()
    except (RedisError, OSError) as error:
        raise NotWell("Not known while Redis does not answer.") from error
    if not found:
        raise NotWell(
            f"The assistant's worker has not said for {assistance.ALIVE_SECONDS} seconds that its "
            "model is ready: is a Celery worker of the queue `assistant` running?"
        )
    if not any(process.is_ready for process in found):
        raise NotWell(found[0].trouble)
    waiting = sum(encoder_line.lengths()) + _waiting("assistant")
    return f"{waiting} turns and texts wait." if waiting >= MANY else ""


def check_mail() -> str:
    """Which mailbox is not fetched. It is said, and makes nothing unready: pages are served all the
    same, and whoever could answer would be taken out of service by a password.
    """
    try:
        found = fetching.in_trouble()
    except DatabaseError as error:
        raise NotWell("Not known while PostgreSQL does not answer.") from error
    finally:
        connection.close()
    more = f" And {len(found) - 1} more mailboxes." if len(found) > 1 else ""
    return f"{found[0][0].address}: {found[0][1]}{more}" if found else ""


def _waiting(queue: str) -> int:
    """How many tasks stand in a queue of Celery's."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    length: Any = encoder_line.client(CHECK_SECONDS).llen(f"{prefix}{queue}")
    return int(length)


# What a check says of itself beside being well: how busy it is, or nothing.
CHECKS: dict[str, Callable[[], str | None]] = {
    "database": check_database,
    "redis": check_redis,
    "worker": check_worker,
    "model": check_model,
    "mail": check_mail,
}


@dataclass
class Readiness:
    """Runs the checks side by side, one thread for each, and keeps the answer for a moment.

    A check that hangs keeps its thread and is not started again until it returns.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: dict[str, ThreadPoolExecutor] = field(default_factory=dict)
    running: dict[str, Future[str | None]] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    answered: float = float("-inf")

    def look(self) -> dict[str, Any]:
        """What `/readyz` shows: `status` and, for each check, `status` and the `reason`."""
        with self.lock:
            if time.monotonic() - self.answered >= KEPT_SECONDS:
                self.answer = self._run()
                self.answered = time.monotonic()
            return self.answer

    def _run(self) -> dict[str, Any]:
        deadline = time.monotonic() + CHECK_SECONDS
        for name, check in CHECKS.items():
            if name not in self.running or self.running[name].done():
                if name not in self.threads:
                    self.threads[name] = ThreadPoolExecutor(1, thread_name_prefix=f"readyz-{name}")
                self.running[name] = self.threads[name].submit(check)
        checks = {name: self._outcome(name, deadline) for name in CHECKS}
        well = all(check["status"] != "failing" for check in checks.values())
        return {"status": "ok" if well else "degraded", "checks": checks}

    def _outcome(self, name: str, deadline: float) -> dict[str, str]:
        try:
            busy = self.running[name].result(timeout=max(0.0, deadline - time.monotonic()))
        except NotWell as reason:
            return {"status": "failing", "reason": str(reason)}
        except TimeoutError:
            return {"status": "failing", "reason": "No answer within a second."}
        except Exception:
            logger.exception("The check of the %s failed itself.", name)
            return {"status": "failing", "reason": "The check failed itself; see the log."}
        return {"status": "busy", "reason": busy} if busy else {"status": "ok"}


readiness = Readiness()


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process serves."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything the helpdesk needs is there; 503 and each reason if not."""
    found = readiness.look()
    return JsonResponse(found, status=200 if found["status"] == "ok" else 503)
