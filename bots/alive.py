"""This process of the assistant lives: said every second, beside the turns and not behind them."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time

import redis

from bots import pace
from knowledgebase.encoder_service import service
from tickets.service import assistance

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0


def start() -> None:
    """Begin to say it, until the process ends."""
    threading.Thread(target=_beat, name="alive", daemon=True).start()


def _beat() -> None:
    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        try:
            assistance.say(name, trouble=service.trouble, seconds=pace.seconds())
        except (redis.RedisError, OSError):
            logger.warning("Redis is away; nobody hears that the assistant lives.")
        time.sleep(BEAT_SECONDS)
