"""Names of conversations in addresses and ids: signed, so that nobody makes one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_agent, make_ticket
from tickets.email import tokens
from tickets.email.tokens import Token

pytestmark = pytest.mark.django_db


def test_an_answer_finds_its_conversation_by_address_by_id_and_by_a_line() -> None:
    ticket = make_ticket()
    token = tokens.make(ticket)
    found = Token(ticket.reference)

    assert tokens.in_address(tokens.address("support@kestrelmoor.example", token)) == found
    assert tokens.in_ids(["<a@b>", tokens.message_id("event-7.reply", token), "<c@d>"]) == found
    assert tokens.in_markers(["##HD-no##", tokens.marker(token)]) == found


def test_letters_that_lost_or_got_their_case_on_the_way_are_the_same_token() -> None:
    ticket = make_ticket()
    address = tokens.address("support@kestrelmoor.example", tokens.make(ticket))
    assert tokens.in_address(address.upper()) == Token(ticket.reference)


def test_a_token_of_an_agent_says_whose_it_is_and_is_no_token_of_another() -> None:
    ticket, agent = make_ticket(), make_agent()
    token = tokens.make(ticket, user=agent)
    address = tokens.address("support@kestrelmoor.example", token)

    assert tokens.in_address(address) == Token(ticket.reference, agent.pk)
    assert tokens.in_address(address.replace(f"-u{agent.pk}.", f"-u{agent.pk + 1}.")) is None
    assert tokens.in_address(address.replace(f"-u{agent.pk}.", ".")) is None


def test_a_signature_of_one_conversation_does_not_open_another() -> None:
    mine, theirs = make_ticket(), make_ticket()
    _name, _dot, signature = tokens.make(mine).rpartition(".")
    forged = f"{theirs.reference.lower()}.{signature}"

    assert tokens.in_address(tokens.address("support@kestrelmoor.example", forged)) is None
    assert tokens.in_ids([tokens.message_id("event-7.reply", forged)]) is None


def test_the_key_of_before_is_good_while_it_is_kept(settings: Any) -> None:
    ticket = make_ticket()
    token = tokens.make(ticket)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert tokens.in_markers([tokens.marker(token)]) is None

    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.in_markers([tokens.marker(token)]) == Token(ticket.reference)
