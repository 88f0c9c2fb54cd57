"""The helpdesk's processes: what to start, and one group of them that starts and ends together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from helpdesk.demo import warden

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_LOG = 5_000_000  # bytes; a longer one is set aside when its process starts
# A process begins when it is told to, which is after the warden knows of it: a runner that is killed
# between the two leaves nobody behind.
BEGIN = """
import os, sys
if os.read(0, 1):
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Program:
    """One process of the helpdesk: its name, what to run, and what its environment has besides.

    It runs until it is stopped; or `once`, until its work is done.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    once: bool = False


def programs(port: int, data: Path) -> list[Program]:
    """Web, the two workers, beat, what fetches mail, and the post and the shop of the demo.

    Only the assistant's worker loads the model.
    """
    alone = ("--without-mingle", "--without-gossip")  # workers have nothing to tell each other
    worker = ("celery", "-A", "helpdesk", "worker", "--loglevel", "info", *alone)
    remote = {"ENCODER": "remote"}
    return [
        Program(
            "web",
            (
                *("uvicorn", "helpdesk.asgi:application"),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--ws-max-size", "65536", "--ws-per-message-deflate", "false"),
                *("--ws-ping-interval", "20", "--ws-ping-timeout", "20"),
                *("--timeout-graceful-shutdown", "10", "--no-access-log"),
                # Of its own accord it would believe what a client here says of its address.
                "--no-proxy-headers",
            ),
            remote,
        ),
        Program(
            "worker",
            (*worker, "-Q", "default,mail,incoming,reading", "-c", "2", "-n", "main@%h"),
            remote,
        ),
        Program(
            "assistant",
            (*worker, "-Q", "assistant", "-c", "1", "-n", "assistant@%h"),
            {"ENCODER": "local", "HELPDESK_WARM_ENCODER": "1"},
        ),
        Program(
            "beat",
            ("celery", "-A", "helpdesk", "beat", "-s", str(data / "beat"), "--pidfile="),
            remote,
        ),
        Program("fetching", ("manage", "fetch_mail"), remote),
        Program("post", ("manage", "demo_post"), remote),
        Program("shop", ("manage", "demo_shop"), remote),
    ]


@dataclass
class Running:
    """A program that was started."""

    program: Program
    process: subprocess.Popen[bytes]


class Processes:
    """Programs that run until this context ends, however it ends: a warden outlives kill -9."""

    def __init__(self, log_folder: Path, environment: Mapping[str, str] | None = None) -> None:
        """Outputs go to LOG_FOLDER/NAME.log; `environment` replaces our own."""
        self.log_folder = log_folder
        self.environment = dict(os.environ if environment is None else environment)
        self.running: dict[str, Running] = {}
        self.in_a_hurry = False  # set it to end the grace of `stop`

    def __enter__(self) -> Self:
        self.log_folder.mkdir(parents=True, exist_ok=True)
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", warden.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        assert self._warden.stdin is not None
        self._warden.stdin.close()
        self._warden.wait()

    def log(self, name: str) -> Path:
        """Where a program's output is."""
        return self.log_folder / f"{name}.log"

    def start(self, program: Program) -> None:
        """Start it, in a process group of its own, so that a Ctrl-C reaches us alone."""
        log = self.log(program.name)
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".old.log"))
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", BEGIN, "-m", *program.arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env=self.environment | dict(program.environment),
                start_new_session=True,
            )
        self.running[program.name] = Running(program, process)
        self._tell_warden(f"+{process.pid}\n")
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as begin:  # it may be gone already
            begin.write(b"!")

    def ended(self) -> list[Running]:
        """The programs that ended since the last call, though nobody asked them to."""
        gone = [entry for entry in self.running.values() if entry.process.poll() is not None]
        for entry in gone:
            warden.send([entry.process.pid], signal.SIGKILL)  # the children it left, if any
            self._tell_warden(f"-{entry.process.pid}\n")
            del self.running[entry.program.name]
        return gone

    def stop(self) -> None:
        """Ask all to end, beat first; after a grace make them."""
        entries = list(reversed(self.running.values()))
        groups = [entry.process.pid for entry in entries]
        warden.send(groups, signal.SIGTERM)
        deadline = time.monotonic() + warden.GRACE_SECONDS
        while any(entry.process.poll() is None for entry in entries):
            if self.in_a_hurry or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        warden.send(groups, signal.SIGKILL)
        for entry in entries:
            entry.process.wait()
            self._tell_warden(f"-{entry.process.pid}\n")
        self.running.clear()

    def _tell_warden(self, line: str) -> None:
        assert self._warden.stdin is not None
        with suppress(BrokenPipeError):  # somebody killed the warden: no reason to stop
            self._warden.stdin.write(line.encode())
            self._warden.stdin.flush()
