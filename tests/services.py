"""PostgreSQL and Redis for the tests, before pytest-django reads the settings.

Loaded by `-p tests.services`. With DATABASE_URL or REDIS_URL set those servers are used; else the
embedded ones are started in a temporary folder, without durability, and removed at the end.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from helpdesk.embedded import services
from helpdesk.embedded.trouble import Trouble

_running = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before the conftests and before pytest-django sets Django up."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-tests-"))
    folder.chmod(0o711)  # run by root, PostgreSQL is `nobody` and must get through
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    early_config.add_cleanup(_running.close)
    os.environ["HELPDESK_DATA"] = str(folder)
    os.environ.setdefault("ENCODER", "local")
    try:
        _running.enter_context(services.running(folder, durable=False))
    except Trouble as trouble:
        raise pytest.UsageError(str(trouble)) from trouble
