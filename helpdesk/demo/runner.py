"""`manage.py demo`: from an empty folder to a helpdesk that is ready, until asked to stop."""

import fcntl
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from helpdesk.demo import ready, static
from helpdesk.demo.logins import LOGINS, PASSWORD
from helpdesk.demo.processes import Processes, Program, programs
from helpdesk.embedded import services
from helpdesk.embedded.handles import lock
from helpdesk.embedded.trouble import Trouble

READY_SECONDS = 180
LOOK_SECONDS = 0.2
TOO_OFTEN = 3  # deaths of one process
WITHIN_SECONDS = 60.0
LAST_LINES = 12


class Asked(BaseException):
    """Somebody asked us to stop: Ctrl-C, SIGTERM, or the terminal was closed."""


class Demo:
    """One run of the demo."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.data = Path(settings.DATA_DIR)
        self.console = Console(highlight=False)
        self.processes = Processes(self.data / "log")
        self.deaths: dict[str, deque[float]] = {}
        self.asked = self.interruptible = False

    def run(self) -> None:
        """Returns when asked to stop and all is stopped. Raises Trouble with what went wrong."""
        with self._listening(), only_one(self.data, self.port):
            try:
                self._prepare()
                with self.processes:
                    for program in programs(self.port, self.data):
                        self.processes.start(program)
                    self._wait_until_ready()
                    self._show_the_way()
                    self._index()
                    while True:
                        self._look()
                        time.sleep(LOOK_SECONDS)
            except Asked:
                self.console.print("The helpdesk is stopped; nothing is lost.")

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Notice the signals that ask us to stop; the second one ends the patience with others."""

        def ask(number: int, frame: FrameType | None) -> None:
            self.processes.in_a_hurry = self.asked
            self.asked = True
            if self.interruptible:
                self.interruptible = False
                raise Asked

        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, ask) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _progress(self) -> Progress:
        return Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=self.console,
        )

    def _prepare(self) -> None:
        self.console.print("Getting ready; the first time this takes a minute or two.")
        self.interruptible = not self.asked  # these steps are long, and not ours
        with self._progress() as progress:
            self._step(progress, "Database", migrate)
            self._step(progress, "Styles and scripts", static.collect)
            if find_spec("helpdesk.demo.load"):
                from helpdesk.demo.load import load_company

                load_company(progress)
        connection.close()
        self.interruptible = False

    def _step(self, progress: Progress, name: str, work: Callable[[], object]) -> None:
        task = progress.add_task(name, total=None)
        work()
        progress.update(task, total=1, completed=1)

    def _wait_until_ready(self) -> None:
        name = "Web, workers and the assistant's model"
        with self._progress() as progress:
            task = progress.add_task(name, total=None)

            def look(wanting: dict[str, str]) -> None:
                progress.update(task, description=f"Waiting for: {', '.join(wanting)}")
                self._look()

            if wanting := ready.wait(self.port, READY_SECONDS, look):
                raise Trouble(
                    f"The helpdesk is not ready after {READY_SECONDS} seconds: "
                    + " ".join(f"{name}: {reason}" for name, reason in wanting.items())
                    + f" The logs are in {self.processes.log_folder}."
                )
            progress.update(task, description=name, total=1, completed=1)

    def _index(self) -> None:
        """Begin to make the articles searchable by meaning. The helpdesk serves meanwhile."""
        if find_spec("helpdesk.demo.load"):
            from helpdesk.demo import load_index

            if load_index.is_wanted():
                self.console.print(
                    "The articles are being read; until that is done they are found by their words."
                )
                self.processes.start(load_index.PROGRAM)
            connection.close()

    def _look(self) -> None:
        """Start again what ended. Raises Asked, or Trouble about what keeps ending."""
        if self.asked:
            self.console.print("\nStopping the helpdesk …")
            raise Asked
        for server in services.in_use:
            if server.revive():
                self.console.print(f"[yellow]{server.name}[/] ended and is started again.")
        for entry in self.processes.ended():
            program, now = entry.program, time.monotonic()
            if program.once:
                self.console.print(
                    "The articles are read."
                    if entry.process.returncode == 0
                    else f"Not all articles were read ({self.processes.log(program.name)}); "
                    "the workers go on with it."
                )
                continue
            deaths = self.deaths.setdefault(program.name, deque(maxlen=TOO_OFTEN))
            deaths.append(now)
            if len(deaths) == TOO_OFTEN and now - deaths[0] < WITHIN_SECONDS:
                raise Trouble(self._last_words(program))
            self.console.print(
                f"[yellow]{program.name}[/] ended with {entry.process.returncode} "
                "and is started again."
            )
            self.processes.start(program)

    def _last_words(self, program: Program) -> str:
        log = self.processes.log(program.name)
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return f"{program.name} keeps ending; the end of {log}:\n" + "\n".join(lines)

    def _show_the_way(self) -> None:
        site = settings.SITE_URL
        table = Table.grid(padding=(0, 3))
        for who, email in LOGINS:
            table.add_row(who, email, PASSWORD)
        self.console.print(
            Panel.fit(table, title=f"The helpdesk is ready: {site}", padding=(1, 2)),
        )
        self.console.print(f"Write mails as a customer, and read what is sent: {site}/demo/mail/")
        self.console.print(f"Mails are kept in {self.data / 'mail'}, logs in {self.data / 'log'}.")
        self.console.print("Ctrl-C stops everything.")


def migrate() -> None:
    """Bring the database up to date; quick when it is."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def only_one(data: Path, port: int) -> Iterator[None]:
    """One demo for a data folder. Raises Trouble if another one uses it."""
    path = data / "demo.lock"
    path.touch()
    held = lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is None:
        where = path.read_text() or "another port"
        raise Trouble(f"The demo already runs with the data in {data}, at {where}.")
    try:
        os.truncate(held, 0)
        os.write(held, f"http://localhost:{port}".encode())
        yield
    finally:
        os.close(held)
