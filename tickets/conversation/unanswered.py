"""Whether the customer still waits for words: one place that says what counts as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from tickets.models import AuthorKind, Message, Ticket, Turn


def unanswered(messages: Sequence[Message]) -> list[Message]:
    """What the customer said since the assistant or an agent last spoke, oldest first.

    `messages` are in their order. What the system says, of a transfer for instance, is no answer.
    """
    spoken = [one for one in messages if one.author_kind != AuthorKind.SYSTEM]
    return list(takewhile(_by_customer, reversed(spoken)))[::-1]


def waits_for_answer(ticket: Ticket) -> bool:
    """Whether the customer spoke last. One query."""
    spoken = ticket.messages.exclude(author_kind=AuthorKind.SYSTEM)
    last = spoken.order_by("-position").first()
    return last is not None and _by_customer(last)


def assistant_may_answer(ticket: Ticket, position: int) -> bool:
    """Whether it is the assistant's turn, and the customer wrote nothing after `position`.

    At most one query. The answer holds only as long as the ticket is locked.
    """
    if ticket.turn != Turn.ASSISTANT:
        return False
    if ticket.last_position <= position:
        return True
    newer = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER, position__gt=position)
    return not newer.exists()


def _by_customer(message: Message) -> bool:
    return message.author_kind == AuthorKind.CUSTOMER
