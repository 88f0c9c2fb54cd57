"""What is logged: that something happened, and nothing of what people write or who they are."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from knowledgebase import embeddings
from tests.factories import make_agent, make_customer, make_note, make_reply, make_ticket
from tickets import actions, events
from tickets.actors import Actor
from tickets.models import Scope, Ticket, Turn

CANARY = "canary-4d1c"


def model_away(*_texts: object, **_how: object) -> object:
    raise embeddings.EncoderUnavailable("The encoder is not there.")


def by_api(ticket: Ticket, secret: str) -> Any:
    return Client().post(
        f"/api/v1/tickets/{ticket.reference}/messages/",
        {"body": CANARY},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


@pytest.mark.django_db
def test_no_line_of_the_log_says_what_was_written_or_by_whom(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "encode", model_away)
    customer = make_customer(CANARY, email=f"{CANARY}@walkers.example", login=True)
    ticket = make_ticket(turn=Turn.QUEUE, customer=customer, subject=CANARY, body=CANARY)
    agent = make_agent(CANARY, email=f"{CANARY}@kestrelmoor.example", teams=[ticket.team])
    _key, secret = actions.create_api_key(
        actor=Actor.system(), name="Shop", scopes=[Scope.TICKETS_WRITE]
    )
    client = Client(raise_request_exception=False)
    assert customer.user is not None
    client.force_login(customer.user)
    page = f"/requests/{ticket.reference}/messages/"
    said = {"body": CANARY}
    with caplog.at_level(logging.INFO):
        answers = [
            client.post("/ask/", said),
            client.post(page, said),
            client.post(page, {"body": CANARY * 5000}),
            Client().post("/account/login/", {"login": customer.email, "password": CANARY}),
            by_api(ticket, CANARY),
            by_api(ticket, secret),
        ]
        make_reply(ticket, agent, CANARY)
        make_note(ticket, agent, CANARY)
        events.run_due()
        with monkeypatch.context() as broken:
            broken.setattr("tickets.actions.continue_conversation", lambda **_named: 1 / 0)
            answers.append(client.post(page, said))
    assert [one.status_code for one in answers] == [302, 302, 422, 200, 401, 201, 500]
    assert "ZeroDivisionError" in caplog.text, "what went wrong is there"
    assert CANARY not in caplog.text
    assert secret not in caplog.text
