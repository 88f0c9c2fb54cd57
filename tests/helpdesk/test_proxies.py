"""Behind the web server that the demo starts, what a client says of its address counts for nothing."""

from __future__ import annotations

import os
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from helpdesk.demo.processes import Processes, Program, programs
from tests.live import free_port


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_web_server_believes_as_many_proxies_as_we_have(
    tmp_path: Path, proxies: int, forwarded: str, address: str
) -> None:
    port = free_port()
    web = programs(port, tmp_path)[0]
    arguments = ["tests.helpdesk.echo:application" if ":" in a else a for a in web.arguments]
    with Processes(tmp_path, {**os.environ, "TRUSTED_PROXIES": str(proxies)}) as processes:
        processes.start(Program("web", arguments))
        assert answer(port, forwarded) == address


def answer(port: int, forwarded: str) -> str:
    """What the server says as soon as it listens."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    deadline = time.monotonic() + 60
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/", headers=headers)
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        finally:
            connection.close()
