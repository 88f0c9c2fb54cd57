"""Doing what rules say: once per message, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    make_admin,
    make_agent,
    make_message,
    make_team,
    make_ticket,
)
from tests.tickets.conditions.fields import registered
from tickets import actions, clock, events
from tickets.actions.rules import CALL_AGAIN_AFTER
from tickets.actors import Actor
from tickets.conditions import Value
from tickets.email import sender
from tickets.models import (
    EscalationRule,
    Event,
    Fact,
    Message,
    Priority,
    Reaction,
    Reason,
    RuleFiring,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.models.properties import MOST_TAGS
from tickets.rules import Verdict, decide
from tickets.sockets.inbox import InboxConsumer

pytestmark = pytest.mark.django_db

ANGRY = {"field": "feeling", "op": "is", "value": "angry"}
SITUATION = {"feeling": Value("angry", ("this is a joke",))}


@pytest.fixture(autouse=True)
def _fields() -> Iterator[None]:
    with registered():
        yield


@pytest.fixture
def admin() -> Actor:
    return Actor.agent(make_admin("Odhrán MacAllister"))


def values(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Upset guides",
        "sentence": "They lead groups tomorrow.",
        "conditions": [ANGRY],
        "actions": {"hand_over": {}},
        **changed,
    }


def save(admin: Actor, rule: EscalationRule | None = None, **changed: Any) -> EscalationRule:
    return actions.save_rule(actor=admin, rule=rule, values=values(**changed), note="why not")


def settings_events() -> list[Event]:
    return list(Event.objects.filter(kind__startswith="setting.").order_by("pk"))


# --- doing what they say


def conversation(**fields: Any) -> tuple[Ticket, Message]:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="this is a joke", **fields)
    return ticket, ticket.messages.latest("position")


def apply(ticket: Ticket, message: Message, *rules: EscalationRule) -> RuleFiring | None:
    return actions.apply_rules(
        actor=Actor.assistant(), ticket=ticket, message=message, verdict=decide(SITUATION, rules)
    )


def test_a_firing_is_written_with_its_evidence_and_the_first_that_hands_over_decides(
    admin: Actor,
) -> None:
    flags = save(admin, name="Flags", actions={"flag": "look"})
    first, second = save(admin), save(admin, name="Second")
    ticket, message = conversation()

    firing = apply(ticket, message, flags, first, second)
    assert firing is not None
    assert (firing.rule, firing.version, firing.evidence) == (first, 1, ["this is a joke"])
    assert [(each.rule_name, each.decided) for each in RuleFiring.objects.order_by("pk")] == [
        *(("Flags", False), ("Upset guides", True), ("Second", False)),
    ]


def test_the_same_turn_again_does_nothing_again(admin: Actor) -> None:
    dana = make_agent("Dana Osei")
    rule = save(
        admin,
        actions={
            "hand_over": {"priority": 3},
            "tags": ["upset"],
            "facts": {"mood": "bad"},
            "page": [dana.pk],
        },
    )
    ticket, message = conversation()
    before = Event.objects.count()
    first = apply(ticket, message, rule)
    after = Event.objects.count()
    assert after - before == 3  # a fact, a tag, a call
    again = apply(ticket, message, rule)
    assert first is not None
    assert again == first
    assert (Event.objects.count(), RuleFiring.objects.count()) == (after, 1)
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.priority) == (["upset"], Priority.HIGH)
    assert Fact.objects.get(ticket=ticket).value == "bad"
    positions = [event.position or 0 for event in ticket.events.order_by("pk")]
    assert positions == sorted(set(positions))


def test_of_two_rules_that_note_the_same_fact_the_first_ones_word_is_kept(admin: Actor) -> None:
    second = save(admin, name="Second", actions={"facts": {"mood": "bad"}})
    first = save(admin, name="First", actions={"facts": {"mood": "furious"}})
    actions.move_rule(actor=admin, rule=first, by=-100)
    ticket, message = conversation()
    in_order = EscalationRule.objects.filter(pk__in=[first.pk, second.pk]).order_by("position")
    apply(ticket, message, *in_order)
    assert [(fact.key, fact.value) for fact in ticket.facts.all()] == [("mood", "furious")]
    assert ticket.events.filter(kind="fact.noted").count() == 1
    assert RuleFiring.objects.filter(message=message).count() == 2


def test_what_fired_touches_no_other_ticket(admin: Actor) -> None:
    other, _message = conversation()
    rule = save(admin, actions={"tags": ["upset"], "facts": {"mood": "bad"}})
    ticket, message = conversation()
    apply(ticket, message, rule)
    other.refresh_from_db()
    assert other.tags == []
    assert not other.facts.exists()
    assert not other.firings.exists()
    assert other.events.count() == 2  # it was opened with a message


def test_rules_add_tags_up_to_fifty_and_take_none_away(admin: Actor) -> None:
    had = [f"tag {number}" for number in range(MOST_TAGS - 1)]
    ticket, message = conversation()
    Ticket.objects.filter(pk=ticket.pk).update(tags=had)
    apply(ticket, message, save(admin, actions={"tags": ["tag 0", "upset", "one too many"]}))
    ticket.refresh_from_db()
    assert ticket.tags == [*had, "upset"]
    assert ticket.events.get(kind="tags.changed").data == {"added": ["upset"]}
    apply(ticket, make_message(ticket), save(admin, name="Later", actions={"tags": ["later"]}))
    ticket.refresh_from_db()
    assert ticket.tags == [*had, "upset"]
    assert ticket.events.filter(kind="tags.changed").count() == 1


def test_nothing_fired_locks_nothing(django_assert_num_queries: Any) -> None:
    ticket, message = conversation()
    with django_assert_num_queries(2):  # a savepoint, and its release
        found = actions.apply_rules(
            actor=Actor.assistant(), ticket=ticket, message=message, verdict=Verdict()
        )
    assert found is None


def test_where_a_person_has_it_already_no_rule_decides(admin: Actor) -> None:
    ticket = make_ticket(turn=Turn.AGENT)
    message = make_message(ticket)
    rule = save(admin, actions={"hand_over": {"priority": 4}, "tags": ["upset"]})
    assert apply(ticket, message, rule) is None
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.tags) == (Priority.NORMAL, ["upset"])
    assert not RuleFiring.objects.get().decided


def test_a_rule_that_was_deleted_meanwhile_still_hands_over(admin: Actor) -> None:
    rule = save(admin)
    verdict = decide(SITUATION, [EscalationRule.objects.get(pk=rule.pk)])
    actions.remove_rule(actor=admin, rule=rule)
    ticket, message = conversation()
    for _twice in range(2):
        firing = actions.apply_rules(
            actor=Actor.assistant(), ticket=ticket, message=message, verdict=verdict
        )
        assert firing is not None
        assert (firing.rule_id, firing.rule_name) == (None, "Upset guides")
    assert RuleFiring.objects.count() == 1


def test_a_hand_over_keeps_what_the_rule_says(admin: Actor) -> None:
    team = make_team("Gear care")
    rule = save(
        admin,
        reason=Reason.ANGER,
        actions={"hand_over": {"team": team.pk, "skill": "German", "priority": 4}},
    )
    ticket, message = conversation()
    verdict = decide(SITUATION, [rule])
    firing = apply(ticket, message, rule)
    fired = verdict.hand_over
    assert fired is not None
    route = fired.route
    assert route is not None
    handover = actions.hand_over(
        actor=Actor.assistant(),
        ticket=ticket,
        reason=Reason(fired.rule.reason),
        team=route.load_team(),
        skill=route.skill,
        priority=route.priority,
        firing=firing,
        evidence=fired.evidence,
    )
    handover.refresh_from_db()
    assert (handover.team, handover.skill, handover.rule) == (team, "German", firing)
    assert (handover.reason, handover.evidence) == ("anger", ["this is a joke"])
    ticket.refresh_from_db()
    assert (ticket.team, ticket.priority, ticket.turn) == (team, Priority.URGENT, Turn.QUEUE)
    asked = Event.objects.get(kind="person.asked", ticket=ticket)
    assert asked.data["rule"] == "Upset guides"


@pytest.mark.parametrize(
    ("has", "wanted", "gets"),
    [(2, 4, 4), (2, 1, 1), (3, 2, 3), (4, 1, 4), (1, 3, 3), (3, None, 3)],
)
def test_a_rule_does_not_lower_what_somebody_raised(has: int, wanted: Any, gets: int) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, priority=Priority(has))
    actions.hand_over(
        actor=Actor.assistant(),
        ticket=ticket,
        reason=Reason.RULE,
        priority=Priority(wanted) if wanted else None,
    )
    ticket.refresh_from_db()
    assert ticket.priority == gets


# --- calling people


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def calls() -> list[Event]:
    return list(Event.objects.filter(kind="person.paged").order_by("pk"))


def test_whoever_is_called_gets_one_mail_without_the_customers_words(
    admin: Actor, dana: User, team: Team
) -> None:
    rule = save(admin, actions={"page": [dana.pk]})
    ticket, message = conversation(team=team)
    apply(ticket, message, rule)
    (event,) = calls()
    assert event.data == {"user": dana.pk, "rule": "Upset guides"}
    assert events.run(Reaction.objects.get(event=event, name="mail.call").pk)
    sender.send_due()
    (sent,) = mail.outbox
    assert sent.to == [dana.email]
    assert ticket.reference in sent.subject
    assert reverse("workspace-ticket", args=[ticket.reference]) in sent.body
    assert "joke" not in str(sent.message())


def test_nobody_is_called_twice_in_half_an_hour_about_one_conversation(
    admin: Actor, dana: User, team: Team
) -> None:
    rule = save(admin, actions={"page": [dana.pk]})
    ticket, message = conversation(team=team)
    apply(ticket, message, rule)
    apply(ticket, make_message(ticket), rule)
    assert len(calls()) == 1
    other, other_message = conversation(team=team)
    apply(other, other_message, rule)
    assert len(calls()) == 2


def test_after_half_an_hour_they_are_called_again(admin: Actor, dana: User, team: Team) -> None:
    rule = save(admin, actions={"page": [dana.pk]})
    ticket, message = conversation(team=team)
    apply(ticket, message, rule)
    with clock.at(timezone.now() + CALL_AGAIN_AFTER + timedelta(seconds=1)):
        apply(ticket, make_message(ticket), rule)
    assert len(calls()) == 2


def test_who_left_is_not_called(admin: Actor, dana: User, team: Team) -> None:
    rule = save(admin, actions={"page": [dana.pk]})
    User.objects.filter(pk=dana.pk).update(is_active=False)
    ticket, message = conversation(team=team)
    apply(ticket, message, rule)
    assert calls() == []


def test_customers_screens_hear_nothing_of_tags_and_calls(
    admin: Actor,
    dana: User,
    team: Team,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    rule = save(admin, actions={"page": [dana.pk], "tags": ["upset"]})
    ticket, message = conversation(team=team)
    nudged: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(
        "tickets.live.nudges.send", lambda groups, message: nudged.append((groups, message))
    )
    with django_capture_on_commit_callbacks(execute=True):
        apply(ticket, message, rule)
    kinds = {sent["kind"]: groups for groups, sent in nudged}
    assert set(kinds) == {"tags.changed", "person.paged"}
    assert not any("customer" in group for groups in kinds.values() for group in groups)
    assert f"user.{dana.pk}" in kinds["person.paged"]
    assert f"user.{dana.pk}" not in kinds["tags.changed"]


def test_whoever_is_called_sees_it_in_the_workspace_if_they_may_open_it(
    admin: Actor, dana: User, team: Team
) -> None:
    stranger = make_agent("Asha Rao", teams=[make_team()])
    rule = save(admin, actions={"page": [dana.pk, stranger.pk]})
    ticket, message = conversation(team=team)
    apply(ticket, message, rule)
    shown = {}
    for user, event in zip((dana, stranger), calls(), strict=True):
        consumer = InboxConsumer()
        consumer.user = user
        consumer.teams = set(user.teams.values_list("pk", flat=True))
        nudge = {"ticket": ticket.pk, "kind": event.kind, "called": event.data["user"]}
        shown[user] = consumer.frame(nudge)
        others = consumer.frame({**nudge, "called": 0})
        assert "toast" not in others
    assert "A rule calls you to this conversation" in shown[dana]["toast"]
    assert shown[stranger] == {"type": "inbox", "kind": "left"}
