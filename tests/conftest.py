"""What every test may ask for: an empty Redis, a browser, and a whole helpdesk that runs."""

import gc
import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.base.operations import BaseDatabaseOperations
from playwright.sync_api import Browser, sync_playwright
from redis import Redis

from bots.understanding import installed
from knowledgebase import encoder_line, lately
from tests import kept_rows, live, services
from tests.live import LiveHelpdesk
from tickets import giving
from tickets.rules import lately_triggers
from tickets.service import assistance

settings.WHITENOISE_AUTOREFRESH = (
    True  # a file is looked for when asked for, not all by each client
)
BaseDatabaseCreation.serialize_db_to_string = kept_rows.keep  # type: ignore[method-assign,assignment]
BaseDatabaseCreation.deserialize_db_from_string = kept_rows.put_back  # type: ignore[method-assign,assignment]
BaseDatabaseOperations.execute_sql_flush = kept_rows.empty  # type: ignore[method-assign,assignment]
lately.SECONDS = 0.0  # a test changes a setting and asks at once
# The same algorithm at its lowest price: real passwords cost a tenth of a second each.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 8
Argon2PasswordHasher.parallelism = 1

BROWSER_ARGUMENTS = [
    "--no-sandbox",  # Chromium's own sandbox does not run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """No test finds another's cache, presence, throttles, queued tasks or what was known of them."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()
    encoder_line.breaker.close()
    assistance.forget()
    giving.lately_given_out.forget()
    lately_triggers.forget()
    # Nor the detectors that another's rows made, or a missing encoder: they are looked for again.
    known = installed._state.detectors
    if known is not None and not known.ready:
        installed.forget()
    installed._state.asked = 0.0


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Processes that share a given server need names of their own; else each has its server."""
    if services.GIVEN["DATABASE_URL"]:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """The database is there: `tests.services` copied it, migrated."""
    return not services.GIVEN["DATABASE_URL"] or bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def live_helpdesk() -> Iterator[LiveHelpdesk]:
    """The real processes, against a database of their own, shared by all journeys."""
    with live.live_helpdesk() as helpdesk:
        yield helpdesk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium. It lives for a module only: while it runs, the ORM cannot be used beside it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        reason = "no Chromium on this machine"
        if os.environ.get("HELPDESK_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason}, but HELPDESK_REQUIRE_BROWSER=1 demands one")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with real transactions empties the tables; the migrations' rows must come back.

    One that forgets it would break all that come after it: Django then makes the content types
    anew, and putting the rows back fails on them.
    """
    forgetful = [
        item.nodeid
        for item in items
        for mark in item.iter_markers("django_db")
        if mark.kwargs.get("transaction") and not mark.kwargs.get("serialized_rollback")
    ]
    if forgetful:
        raise pytest.UsageError(f"Add serialized_rollback=True to {', '.join(forgetful)}")


def pytest_collection_finish() -> None:
    """What was collected lives until the end, and what a page was made of is gone when it is there.

    To walk over all of it every few pages took a tenth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
