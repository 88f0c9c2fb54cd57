"""One call sent to a connector, as often as that may be done, and what it answered."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pybreaker import CircuitBreakerError

from tickets import outside, sealing, signing
from tickets.connectors import breaker, mapping
from tickets.intake import text
from tickets.models import Connector, ConnectorCallState

PAUSE = 0.2  # seconds before the second attempt; twice as long before each further one
LONGEST_SENTENCE = 300  # characters, of what a system says
_REFUSES = (400, 409, 410, 422)


class _Failed(Exception):
    """The message is a sentence for staff; `arrived` says whether what was sent may have got there."""

    def __init__(self, sentence: str, *, arrived: bool) -> None:
        super().__init__(sentence)
        self.arrived = arrived


class _Down(_Failed):
    """It did not answer, or not as a system that works: it may be asked again."""


class _Hopeless(_Failed):
    """It would be the same again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back: the answer where there is one, else the problem as a sentence for staff."""

    state: ConnectorCallState
    answer: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    attempts: int = 0
    may_have_arrived: bool = False  # although no answer came


def send(connector: Connector, path: str, number: str, body: Mapping[str, Any]) -> Sent:
    """Ask it; again if it was not there, with the same number. Never inside a transaction."""
    written = json.dumps(body, ensure_ascii=False).encode()
    address = connector.address.rstrip("/") + (f"/{path}" if path else "")
    try:
        endpoint = outside.read(address, plain=bool(connector.networks))
        signature = signing.headers((connector.secret, connector.previous_secret), number, written)
    except outside.Refused:
        return Sent(ConnectorCallState.FAILED, problem=_("Its address is none that may be asked."))
    except sealing.Unreadable:
        return Sent(
            ConnectorCallState.FAILED, problem=_("Its secret cannot be opened. Make a new one.")
        )
    problem, may_have_arrived = "", False
    for attempt in range(connector.attempts):
        if attempt:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        try:
            answered = breaker.of(connector).call(_post, connector, endpoint, signature, written)
        except CircuitBreakerError:
            problem = problem or _("It failed several times and is left alone for half a minute.")
            return Sent(ConnectorCallState.UNAVAILABLE, {}, problem, attempt, may_have_arrived)
        except _Hopeless as error:
            arrived = may_have_arrived or error.arrived
            return Sent(ConnectorCallState.FAILED, {}, str(error), attempt + 1, arrived)
        except _Down as error:
            problem = str(error)
            may_have_arrived = may_have_arrived or error.arrived
            continue
        return _read(answered, attempt + 1)
    return Sent(ConnectorCallState.FAILED, {}, problem, connector.attempts, may_have_arrived)


def _post(
    connector: Connector, endpoint: outside.Endpoint, signature: dict[str, str], body: bytes
) -> outside.Answered:
    """Raises _Down, and _Hopeless."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", **signature}
    try:
        answered = outside.send(
            endpoint,
            body=body,
            headers=headers,
            seconds=connector.seconds,
            allowed=connector.networks,
        )
    except outside.Refused as error:
        raise _Hopeless(outside.in_words(error), arrived=False) from error
    except outside.TooMuch as error:
        raise _Hopeless(_("The answer is too long: it was not read."), arrived=True) from error
    except outside.NoAnswer as error:
        sentence = outside.in_words(error, seconds=connector.seconds)
        raise _Down(sentence, arrived=error.may_have_arrived) from error
    if answered.status == 429 or answered.status >= 500:
        sentence = _("It answers with %(status)d.") % {"status": answered.status}
        raise _Down(sentence, arrived=True)
    return answered


def _read(answered: outside.Answered, attempts: int) -> Sent:
    if 300 <= answered.status < 400:
        problem = _("It answers with a redirect, which is not followed.")
        return Sent(ConnectorCallState.FAILED, {}, problem, attempts)
    if answered.status in (401, 403):
        problem = _("It does not believe the signature. Compare the secret on both sides.")
        return Sent(ConnectorCallState.FAILED, {}, problem, attempts)
    if answered.status == 404:
        return Sent(ConnectorCallState.NOT_FOUND, {}, _("It knows nothing of that."), attempts)
    try:
        answer = mapping.read(answered.body)
    except mapping.Rubbish as error:
        if answered.status in _REFUSES:
            return Sent(
                ConnectorCallState.REFUSED, {}, _("It refuses, without a reason."), attempts
            )
        return Sent(ConnectorCallState.FAILED, {}, str(error), attempts, may_have_arrived=True)
    if answered.status in _REFUSES:
        said = mapping.plain(mapping.at(answer, "error.message"))
        sentence = text.line(str(said), limit=LONGEST_SENTENCE) if said else ""
        return Sent(
            ConnectorCallState.REFUSED,
            answer,
            sentence or _("It refuses, without a reason."),
            attempts,
        )
    if answered.status >= 300:
        problem = _("It answers with %(status)d.") % {"status": answered.status}
        return Sent(ConnectorCallState.FAILED, {}, problem, attempts)
    return Sent(ConnectorCallState.DONE, answer, "", attempts)
