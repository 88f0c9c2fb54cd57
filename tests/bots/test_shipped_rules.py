"""The rules that come with the helpdesk, against the fields that the assistant really registers."""

from __future__ import annotations

import pytest

from tickets.conditions import Value
from tickets.models import EscalationRule, Reason
from tickets.rules import Content, clean, decide, describe
from tickets.rules.shipped import SHIPPED, Shipped
from tickets.rules.shipped_automatic import AUTOMATIC

pytestmark = pytest.mark.django_db

CALM = {
    "wants_person": Value(False),
    "feeling": Value("calm"),
    "sensitive": Value([]),
    "urgent": Value(""),
    "wants_to_cancel": Value(False),
    "billing_dispute": Value(False),
    "repeats": Value(""),
    "times_confused": Value(0),
    "unhelpful_answers": Value(0),
    "failed": Value(""),
    "decision": Value("answer"),
    "confidence": Value(0.9),
    "prefers_person": Value(False),
    "tier": Value("standard"),
}


EVERY: tuple[Shipped, ...] = (*SHIPPED, *AUTOMATIC)


@pytest.mark.parametrize("rule", EVERY, ids=[rule.key for rule in EVERY])
def test_a_shipped_rule_could_be_saved_as_it_is(rule: Shipped) -> None:
    stored = EscalationRule.objects.get(shipped_key=rule.key)
    assert clean(rule.content(), rule=stored) == Content.of_snapshot(rule.content())
    assert "no longer there" not in describe(stored)
    assert rule.reason in Reason.values


@pytest.mark.parametrize(
    ("seen", "decides"),
    [
        ({"sensitive": ["self_harm"], "wants_person": True}, "self-harm"),
        ({"wants_person": True, "feeling": "angry"}, "asks-for-a-person"),
        ({"sensitive": ["fraud_security"]}, "sensitive-fraud-security"),
        ({"sensitive": ["legal"], "feeling": "angry"}, "sensitive-legal"),
        ({"sensitive": ["medical"]}, "sensitive-medical"),
        ({"sensitive": ["money_hardship"]}, "sensitive-money-hardship"),
        ({"sensitive": ["data_protection"]}, "sensitive-data-protection"),
        ({"feeling": "distressed"}, "upset"),
        ({"feeling": "angry"}, "upset"),
        ({"urgent": "outage"}, "urgent"),
        ({"urgent": "safety"}, "urgent"),
        ({"billing_dispute": True}, "billing-dispute"),
        ({"wants_to_cancel": True}, "cancels"),
        ({"prefers_person": True}, "prefers-a-person"),
        ({"tier": "premier", "feeling": "frustrated"}, "important-customer"),
        ({"tier": "premier", "decision": "offer"}, "important-customer"),
        ({"tier": "premier", "unhelpful_answers": 1}, "important-customer"),
        ({"repeats": "question"}, "repeats"),
        ({"unhelpful_answers": 2}, "unhelpful"),
        ({"times_confused": 2}, "confused"),
        ({"failed": "failed"}, "failed"),
        ({"failed": "too_slow"}, "too-slow"),
        ({"decision": "hand_over"}, "unsure"),
    ],
)
def test_each_of_them_decides_when_it_should(seen: dict[str, object], decides: str) -> None:
    situation = {**CALM, **{name: Value(value) for name, value in seen.items()}}
    fired = decide(situation).hand_over
    assert fired is not None
    assert fired.rule.shipped_key == decides


@pytest.mark.parametrize(
    "seen",
    [
        {},
        {"tier": "premier"},
        {"feeling": "frustrated"},
        {"times_confused": 1},
        {"unhelpful_answers": 1},
        {"urgent": "deadline"},
        {"repeats": "no"},
        {"decision": "offer"},
        {"decision": "clarify"},
    ],
)
def test_where_nothing_is_wrong_the_assistant_may_answer(seen: dict[str, object]) -> None:
    situation = {**CALM, **{name: Value(value) for name, value in seen.items()}}
    assert not decide(situation)
