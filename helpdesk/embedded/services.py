"""The database and Redis that a command needs, there before Django reads the settings."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from helpdesk.embedded.given import check_database, check_redis
from helpdesk.embedded.server import Server
from helpdesk.embedded.trouble import Trouble

NEED_NO_SERVICES = {
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "version",
}
in_use: list[Server] = []  # by this command
DEFAULT_DATA = Path(__file__).resolve().parent.parent.parent / "var"


@contextmanager
def for_command(argv: Sequence[str]) -> Iterator[None]:
    """What `manage.py ...` needs, while it runs; a Trouble becomes its sentence and exit code 1."""
    try:
        with ExitStack() as stack:
            data = data_folder()
            if argv[1:2] == ["demo"] and not asks_for_help(argv):
                from helpdesk.demo import environment

                environment.prepare(argv, data)
            if needs_services(argv):
                in_use.extend(stack.enter_context(running(data)))
            yield
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)  # as shells count it


def asks_for_help(argv: Sequence[str]) -> bool:
    return bool({"-h", "--help", "--version"} & set(argv[1:]))


def needs_services(argv: Sequence[str]) -> bool:
    """Whether this command line reaches the database or Redis."""
    if len(argv) < 2 or argv[1] in NEED_NO_SERVICES or asks_for_help(argv):
        return False
    return argv[1] != "check" or any(word.startswith("--database") for word in argv)


def data_folder() -> Path:
    """HELPDESK_DATA, made if it is missing. Raises Trouble if nothing can be written there."""
    folder = Path(os.environ.get("HELPDESK_DATA") or DEFAULT_DATA).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Trouble(
            f"The data folder {folder} cannot be written to ({error.strerror}): "
            "change its owner, or set HELPDESK_DATA to another folder."
        ) from error
    os.environ["HELPDESK_DATA"] = str(folder)
    return folder


@contextmanager
def running(data: Path, *, durable: bool = True) -> Iterator[list[Server]]:
    """DATABASE_URL and REDIS_URL name servers that answer: yours, or the embedded ones, given here.

    Raises Trouble, with what to do, if one of them cannot be had.
    """
    embedded: list[Server] = []
    with ExitStack() as stack:
        if given := os.environ.get("DATABASE_URL"):
            check_database(given)
        else:
            from helpdesk.embedded.postgres import Postgres

            server = Postgres(data / "postgres", log_folder=data / "log", durable=durable)
            stack.enter_context(environment("DATABASE_URL", stack.enter_context(server.in_use())))
            embedded.append(server)
        if given := os.environ.get("REDIS_URL"):
            check_redis(given)
        else:
            from helpdesk.embedded.redis import Redis

            redis = Redis(data / "redis", log_folder=data / "log", durable=durable)
            stack.enter_context(environment("REDIS_URL", stack.enter_context(redis.in_use())))
            embedded.append(redis)
        yield embedded


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """The variable, set meanwhile."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
