"""`manage.py demo`: up from nothing, healed while it runs, down without a trace, and up again."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from helpdesk.demo import environment, ready
from helpdesk.demo.logins import LOGINS, PASSWORD
from helpdesk.demo.processes import BEGIN, ROOT, Processes, Program
from helpdesk.embedded import handles
from tests.live import free_port
from tests.services import temporary_folder

NAMES = ("web", "worker", "assistant", "beat", "fetching", "post", "shop")


@dataclass
class Run:
    """A demo that runs, and what it has said."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(iter(output.readline, ""))

    def until_it_says(self, words: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while words not in "".join(self.lines):
            assert time.monotonic() < deadline, f"no {words!r} in:\n{''.join(self.lines)}"
            assert self.process.poll() is None, "".join(self.lines)
            time.sleep(0.1)

    def process_of(self, module: str) -> int:
        """The number of the process that runs a module. Fails if there is none in ten seconds."""
        found: list[int] = []

        def look() -> bool:
            found[:] = [
                int(process.name)
                for process in Path("/proc").glob("[0-9]*")
                if f"-m\0{module}".encode() in _of(process, "cmdline")
                and os.fsencode(self.data) in _of(process, "environ")
            ]
            return bool(found)

        assert until(look, 10), f"{module} does not run"
        return found[0]

    def everything(self) -> list[str]:
        """The command lines of all processes that belong to this demo, servers and all."""
        return processes_of(self.data)


def processes_of(data: Path) -> list[str]:
    """The command lines of the processes that have this data folder in theirs or their variables."""
    mark = os.fsencode(data)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            variables = (process / "environ").read_bytes()
        except OSError:  # gone, or not ours
            continue
        if mark in command or b"HELPDESK_DATA=" + mark + b"\0" in variables:
            found.append(command.replace(b"\0", b" ").decode())
    return found


def _of(process: Path, what: str) -> bytes:
    try:
        return (process / what).read_bytes()
    except OSError:  # gone, or not ours
        return b""


def until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = temporary_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def demo(data: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []

    def start() -> Run:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=clean_environment(data),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        runs.append(Run(process, port, data))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.wait()


def clean_environment(data: Path) -> Mapping[str, str]:
    """As a newcomer's: nothing of what the tests set."""
    unset = {"DATABASE_URL", "REDIS_URL", "ENCODER", "DJANGO_SETTINGS_MODULE", "PORT"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "HELPDESK_DATA": str(data), "COLUMNS": "120"}


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
def test_the_demo_comes_up_from_nothing_heals_itself_and_goes_without_a_trace(
    demo: Callable[[], Run], data: Path
) -> None:
    first = demo()
    first.until_it_says("Ctrl-C stops everything", 400)
    said = "".join(first.lines)
    assert f"http://localhost:{first.port}" in said
    for who, email in LOGINS:
        assert who in said
        assert email in said
    assert PASSWORD in said
    assert str(data / "mail") in said
    assert not ready.reasons(first.port)

    # it serves while the articles are indexed beside, and when that is killed in the middle
    first.until_it_says("found by their words", 10)
    indexer = first.process_of("helpdesk.demo.indexer")
    page = httpx.get(f"http://localhost:{first.port}/help/search/?q=return+an+order")
    assert "/help/return-an-item/" in page.text
    os.kill(indexer, signal.SIGKILL)
    first.until_it_says("the workers go on with it", 10)
    assert not ready.reasons(first.port)

    # a second one is told so, and does the first no harm
    second = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", str(free_port())],
        cwd=ROOT,
        env=clean_environment(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "The demo already runs" in second.stderr

    # Redis killed
    os.kill(int((data / "redis" / "pid").read_text().split()[0]), signal.SIGKILL)
    first.until_it_says("Redis ended and is started again", 10)
    assert until(lambda: not ready.reasons(first.port), 60), ready.reasons(first.port)

    # asked to stop
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(30) == 0
    assert until(lambda: first.everything() == [], 5), first.everything()

    # again, with what was there
    again = demo()
    again.until_it_says("Ctrl-C stops everything", 180)

    # killed itself
    again.process.kill()
    assert until(lambda: again.everything() == [], 15), again.everything()


def program(name: str, code: str) -> Program:
    return Program(name, ("timeit", "-n", "1", "-r", "1", code))


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path / "log") as found:
        yield found


def test_a_process_that_ignores_the_question_is_made_to_end(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.demo.warden.GRACE_SECONDS", 0.5)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); "
    processes.start(program("deaf", deaf + "time.sleep(60)"))
    assert until(lambda: "deaf" in processes.log("deaf").read_text(), 5)
    process = processes.running["deaf"].process
    started = time.monotonic()
    processes.stop()
    assert time.monotonic() - started < 3
    assert process.returncode == -signal.SIGKILL


def test_what_ended_is_told_once(processes: Processes) -> None:
    processes.start(program("short", "print('last words')"))
    assert until(lambda: processes.running["short"].process.poll() is not None, 5)
    assert [entry.program.name for entry in processes.ended()] == ["short"]
    assert processes.ended() == []
    assert "last words" in processes.log("short").read_text()


def test_only_the_assistants_worker_holds_the_model() -> None:
    from helpdesk.demo.processes import programs

    holding = {p.name for p in programs(8000, Path("/data")) if p.environment["ENCODER"] == "local"}
    assert holding == {"assistant"}
    assert {p.name for p in programs(8000, Path("/data"))} == set(NAMES)


def test_the_demos_variables_give_way_to_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in environment.variables(8000):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SITE_URL", "https://help.example")
    port = free_port()
    environment.prepare(["manage.py", "demo", "--port", str(port)], tmp_path)
    assert os.environ["SITE_URL"] == "https://help.example"
    assert os.environ["STAFF_NEED_SECOND_FACTOR"] == "0"


def test_the_lock_of_a_dead_demo_is_free(tmp_path: Path) -> None:
    (tmp_path / "demo.lock").write_text("http://localhost:8000")
    assert handles.is_free(tmp_path / "demo.lock")


def test_a_process_whose_runner_dies_before_the_warden_knows_of_it_never_begins(
    tmp_path: Path,
) -> None:
    begun = tmp_path / "begun"
    code = f"open({str(begun)!r}, 'w').close()"
    run = subprocess.run(
        [sys.executable, "-c", BEGIN, "-m", *program("late", code).arguments],
        stdin=subprocess.DEVNULL,  # as when the runner's end of the pipe is gone
        check=False,
    )
    assert run.returncode == 0
    assert not begun.exists()
