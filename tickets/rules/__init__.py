"""Escalation rules: the one engine that decides when a person is needed, and says why."""

from tickets.rules import trouble
from tickets.rules.clean import clean
from tickets.rules.content import Content
from tickets.rules.effects import Effects, HandOverTo
from tickets.rules.engine import Fired, Verdict, active_rules, decide, lately_active
from tickets.rules.fields import Field, all_fields, field_named, register
from tickets.rules.seen import Seen
from tickets.rules.sentences import Names, describe
from tickets.rules.situation import of_reading, of_ticket, of_values, to_store

__all__ = [
    "Content",
    "Effects",
    "Field",
    "Fired",
    "HandOverTo",
    "Names",
    "Seen",
    "Verdict",
    "active_rules",
    "all_fields",
    "clean",
    "decide",
    "describe",
    "field_named",
    "lately_active",
    "of_reading",
    "of_ticket",
    "of_values",
    "register",
    "to_store",
    "trouble",
]
