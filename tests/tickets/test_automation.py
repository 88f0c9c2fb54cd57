"""Rules that events set off: in order, once or each time, explained, and never in a circle."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import (
    make_admin,
    make_agent,
    make_customer,
    make_message,
    make_organization,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions, together
from tests.tickets.ruled import PREMIER, firings, happens, kinds, rule, run_until_quiet
from tickets import actions, automating, clock, events
from tickets.actions.properties import Property
from tickets.actors import Actor
from tickets.models import (
    EscalationRule,
    Event,
    EventKind,
    Priority,
    Reaction,
    Reason,
    RuleFiring,
    Stopped,
    Team,
    Tier,
    Turn,
    User,
)
from tickets.rules import lately_triggers
from tickets.workspace import history

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Actor:
    return Actor.agent(make_admin("Odhrán MacAllister"))


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


# --- why did this happen --------------------------------------------------------------------------


def test_the_history_names_the_rule_and_its_version_at_all_that_it_did(admin: Actor) -> None:
    one = rule(admin, actions={"tags": ["seen"], "acts": {"priority": 4}})
    actions.save_rule(actor=admin, rule=one, values={"sentence": "Otherwise."})
    ticket = happens(make_ticket())
    entries = history.page(ticket).entries[:3]
    assert [(entry.rule, entry.version) for entry in entries] == [("Fast lane", 2)] * 3
    assert entries[-1].what == "applied a rule"
    assert history.page(ticket).entries[-1].rule == "", "what was before it is nobody's rule"


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


@pytest.mark.parametrize(("days", "sets_it_off"), [(6, True), (8, False), (None, False)])
def test_who_is_upset_for_the_second_time_in_a_week_is_put_before_the_others(
    days: int | None, sets_it_off: bool
) -> None:
    EscalationRule.objects.filter(shipped_key="upset-twice").update(active=True)
    lately_triggers.forget()
    customer, other = make_customer(), make_customer("Somebody else")
    upset = {"turn": Turn.QUEUE, "reason": Reason.ANGER}
    if days is not None:
        make_ticket(customer=customer, ago=timedelta(days=days), **upset)  # type: ignore[arg-type]
    make_ticket(customer=other, **upset)  # type: ignore[arg-type]
    make_ticket(customer=customer)
    ticket = make_ticket(customer=customer, **upset)  # type: ignore[arg-type]
    ticket = happens(ticket, EventKind.PERSON_ASKED)
    assert ("upset twice" in ticket.tags) is sets_it_off
    assert (ticket.priority == Priority.HIGH) is sets_it_off
