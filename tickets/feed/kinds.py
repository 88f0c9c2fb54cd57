"""Which events programs are told of, and what of each: nothing that is not named here leaves the house.

No event holds anybody's words, and a number of a row is told as what it is called outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tickets.models import EventKind


class Of(Enum):
    """What a value is, so that a key of a row is told by the row's name."""

    VALUE = "value"
    TEAM = "team"
    TICKET = "ticket"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a kind, by its name in the event's data; `internal` needs a scope of its own."""

    values: Mapping[str, Of] = field(default_factory=dict)
    internal: bool = False


def _told(*names: str, internal: bool = False, **others: Of) -> Told:
    return Told({**dict.fromkeys(names, Of.VALUE), **others}, internal)


_BESIDE = _told(internal=True)
_OF_A_TASK = _told("task", "state")
_OF_A_MERGE = _told(merged=Of.TICKET, into=Of.TICKET)
_OF_A_LINK = _told("link", "side", other=Of.TICKET)

TOLD: Mapping[EventKind, Told] = {
    EventKind.TICKET_OPENED: _told("channel"),
    EventKind.MESSAGE_POSTED: _told("author"),
    EventKind.ANSWER_RATED: _told("helpful"),
    EventKind.PERSON_ASKED: _told("reason", team=Of.TEAM),
    EventKind.TICKET_ACCEPTED: _told(),
    EventKind.TICKET_HANDED_BACK: _told(),
    EventKind.TICKET_RETURNED: _told(agent=Of.AGENT),
    EventKind.TICKET_TRANSFERRED: _told(team=Of.TEAM, from_team=Of.TEAM),
    EventKind.TICKET_RESOLVED: _told(),
    EventKind.TICKET_CONFIRMED: _told("by_assistant"),
    EventKind.CLOSING_ANNOUNCED: _told("on"),
    EventKind.TICKET_CLOSED: _told(),
    EventKind.TICKET_CONTINUED: _told("reference"),
    EventKind.TICKET_REOPENED: _told("by_writing"),
    EventKind.TICKET_MERGED: _OF_A_MERGE,
    EventKind.TICKET_UNMERGED: _OF_A_MERGE,
    EventKind.TICKET_SPLIT: Told({"split": Of.TICKET, "from": Of.TICKET}),
    EventKind.TICKET_LINKED: _OF_A_LINK,
    EventKind.TICKET_UNLINKED: _OF_A_LINK,
    EventKind.TICKET_RATED: _told("satisfaction", "effort"),
    EventKind.TAGS_CHANGED: _told("added"),
    EventKind.TICKET_CHANGED: _told("field", "before", "after"),
    EventKind.TICKET_ASSIGNED: _told(before=Of.AGENT, after=Of.AGENT),
    EventKind.SLA_WARNED: _told("metric", "due"),
    EventKind.SLA_BREACHED: _told("metric", "due"),
    EventKind.TICKET_SNOOZED: _told("until"),
    EventKind.TICKET_UNSNOOZED: _told("why"),
    EventKind.TICKET_SPAM: _told(),
    EventKind.TICKET_NOT_SPAM: _told(),
    EventKind.TICKET_UNDONE: _told("undone"),
    EventKind.COPY_ADDED: _told(),
    EventKind.COPY_REMOVED: _told(),
    EventKind.CUSTOMER_BLOCKED: _told(),
    EventKind.CUSTOMER_UNBLOCKED: _told(),
    EventKind.CUSTOMER_JOINED: _told(),
    EventKind.EMAIL_LEFT: _told(),
    EventKind.IDENTITY_PROVED: _told(),
    EventKind.IDENTITY_ENDED: _told(),
    EventKind.MAIL_FAILED: _told(),
    EventKind.MAIL_BOUNCED: _told(),
    EventKind.MAIL_COMPLAINED: _told(),
    EventKind.RECORD_LINKED: _told(),
    EventKind.RECORD_UNLINKED: _told(),
    EventKind.TASK_STARTED: _OF_A_TASK,
    EventKind.TASK_CONFIRMED: _OF_A_TASK,
    EventKind.TASK_DONE: _OF_A_TASK,
    EventKind.TASK_FAILED: _OF_A_TASK,
    EventKind.TASK_LEFT: _OF_A_TASK,
    EventKind.TASK_UNDO_ASKED: _OF_A_TASK,
    EventKind.TASK_UNDONE: _OF_A_TASK,
    # --- among those who work here
    EventKind.NOTE_WRITTEN: _told("note", internal=True),
    EventKind.CALL_LOGGED: _told("direction", "outcome", "minutes", internal=True),
    EventKind.FACT_NOTED: _told("key", internal=True),
    EventKind.MACRO_APPLIED: _told("name", internal=True),
    EventKind.RULE_APPLIED: _told("rule", internal=True),
    EventKind.PERSON_PAGED: _told(internal=True, user=Of.AGENT),
    EventKind.ASKED_AGAIN: _told("fact", internal=True),
    EventKind.READING_CORRECTED: _told("field", internal=True),
    EventKind.REPLY_LEAVING: _BESIDE,
    EventKind.REPLY_TAKEN_BACK: _BESIDE,
    EventKind.REPLY_HELD: _BESIDE,
    EventKind.ANSWER_REPORTED: _BESIDE,
    EventKind.TICKET_FOLLOWED: _BESIDE,
    EventKind.TICKET_UNFOLLOWED: _BESIDE,
    EventKind.TICKET_JOINED: _BESIDE,
    EventKind.TICKET_LEFT: _BESIDE,
    EventKind.AFFECTED_ANSWERED: _BESIDE,
    EventKind.AFFECTED_DONE: _BESIDE,
    EventKind.MAIL_NOTED: _BESIDE,
    EventKind.MAIL_HELD: _BESIDE,
    EventKind.MAIL_LET_IN: _BESIDE,
    EventKind.MAIL_DISMISSED: _BESIDE,
    EventKind.MAIL_SENT_AGAIN: _BESIDE,
    EventKind.MAIL_HELD_BACK: _BESIDE,
    EventKind.MAIL_SILENCED: _BESIDE,
    EventKind.ADDRESS_OPENED: _BESIDE,
    EventKind.RECORD_OF_ANOTHER: _BESIDE,
    EventKind.RECORD_CHANGED: _BESIDE,
}
INTERNAL = frozenset(kind for kind, told in TOLD.items() if told.internal)
PUBLIC = frozenset(TOLD) - INTERNAL


def wanted(kinds: Iterable[str], *, internal: bool) -> frozenset[str]:
    """The kinds that are told to somebody who asks for some of them, or for all if for none."""
    allowed = PUBLIC | INTERNAL if internal else PUBLIC
    chosen = frozenset(kinds)
    return allowed & chosen if chosen else allowed
