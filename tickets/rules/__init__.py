"""The one engine of rules: when a person is needed, what else happens by itself, and why."""

from tickets.rules import in_force
from tickets.rules.clean import clean
from tickets.rules.content import Content
from tickets.rules.effects import Effects, HandOverTo
from tickets.rules.engine import (
    Fired,
    Verdict,
    active_rules,
    decide,
    lately_active,
    lately_triggers,
)
from tickets.rules.sentences import Names, describe

__all__ = [
    "Content",
    "Effects",
    "Fired",
    "HandOverTo",
    "Names",
    "Verdict",
    "active_rules",
    "clean",
    "decide",
    "describe",
    "in_force",
    "lately_active",
    "lately_triggers",
]
