"""A story of the demo is what the helpdesk would have written: the same rows, at their own times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from bots import reactions
from bots.dialogue import Thought
from bots.models import AssistantSettings
from bots.turns import Turned
from helpdesk.demo.load import play
from helpdesk.demo.load_articles import Told
from helpdesk.demo.load_people import Cast
from helpdesk.demo.load_story import Story, World
from knowledgebase.models import Article, Passage
from knowledgebase.passages import cut
from tests.factories import make_agent, make_article, make_customer, make_team
from tickets import actions, events
from tickets.actors import Actor
from tickets.models import (
    Answer,
    ApiKey,
    Channel,
    Customer,
    Decision,
    Message,
    Priority,
    Reaction,
    Reason,
    Ticket,
    Turn,
    User,
)
from tickets.rules import Verdict

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
OPENED = NOW - timedelta(days=2)
AGENT, CUSTOMER = "dana@moor.example", "maya@walkers.example"
POLES = "Slide the sleeve over the break. Tape it down."

TOLD: dict[str, Any] = {
    "subject": "Pole of KM-48877 snapped",
    "customer": CUSTOMER,
    "channel": "portal",
    "team": "gear",
    "priority": "high",
    "days_ago": 2,
    "state": "closed",
    "closed_by": "agent",
    "confirmed": True,
    "reason": "no_article",
    "assignee": AGENT,
    "rating": {"satisfaction": 5, "effort": 4, "comment": "Quick."},
    "messages": [
        {"author": "customer", "minutes": 0, "text": "The pole of KM-48877 snapped in a storm"},
        {
            "author": "assistant",
            "minutes": 0.05,
            "decision": "offer",
            "sources": ["poles"],
            "helpful": False,
            "text": "Slide the sleeve over the break.",
        },
        {"author": "customer", "minutes": 4, "text": "There is no sleeve in the bag, KM-48878"},
        {
            "author": "assistant",
            "minutes": 0.05,
            "decision": "hand_over",
            "text": "I have passed it on.",
        },
        {"author": "note", "by": AGENT, "minutes": 20, "text": "One is left on the shelf."},
        {"author": "agent", "by": AGENT, "minutes": 2, "text": "I send you a sleeve today."},
        {"author": "customer", "minutes": 30, "text": "Thank you, Dana"},
    ],
}


@pytest.fixture
def dana() -> User:
    team = make_team("Gear")
    return make_agent("Dana Osei", email=AGENT, teams=[team])


@pytest.fixture
def maya() -> Customer:
    return make_customer("Maya", email=CUSTOMER)


@pytest.fixture
def poles() -> Article:
    return make_article("Mend a pole", body=POLES)


@pytest.fixture
def world(dana: User, maya: Customer, poles: Article) -> World:
    pieces = [one for one in cut(title="Mend a pole", body=POLES) if one.kind == Passage.Kind.BODY]
    return World(
        cast=Cast({"gear": dana.teams.get()}, {AGENT: dana}, {CUSTOMER: maya}, ApiKey()),
        sources={"poles": Told(poles, "Mend a pole", POLES, pieces)},
        intros={Decision.OFFER: AssistantSettings.load().offer_intro},
        now=NOW,
    )


def told(world: World, **changes: Any) -> Ticket:
    story = Story({**TOLD, **changes}, world)
    play([story])
    return story.ticket


def lived(world: World, dana: User, maya: Customer, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """The same conversation as its people have it now, each click by its action; the assistant
    answers from its queue, and thinks what the file says.
    """
    thinks = Story(TOLD, world)._thought
    items = TOLD["messages"]
    thoughts: dict[int, Thought] = {}  # by the message that is answered

    def read(ticket: Ticket, position: int) -> Turned:
        message = Message.objects.get(ticket=ticket, position=position)
        return Turned({}, Verdict(), thoughts.get(message.pk), message)

    monkeypatch.setattr(reactions, "read_message", read)
    customer, agent = Actor.of_customer(maya), Actor.agent(dana)

    ticket = actions.open_ticket(
        actor=customer,
        customer=maya,
        channel=Channel.PORTAL,
        body=items[0]["text"],
        subject=TOLD["subject"],
        team=dana.teams.get(),
        priority=Priority.HIGH,
    )
    thoughts[ticket.messages.get().pk] = thinks(1, items[1])
    events.run_due()
    answer = Answer.objects.get(message__ticket=ticket)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    events.run_due()
    message = actions.post_message(actor=customer, ticket=ticket, body=items[2]["text"])
    thoughts[message.pk] = thinks(3, items[3])
    events.run_due()
    actions.accept(actor=agent, ticket=ticket)
    actions.write_note(actor=agent, ticket=ticket, body=items[4]["text"])
    actions.reply(actor=agent, ticket=ticket, body=items[5]["text"])
    actions.post_message(actor=customer, ticket=ticket, body=items[6]["text"])
    events.run_due()
    actions.resolve(actor=agent, ticket=ticket)
    actions.confirm_solved(actor=customer, ticket=ticket)
    actions.rate(actor=customer, ticket=ticket, **TOLD["rating"])
    events.run_due()
    ticket.refresh_from_db()
    return ticket


KEYS = {"id", "ticket_id", "message_id", "answer_id", "reference"}


def fields(row: Any) -> dict[str, Any]:
    """What is in a row but its key, those of the rows beside it, and its times."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in KEYS and field.get_internal_type() != "DateTimeField"
    }


