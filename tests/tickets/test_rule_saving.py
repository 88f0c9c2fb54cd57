"""Saving rules: every version is kept, every change recorded, nonsense refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.factories import (
    make_admin,
    make_agent,
    make_lead,
    make_team,
    make_ticket,
)
from tests.tickets.conditions.fields import registered
from tickets import actions
from tickets.actions.rules import Conflict
from tickets.actors import Actor
from tickets.conditions import Value
from tickets.models import (
    EscalationRule,
    EscalationRuleVersion,
    Event,
    Message,
    RuleFiring,
    Ticket,
    Turn,
)
from tickets.rules import decide

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


def conversation(**fields: Any) -> tuple[Ticket, Message]:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="this is a joke", **fields)
    return ticket, ticket.messages.latest("position")


def apply(ticket: Ticket, message: Message, *rules: EscalationRule) -> RuleFiring | None:
    return actions.apply_rules(
        actor=Actor.assistant(), ticket=ticket, message=message, verdict=decide(SITUATION, rules)
    )


# --- saving


def test_a_new_rule_is_last_switched_on_and_in_its_first_version(admin: Actor) -> None:
    rule = save(admin)
    rule.refresh_from_db()
    assert (rule.active, rule.version, rule.shipped_key) == (True, 1, "")
    assert EscalationRule.objects.order_by("-position").first() == rule
    version = rule.versions.get()
    assert (version.number, version.author, version.note) == (1, admin.user, "why not")
    assert version.snapshot["conditions"] == [ANGRY]
    (event,) = settings_events()
    assert (event.kind, event.actor_user, event.data["name"]) == (
        *("setting.added", admin.user, "Upset guides"),
    )
    assert event.data["changes"]["words"] == [
        "",
        "When the feeling is angry, hand over to a person.",
    ]


def test_saving_writes_a_version_and_what_changed_in_words(admin: Actor) -> None:
    rule = save(admin)
    save(admin, rule, conditions=[{**ANGRY, "value": "distressed"}])
    rule.refresh_from_db()
    assert rule.version == 2
    assert [version.number for version in rule.versions.all()] == [2, 1]
    event = settings_events()[-1]
    assert event.kind == "setting.changed"
    assert event.data["changes"] == {
        "words": [
            "When the feeling is angry, hand over to a person.",
            "When the feeling is distressed, hand over to a person.",
        ],
        "version": [1, 2],
    }


def test_saving_it_as_it_is_writes_nothing(admin: Actor) -> None:
    rule = save(admin)
    before = rule.updated_at
    save(admin, rule)
    rule.refresh_from_db()
    assert (rule.version, rule.updated_at) == (1, before)
    assert len(settings_events()) == 1


def test_nonsense_is_not_saved(admin: Actor) -> None:
    rule = save(admin)
    nonsense: list[dict[str, Any]] = [{"conditions": []}, {"actions": {}}, {"name": ""}]
    for changed in nonsense:
        with pytest.raises(ValidationError):
            save(admin, rule, **changed)
    rule.refresh_from_db()
    assert (rule.version, rule.conditions) == (1, [ANGRY])
    assert len(settings_events()) == 1


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(admin: Actor) -> None:
    rule = save(admin)
    save(admin, rule, name="Theirs")
    with pytest.raises(Conflict):
        actions.save_rule(actor=admin, rule=rule, values=values(name="Mine"), opened=1)
    rule.refresh_from_db()
    assert rule.name == "Theirs"


def test_an_earlier_version_comes_back_as_the_newest(admin: Actor) -> None:
    rule = save(admin)
    save(admin, rule, name="Other", actions={"flag": "look"})
    back = actions.roll_back_rule(actor=admin, rule=rule, number=1)
    assert (back.version, back.name, list(back.actions)) == (3, "Upset guides", ["hand_over"])
    newest = back.versions.first()
    assert newest is not None
    assert (newest.snapshot, newest.note) == (
        back.versions.get(number=1).snapshot,
        "Version 1 again",
    )
    assert settings_events()[-1].data["changes"]["version"] == [2, 3]
    with pytest.raises(EscalationRuleVersion.DoesNotExist):
        actions.roll_back_rule(actor=admin, rule=rule, number=9)


def test_a_version_that_names_a_team_of_old_does_not_come_back(admin: Actor) -> None:
    team = make_team()
    rule = save(admin, actions={"hand_over": {"team": team.pk}})
    save(admin, rule)
    team.delete()
    with pytest.raises(ValidationError, match="does not exist any more"):
        actions.roll_back_rule(actor=admin, rule=rule, number=1)


def test_a_shipped_rule_can_be_restored_and_switched_off_but_not_deleted(admin: Actor) -> None:
    rule = EscalationRule.objects.get(shipped_key="upset")
    original = rule.sentence
    actions.save_rule(actor=admin, rule=rule, values={"sentence": "Mine.", "name": "Mine"})
    rule.refresh_from_db()
    assert rule.conditions  # what was not given stays
    restored = actions.restore_shipped_rule(actor=admin, rule=rule)
    assert (restored.sentence, restored.version) == (original, 3)
    assert not actions.switch_rule(actor=admin, rule=rule, on=False).active
    with pytest.raises(actions.ActionError, match="switched off, not deleted"):
        actions.remove_rule(actor=admin, rule=rule)
    with pytest.raises(actions.ActionError, match="did not come"):
        actions.restore_shipped_rule(actor=admin, rule=save(admin))


def test_switching_is_recorded_once_and_is_no_version(admin: Actor) -> None:
    rule = save(admin)
    for _twice in range(2):
        actions.switch_rule(actor=admin, rule=rule, on=False)
    assert settings_events()[-1].data["changes"] == {"active": [True, False]}
    assert len(settings_events()) == 2
    assert rule.versions.count() == 1
    assert not decide(SITUATION).firings or decide(SITUATION).firings[0].rule.pk != rule.pk


def test_moving_changes_the_order_and_says_so(admin: Actor) -> None:
    names = list(EscalationRule.objects.values_list("name", flat=True))
    rule = EscalationRule.objects.get(name=names[2])
    actions.move_rule(actor=admin, rule=rule, by=-1)
    assert list(EscalationRule.objects.values_list("name", flat=True)) == [
        *(names[0], names[2], names[1], *names[3:]),
    ]
    assert settings_events()[-1].data["changes"] == {"position": [3, 2]}
    actions.move_rule(actor=admin, rule=rule, by=-99)
    actions.move_rule(actor=admin, rule=rule, by=-1)  # it is the first already
    assert len(settings_events()) == 2
    assert EscalationRule.objects.first() == rule


def test_deleting_keeps_what_it_did_in_the_log(admin: Actor) -> None:
    rule = save(admin)
    ticket, message = conversation()
    apply(ticket, message, rule)
    actions.remove_rule(actor=admin, rule=rule)
    firing = RuleFiring.objects.get()
    assert (firing.rule, firing.rule_name) == (None, "Upset guides")
    event = settings_events()[-1]
    assert (event.kind, event.data["was"]["conditions"]) == ("setting.removed", [ANGRY])


@pytest.mark.parametrize("make", [make_agent, make_lead], ids=["agent", "lead"])
def test_only_admins_change_rules(make: Any) -> None:
    rule = EscalationRule.objects.all()[0]
    actor = Actor.agent(make())
    for attempt in (
        lambda: save(actor),
        lambda: save(actor, rule),
        lambda: actions.switch_rule(actor=actor, rule=rule, on=False),
        lambda: actions.move_rule(actor=actor, rule=rule, by=1),
        lambda: actions.remove_rule(actor=actor, rule=rule),
        lambda: actions.roll_back_rule(actor=actor, rule=rule, number=1),
        lambda: actions.restore_shipped_rule(actor=actor, rule=rule),
    ):
        with pytest.raises(actions.NotAllowed):
            attempt()
    assert not settings_events()
