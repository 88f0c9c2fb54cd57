"""Whatever the description allows or forbids is tried on the API, which must do as it says.

Each operation with valid and with broken requests, made up from the description by schemathesis, and
judged by all its checks. The same ones each time, and so many that it takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, assume, settings
from limits import parse

from knowledgebase import embeddings
from tests.factories import make_article, make_ticket
from tests.tickets.api.conftest import Caller
from tickets.api.views import base
from tickets.models import Ticket, Turn

BYTES = "application/octet-stream"
described = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@pytest.fixture
def something_to_find(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A ticket and an article, in the transaction of the test, which no request must end."""
    monkeypatch.setattr(base, "REQUESTS", parse("100000/minute"))
    # By words alone: the search by meaning has its own tests, and the model takes long to load.
    monkeypatch.setattr(embeddings, "encode", _away)
    make_ticket(turn=Turn.QUEUE)
    make_article()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def _away(*_given: object, **_more: object) -> NoReturn:
    raise embeddings.EncoderUnavailable("away")


def _is_sent(value: object) -> bool:
    """No address can say null, and one that says nothing of a parameter breaks no rule about it."""
    return value is not None and value != [] and value != {}


@described.parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_as_its_description_says(
    case: schemathesis.Case[Any], shop: Caller, something_to_find: None
) -> None:
    assert case.meta is not None
    if case.meta.generation.mode.is_negative:
        assume(all(_is_sent(value) for value in (case.query or {}).values()))
    if case.media_type == BYTES and case.meta.generation.mode.is_negative:
        assume(
            isinstance(case.body, bytes) or not case.body
        )  # all else is some bytes when it is sent
    elif case.media_type == BYTES:
        case.body = case.body or b"It drips."  # of which there is one at least, it cannot make up
    if case.path_parameters.get("reference") and not case.meta.generation.mode.is_negative:
        case.path_parameters["reference"] = Ticket.objects.earliest("pk").reference
    if isinstance(case.body, dict) and not case.meta.generation.mode.is_negative:
        # Which of these there are, an admin says, or what was sent before.
        for name in ("custom_fields", "organization", "attachments"):
            case.body.pop(name, None)
        if isinstance(told := case.body.get("metadata"), dict):
            # That names hold no NUL, and how long they are, OpenAPI 3.0 has no words for.
            case.body["metadata"] = {
                name[:40]: value for name, value in told.items() if "\x00" not in name
            }
    case.call_and_validate(headers={"Authorization": f"Bearer {shop.secret}"})
