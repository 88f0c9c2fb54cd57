"""The number of the request that is being answered: in its answer, in its errors and in the log."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The number of this request; "" outside of any."""
    return _current.get()


def begin(request: HttpRequest) -> str:
    """Give a request its number: a new one, or the one that a proxy of ours gave it.

    It stays until the next one begins: what Django logs of an answer, it logs after it was made.
    """
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    number = given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
    _current.set(number)
    return number


class InLog(logging.Filter):
    """Lets a log line name the request that it belongs to, as ` [number]`."""

    def filter(self, record: logging.LogRecord) -> bool:
        number = current()
        record.request_id = f" [{number}]" if number else ""
        return True
