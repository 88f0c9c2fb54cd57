"""What rules do to a conversation by themselves, and what its customer is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from tests.factories import (
    make_admin,
    make_agent,
    make_customer,
    make_lead,
    make_message,
    make_organization,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions
from tests.tickets.ruled import PREMIER, firings, happens, kinds, rule, run_until_quiet
from tickets import actions
from tickets.actors import Actor
from tickets.email import sender
from tickets.live import nudges
from tickets.models import (
    AuthorKind,
    Channel,
    Delivery,
    EventKind,
    Note,
    Priority,
    Reason,
    Resolution,
    RuleFiring,
    StaffRole,
    Status,
    StatusCategory,
    Stopped,
    Ticket,
    Tier,
    Turn,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Actor:
    return Actor.agent(make_admin("Odhrán MacAllister"))


# --- what they do ---------------------------------------------------------------------------------


def test_everything_that_a_rule_can_do_to_a_conversation(admin: Actor) -> None:
    team, other = make_team("Desk"), make_team("Returns")
    dana, lead = make_agent("Dana Osei", teams=[other]), make_lead("Femi", teams=[other])
    rule(
        admin,
        trigger="customer_wrote",
        actions={
            "tags": ["vip"],
            "facts": {"lane": "fast"},
            "page": [lead.pk],
            "note": "Look at this first.",
            "message": "We are on it.",
            "acts": {"priority": 4, "remove_tags": ["slow"], "team": other.pk, "assignee": dana.pk},
        },
    )
    ticket = make_ticket(team=team, turn=Turn.QUEUE)
    Ticket.objects.filter(pk=ticket.pk).update(tags=["slow"])
    make_message(ticket)
    after = ticket.last_position
    ticket = happens(ticket, EventKind.MESSAGE_POSTED)
    assert (ticket.tags, ticket.priority) == (["vip"], Priority.URGENT)
    assert (ticket.team, ticket.assignee, ticket.turn) == (other, dana, Turn.AGENT)
    assert ticket.facts.filter(key="lane", value="fast").exists()
    note = ticket.notes.get()
    assert (note.author, note.rule, note.by) == (None, "Fast lane", "Rule: Fast lane")
    told = ticket.messages.get(body="We are on it.")
    assert (told.author_kind, told.by_rule) == (AuthorKind.SYSTEM, "Fast lane")
    paged = ticket.events.get(kind=EventKind.PERSON_PAGED)
    assert paged.data["user"] == lead.pk
    done = set(kinds(ticket, after))
    assert {"rule.applied", "ticket.transferred", "ticket.assigned", "note.written"} <= done


def test_a_rule_hands_over_with_its_reason_and_evidence(admin: Actor) -> None:
    team = make_team("Premium")
    rule(
        admin,
        conditions=[PREMIER],
        actions={"hand_over": {"team": team.pk, "priority": 3}},
        reason="important",
    )
    premier = make_customer(organization=make_organization("Fjell", tier=Tier.PREMIER))
    ticket = happens(make_ticket(turn=Turn.ASSISTANT, customer=premier))
    handover = ticket.handovers.get()
    assert (ticket.turn, ticket.team, ticket.priority) == (Turn.QUEUE, team, Priority.HIGH)
    assert handover.reason == Reason.IMPORTANT
    assert handover.evidence == ["customer's tier: Premier"]
    assert handover.rule == RuleFiring.objects.get()


def test_a_rule_resolves_and_the_customer_reads_that_nobody_did(admin: Actor) -> None:
    rule(admin, trigger="agent_replied", actions={"acts": {"end": "resolve"}})
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(ticket, dana)
    ticket = happens(ticket, EventKind.MESSAGE_POSTED)
    assert (ticket.turn, ticket.resolution) == (Turn.CLOSED, Resolution.RESOLVED)
    last = ticket.messages.latest("position")
    assert last.body == "This was marked as resolved automatically. Is it solved for you?"


@pytest.mark.parametrize(
    ("category", "turn"),
    [
        (StatusCategory.OPEN, Turn.AGENT),
        (StatusCategory.HOLD, Turn.AGENT),
        (StatusCategory.RESOLVED, Turn.CLOSED),
        (StatusCategory.CLOSED, Turn.CLOSED),
    ],
)
def test_a_status_brings_it_where_it_is_a_word_for(
    admin: Actor, category: StatusCategory, turn: Turn
) -> None:
    status = Status.objects.create(name="A word for it", category=category)
    rule(admin, actions={"acts": {"status": status.pk}})
    ticket = happens(make_ticket(turn=Turn.AGENT, agent=make_agent()))
    assert (ticket.status, ticket.category, ticket.turn) == (status, category, turn)
    assert (ticket.snoozed_at is not None) is (category == StatusCategory.HOLD)


def test_what_cannot_be_done_is_left_whole_and_told_to_admins(admin: Actor) -> None:
    elsewhere = make_agent("Bo", teams=[make_team("Elsewhere")])
    rule(admin, actions={"tags": ["half"], "acts": {"assignee": elsewhere.pk}})
    rule(admin, "Next", actions={"tags": ["next"]})
    ticket = make_ticket(turn=Turn.QUEUE)
    after = ticket.last_position
    ticket = happens(ticket)
    assert ticket.tags == ["next"], "all of it or nothing; the next rule is not disturbed"
    assert (ticket.turn, ticket.assignee) == (Turn.QUEUE, None)
    failed = RuleFiring.objects.get(stopped=Stopped.FAILED)
    assert "Bo does not see the conversations of" in failed.trouble
    assert kinds(ticket, after).count("rule.applied") == 1


def test_no_rule_gives_anything_to_somebody_who_does_not_answer_customers(admin: Actor) -> None:
    light = StaffRole.objects.get(key="light")
    bo = make_agent("Bo", teams=[team := make_team()], staff_role=light)
    rule(admin, actions={"acts": {"assignee": bo.pk}})
    ticket = happens(make_ticket(team=team, turn=Turn.QUEUE))
    assert ticket.assignee is None
    assert (
        RuleFiring.objects.get().trouble
        == "Bo does not write to customers, so nobody would answer."
    )


def test_what_a_rule_names_that_is_gone_is_told_and_breaks_nothing(admin: Actor) -> None:
    team = make_team("Gone soon")
    rule(admin, actions={"acts": {"team": team.pk}})
    team.delete()
    ticket = happens(make_ticket())
    assert firings(ticket) == [("Fast lane", Stopped.FAILED)]
    assert RuleFiring.objects.get().trouble.startswith("The team that it passes on to")


def test_a_condition_on_a_field_that_was_removed_never_holds(admin: Actor) -> None:
    one = rule(admin, conditions=[PREMIER])
    one.conditions = [{"field": "custom.gone", "op": "is", "value": "x"}]
    one.save()
    ticket = happens(make_ticket())
    assert firings(ticket) == []


# --- the customer is told -------------------------------------------------------------------------


def test_what_a_rule_says_is_mailed_as_automatic_and_shown_as_it() -> None:
    admin = Actor.agent(make_admin())
    rule(admin, actions={"message": "We got it & look at it."})
    customer = make_customer("Maja Olsen", email="maja@post.example")
    make_ticket(turn=Turn.QUEUE, customer=customer, channel=Channel.EMAIL)
    run_until_quiet()
    delivery = Delivery.objects.get(kind="automatic")
    assert (delivery.recipient, delivery.is_automatic) == ("maja@post.example", True)
    mail.outbox.clear()
    sender.send_due()
    sent = next(one for one in mail.outbox if "automatic message" in one.body)
    assert "We got it & look at it." in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_what_a_rule_notes_never_reaches_the_customer(admin: Actor) -> None:
    rule(admin, trigger="person_asked", actions={"note": "canary3141"})
    customer = make_customer("Maja Olsen", email="maja@post.example")
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=customer)
    actions.hand_over(actor=Actor.of_customer(customer), ticket=ticket, reason=Reason.ASKED)
    run_until_quiet()
    sender.send_due()
    assert Note.objects.get().body == "canary3141"
    assert not any("canary3141" in one.body for one in mail.outbox)
    assert not ticket.messages.filter(body__contains="canary3141").exists()


@real_transactions
def test_what_a_rule_does_inside_leaves_no_trace_on_the_customers_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = Actor.agent(make_admin())
    rule(admin, actions={"tags": ["canary3141"], "note": "canary3141", "acts": {"priority": 4}})
    ticket = make_ticket()
    sent: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(nudges, "send", lambda groups, message: sent.append((groups, message)))
    happens(ticket)
    assert {message["kind"] for _groups, message in sent} >= {"rule.applied", "note.written"}
    assert not any(nudges.customer_group(ticket.pk) in groups for groups, _message in sent)
