"""A whole helpdesk for journeys: its processes for real, against a database of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from helpdesk.demo import environment, ready
from helpdesk.demo.processes import ROOT, Processes, programs
from helpdesk.embedded import handles, services
from helpdesk.embedded.server import Server
from tests import migrated
from tests.services import GIVEN, LIVE_REDIS, redis_database, temporary_folder

READY_SECONDS = 120


@dataclass(frozen=True)
class LiveHelpdesk:
    """Where it is, and handles to look into it and to hurt it."""

    port: int
    data: Path
    environment: Mapping[str, str]
    processes: Processes
    servers: Mapping[str, Server]  # "PostgreSQL" and "Redis", where they are embedded

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://localhost:{self.port}"

    def manage(self, *arguments: str) -> str:
        """Run a `manage.py` command against its database; what it printed."""
        return manage(self.environment, *arguments)

    def kill(self, name: str) -> None:
        """End a program (`worker` ...) or server (`Redis`, `PostgreSQL`) as a power cut would.

        Returns when its last process is gone. A server comes back by `servers[name].revive()`, a
        program by `restart`.
        """
        if name in self.servers:
            folder = self.servers[name].folder
            os.kill(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
            while not handles.is_free(folder / "alive"):
                time.sleep(0.01)
        else:
            entry = self.processes.running[name]
            os.killpg(entry.process.pid, signal.SIGKILL)
            entry.process.wait()

    def restart(self, name: str) -> None:
        """Start a program again that was killed."""
        for entry in self.processes.ended():
            if entry.program.name == name:
                self.processes.start(entry.program)

    def wait_until_ready(self) -> None:
        """Returns when `/readyz` is content; fails with its reasons after two minutes."""
        wanting = ready.wait(self.port, READY_SECONDS, lambda reasons: None)
        assert not wanting, f"{wanting}\n{self.logs()}"

    def logs(self, lines: int = 30) -> str:
        """The end of every log, for when something failed."""
        return "\n".join(
            f"== {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
            for log in sorted(self.processes.log_folder.glob("*.log"))
        )


def manage(variables: Mapping[str, str], *arguments: str) -> str:
    """Run `manage.py`; what it printed. Fails with both outputs if it fails."""
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def live_helpdesk() -> Iterator[LiveHelpdesk]:
    """Web, both workers and beat, ready; ended and removed when the context ends."""
    with ExitStack() as stack:
        data = temporary_folder()
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        port = free_port()
        redis = GIVEN["REDIS_URL"]
        variables = {
            **os.environ,
            **environment.variables(port),
            "DATABASE_URL": stack.enter_context(_database(GIVEN["DATABASE_URL"])),
            "TRUSTED_PROXIES": "1",  # so that each visitor may come from an address of their own
            "HASHED_STATIC_FILES": "0",  # found where they lie; collecting takes a while
            "HELPDESK_DATA": str(data),
            "REDIS_URL": redis_database(redis, LIVE_REDIS) if redis else "",
        }
        if not variables["DATABASE_URL"]:
            migrated.copy_into(data)
        servers = stack.enter_context(services.running(data, variables, durable=False))
        manage(variables, "migrate", "--verbosity=0")
        processes = stack.enter_context(Processes(data / "log", variables))
        for program in programs(port, data):
            processes.start(program)
        live = LiveHelpdesk(
            port, data, variables, processes, {server.name: server for server in servers}
        )
        live.wait_until_ready()
        yield live


@contextmanager
def _database(given: str) -> Iterator[str]:
    """A new database on a given server; nothing where the server is embedded."""
    if not given:
        yield ""
        return
    name = f"live_helpdesk_{os.getpid()}"
    identifier = sql.Identifier(name)
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    base, _, query = given.partition("?")
    try:
        yield f"{base.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"
    finally:
        with psycopg.connect(given, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))
