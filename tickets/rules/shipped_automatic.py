"""The rules that come with the helpdesk for what happens by itself. All are off: an admin chooses.

All data; a migration reads this, too. `restore` in the admin puts a rule back to what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tickets.rules.shipped import SHIPPED, Shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic(Shipped):
    """One that an event sets off, or time."""

    trigger: str
    once: bool = True
    last: bool = False

    def content(self) -> dict[str, Any]:
        """What is saved of it."""
        found = Shipped.content(self)
        return {**found, "trigger": self.trigger, "once": self.once, "last": self.last}


def _when(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


AUTOMATIC: tuple[Automatic, ...] = (
    Automatic(
        key="vip-lane",
        name="VIP lane",
        sentence="When a Premier customer needs a person, everybody sees at once that it cannot wait.",
        reason="important",
        trigger="person_asked",
        conditions=(_when("tier", "is", "premier"),),
        actions={"tags": ["vip"], "acts": {"priority": 3}},
    ),
    Automatic(
        key="out-of-hours",
        name="Came outside the opening hours",
        sentence="Whoever begins in the morning sees what came in the night, and in which order.",
        reason="rule",
        trigger="person_asked",
        conditions=(_when("open_now", "is", False),),
        actions={
            "tags": ["out of hours"],
            "note": "This came outside the opening hours. The customer was told when we answer.",
        },
    ),
    Automatic(
        key="third-contact",
        name="Third contact within a month",
        sentence="Who has to write a third time was not helped by the first two answers.",
        reason="repeated",
        trigger="opened",
        conditions=(_when("earlier_tickets", "at_least", 2),),
        actions={"tags": ["third contact"], "acts": {"priority": 3}},
    ),
    Automatic(
        key="upset-again",
        name="Upset, and wrote before",
        sentence="Somebody who is upset and wrote to us before in these weeks may be about to leave.",
        reason="anger",
        trigger="customer_wrote",
        conditions=(
            _when("feeling", "any_of", ["angry", "distressed"]),
            _when("earlier_tickets", "at_least", 1),
        ),
        actions={
            "tags": ["upset again"],
            "note": "They are upset, and wrote to us before within a month. Look at that first.",
        },
    ),
    Automatic(
        key="upset-twice",
        name="Upset twice in a week",
        sentence="Somebody who is upset for the second time in a week is looked after before the others.",
        reason="anger",
        trigger="person_asked",
        conditions=(_when("upset_in_a_week", "at_least", 2),),
        actions={
            "tags": ["upset twice"],
            "note": "They are upset for the second time within a week. Read what came of the first time.",
            "acts": {"priority": 3},
        },
    ),
    Automatic(
        key="owner-not-there",
        name="Whoever has it is not at work",
        sentence="A customer who writes to somebody who is not there gets somebody else while others are.",
        reason="rule",
        trigger="customer_wrote",
        once=False,
        conditions=(
            _when("assignee_is_there", "is", False),
            _when("open_now", "is", True),
        ),
        actions={"acts": {"assignee": "nobody"}},
    ),
    Automatic(
        key="reminder",
        name="Reminder after three days",
        sentence="A question of ours that nobody answers is asked once more before the conversation ends.",
        reason="rule",
        trigger="time",
        once=False,
        conditions=(_when("silent_hours", "at_least", 72),),
        actions={
            "message": "We are still waiting for your answer. If everything is solved, you need not do "
            "anything: this conversation ends by itself."
        },
    ),
    Automatic(
        key="waits-too-long",
        name="Waits for us for more than two hours",
        sentence="Whoever waits for two hours of our opening hours is put before the others.",
        reason="rule",
        trigger="time",
        once=False,
        conditions=(_when("waiting_business_minutes", "at_least", 120),),
        actions={"tags": ["waited long"], "acts": {"priority": 3}},
    ),
    Automatic(
        key="unhappy",
        name="Not content in the end",
        sentence="Whoever rates us with one or two of five is asked why by somebody who can change it.",
        reason="rule",
        trigger="rated",
        conditions=(_when("satisfaction", "at_most", 2),),
        actions={
            "tags": ["not content"],
            "note": "The customer was not content in the end. Ask what went wrong.",
        },
    ),
    Automatic(
        key="thank-you",
        name="Thank you after the end",
        sentence="A word after the end says that they may write again, and where.",
        reason="rule",
        trigger="resolved",
        conditions=(_when("turn", "is", "closed"),),
        actions={
            "message": "Thank you for writing to us. If anything is still open, answer here: it goes on "
            "where it ended."
        },
    ),
)


def shipped(key: str) -> Shipped | None:
    """The rule with this key; None if this release has none."""
    every: tuple[Shipped, ...] = (*SHIPPED, *AUTOMATIC)
    return next((rule for rule in every if rule.key == key), None) if key else None
