"""PostgreSQL and Redis for the tests, before pytest-django reads the settings.

Loaded by `-p tests.services`. With DATABASE_URL or REDIS_URL set those servers are used (of Redis
only the databases 14 and 15, which are emptied); else the embedded ones are started in a temporary
folder, without durability, and removed at the end.
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

GIVEN = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
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
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before the conftests and before pytest-django sets Django up."""
    folder = temporary_folder()
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    early_config.add_cleanup(_running.close)
    os.environ["HELPDESK_DATA"] = str(folder)
    os.environ.setdefault("ENCODER", "local")
    if GIVEN["REDIS_URL"]:
        os.environ["REDIS_URL"] = redis_database(GIVEN["REDIS_URL"], 15)
    try:
        _running.enter_context(services.running(folder, durable=False))
    except Trouble as trouble:
        raise pytest.UsageError(str(trouble)) from trouble
