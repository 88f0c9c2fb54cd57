"""Rules that events and time set off: in order, once or each time, explained, and never in a circle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
from tests.tickets.parallel import real_transactions, together
from tickets import actions, automating, clock, events
from tickets.actions.properties import Property
from tickets.actors import Actor
from tickets.email import sender
from tickets.live import nudges
from tickets.models import (
    AuthorKind,
    Channel,
    Delivery,
    EscalationRule,
    Event,
    EventKind,
    Note,
    Priority,
    Reaction,
    Reason,
    Resolution,
    RuleFiring,
    StaffRole,
    Status,
    StatusCategory,
    Stopped,
    Team,
    Ticket,
    Tier,
    Turn,
    User,
)
from tickets.rules import lately_triggers
from tickets.workspace import history

pytestmark = pytest.mark.django_db

PREMIER = {"field": "tier", "op": "is", "value": "premier"}


@pytest.fixture
def admin() -> Actor:
    return Actor.agent(make_admin("Odhrán MacAllister"))


def rule(admin: Actor, name: str = "Fast lane", **changed: Any) -> EscalationRule:
    """A rule for everything that is opened, which tags it."""
    values: dict[str, Any] = {
        "name": name,
        "sentence": "They pay for it.",
        "trigger": "opened",
        "conditions": [],
        "actions": {"tags": ["seen"]},
        **changed,
    }
    saved = actions.save_rule(actor=admin, rule=None, values=values)
    lately_triggers.forget()
    return saved


def happens(ticket: Ticket, kind: EventKind = EventKind.TICKET_OPENED) -> Ticket:
    """What the reactions do that the newest event of a kind owes."""
    event = Event.objects.filter(ticket=ticket, kind=kind).latest("pk")
    actions.run_rules(actor=Actor.system(), ticket=ticket, event=event)
    return Ticket.objects.get(pk=ticket.pk)


def firings(ticket: Ticket) -> list[tuple[str, str]]:
    found = RuleFiring.objects.filter(ticket=ticket).order_by("pk")
    return [(one.rule_name, one.stopped) for one in found]


def kinds(ticket: Ticket, after: int) -> list[str]:
    found = ticket.events.filter(position__gt=after).order_by("position")
    return [event.kind for event in found]


# --- set off by events ----------------------------------------------------------------------------


def test_what_happens_sets_off_the_rules_for_it_and_no_others(admin: Actor) -> None:
    rule(admin)
    rule(admin, "Others", trigger="rated", actions={"tags": ["rated"]})
    ticket, other = make_ticket(), make_ticket()
    after = ticket.last_position

    ticket = happens(ticket)
    assert ticket.tags == ["seen"]
    assert firings(ticket) == [("Fast lane", "")]
    assert kinds(ticket, after) == ["rule.applied", "ticket.changed"]
    assert firings(other) == []
    assert other.tags == []


def test_the_reaction_to_an_event_runs_them_and_the_same_event_again_does_nothing(
    admin: Actor,
) -> None:
    rule(admin, once=False)
    ticket = make_ticket(turn=Turn.AGENT, agent=make_agent())
    ticket.events.get(kind=EventKind.TICKET_OPENED)
    reaction = Reaction.objects.get(name="rules", event__ticket=ticket)
    Reaction.objects.exclude(pk=reaction.pk).delete()
    assert events.run(reaction.pk)
    assert firings(ticket) == [("Fast lane", "")]
    happens(ticket)
    assert firings(ticket) == [("Fast lane", "")]


def test_no_reaction_is_owed_where_no_rule_is_looked_at(admin: Actor) -> None:
    rule(admin, trigger="rated")
    ticket = make_ticket()
    event = ticket.events.get(kind=EventKind.TICKET_OPENED)
    assert not event.reactions.filter(name="rules").exists()


def test_a_rule_holds_by_its_conditions_and_says_what_showed_them(admin: Actor) -> None:
    rule(admin, conditions=[PREMIER])
    organization = make_organization("Fjell", tier=Tier.PREMIER)
    premier = make_ticket(customer=make_customer(organization=organization))
    assert happens(make_ticket()).tags == []
    assert happens(premier).tags == ["seen"]
    assert RuleFiring.objects.get().evidence == ["customer's tier: Premier"]


def test_what_a_value_was_before_the_change_can_be_asked_for(admin: Actor) -> None:
    was_urgent = {"field": "priority", "op": "is", "value": "4", "was": True}
    rule(admin, trigger="changed", conditions=[was_urgent], actions={"tags": ["lowered"]})
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, priority=Priority.URGENT)
    actions.change_ticket(actor=Actor.agent(dana), ticket=ticket, name=Property.PRIORITY, value="2")
    assert happens(ticket, EventKind.TICKET_CHANGED).tags == ["lowered"]
    actions.change_ticket(actor=Actor.agent(dana), ticket=ticket, name=Property.PRIORITY, value="4")
    RuleFiring.objects.all().delete()
    happens(ticket, EventKind.TICKET_CHANGED)
    assert firings(ticket) == []


@pytest.mark.parametrize("author", ["customer", "agent"])
def test_who_wrote_tells_the_two_triggers_apart(admin: Actor, author: str) -> None:
    rule(admin, "Customer", trigger="customer_wrote", once=False)
    rule(admin, "Agent", trigger="agent_replied", once=False)
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    if author == "agent":
        make_reply(ticket, dana)
    else:
        make_message(ticket)
    happens(ticket, EventKind.MESSAGE_POSTED)
    assert firings(ticket) == [(author.capitalize(), "")]


def test_a_rule_waits_until_it_is_known_what_was_understood(admin: Actor) -> None:
    rule(admin, trigger="customer_wrote")
    ticket = make_ticket(turn=Turn.ASSISTANT, body="Where is it?")
    make_message(ticket, "Where is my parcel?")
    event = Event.objects.filter(ticket=ticket, kind=EventKind.MESSAGE_POSTED).latest("pk")
    assert event.reactions.filter(name="assistant.turn", state="due").exists()
    reaction = event.reactions.get(name="rules")
    assert not events.run(reaction.pk)
    reaction.refresh_from_db()
    assert (reaction.state, reaction.attempts) == ("due", 0)
    Reaction.objects.filter(event__ticket=ticket, name="assistant.turn").update(state="done")
    type(reaction).objects.filter(pk=reaction.pk).update(due_at=clock.now())
    assert events.run(reaction.pk)
    assert firings(ticket) == [("Fast lane", "")]


def test_what_is_understood_late_is_waited_for_no_longer_than_that(admin: Actor) -> None:
    rule(admin, trigger="customer_wrote")
    ticket = make_ticket(turn=Turn.ASSISTANT)
    make_message(ticket)
    event = Event.objects.filter(ticket=ticket, kind=EventKind.MESSAGE_POSTED).latest("pk")
    with clock.at(clock.now() + automating.READ_WITHIN + timedelta(seconds=1)):
        assert events.run(event.reactions.get(name="rules").pk)
    assert firings(ticket) == [("Fast lane", "")]


# --- in order -------------------------------------------------------------------------------------


def test_rules_run_in_their_order_and_see_what_those_before_them_did(admin: Actor) -> None:
    seen = {"field": "tags", "op": "any_of", "value": ["seen"]}
    rule(admin, "Second", conditions=[seen], actions={"tags": ["second"]})
    first = rule(admin, "First")
    actions.move_rule(actor=admin, rule=first, by=-1)
    assert happens(make_ticket()).tags == ["seen", "second"]


def test_the_last_rule_stops_those_after_it_only_where_it_holds(admin: Actor) -> None:
    rule(admin, "First", conditions=[PREMIER], last=True)
    rule(admin, "Second", actions={"tags": ["second"]})
    assert happens(make_ticket()).tags == ["second"]
    premier = make_customer(organization=make_organization("Fjell", tier=Tier.PREMIER))
    assert happens(make_ticket(customer=premier)).tags == ["seen"]


def test_moving_one_changes_the_order_of_its_own_kind_only(admin: Actor) -> None:
    turns = list(EscalationRule.objects.filter(trigger="turn").values_list("pk", flat=True))
    one, two = rule(admin, "One"), rule(admin, "Two")
    actions.move_rule(actor=admin, rule=two, by=-1)
    opened = EscalationRule.objects.filter(trigger="opened", shipped_key="")
    assert list(opened.values_list("pk", flat=True)) == [two.pk, one.pk]
    assert list(EscalationRule.objects.filter(trigger="turn").values_list("pk", flat=True)) == turns


def test_once_is_once_in_a_conversation_and_else_it_is_each_time(admin: Actor) -> None:
    rule(admin, "Once", trigger="customer_wrote", actions={"note": "once"})
    rule(admin, "Each", trigger="customer_wrote", once=False, actions={"note": "each"})
    ticket = make_ticket(turn=Turn.AGENT, agent=make_agent())
    for _ in range(3):
        make_message(ticket)
        happens(ticket, EventKind.MESSAGE_POSTED)
    assert sorted(note.body for note in ticket.notes.all()) == ["each", "each", "each", "once"]


# --- circles and chains ---------------------------------------------------------------------------


def changes(admin: Actor, name: str, was: int, to: int) -> EscalationRule:
    condition = {"field": "priority", "op": "is", "value": str(was)}
    does = {"acts": {"priority": to}}
    return rule(admin, name, trigger="changed", conditions=[condition], once=False, actions=does)


def run_until_quiet(most: int = 60) -> None:
    """All that is owed by rules, and what follows from it; nothing is thought about."""
    for _ in range(most):
        Reaction.objects.exclude(name__in=["rules", "mail.automatic"]).delete()
        if not events.run_due():
            return
    raise AssertionError("It never ends.")


def test_two_rules_that_undo_each_other_are_stopped_and_nothing_is_lost(admin: Actor) -> None:
    changes(admin, "Down", 4, 2)
    changes(admin, "Up", 2, 4)
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, priority=Priority.NORMAL)
    actions.change_ticket(actor=Actor.agent(dana), ticket=ticket, name=Property.PRIORITY, value="4")
    run_until_quiet()
    found = firings(ticket)
    assert found[:2] == [("Down", ""), ("Up", "")], "both hold, one after the other"
    assert {("Down", Stopped.LOOP), ("Up", Stopped.LOOP)} <= set(found)
    assert len(found) <= 6
    ticket.refresh_from_db()
    last = ticket.events.filter(kind=EventKind.TICKET_CHANGED).latest("position")
    assert ticket.priority == last.data["after"], "what was done before stays"
    make_message(ticket, "Still here")
    assert ticket.messages.filter(body="Still here").exists()


def test_a_rule_that_sets_itself_off_is_stopped(admin: Actor) -> None:
    rule(
        admin,
        "Itself",
        trigger="changed",
        once=False,
        actions={"acts": {"remove_tags": ["b"]}, "tags": ["c"]},
    )
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["b"])
    run_until_quiet()
    assert firings(ticket) == [("Itself", ""), ("Itself", Stopped.LOOP)]


def test_a_chain_of_twenty_is_cut_after_five(admin: Actor) -> None:
    for number in range(20):
        condition = {"field": "tags", "op": "any_of", "value": [f"t{number}"]}
        rule(
            admin,
            f"Step {number}",
            trigger="changed",
            conditions=[condition],
            actions={"tags": [f"t{number + 1}"]},
        )
    EscalationRule.objects.filter(trigger="changed").update(last=True)
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["t0"])
    run_until_quiet()
    stopped = [name for name, why in firings(ticket) if why == Stopped.CHAIN]
    assert stopped, "it does not go on for ever"
    assert len(firings(ticket)) < 20
    ticket.refresh_from_db()
    assert "t0" in ticket.tags


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


# --- why did this happen --------------------------------------------------------------------------


def test_the_history_names_the_rule_and_its_version_at_all_that_it_did(admin: Actor) -> None:
    one = rule(admin, actions={"tags": ["seen"], "acts": {"priority": 4}})
    actions.save_rule(actor=admin, rule=one, values={"sentence": "Otherwise."})
    ticket = happens(make_ticket())
    entries = history.page(ticket).entries[:3]
    assert [(entry.rule, entry.version) for entry in entries] == [("Fast lane", 2)] * 3
    assert entries[-1].what == "applied a rule"
    assert history.page(ticket).entries[-1].rule == "", "what was before it is nobody's rule"


# --- time -----------------------------------------------------------------------------------------

LONG = {"field": "waiting_minutes", "op": "at_least", "value": 120}


def test_time_sets_a_rule_off_for_open_conversations_for_which_it_holds(admin: Actor) -> None:
    rule(admin, trigger="time", conditions=[LONG])
    ticket, closed = make_ticket(turn=Turn.QUEUE), make_ticket(turn=Turn.CLOSED)
    assert automating.look_at_time() == 0
    with clock.at(clock.now() + timedelta(hours=3)):
        late = make_ticket(turn=Turn.QUEUE)
        assert automating.look_at_time() == 1
        assert automating.look_at_time() == 0, "once"
    assert [firings(one) for one in (ticket, closed, late)] == [[("Fast lane", "")], [], []]


def test_where_one_rule_of_time_says_stop_none_after_it_acts_while_it_holds(admin: Actor) -> None:
    seen = {"field": "tags", "op": "none_of", "value": ["let through"]}
    rule(admin, "First", trigger="time", conditions=[LONG, seen], last=True)
    rule(admin, "Second", trigger="time", conditions=[LONG], actions={"tags": ["second"]})
    ticket = make_ticket(turn=Turn.QUEUE)
    with clock.at(clock.now() + timedelta(hours=3)):
        assert [automating.look_at_time() for _ in range(3)] == [1, 0, 0]
        Ticket.objects.filter(pk=ticket.pk).update(tags=["let through"])
        assert automating.look_at_time() == 1
    assert firings(ticket) == [("First", ""), ("Second", "")]


def test_each_time_is_once_for_each_turn(admin: Actor) -> None:
    rule(admin, trigger="time", conditions=[LONG], once=False)
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    start = clock.now()
    with clock.at(start + timedelta(hours=3)):
        assert [automating.look_at_time() for _ in range(3)] == [1, 0, 0]
    with clock.at(start + timedelta(hours=4)):
        make_reply(ticket, dana)
        make_message(ticket)
    with clock.at(start + timedelta(hours=7)):
        assert [automating.look_at_time() for _ in range(2)] == [1, 0]


def test_business_time_is_counted_within_the_hours_of_the_team(admin: Actor) -> None:
    from tests.factories import make_hours

    hours = make_hours(*((day, "09:00", "17:00") for day in range(5)))
    rule(
        admin,
        trigger="time",
        conditions=[{"field": "waiting_business_minutes", "op": "at_least", "value": 120}],
    )
    friday = clock.now().replace(year=2026, month=11, day=27, hour=16, minute=0)
    with clock.at(friday):
        ticket = make_ticket(team=make_team(hours=hours), turn=Turn.QUEUE)
    for later, looked in (
        (timedelta(hours=3), 0),
        (timedelta(days=2), 0),
        (timedelta(days=2, hours=17, minutes=59), 0),
        (timedelta(days=2, hours=18, minutes=1), 1),
    ):
        with clock.at(friday + later):
            assert automating.look_at_time() == looked, later
    assert firings(ticket) == [("Fast lane", "")]


def test_silence_of_the_customer_is_counted_in_hours(admin: Actor) -> None:
    silent = {"field": "silent_hours", "op": "at_least", "value": 72}
    rule(admin, trigger="time", conditions=[silent], actions={"message": "Are you there?"})
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(ticket, dana)
    with clock.at(clock.now() + timedelta(hours=71)):
        assert automating.look_at_time() == 0
    with clock.at(clock.now() + timedelta(hours=73)):
        assert automating.look_at_time() == 1
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CUSTOMER
    assert ticket.messages.latest("position").by_rule == "Fast lane"


def test_a_rule_that_fits_all_is_worked_off_in_slices_and_passes_nobody_over(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automating, "AT_ONCE", 3)
    monkeypatch.setattr(automating, "RULE_SECONDS", 0.0)
    exact = {"field": "waiting_business_minutes", "op": "at_least", "value": 1}
    rule(admin, trigger="time", conditions=[exact])
    tickets = [make_ticket(turn=Turn.QUEUE) for _ in range(8)]
    with clock.at(clock.now() + timedelta(hours=1)):
        for _ in range(6):
            automating.look_at_time()
    assert all(firings(ticket) == [("Fast lane", "")] for ticket in tickets)


def test_a_look_asks_the_same_for_one_open_conversation_and_for_ten(admin: Actor) -> None:
    rule(admin, trigger="time", conditions=[LONG])
    make_ticket(turn=Turn.QUEUE)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            automating.look_at_time()
        return len(captured)

    few = asked()
    for _ in range(9):
        make_ticket(turn=Turn.QUEUE)
    assert asked() == few


# --- at once --------------------------------------------------------------------------------------


@real_transactions
def test_two_workers_with_the_same_event_do_it_once() -> None:
    admin = Actor.agent(make_admin())
    rule(admin, once=False, actions={"note": "once"})
    ticket = make_ticket()
    event = ticket.events.get(kind=EventKind.TICKET_OPENED)

    def work(_index: int) -> int:
        return len(actions.run_rules(actor=Actor.system(), ticket=ticket, event=event))

    assert sorted(map(int, map(str, together(4, work)))) == [0, 0, 0, 1]
    assert ticket.notes.count() == 1


def test_nobody_but_the_reactions_and_an_admin_may_change_rules() -> None:
    dana: User = make_agent()
    team: Team = make_team()
    assert team.pk
    with pytest.raises(actions.NotAllowed):
        rule(Actor.agent(dana))
