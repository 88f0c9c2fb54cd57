"""Messages of the past, read as they would have been: so that rules can be tried on them at once.

For conversations that came before this helpdesk understood messages, or by an import. Only what can
be known afterwards is kept; nothing is said, handed over or logged as a firing.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from bots.turns import Past, read_past
from tickets import actions, conditions
from tickets.actors import Actor
from tickets.models import AuthorKind, Message, Ticket, Turn
from tickets.rules import Verdict

BATCH = 50  # conversations at a time


def missing() -> QuerySet[Ticket]:
    """The conversations with a customer's message that was never read."""
    unread = Message.objects.filter(author_kind=AuthorKind.CUSTOMER, reading=None)
    found = Ticket.objects.filter(pk__in=unread.values("ticket"))
    return found.exclude(turn=Turn.SPAM).order_by("pk")


def read_missing() -> Iterator[Ticket]:
    """Read every message that was never read, conversation by conversation; yields each."""
    after = 0
    while batch := list(missing().filter(pk__gt=after)[:BATCH]):
        for ticket in batch:
            _read(ticket)
            yield ticket
        after = batch[-1].pk


def _read(ticket: Ticket) -> None:
    messages = list(
        ticket.messages.exclude(author_kind=AuthorKind.SYSTEM)
        .select_related("reading", "answer")
        .order_by("position")
    )
    past, unhelpful = Past(), 0
    for place, message in enumerate(messages):
        if message.author_kind == AuthorKind.ASSISTANT:
            answer = getattr(message, "answer", None)
            unhelpful += answer is not None and answer.helpful is False
            past = Past(past.earlier, [*past.answers, message.body], past.feelings, unhelpful)
        if message.author_kind != AuthorKind.CUSTOMER:
            continue
        around = conditions.of_ticket(ticket, text=message.body, now=message.created_at)
        reply = messages[place + 1] if place + 1 < len(messages) else None
        situation = read_past(
            message.body,
            past=past,
            around={**around, "turns": conditions.Value(len(past.earlier) + 1)},
            answer=getattr(reply, "answer", None),
        )
        if not hasattr(message, "reading"):
            actions.keep_reading(
                actor=Actor.assistant(),
                message=message,
                situation=situation,
                verdict=Verdict(),
            )
        past = Past(
            [*past.earlier, message.body],
            past.answers,
            [*past.feelings, str(situation["feeling"].value)],
            unhelpful,
        )