def rows(ticket: Ticket) -> dict[str, Any]:
    """Everything that a conversation consists of."""
    answers = Answer.objects.filter(message__ticket=ticket).order_by("message__position")
    happened = [fields(event) for event in ticket.events.order_by("position")]
    for event in happened:
        if "answer" in event["data"]:
            event["data"]["answer"] = "the key of the answer"
    return {
        "ticket": fields(ticket),
        "messages": [fields(message) for message in ticket.messages.all()],
        "answers": [(one.message.position, fields(one)) for one in answers],
        "citations": [fields(source) for one in answers for source in one.citations.all()],
        "notes": [fields(note) for note in ticket.notes.all()],
        "handovers": [fields(handover) for handover in ticket.handovers.all()],
        "facts": [fields(fact) for fact in ticket.facts.order_by("pk")],
        "rating": fields(ticket.rating),
        "events": happened,
    }


def test_a_story_writes_what_a_live_conversation_does(
    world: World, dana: User, maya: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, live = rows(told(world)), rows(lived(world, dana, maya, monkeypatch))
    assert story == live
    assert [len(live[name]) for name in ("messages", "answers", "facts")] == [11, 2, 2]
    assert live["handovers"][0]["reason"] == Reason.NO_ARTICLE


def test_everything_in_a_story_has_its_own_time_and_nothing_the_time_of_now(world: World) -> None:
    ticket = told(world)
    asked = OPENED + timedelta(minutes=4.1)
    by_text = {message.body: message.created_at for message in ticket.messages.all()}
    said = [item for item in TOLD["messages"] if item["author"] in ("customer", "agent")]
    assert [by_text[item["text"]] - OPENED for item in said] == [
        timedelta(minutes=minutes) for minutes in (0, 4.05, 26.1, 56.1)
    ]
    assert ticket.notes.get().created_at == OPENED + timedelta(minutes=24.1)
    handover = ticket.handovers.get()
    assert handover.asked_at == ticket.person_asked_at == asked
    assert handover.accepted_at is not None
    assert asked < handover.accepted_at < ticket.notes.get().created_at
    assert handover.ended_at == ticket.closed_at
    assert ticket.created_at == OPENED
    last = ticket.events.latest("position").created_at
    assert ticket.updated_at == last < NOW
    assert ticket.rating.created_at == last
    assert ticket.last_message_at == OPENED + timedelta(minutes=56.1)
    times = [event.created_at for event in ticket.events.order_by("position")]
    assert times == sorted(times)


def test_nothing_follows_from_a_story(
    world: World, django_capture_on_commit_callbacks: Any, mailoutbox: list[Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as called:
        told(world)
    assert called == []
    assert not Reaction.objects.exists()
    assert events.run_due() == 0
    assert mailoutbox == []


def test_the_second_no_in_words_fetches_a_person(world: World) -> None:
    """The first was a click, to which the assistant says what to do next."""
    offer = {**TOLD["messages"][1], "minutes": 0.05}
    items = [*TOLD["messages"][:2], TOLD["messages"][2], offer, *TOLD["messages"][2:4]]
    changes = {"reason": "unhelpful", "state": "queue", "messages": items, "rating": None}
    ticket = told(world, **changes)
    assert ticket.turn == Turn.QUEUE
    assert ticket.unhelpful_answers == 2
    assert ticket.handovers.get().reason == Reason.UNHELPFUL
    rated = ticket.events.filter(kind="answer.rated").order_by("position")
    assert [event.data["handed_over"] for event in rated] == [False, True]
    sorry = ticket.messages.filter(body=AssistantSettings.load().unhelpful_text)
    assert sorry.count() == 1


def test_places_in_a_queue_are_those_of_the_time_over_all_stories(world: World) -> None:
    """The older one waits no longer when the newer one comes, though its file stands first."""
    first = {**TOLD, "subject": "Waits", "messages": TOLD["messages"][:4], "state": "queue"}
    waiting = [
        Story({**first, "days_ago": days, "rating": None}, world) for days in (1.0, 1.5, 1.2)
    ]
    play([*waiting, over := Story({**TOLD, "days_ago": 3}, world)])
    lines = [
        story.ticket.messages.filter(author_kind="system", body__contains="queue").get().body
        for story in (over, *waiting)
    ]
    assert ["front" in line for line in lines] == [True, False, True, False]
    assert ["number 3" in line for line in lines] == [False, True, False, False]
    assert ["number 2" in line for line in lines] == [False, False, False, True]


def test_a_story_that_goes_on_after_now_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="goes on until"):
        told(world, days_ago=0.01)
    assert not Ticket.objects.filter(created_at__gt=timezone.now()).exists()
