"""Escalation rules: the one engine that decides when a person is needed, and says why."""

from tickets.rules import in_force
from tickets.rules.clean import clean
from tickets.rules.content import Content
from tickets.rules.effects import Effects, HandOverTo
from tickets.rules.engine import Fired, Verdict, active_rules, decide, lately_active
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
]
