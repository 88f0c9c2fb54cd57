"""The database and Redis that a command needs, there before Django reads the settings."""

import os
import sys
import tempfile
from collections.abc import Iterator, MutableMapping, Sequence
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
def running(
    data: Path, variables: MutableMapping[str, str] = os.environ, *, durable: bool = True
) -> Iterator[list[Server]]:
    """DATABASE_URL and REDIS_URL name servers that answer: yours, or the embedded ones, given here.

    Where the variables are empty, they are set meanwhile. Raises Trouble, with what to do, if a
    server cannot be had.
    """
    embedded: list[Server] = []
    with ExitStack() as stack:
        if given := variables.get("DATABASE_URL"):
            check_database(given)
        else:
            from helpdesk.embedded.postgres import Postgres

            embedded.append(Postgres(data / "postgres", log_folder=data / "log", durable=durable))
            address = stack.enter_context(embedded[-1].in_use())
            stack.enter_context(_set(variables, "DATABASE_URL", address))
        if given := variables.get("REDIS_URL"):
            check_redis(given)
        else:
            from helpdesk.embedded.redis import Redis

            embedded.append(Redis(data / "redis", log_folder=data / "log", durable=durable))
            address = stack.enter_context(embedded[-1].in_use())
            stack.enter_context(_set(variables, "REDIS_URL", address))
        yield embedded


@contextmanager
def _set(variables: MutableMapping[str, str], name: str, value: str) -> Iterator[None]:
    before = variables.get(name, "")
    variables[name] = value
    try:
        yield
    finally:
        variables[name] = before
