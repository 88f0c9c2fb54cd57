"""The detectors that the helpdesk comes with: names, examples, and from where each notices.

What an admin changes of them is in the database and goes before what is here. The thresholds are
those measured in docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.understanding.phrases import (
    bereavement,
    billing,
    danger,
    data_protection,
    dissatisfied,
    feelings,
    fraud_security,
    legal,
    medical,
    money_hardship,
    self_harm,
    signals,
)

SENSITIVE, SIGNAL, TOPIC = "sensitive", "signal", "topic"


@dataclass(frozen=True, slots=True)
class Fit:
    """How a group of examples is learned.

    `nearest` is how many of them a sentence is compared with, `ridge` how smooth the line between
    them and the counter-examples is. `crowd` is how much the score sinks with the logarithm of the
    number of sentences: in a long message one of them resembles a wide topic by chance. `lift` is
    added to it, so that two groups of one detector share a threshold.
    """

    nearest: int = 3
    ridge: float = 0.01
    crowd: float = 0.0
    lift: float = 0.0


FEW = Fit()
MANY = Fit(nearest=1, ridge=0.03)  # a hundred examples and more
BROAD = Fit(nearest=1, ridge=0.1)
BODY = Fit(nearest=1, ridge=0.05, crowd=0.25)
AROUND = Fit(nearest=1, ridge=0.05, crowd=0.8, lift=0.5)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a detector is made of. `weight` is how much its expressions add to its score.

    `wide` are examples of what is only around the topic, learned apart from the `positive` ones.
    `overlaps`: what it notices may be another's as well (whoever was burned is hurt and in danger), so
    its examples are no counter-examples of theirs.
    """

    slug: str
    name: str
    kind: str
    threshold: float
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    expressions: tuple[str, ...] = ()
    weight: float = 1.0
    description: str = ""
    shipped: bool = True
    fit: Fit = FEW
    wide: tuple[str, ...] = ()
    wide_fit: Fit = FEW
    overlaps: bool = False

    @property
    def shown(self) -> tuple[str, ...]:
        """All examples, those of the topic first."""
        return (*self.positive, *self.wide)


def _of(
    slug: str,
    name: str,
    kind: str,
    threshold: float,
    examples: tuple[list[str], list[str], tuple[str, ...]],
    weight: float,
    description: str,
    fit: Fit = FEW,
    wide: Sequence[str] = (),
    overlaps: bool = False,
) -> Definition:
    positive, negative, expressions = examples
    return Definition(
        slug,
        name,
        kind,
        threshold,
        tuple(positive),
        tuple(negative),
        expressions,
        weight,
        description,
        fit=fit,
        wide=tuple(wide),
        wide_fit=AROUND,
        overlaps=overlaps,
    )


SHIPPED: tuple[Definition, ...] = (
    *(
        _of(
            *(slug, name, SENSITIVE, threshold, (m.POSITIVE, m.NEGATIVE, m.EXPRESSIONS), weight),
            *(text, fit),
            wide=getattr(m, "WIDE", ()),
        )
        for slug, name, threshold, m, weight, text, fit in (
            (
                *("self_harm", "Self-harm or danger", 0.87, self_harm, 2.0),
                *("Somebody may hurt themselves, wants to die, or is in danger.", MANY),
            ),
            (
                *("fraud_security", "Fraud and security", 0.4, fraud_security, 1.5),
                *("Money, a card or an account may be in a stranger's hands.", FEW),
            ),
            (
                *("legal", "Legal", 0.4, legal, 0.5),
                *("A dispute under the law, a claim, a threat to sue.", BROAD),
            ),
            (
                *("medical", "Medical", 0.56, medical, 0.5),
                *("Symptoms, injuries, illness, medicine, an epidemic and its rules.", BODY),
            ),
            (
                *("money_hardship", "Money hardship", 0.6, money_hardship, 1.0),
                *("Somebody cannot pay, or is in trouble with money.", FEW),
            ),
            (
                *("data_protection", "Data protection", 0.55, data_protection, 1.0),
                *("Personal data: what is kept, deleting it, a leak.", FEW),
            ),
        )
    ),
    _of(
        *("danger", "Acute danger", SENSITIVE, 0.75),
        (danger.POSITIVE, danger.NEGATIVE, danger.EXPRESSIONS),
        *(1.5, "Gas, fire, electricity, poison, or somebody who was just hurt."),
        overlaps=True,
    ),
    _of(
        *("bereavement", "Bereavement", SENSITIVE, 0.65),
        (bereavement.POSITIVE, bereavement.NEGATIVE, bereavement.EXPRESSIONS),
        *(1.5, "Somebody has died, and whoever writes is left with it."),
        overlaps=True,
    ),
    _of(
        *("dissatisfied", "Dissatisfied", SIGNAL, 0.4),
        (dissatisfied.POSITIVE, dissatisfied.NEGATIVE, dissatisfied.EXPRESSIONS),
        *(3.0, "Not content with the answer, the product or us. Part of how a turn feels.", MANY),
    ),
    _of(
        *("distressed", "Distressed", SIGNAL, 0.8),
        (feelings.DISTRESSED, feelings.NOT_DISTRESSED, feelings.DISTRESSED_EXPRESSIONS),
        *(1.5, "Fear, despair, tears, panic."),
    ),
    _of(
        *("confused", "Confused", SIGNAL, 0.7),
        (feelings.CONFUSED, feelings.NOT_CONFUSED, feelings.CONFUSED_EXPRESSIONS),
        *(1.5, "Does not understand what was said."),
    ),
    _of(
        *("outage", "Urgent: an outage", SIGNAL, 0.55),
        (signals.OUTAGE, signals.NOT_OUTAGE, signals.OUTAGE_EXPRESSIONS),
        *(1.5, "Something does not work for many at once."),
    ),
    _of(
        *("deadline", "Urgent: a deadline", SIGNAL, 0.7),
        (signals.DEADLINE, signals.NOT_DEADLINE, signals.DEADLINE_EXPRESSIONS),
        *(1.5, "It is needed very soon."),
    ),
    _of(
        *("safety", "Urgent: safety", SIGNAL, 0.7),
        (signals.SAFETY, signals.NOT_SAFETY, signals.SAFETY_EXPRESSIONS),
        *(1.5, "Fire, gas, something broke that must not, somebody may be hurt."),
    ),
    _of(
        *("wants_to_cancel", "Wants to cancel", SIGNAL, 0.7),
        (signals.CANCEL, signals.NOT_CANCEL, signals.CANCEL_EXPRESSIONS),
        *(1.5, "Wants to end a contract or leave for another company."),
    ),
    _of(
        *("billing_dispute", "Billing dispute", SIGNAL, 0.6),
        (billing.POSITIVE, billing.NEGATIVE, billing.EXPRESSIONS),
        *(1.5, "Says that a charge, invoice or refund is wrong.", MANY),
    ),
)
BY_SLUG = {definition.slug: definition for definition in SHIPPED}
