"""What the system says in a conversation: to the customer in their words, to agents in theirs."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import make_answer, make_customer, make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions
from tickets.actors import Actor
from tickets.models import AuthorKind, Message, Reason, RuleFiring, Team, Ticket, Turn, User
from tickets.portal import news as portal_news
from tickets.workspace import happened, timeline

pytestmark = pytest.mark.django_db

MAYA = "Maya Lindqvist"


def told(ticket: Ticket) -> list[str]:
    """The system's lines as agents read them."""
    items = timeline.newest(Ticket.objects.get(pk=ticket.pk)).items
    return [
        happened.line(one, ticket)
        for one in items
        if isinstance(one, Message) and one.author_kind == AuthorKind.SYSTEM
    ]


@pytest.fixture
def ticket(team: Team) -> Ticket:
    """Maya asked something, and the assistant has it."""
    return make_ticket(team=team, customer=make_customer(MAYA), turn=Turn.ASSISTANT)


def test_every_line_says_to_agents_who_did_what(
    ticket: Ticket, dana: User, other_team: Team
) -> None:
    maya, agent = Actor.of_customer(ticket.customer), Actor.agent(dana)
    actions.hand_over(actor=maya, ticket=ticket, reason=Reason.ASKED)
    actions.accept(actor=agent, ticket=ticket)
    actions.hand_back(actor=agent, ticket=ticket)
    actions.hand_over(
        actor=Actor.assistant(), ticket=ticket, reason=Reason.NO_ARTICLE, words="I do not know."
    )
    actions.transfer(actor=agent, ticket=ticket, team=other_team)
    actions.resolve(actor=agent, ticket=ticket)
    actions.reopen(actor=maya, ticket=ticket)
    actions.confirm_solved(actor=maya, ticket=ticket)
    actions.reopen(actor=agent, ticket=ticket)
    assert told(ticket) == [
        "Maya Lindqvist asked for a person.",
        "Dana Osei joined the conversation.",
        "Dana Osei handed the conversation back to the assistant.",
        "Handed to a person: No article covers it.",
        "Dana Osei passed the conversation on to Orders.",
        "Dana Osei joined the conversation.",
        "Dana Osei marked this as resolved.",
        "Maya Lindqvist reopened this conversation.",
        "Maya Lindqvist said that this is solved.",
        "Dana Osei reopened this conversation.",
    ]


def test_no_line_that_agents_read_speaks_to_the_customer(
    ticket: Ticket, dana: User, other_team: Team
) -> None:
    """Nor does any that the customer reads change by it."""
    maya, agent = Actor.of_customer(ticket.customer), Actor.agent(dana)
    make_answer(ticket)
    for act in (
        lambda: actions.hand_over(actor=maya, ticket=ticket, reason=Reason.ASKED),
        lambda: actions.transfer(actor=agent, ticket=ticket, team=other_team),
        lambda: actions.accept(actor=agent, ticket=ticket),
        lambda: actions.hand_back(actor=agent, ticket=ticket),
        lambda: actions.resolve(actor=agent, ticket=ticket),
        lambda: actions.reopen(actor=maya, ticket=ticket),
        lambda: actions.confirm_solved(actor=maya, ticket=ticket),
    ):
        act()
    assert not [line for line in told(ticket) if re.search(r"\b(you|your|we|us)\b", line, re.I)]
    fresh = Ticket.objects.get(pk=ticket.pk)
    read = "".join(item["html"] for item in portal_news.news(fresh, after=1)["items"])
    for words in ("We passed you on to Orders.", "Is it solved for you?", "You said that this is"):
        assert words in read
    assert "said that this is solved" not in read.replace("You said", "")


def test_page_and_news_say_the_same_to_agents(ticket: Ticket, danas: Client, dana: User) -> None:
    maya = Actor.of_customer(ticket.customer)
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    seen = Ticket.objects.get(pk=ticket.pk).last_position
    actions.reopen(actor=maya, ticket=ticket)
    page = danas.get(f"/workspace/{ticket.reference}/").text
    news = danas.get(f"/workspace/{ticket.reference}/news/?after={seen}", headers=BY_SCRIPT).text
    for html in (page, news):
        assert "Maya Lindqvist reopened this conversation." in html
        assert "You reopened" not in html


def test_a_line_without_an_event_is_read_as_it_stands(ticket: Ticket) -> None:
    """Nothing that was written before events told of it is lost."""
    Ticket.objects.filter(pk=ticket.pk).update(last_position=90)
    Message.objects.create(
        ticket=ticket, position=90, author_kind=AuthorKind.SYSTEM, channel="portal", body="Moved."
    )
    assert told(ticket) == ["Moved."]


def test_a_rule_is_named(ticket: Ticket) -> None:
    firing = RuleFiring.objects.create(
        ticket=ticket, message=ticket.messages.get(), rule_name="Sea freight", version=1
    )
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.RULE, firing=firing)
    assert told(ticket) == ["Handed to a person by the rule “Sea freight”."]
