"""The embedded servers: shared, counted, and there again after whatever killed them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis as Client

from helpdesk.demo.processes import ROOT
from helpdesk.embedded import handles
from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.redis import Redis
from helpdesk.embedded.trouble import Trouble
from tests.services import temporary_folder

USER = """
import sys
from pathlib import Path
from helpdesk.embedded.redis import Redis
folder = Path(sys.argv[1])
with Redis(folder / "redis", log_folder=folder / "log").in_use():
    print("using", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    import shutil

    found = temporary_folder()
    yield found
    shutil.rmtree(found)


@pytest.fixture
def redis(folder: Path) -> Redis:
    return Redis(folder / "redis", log_folder=folder / "log")


@pytest.fixture
def postgres(folder: Path) -> Postgres:
    return Postgres(folder / "postgres", log_folder=folder / "log", durable=False)


@pytest.fixture
def use(folder: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts another process that uses Redis until its input ends."""
    users: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        users.append(user)
        assert user.stdout is not None
        assert user.stdout.readline() == "using\n"
        return user

    yield start
    for user in users:
        user.communicate()


def pid(folder: Path) -> int:
    return int((folder / "pid").read_text().split()[0])


def is_alive(folder: Path) -> bool:
    """Whether the server lives, and nobody is starting or stopping it."""
    with handles.turn(folder):
        return handles.is_alive(folder)


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_one_server_serves_many_processes_and_the_last_one_stops_it(
    folder: Path, use: Callable[[], subprocess.Popen[str]]
) -> None:
    first, second = use(), use()
    server = pid(folder / "redis")
    first.communicate()
    assert is_alive(folder / "redis")
    assert pid(folder / "redis") == server
    second.communicate()
    assert not is_alive(folder / "redis")


def test_a_killed_user_does_not_count(
    folder: Path, use: Callable[[], subprocess.Popen[str]]
) -> None:
    killed, left = use(), use()
    killed.kill()
    time.sleep(handles.KEEPER_SECONDS + 0.5)
    assert is_alive(folder / "redis"), "somebody uses it still"
    left.communicate()
    assert not is_alive(folder / "redis")


def test_the_keeper_stops_what_killed_users_left_behind(
    folder: Path, use: Callable[[], subprocess.Popen[str]]
) -> None:
    use().kill()
    assert is_alive(folder / "redis")
    assert until(lambda: not is_alive(folder / "redis"))


def test_what_was_written_is_there_after_a_killed_redis(redis: Redis) -> None:
    with redis.in_use() as url, Client.from_url(url) as client:
        client.set("kept", "yes")
        os.kill(pid(redis.folder), signal.SIGKILL)
        assert until(redis.revive)
        assert client.get("kept") == b"yes"
        assert not redis.revive(), "it is alive"


def test_redis_starts_after_a_power_cut_in_the_middle_of_a_write(redis: Redis) -> None:
    with redis.in_use() as url, Client.from_url(url) as client:
        client.set("kept", "yes")
    with (redis.folder / "appendonly.aof").open("ab") as kept:
        kept.write(b"*3\r\n$3\r\nSET\r\n$4\r\nha")
    with redis.in_use() as url, Client.from_url(url) as client:
        assert client.get("kept") == b"yes"


def test_redis_sets_a_broken_file_aside_and_starts(redis: Redis) -> None:
    with redis.in_use() as url, Client.from_url(url) as client:
        client.set("lost", "yes")
    (redis.folder / "appendonly.aof").write_bytes(b"not what Redis writes\r\n" * 50)
    with redis.in_use() as url, Client.from_url(url) as client:
        assert client.get("lost") is None
    assert len(list(redis.folder.glob("appendonly.broken-*.aof"))) == 1


def test_a_socket_whose_path_would_be_too_long_is_elsewhere(folder: Path) -> None:
    deep = folder / ("long" * 30)
    redis = Redis(deep / "redis", log_folder=folder / "log")
    with redis.in_use() as url, Client.from_url(url) as client:
        assert client.ping()
        place = redis.socket_folder()
        assert not place.is_relative_to(folder)
        assert place.stat().st_mode & 0o077 == 0
    place.rmdir()


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    redis = Redis(folder / ("long" * 30) / "redis", log_folder=folder / "log")
    place = redis.socket_folder()
    try:
        place.chmod(0o777)
        with pytest.raises(Trouble, match="belongs to somebody else"), redis.in_use():
            pass
    finally:
        place.rmdir()


def test_postgresql_keeps_its_data_through_kill_9(folder: Path) -> None:
    postgres = Postgres(folder / "postgres", log_folder=folder / "log")
    with postgres.in_use() as url:
        with psycopg.connect(url) as database:
            database.execute("CREATE TABLE kept AS SELECT '[1,2]'::vector AS place")
        os.kill(pid(postgres.folder), signal.SIGKILL)
        assert until(postgres.revive)
        with psycopg.connect(url) as database:
            assert database.execute("SELECT place::text FROM kept").fetchone() == ("[1,2]",)
    assert not is_alive(postgres.folder)


def test_a_stale_pid_file_that_names_a_living_process_is_no_obstacle(postgres: Postgres) -> None:
    with postgres.in_use():
        pass
    user, group = postgres.run_as()  # of another user's process PostgreSQL would not be afraid
    with subprocess.Popen(["sleep", "60"], user=user, group=group, cwd="/") as other:
        stale = f"{other.pid}\n{postgres.data}\n0\n5432\n\n\n\nready\n"
        (postgres.data / "postmaster.pid").write_text(stale)
        (postgres.folder / "pid").write_text(f"{other.pid} 15 9")
        with postgres.in_use() as url, psycopg.connect(url) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert other.poll() is None, "it was no business of ours"
        other.kill()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(postgres: Postgres) -> None:
    (postgres.folder / "data.new").mkdir(parents=True)
    (postgres.folder / "data.new" / "PG_VERSION").write_text("18\n")
    with postgres.in_use() as url, psycopg.connect(url) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_data_of_another_major_version_is_said_to_be_so(postgres: Postgres) -> None:
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Trouble, match="is of PostgreSQL 16 and this is 18"), postgres.in_use():
        pass


def test_the_embedded_postgresql_listens_on_no_network(postgres: Postgres) -> None:
    with postgres.in_use() as url, psycopg.connect(url) as database:
        settings = {
            name: database.execute(f"SHOW {name}").fetchone()
            for name in ("listen_addresses", "max_connections", "shared_buffers")
        }
    assert settings == {
        "listen_addresses": ("",),
        "max_connections": ("200",),
        "shared_buffers": ("128MB",),
    }
    assert postgres.socket_folder().stat().st_mode & 0o077 == 0
