"""PostgreSQL and Redis for the tests, before pytest-django reads the settings.

Loaded by `-p tests.services`. With DATABASE_URL or REDIS_URL set those servers are used (of Redis
only two databases for each process that runs tests, counted down from 15, which are emptied); else
the embedded ones are started in a temporary folder, without durability, and removed at the end;
their database is a copy of one that is migrated already.
Where several processes share the tests (`-n 2`), each has servers and folders of its own.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from helpdesk.embedded import services
from helpdesk.embedded.trouble import Trouble
from tests import migrated

GIVEN = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
OWN_REDIS, LIVE_REDIS = 15 - 2 * PROCESS, 14 - 2 * PROCESS  # of a Redis that was given
# The exported model, which takes half a minute to make: once for all processes and runs.
EXPORTED = Path(__file__).resolve().parent.parent / ".pytest_cache" / "encoder"
_running = ExitStack()


def redis_database(url: str, number: int) -> str:
    """The same Redis, another of its numbered databases."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return urlunsplit(parts._replace(query=f"db={number}"))
    return urlunsplit(parts._replace(path=f"/{number}"))


def temporary_folder() -> Path:
    """A data folder of its own, gone with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-tests-"))
    folder.chmod(0o711)  # run by root, PostgreSQL is `nobody` and must get through
    (folder / "static").mkdir()  # WhiteNoise warns where it is missing
    EXPORTED.mkdir(parents=True, exist_ok=True)
    (folder / "encoder").symlink_to(EXPORTED)
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before the conftests and before pytest-django sets Django up."""
    if _only_hands_out(early_config):
        return
    folder = temporary_folder()
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    early_config.add_cleanup(_running.close)
    os.environ["HELPDESK_DATA"] = str(folder)
    os.environ.setdefault("ENCODER", "local")
    if GIVEN["REDIS_URL"]:
        os.environ["REDIS_URL"] = redis_database(GIVEN["REDIS_URL"], OWN_REDIS)
    try:
        if not GIVEN["DATABASE_URL"]:
            migrated.copy_into(folder)
        _running.enter_context(services.running(folder, durable=False))
    except Trouble as trouble:
        raise pytest.UsageError(str(trouble)) from trouble


def _only_hands_out(config: pytest.Config) -> bool:
    """Whether this process runs no test itself: it hands them out to others (`-n`)."""
    here = "PYTEST_XDIST_WORKER" not in os.environ
    return here and bool(getattr(config.known_args_namespace, "numprocesses", None))
