"""Rules of events and time in the admin: built, tried on what happened, and looked through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agent, make_customer, make_organization, make_team, make_ticket
from tests.tickets.admin.conftest import list_of
from tests.tickets.admin.rules import ADD, built, text_of
from tickets import actions, clock
from tickets.actions.properties import Property
from tickets.actors import Actor
from tickets.models import (
    EscalationRule,
    Event,
    EventKind,
    Priority,
    RuleFiring,
    Stopped,
    Tier,
    Turn,
)

pytestmark = pytest.mark.django_db


def automatic(**changed: Any) -> dict[str, Any]:
    """What a browser sends of a rule that an event sets off."""
    values = {"trigger": "opened", "hand_over": None, "tags": "seen", "once": "on", **changed}
    return built(**values)


def try_out(client: Client, **changed: Any) -> Any:
    return client.post(reverse("admin:tickets_escalationrule_trial"), automatic(**changed))


def test_a_rule_for_an_event_is_built_with_all_that_it_does(client: Client) -> None:
    team, dana = make_team("Returns"), make_agent("Dana Osei")
    sent = automatic(
        **{"before-0": "on", "field-0": "priority", "was-0": "priority", "value-0": ["4"]},
        trigger="changed",
        to_team=str(team.pk),
        assignee=str(dana.pk),
        set_priority="3",
        remove_tags="old, older",
        message="We are on it.",
        own_note="Look.",
        last="on",
    )
    assert client.post(ADD, sent).status_code == 302
    rule = EscalationRule.objects.get(name="Premier")
    assert (rule.trigger, rule.once, rule.last) == ("changed", True, True)
    assert rule.conditions == [{"field": "priority", "op": "is", "value": "4", "was": True}]
    assert rule.actions == {
        "tags": ["seen"],
        "acts": {
            "team": team.pk,
            "assignee": dana.pk,
            "priority": 3,
            "remove_tags": ["old", "older"],
        },
        "message": "We are on it.",
        "note": "Look.",
    }
    words = text_of(client.get(list_of(EscalationRule)))
    assert "When a property or the team changes" in words
    assert "assign it to Dana Osei; once in a conversation." in words


def test_what_an_event_sets_off_needs_no_condition_but_time_does(client: Client) -> None:
    nothing = {"field-0": "", "was-0": "", "op-0": None, "value-0": None}
    assert client.post(ADD, automatic(**nothing)).status_code == 302
    page = client.post(ADD, automatic(**nothing, name="By time", trigger="time"))
    assert page.status_code == 422
    everywhere = {"field-0": "open_now", "was-0": "open_now", "op-0": "is", "value-0": ["yes"]}
    page = client.post(ADD, automatic(**everywhere, name="By time", trigger="time"))
    assert page.status_code == 422
    assert "Add what conversations can be found by" in text_of(page)
    assert not EscalationRule.objects.filter(name="By time").exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"assignee": "999999"}, "is not there any more"),
        ({"to_team": "999999"}, "is not there any more"),
        ({"snooze": "0"}, "for an hour up to a year"),
        ({"snooze": "many"}, "for an hour up to a year"),
        ({"message": "x" * 501}, "under 500 characters"),
        ({"trigger": "whenever"}, "Choose one of the values"),
        ({"tags": ""}, "Choose what happens"),
        ({"end": "on", "hand_over": "on"}, "not placed elsewhere by the same rule"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    client: Client, wrong: dict[str, Any], says: str
) -> None:
    page = client.post(ADD, automatic(**wrong))
    assert page.status_code == 422
    assert says in text_of(page)
    assert not EscalationRule.objects.filter(name="Premier").exists()


def test_it_is_tried_on_what_happened_and_nothing_is_changed(client: Client) -> None:
    premier = make_customer(organization=make_organization("Fjell", tier=Tier.PREMIER))
    ticket, other = make_ticket(customer=premier), make_ticket()
    happened = Event.objects.count()
    page = try_out(client, last="100")
    assert [found.reference for found in page.context["past"].held] == [ticket.reference]
    assert page.context["past"].looked_at == 2
    assert "customer's tier: Premier" in page.content.decode().replace("&#x27;", "'")
    assert other.reference not in page.content.decode()
    assert Event.objects.count() == happened
    assert not RuleFiring.objects.exists()


def test_one_that_time_sets_off_is_tried_on_what_is_open(client: Client) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    make_ticket(turn=Turn.CLOSED)
    waits = {"field-0": "waiting_minutes", "was-0": "waiting_minutes", "op-0": "at_least"}
    with clock.at(clock.now() + timedelta(hours=3)):
        page = try_out(client, **waits, **{"value-0": ["120"]}, trigger="time")
        assert [found.reference for found in page.context["past"].held] == [ticket.reference]
        page = try_out(client, **waits, **{"value-0": ["240"]}, trigger="time")
        assert page.context["past"].held == []


def test_what_was_changed_is_looked_at_as_it_was_then(client: Client) -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, priority=Priority.URGENT)
    for value in ("2", "3"):
        actions.change_ticket(
            actor=Actor.agent(dana), ticket=ticket, name=Property.PRIORITY, value=value
        )
    was = {"field-0": "priority", "was-0": "priority", "value-0": ["4"], "before-0": "on"}
    page = try_out(client, **was, trigger="changed", once=None)
    positions = [found.position for found in page.context["past"].held]
    changes = ticket.events.filter(kind=EventKind.TICKET_CHANGED).order_by("position")
    assert positions == [changes[0].position]


def test_the_log_and_the_first_page_say_what_was_stopped(client: Client) -> None:
    rule = EscalationRule.objects.get(shipped_key="vip-lane")
    ticket = make_ticket()
    firing = RuleFiring.objects.create(
        rule=rule,
        rule_name=rule.name,
        version=1,
        ticket=ticket,
        trigger=rule.trigger,
        occasion="event 1",
        stopped=Stopped.FAILED,
        trouble="Bo does not see the conversations of Support.",
    )
    words = text_of(client.get(list_of(RuleFiring)))
    assert "Nothing. It could not do what it says. Bo does not see" in words
    assert text_of(client.get(reverse("admin:tickets_rulefiring_change", args=[firing.pk])))
    assert "Rule “VIP lane”: It could not do what it says." in text_of(client.get("/admin/"))
