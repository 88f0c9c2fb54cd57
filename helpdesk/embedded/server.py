"""What the embedded servers share: started once, used by many, stopped by the last user."""

import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from helpdesk.embedded import handles
from helpdesk.embedded.trouble import Trouble

LONGEST_SOCKET_PATH = 100  # bytes; the kernels allow 104 to 108 with the closing NUL
SHORT_FOLDER = Path("/tmp")  # noqa: S108  # what is made in it is 0700, its owner is checked


class Server(ABC):
    """One server in one folder, for as many processes as want it."""

    name: ClassVar[str]
    socket_name: ClassVar[str]
    start_seconds: ClassVar[float]
    stop_signals: ClassVar[tuple[signal.Signals, ...]]

    def __init__(self, folder: Path, *, log_folder: Path, durable: bool = True) -> None:
        """`durable=False` gives up what survives a power cut for speed; for tests."""
        self.folder = folder
        self.log = log_folder / f"{self.name.lower()}.log"
        self.durable = durable
        self._children: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """The server's URL; the server runs until the last `in_use` of any process ends.

        Raises Trouble if it cannot be started.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # when root starts it, the server's own user passes through
        self.log.parent.mkdir(parents=True, exist_ok=True)
        handles.make_locks(self.folder)
        with handles.turn(self.folder):
            user = handles.lock(self.folder / "users", fcntl.LOCK_SH)
            assert user is not None
            try:
                if not handles.is_alive(self.folder):
                    self._start()
                self._wait_until_ready()
            except BaseException:
                os.close(user)
                self._let_go()
                raise
        try:
            yield self.url()
        finally:
            with handles.turn(self.folder):
                os.close(user)
                self._let_go()

    def revive(self) -> bool:
        """Start the server again if it died while in use; whether that was so."""
        with handles.turn(self.folder):
            if handles.is_alive(self.folder):
                return False
            self._start()
            self._wait_until_ready()
            return True

    def _let_go(self) -> None:
        if handles.is_free(self.folder / "users"):
            handles.stop(self.folder, kindly=self.durable)
        self._leave_children()

    def _leave_children(self) -> None:
        """Reap those that are gone; the others live on, for their other users."""
        for child in self._children:
            child.poll()
            child.returncode = child.returncode or 0  # or Popen warns about it
        self._children.clear()

    def _start(self) -> None:
        self._leave_children()
        self.prepare()
        user, group = self.run_as()
        process = handles.spawn(
            self.folder,
            self.command(),
            log=self.log,
            stop_signals=self.stop_signals,
            user=user,
            group=group,
        )
        self._children = [process, handles.start_keeper(self.folder)]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not self.is_ready():
            if not handles.is_alive(self.folder):
                raise Trouble(f"{self.name} did not start; the reason is at the end of {self.log}.")
            if time.monotonic() > deadline:
                raise Trouble(
                    f"{self.name} was started but does not answer after {self.start_seconds:.0f} "
                    f"seconds; the reason is at the end of {self.log}."
                )
            time.sleep(0.02)

    def run_as(self) -> tuple[int | None, int | None]:
        """The user and group to run as, if not our own."""
        return None, None

    def socket_folder(self) -> Path:
        """Where the socket is: beside the data, or, if that path is too long for one, in /tmp."""
        folder = self.folder / "run"
        if len(os.fsencode(folder / self.socket_name)) > LONGEST_SOCKET_PATH:
            digest = hashlib.sha256(os.fsencode(folder)).hexdigest()
            folder = SHORT_FOLDER / f"helpdesk-{digest[:16]}"
        folder.mkdir(mode=0o700, exist_ok=True)
        user, group = self.run_as()
        if user is not None and group is not None and folder.lstat().st_uid == os.geteuid():
            os.chown(folder, user, group, follow_symlinks=False)
        found = folder.lstat()
        owner = os.geteuid() if user is None else user
        if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid != owner:
            raise Trouble(
                f"The folder {folder} belongs to somebody else; remove it and start again."
            )
        return folder

    @abstractmethod
    def prepare(self) -> None:
        """Make what the server needs before it starts. It is not running; nobody else starts it."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers; finishes what must be there before it is used."""

    @abstractmethod
    def url(self) -> str:
        """The address for the settings."""


def program(package: str, wheel: str, path: str, variable: str) -> Path:
    """A program inside an installed wheel. Raises Trouble if it is not there."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (found := Path(folder, path)).exists():
            return found
    raise Trouble(
        f"The Python package {wheel} is not installed: run `make .venv`, "
        f"or set {variable} to the address of a server of yours."
    )
