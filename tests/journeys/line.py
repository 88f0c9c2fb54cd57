"""A line between a browser and the helpdesk that can be cut, and mended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """Forwards TCP from a port of its own to another on this machine, while it is whole."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.whole = True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.ends: list[socket.socket] = []
        self.connections: list[threading.Thread] = []
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def cut(self) -> None:
        """End every connection; whoever tries again gets none."""
        self.whole = False
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self) -> None:
        self.whole = True

    def end(self) -> None:
        """Take it away. Returns when everything is closed."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        self.listener.close()
        self.cut()
        for thread in self.connections:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was shut down
            while True:
                near, _address = self.listener.accept()
                if self.whole:
                    far = socket.create_connection(("127.0.0.1", self.to_port))
                    self.ends += [near, far]
                    thread = threading.Thread(target=_connect, args=(near, far), daemon=True)
                    self.connections.append(thread)
                    thread.start()
                else:
                    near.close()


def _connect(near: socket.socket, far: socket.socket) -> None:
    """Copy both ways until either end closes."""
    with near, far:
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A whole line to a port; gone when the context ends."""
    line = Line(port)
    try:
        yield line
    finally:
        line.end()
