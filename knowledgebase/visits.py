"""Who reads and searches the help centre: told to whoever wants to know, once the answer has been sent.

Nothing is kept here. What a listener does costs the page nothing: it runs when the response is closed,
which is after its last byte. What goes wrong there is in the log, and nobody who reads notices.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """An article (its key) that was opened; or words that were searched for, and what they found."""

    article: int | None = None
    words: str = ""
    hits: int = 0


Listener = Callable[[HttpRequest, Visit], None]
_listeners: list[Listener] = []


def add(listener: Listener) -> None:
    """Let `listener` know of every page that was asked for by GET, whoever asked."""
    _listeners.append(listener)


def tell(request: HttpRequest, response: HttpResponse, visit: Visit) -> None:
    """Tell the listeners of this visit when the response has left."""
    if request.method == "GET":
        closers = response._resource_closers  # type: ignore[attr-defined]  # no public name, no stub
        closers.append(partial(_tell_all, request, visit))


def _tell_all(request: HttpRequest, visit: Visit) -> None:
    for listener in _listeners:
        try:
            listener(request, visit)
        except Exception as error:  # its kind only: a database may say the words that it refuses
            logger.warning("A visit of the help centre was not kept: %s", type(error).__name__)
