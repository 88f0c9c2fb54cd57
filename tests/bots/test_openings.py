"""A hand-over begins with a human sentence, and a danger with a safety line that cannot be missed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.template.loader import render_to_string

from bots import openings
from bots.models import Opening
from bots.understanding import installed, understand
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable
from tests.bots.conftest import react
from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_team,
    make_ticket,
    make_visitor,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    AuthorKind,
    Channel,
    EscalationRule,
    Message,
    Priority,
    Reading,
    Reason,
    Ticket,
    Turn,
)
from tickets.rules.shipped import SHIPPED

pytestmark = pytest.mark.django_db

SORRY = "I am sorry that this has gone so wrong."
LOSS = "I am very sorry for your loss."
SAFETY = "Your safety comes first."


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    installed.forget()
    yield
    installed.forget_all()


@pytest.fixture
def by_words(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    """What is noticed is noticed by its words alone, and no article is found."""

    def fails(*args: Any, **kwargs: Any) -> None:
        raise EncoderUnavailable("There is none.")

    installed.forget_all()
    monkeypatch.setattr(embeddings, "encode", fails)


def read_as(message: Message, **values: Any) -> None:
    """Let this have been understood of a message."""
    Reading.objects.update_or_create(
        message=message,
        defaults={
            "ticket": message.ticket,
            "values": {name: {"value": value} for name, value in values.items()},
        },
    )


def asked_after(**values: Any) -> Ticket:
    """Somebody wrote something that was understood so, and then clicked on "Talk to a human"."""
    ticket = make_ticket(turn=Turn.CUSTOMER)
    read_as(ticket.messages.get(author_kind=AuthorKind.CUSTOMER), **values)
    ask(ticket)
    return ticket


def ask(ticket: Ticket) -> None:
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)


def said(ticket: Ticket) -> list[str]:
    """What the assistant said as the hand-over began: after its answer."""
    asked = ticket.messages.filter(author_kind=AuthorKind.ASSISTANT, answer=None)
    return list(asked.order_by("position").values_list("body", flat=True))


def back_and_forth(ticket: Ticket) -> None:
    """An agent had it, and handed it back."""
    agent = Actor.agent(make_agent())
    actions.accept(actor=agent, ticket=ticket)
    actions.hand_back(actor=agent, ticket=ticket)


# --- which sentence -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ({"feeling": "angry"}, SORRY),
        ({"feeling": "distressed"}, "I am sorry that this weighs on you so much."),
        ({"sensitive": ["bereavement"]}, LOSS),
        ({"sensitive": ["bereavement"], "feeling": "angry"}, LOSS),
        ({"sensitive": ["bereavement", "danger"], "feeling": "angry"}, SAFETY),
        (
            {"feeling": "angry", "language": "de"},
            "Es tut mir leid, dass das so schiefgegangen ist.",
        ),
        ({"sensitive": ["danger"], "language": "de"}, "Ihre Sicherheit geht vor."),
        ({"feeling": "angry", "language": "pl"}, SORRY),
    ],
)
def test_the_gravest_of_what_was_read_is_answered_in_their_language(
    values: dict[str, Any], begins: str
) -> None:
    [words] = said(asked_after(**values))
    assert words.startswith(begins)


@pytest.mark.parametrize(
    "values",
    [{"feeling": "calm"}, {"feeling": "frustrated"}, {"sensitive": ["legal"]}, {}],
)
def test_an_ordinary_hand_over_begins_with_what_happens_next(values: dict[str, Any]) -> None:
    ticket = asked_after(**values)
    assert said(ticket) == []
    assert ticket.messages.latest("position").author_kind == AuthorKind.SYSTEM


def test_it_is_said_before_what_happens_next_and_by_nobody_who_is_human() -> None:
    ticket = asked_after(feeling="angry")
    first, second = ticket.messages.order_by("-position")[:2][::-1]
    assert (first.author_kind, second.author_kind) == (AuthorKind.ASSISTANT, AuthorKind.SYSTEM)
    assert first.provenance == {"opening": "angry", "safety": False}
    assert "A person will take over here" in second.body


def test_whoever_may_hurt_themselves_reads_no_sentence_about_their_mood() -> None:
    assert said(asked_after(sensitive=["self_harm"], feeling="distressed")) == []


def test_what_an_agent_corrected_counts() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    message = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    read_as(message, feeling="angry")
    Reading.objects.update(corrected={"feeling": {"to": "calm"}})
    ask(ticket)
    assert said(ticket) == []


def test_a_feeling_of_long_ago_is_not_answered() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    read_as(ticket.messages.get(author_kind=AuthorKind.CUSTOMER), feeling="angry")
    for number in range(openings.LOOKED_BACK):
        read_as(make_message(ticket, f"And then? {number}"), feeling="calm")
    ask(ticket)
    assert said(ticket) == []


def test_it_is_said_once_in_a_conversation_and_something_else_may_follow() -> None:
    ticket = asked_after(feeling="angry")
    back_and_forth(ticket)
    ask(ticket)
    assert len(said(ticket)) == 1
    back_and_forth(ticket)
    read_as(make_message(ticket, "It smells of gas here."), sensitive=["danger"], feeling="angry")
    ask(ticket)
    assert [words.startswith(SAFETY) for words in said(ticket)] == [False, True]


def test_an_admins_own_words_and_topics_are_used() -> None:
    Opening.objects.filter(about="angry", language="en").update(text="That was our mistake.")
    Opening.objects.create(about="wedding", language="en", text="Congratulations!")
    assert said(asked_after(feeling="angry")) == ["That was our mistake."]
    assert said(asked_after(sensitive=["wedding"], feeling="angry")) == ["Congratulations!"]
    Opening.objects.all().delete()
    assert said(asked_after(feeling="angry")) == []


def test_a_conversation_without_any_words_costs_one_query_more(
    django_assert_num_queries: Any,
) -> None:
    visitor = make_visitor()
    ticket = actions.ask_for_a_person(actor=Actor.of_customer(visitor), customer=visitor)
    with django_assert_num_queries(1):
        assert openings.choose(ticket) is None


# --- in danger ------------------------------------------------------------------------------------


def test_a_safety_line_stands_apart_and_is_marked() -> None:
    ticket = asked_after(sensitive=["danger"])
    warning = ticket.messages.get(provenance__safety=True)
    for viewer in ("customer", "staff"):
        html = render_to_string(
            "conversation/message.html", {"message": warning, "ticket": ticket, "viewer": viewer}
        )
        assert "data-safety" in html
        assert "Please read this first" in html
    plain = asked_after(feeling="angry").messages.get(provenance__opening="angry")
    html = render_to_string("conversation/message.html", {"message": plain, "viewer": "customer"})
    assert "data-safety" not in html


def test_whoever_writes_of_a_danger_while_they_wait_is_warned_and_comes_first(
    by_words: None,
) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    react()
    before = said(ticket)
    make_message(ticket, "Help, it smells of gas in the whole house!")
    react()
    ticket.refresh_from_db()
    new = said(ticket)[len(before) :]
    assert [words[: len(SAFETY)] for words in new] == [SAFETY]
    assert (ticket.turn, ticket.priority) == (Turn.QUEUE, Priority.URGENT)
    make_message(ticket, "The smell of gas is getting stronger, there is a gas leak!")
    react()
    assert len(said(ticket)) == len(before) + 1, "once"


def test_an_agent_who_has_it_is_not_talked_over(by_words: None) -> None:
    ticket = make_ticket(turn=Turn.AGENT)
    make_message(ticket, "Help, it smells of gas in the whole house!")
    react()
    assert said(ticket) == []


def test_the_emergency_text_is_marked_as_a_warning(by_words: None) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="I want to kill myself")
    react()
    [words] = said(ticket)
    assert "emergency number" in words
    assert ticket.messages.get(body=words).provenance == {"safety": True}


@pytest.mark.parametrize(
    ("text", "begins", "rule"),
    [
        ("It smells of gas in my tent, what do I do?", SAFETY, "danger"),
        ("Mein Kind hat die Batterie verschluckt!", "Ihre Sicherheit geht vor.", "danger"),
        ("My husband died last week. How do I cancel his order?", LOSS, "sensitive-bereavement"),
        ("My father passed away. I want to talk to a human.", LOSS, "asks-for-a-person"),
    ],
)
def test_from_the_first_words_to_the_queue(
    text: str, begins: str, rule: str, by_words: None
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body=text)
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert said(ticket)[0].startswith(begins)
    firing = ticket.handovers.get().rule
    assert firing is not None
    assert firing.rule is not None
    assert firing.rule.shipped_key == rule
    if rule == "danger":
        assert ticket.priority == Priority.URGENT


# --- noticing it ----------------------------------------------------------------------------------

ORDINARY = [
    "this jacket is fire",
    "gas cartridge for my stove",
    "I'm dying to get it",
    "Which gas canister fits the Ember stove?",
    "How long can I keep gas cartridges?",
    "My order has not arrived and I am fuming",
    "The torch died after two nights",
    "My phone is dead, so I cannot get the code",
    "My parcel got lost",
    "My husband ordered the wrong size",
    "I was shocked when I saw the shipping fee",
    "A spark burned a hole into the tent, can you repair it?",
    "The kettle is not hot enough",
    "The flask leaks a little",
    "the late delivery of my order",
    "Kann ich die Kartusche im Flugzeug mitnehmen?",
]
DANGERS = [
    "There is a strange smell, I think the gas bottle is leaking!",
    "Our stove just exploded on the balcony",
    "My toddler has swallowed the little battery from the head torch",
    "The CO alarm in our van keeps beeping when the heater runs",
    "The pan tipped over and boiling water went over my legs",
    "In der Küche riecht es nach Gas, was soll ich tun?",
]
LOSSES = [
    "My husband passed away on Sunday. How do I cancel his order?",
    "I am writing on behalf of my late mother, who had an account with you",
    "Our family had a death and the trip is off",
    "Meine Oma ist vor kurzem gestorben, ich möchte ihr Konto schließen",
]


def noticed(text: str) -> set[str]:
    return {"danger", "bereavement"} & set(understand(text).values["sensitive"].value)


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_ordinary_is_neither_danger_nor_loss(text: str) -> None:
    assert noticed(text) == set()


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("text", DANGERS)
def test_a_danger_is_noticed(text: str) -> None:
    assert noticed(text) == {"danger"}


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("text", LOSSES)
def test_a_loss_is_noticed(text: str) -> None:
    assert noticed(text) == {"bereavement"}


# --- installations that are there already ---------------------------------------------------------


def test_an_installation_that_is_there_gets_the_rules_in_their_places() -> None:
    migration = import_module("tickets.migrations.0018_rules_for_danger_and_loss")
    new = [key for key, _follows in migration.NEW]
    EscalationRule.objects.filter(shipped_key__in=new).delete()
    EscalationRule.objects.create(name="Somebody has died", position=500)  # an admin's own
    migration.add(apps, None)
    migration.add(apps, None)
    keys = [
        rule.shipped_key
        for rule in EscalationRule.objects.filter(trigger="turn").exclude(shipped_key="")
    ]
    assert keys == [rule.key for rule in SHIPPED]
    added = EscalationRule.objects.get(shipped_key="sensitive-bereavement")
    assert added.name == "Somebody has died (sensitive-bereavement)"
    assert added.versions.count() == 1


def test_a_customer_who_comes_by_mail_gets_no_sentence_before_it_was_read() -> None:
    customer = make_customer()
    ticket = actions.open_ticket(
        actor=Actor.of_customer(customer),
        customer=customer,
        channel=Channel.EMAIL,
        team=make_team(),
        body="You useless liars, this is a disgrace!!",
    )
    assert said(ticket) == []
