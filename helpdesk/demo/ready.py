"""Waiting for the helpdesk to say that it is ready."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException


def reasons(port: int) -> dict[str, str]:
    """What `/readyz` finds wanting there, by name; empty if all is well."""
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=3)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            body = answer.read()
        checks = json.loads(body)["checks"]
    except (OSError, HTTPException):
        return {"web": "It does not answer yet."}
    except (ValueError, KeyError):
        return {"web": f"It answers with status {answer.status}."}
    return {name: check["reason"] for name, check in checks.items() if check["status"] == "failing"}


def wait(port: int, seconds: float, meanwhile: Callable[[dict[str, str]], None]) -> dict[str, str]:
    """Ask until nothing is wanting or the time is up; what is wanting then.

    `meanwhile` is called with what is wanting after each time of asking.
    """
    deadline = time.monotonic() + seconds
    while (wanting := reasons(port)) and time.monotonic() < deadline:
        meanwhile(wanting)
        time.sleep(0.2)
    return wanting
