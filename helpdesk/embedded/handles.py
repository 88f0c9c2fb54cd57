"""Who uses an embedded server, counted by file locks that the kernel drops even after kill -9.

Four files in the server's folder:

- `turn` is locked for the moment of a start or a stop, so that these happen one at a time;
- `users` is locked, shared, by every process that uses the server, for as long as it does;
- `alive` is locked by the server's own processes, which inherit it when they are born, so a living
  server is told from a stale pid by the kernel and not by a guess;
- `pid` names the server's process and the signals that end it, the kindest first.

The last user out stops the server. A user that was killed cannot, so each server has a keeper: this
file run as a script, which looks once a second whether anyone is left. It therefore imports nothing
but the standard library.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STOP_SECONDS = 20  # PostgreSQL's fast stop writes a checkpoint first
KEEPER_SECONDS = 1


def lock(path: Path, operation: int) -> int | None:
    """A descriptor that holds the lock, or None if it is taken and LOCK_NB forbids to wait.

    The file is there already: a keeper must not bring back a folder that is being deleted.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def make_locks(folder: Path) -> None:
    """The files that are locked; none is ever deleted while the folder is used."""
    for name in ("turn", "users", "alive"):
        (folder / name).touch(mode=0o600)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Alone with the server's folder; everything below but `watch` is called inside it."""
    descriptor = lock(folder / "turn", fcntl.LOCK_EX)
    assert descriptor is not None
    try:
        yield
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Whether nobody holds this lock."""
    descriptor = lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def is_alive(folder: Path) -> bool:
    """Whether any process of the server lives."""
    return not is_free(folder / "alive")


def spawn(
    folder: Path,
    command: list[str],
    *,
    log: Path,
    stop_signals: tuple[signal.Signals, ...],
    user: int | None = None,
    group: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server that holds `alive` while it lives and that no Ctrl-C reaches."""
    alive = lock(folder / "alive", fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert alive is not None, "spawned although alive"
    (folder / "pid").unlink(missing_ok=True)
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                pass_fds=(alive,),
                user=user,
                group=group,
                extra_groups=None if user is None else [],
            )
    finally:
        os.close(alive)
    (folder / "pid").write_text(" ".join(str(int(n)) for n in (process.pid, *stop_signals)))
    return process


def start_keeper(folder: Path) -> subprocess.Popen[bytes]:
    """Start the process that stops the server when its users were all killed."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def stop(folder: Path, *, kindly: bool = True) -> None:
    """End the server, well if it lets us, and wait until its last process is gone."""
    if not is_alive(folder):
        return
    try:
        pid, *signals = map(int, (folder / "pid").read_text().split())
    except (FileNotFoundError, ValueError):  # its starter was killed before it could write this
        return
    for number in signals if kindly else signals[1:]:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not is_alive(folder):
                return
            time.sleep(0.01)


def stop_if_unused(folder: Path) -> bool:
    """Stop the server unless somebody uses it; whether it is stopped now."""
    if not is_free(folder / "users"):
        return False
    stop(folder)
    return True


def watch(folder: Path) -> None:
    """The keeper's life: until the server is gone, however that came."""
    while True:
        time.sleep(KEEPER_SECONDS)
        with turn(folder):
            if not is_alive(folder) or stop_if_unused(folder):
                return


if __name__ == "__main__":
    with suppress(FileNotFoundError):  # the whole folder was deleted
        watch(Path(sys.argv[1]))
