"""`manage.py demo`: from an empty folder to a helpdesk that is ready, until asked to stop."""

import fcntl
import os
import signal
import time
from collections import deque
from collections.abc import Iterator
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
from helpdesk.embedded.handles import lock
from helpdesk.embedded.trouble import Trouble

READY_SECONDS = 180
LOOK_SECONDS = 0.5
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
        self.deaths: dict[str, deque[float]] = {}

    def run(self) -> None:
        """Returns when asked to stop and all is stopped. Raises Trouble with what went wrong."""
        with stop_when_asked(), only_one(self.data, self.port):
            try:
                with self._progress() as progress:
                    self._prepare(progress)
                with Processes(self.data / "log") as processes:
                    try:
                        for program in programs(self.port, self.data):
                            processes.start(program)
                        with self._progress() as progress:
                            self._wait_until_ready(processes, progress)
                        self._show_the_way()
                        while True:
                            time.sleep(LOOK_SECONDS)
                            self._raise_the_dead(processes)
                    except Asked:
                        self.console.print("\nStopping the helpdesk …")
                        raise
            except Asked:
                self.console.print("The helpdesk is stopped; nothing is lost.")

    def _progress(self) -> Progress:
        return Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=self.console,
        )

    def _prepare(self, progress: Progress) -> None:
        task = progress.add_task("Database", total=None)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        progress.update(task, total=1, completed=1)
        task = progress.add_task("Styles and scripts", total=None)
        static.collect()
        progress.update(task, total=1, completed=1)
        if find_spec("helpdesk.demo.load"):
            from helpdesk.demo.load import load

            load(progress)
        connection.close()  # the pool's threads are gone with us; the children have their own

    def _wait_until_ready(self, processes: Processes, progress: Progress) -> None:
        task = progress.add_task("Web, workers and the assistant's model", total=None)

        def look(wanting: dict[str, str]) -> None:
            self._raise_the_dead(processes)
            progress.update(task, description=f"Waiting for: {', '.join(wanting)}")

        if wanting := ready.wait(self.port, READY_SECONDS, look):
            raise Trouble(
                f"The helpdesk is not ready after {READY_SECONDS} seconds: "
                + " ".join(f"{name}: {reason}" for name, reason in wanting.items())
                + f" The logs are in {processes.log_folder}."
            )
        progress.update(
            task, description="Web, workers and the assistant's model", total=1, completed=1
        )

    def _raise_the_dead(self, processes: Processes) -> None:
        """Start again what ended. Raises Trouble with its last words if that happens too often."""
        for entry in processes.ended():
            program, now = entry.program, time.monotonic()
            deaths = self.deaths.setdefault(program.name, deque(maxlen=TOO_OFTEN))
            deaths.append(now)
            if len(deaths) == TOO_OFTEN and now - deaths[0] < WITHIN_SECONDS:
                raise Trouble(self._last_words(program, processes.log(program.name)))
            self.console.print(
                f"[yellow]{program.name}[/] ended with {entry.process.returncode} "
                "and is started again."
            )
            processes.start(program)

    def _last_words(self, program: Program, log: Path) -> str:
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
        self.console.print(f"Mails are kept in {self.data / 'mail'}, logs in {self.data / 'log'}.")
        self.console.print("Ctrl-C stops everything.")


@contextmanager
def stop_when_asked() -> Iterator[None]:
    """Turn the signals that ask for the end into `Asked`; the second time they end the grace."""

    def ask(number: int, frame: FrameType | None) -> None:
        raise Asked

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def only_one(data: Path, port: int) -> Iterator[None]:
    """One demo for a data folder. Raises Trouble if another one uses it."""
    held = lock(data / "demo.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is None:
        where = (data / "demo.lock").read_text() or "another port"
        raise Trouble(f"The demo already runs with the data in {data}, at {where}.")
    try:
        os.truncate(held, 0)
        os.write(held, f"http://localhost:{port}".encode())
        yield
    finally:
        os.close(held)
