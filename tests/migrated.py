"""A database in which all migrations have run, made once and copied for each run of the tests.

To migrate takes half a minute, to copy a second. Made anew when a migration changes, or what one
reads.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from helpdesk.embedded import services
from helpdesk.embedded.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pytest_cache" / "migrated"
OF_TESTS = "test_helpdesk"  # the name that Django gives to the database of the tests
_READ = (
    "constraints.txt",
    "tickets/addresses.py",
    "tickets/rules/shipped.py",
    "tickets/rules/shipped_automatic.py",
    "*/migrations/*.py",
)


def copy_into(data: Path) -> None:
    """Give a data folder that has no cluster a copy. Raises Trouble if it cannot be made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes run tests: the first makes it
        made = FOLDER / _digest()
        if not made.exists():
            _make(made)
        # What is sealed in the rows is opened by the key with which it was sealed.
        if (key := made / "secret_key").exists():  # else SECRET_KEY is set
            shutil.copy2(key, data / "secret_key")
        (data / "postgres").mkdir()
        # Owner and rights are kept, which shutil does not do.
        subprocess.run(
            ["cp", "-a", made / "postgres" / "data", data / "postgres" / "data"], check=True
        )


def _digest() -> str:
    found = hashlib.sha256()
    for pattern in _READ:
        for path in sorted(ROOT.glob(pattern)):
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _make(folder: Path) -> None:
    for older in FOLDER.iterdir():
        if older.is_dir():
            shutil.rmtree(older)
    new = folder.with_suffix(".new")
    new.mkdir()
    new.chmod(0o711)  # run by root, PostgreSQL is `nobody` and must get through
    variables = {**os.environ, "HELPDESK_DATA": str(new), "DATABASE_URL": "", "REDIS_URL": ""}
    with services.running(new, variables):
        ran = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise Trouble(f"The migrations failed:\n{ran.stdout}{ran.stderr}")
        _double(variables["DATABASE_URL"])
    new.rename(folder)


def _double(url: str) -> None:
    """The database under the tests' name, too, beside the one for a whole helpdesk."""
    database = urlsplit(url).path.removeprefix("/")
    server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {OF_TESTS} TEMPLATE {database}")
