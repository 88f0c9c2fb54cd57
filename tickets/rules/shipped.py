"""The rules that come with the helpdesk, in their order. All data: a migration reads this, too.

`restore` in the admin puts a rule back to what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Condition = dict[str, Any]

STEP = 10  # between the positions of two rules


@dataclass(frozen=True, slots=True)
class Shipped:
    """One rule, and the key by which it is known whatever it is called."""

    key: str
    name: str
    sentence: str
    reason: str
    conditions: tuple[Condition, ...]
    actions: dict[str, Any]
    match: str = "all"

    def content(self) -> dict[str, Any]:
        """What is saved of it."""
        return {
            "name": self.name,
            "sentence": self.sentence,
            "match": self.match,
            "conditions": [dict(condition) for condition in self.conditions],
            "actions": dict(self.actions),
            "reason": self.reason,
        }


def _when(field: str, op: str, value: Any) -> Condition:
    return {"field": field, "op": op, "value": value}


def _hand_over(*, priority: int | None = None, emergency: bool = False) -> dict[str, Any]:
    route = {"team": None, "skill": "", "priority": priority, "text": "", "emergency": emergency}
    return {"hand_over": route}


def _sensitive(slug: str, name: str, sentence: str, priority: int | None = None) -> Shipped:
    return Shipped(
        key=f"sensitive-{slug.replace('_', '-')}",
        name=name,
        sentence=sentence,
        reason="sensitive",
        conditions=(_when("sensitive", "any_of", [slug]),),
        actions=_hand_over(priority=priority),
    )


SHIPPED: tuple[Shipped, ...] = (
    Shipped(
        key="self-harm",
        name="Somebody may be in danger",
        sentence="Words of self-harm or danger show the emergency text at once and go to a person "
        "before everything else: a life outranks any queue.",
        reason="sensitive",
        conditions=(_when("sensitive", "any_of", ["self_harm"]),),
        actions=_hand_over(priority=4, emergency=True),
    ),
    Shipped(
        key="danger",
        name="Gas, fire or an injury",
        sentence="Acute danger shows the safety line at once and goes to a person before everything "
        "that can wait.",
        reason="sensitive",
        conditions=(_when("sensitive", "any_of", ["danger"]),),
        actions=_hand_over(priority=4),
    ),
    Shipped(
        key="asks-for-a-person",
        name="Asks for a person",
        sentence="Whoever asks for a person gets one, without being asked why.",
        reason="asked",
        conditions=(_when("wants_person", "is", True),),
        actions=_hand_over(),
    ),
    Shipped(
        key="asks-when",
        name="Asks when people are there",
        sentence="Opening hours are simple, so the article answers; but a person is offered with it, "
        "in so many words.",
        reason="asked",
        conditions=(_when("asks_hours", "is", True),),
        actions={"offer_person": True},
    ),
    _sensitive(
        "bereavement",
        "Somebody has died",
        "Whoever has lost somebody is met by a person, who can spare them the forms.",
        priority=3,
    ),
    _sensitive(
        "fraud_security",
        "Fraud or security",
        "A stolen account or card, or a payment they did not make, needs somebody who can act.",
        priority=4,
    ),
    _sensitive(
        "legal",
        "Legal matters",
        "Lawyers, courts and liability: every word counts, so a person chooses them.",
        priority=3,
    ),
    _sensitive(
        "medical",
        "Injury or health",
        "Somebody was hurt or asks about their health: articles do not give that advice.",
        priority=3,
    ),
    _sensitive(
        "money_hardship",
        "Money trouble",
        "Who cannot pay needs an understanding person and perhaps an exception, not an article.",
    ),
    _sensitive(
        "data_protection",
        "Data protection",
        "Wishes to see, correct or delete personal data have legal deadlines, and need a person.",
    ),
    Shipped(
        key="upset",
        name="Angry or distressed",
        sentence="Who is angry or in distress is heard by a person, because an article would make "
        "it worse.",
        reason="anger",
        conditions=(_when("feeling", "any_of", ["angry", "distressed"]),),
        actions=_hand_over(priority=3),
    ),
    Shipped(
        key="urgent",
        name="Urgent: an outage or a hazard",
        sentence="Nothing works, or something is unsafe: looking for an article would cost time.",
        reason="urgent",
        conditions=(_when("urgent", "any_of", ["outage", "safety"]),),
        actions=_hand_over(priority=4),
    ),
    Shipped(
        key="billing-dispute",
        name="Disputes a bill",
        sentence="A wrong charge is put right by a person who can see the account.",
        reason="dispute",
        conditions=(_when("billing_dispute", "is", True),),
        actions=_hand_over(),
    ),
    Shipped(
        key="cancels",
        name="Wants to cancel",
        sentence="Who wants to leave talks to a person, who can ask why and do it at once.",
        reason="cancels",
        conditions=(_when("wants_to_cancel", "is", True),),
        actions=_hand_over(),
    ),
    Shipped(
        key="prefers-a-person",
        name="Prefers a person",
        sentence="Customers marked as “a person first” are never kept with the assistant.",
        reason="preference",
        conditions=(_when("prefers_person", "is", True),),
        actions=_hand_over(),
    ),
    Shipped(
        key="important-customer",
        name="Important customer with any trouble",
        sentence="For a Premier customer the first sign of trouble is enough: a feeling, a doubt, "
        "an answer that did not help.",
        reason="important",
        conditions=(
            _when("tier", "is", "premier"),
            _when("trouble", "any_of", ["upset", "unsure", "unhelpful", "repeats", "failed"]),
        ),
        actions=_hand_over(priority=3),
    ),
    Shipped(
        key="repeats",
        name="Says the same again",
        sentence="The same question twice means that the answer missed it: a person reads it anew.",
        reason="repeated",
        conditions=(_when("repeats", "is", "question"),),
        actions=_hand_over(),
    ),
    Shipped(
        key="unhelpful",
        name="Second answer that did not help",
        sentence="After two answers that did not help, a third try would only cost patience.",
        reason="unhelpful",
        conditions=(_when("unhelpful_answers", "at_least", 2),),
        actions=_hand_over(),
    ),
    Shipped(
        key="confused",
        name="Confused twice",
        sentence="Who is confused a second time is better helped by somebody who can ask back.",
        reason="confused",
        conditions=(_when("times_confused", "at_least", 2),),
        actions=_hand_over(),
    ),
    Shipped(
        key="failed",
        name="The assistant failed",
        sentence="An error of ours is not the customer's problem: a person takes over.",
        reason="failed",
        conditions=(_when("failed", "is", "failed"),),
        actions=_hand_over(),
    ),
    Shipped(
        key="too-slow",
        name="The assistant took too long",
        sentence="Nobody waits for a computer: after its ten seconds a person is asked for.",
        reason="too_slow",
        conditions=(_when("failed", "is", "too_slow"),),
        actions=_hand_over(),
    ),
    Shipped(
        key="unsure",
        name="Confidence below the threshold",
        sentence="When the assistant is not sure enough to answer, it says so and fetches a person.",
        reason="unsure",
        conditions=(_when("decision", "is", "hand_over"),),
        actions=_hand_over(),
    ),
)
