"""What agents had to do: what they answered where no article did, and what they asked in vain."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from bots.models import GapQuestion, KnowledgeGap
from tickets.conversation.asked_again import name_of
from tickets.models import (
    AuthorKind,
    Event,
    EventKind,
    Message,
    Resolution,
    User,
)
from tickets.models.states import SOLVED

LATELY = timedelta(days=90)
MOST = 50  # rows of a list
ANSWERS = 8  # of agents, for one gap


def answers_of_agents(gap: KnowledgeGap) -> list[Message]:
    """What agents wrote where a question of the gap was solved: of each conversation the most."""
    tickets = GapQuestion.objects.filter(gap=gap).values("ticket")
    found = (
        Message.objects.filter(
            ticket__in=tickets,
            ticket__resolution__in=SOLVED,
            author_kind=AuthorKind.AGENT,
        )
        .select_related("ticket", "author_user")
        .order_by("-pk")[:200]
    )
    longest: dict[int, Message] = {}
    for message in found:
        kept = longest.get(message.ticket_id)
        if kept is None or len(message.body) > len(kept.body):
            longest[message.ticket_id] = message
    solved_first = sorted(
        longest.values(), key=lambda one: one.ticket.resolution != Resolution.CONFIRMED
    )
    return solved_first[:ANSWERS]


@dataclass(frozen=True, slots=True)
class Needless:
    """How often agents asked for what was known: by what it was, and by who asked."""

    total: int
    facts: list[tuple[str, int]]
    people: list[tuple[str, int]]
    latest: list[tuple[datetime, str, str, str]]  # when, who, what, reference


def asked_again(*, since: datetime | None = None) -> Needless:
    """The questions that were asked although the answer was known. Three queries."""
    asked: Any = (
        Event.objects.filter(
            kind=EventKind.ASKED_AGAIN, created_at__gte=since or timezone.now() - LATELY
        )
        .annotate(fact=KeyTextTransform("fact", "data"))
        .order_by()
    )
    counts = Counter(dict(asked.values_list("fact").annotate(number=Count("pk"))))
    by_user: dict[int, int] = defaultdict(int)
    by_user |= dict(asked.values_list("actor_user").annotate(number=Count("pk")))
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=by_user)}
    latest = asked.select_related("actor_user", "ticket").order_by("-pk")[:20]
    return Needless(
        total=counts.total(),
        facts=[(str(name_of(key)), number) for key, number in counts.most_common()],
        people=sorted(
            ((names.get(pk, ""), number) for pk, number in by_user.items()),
            key=lambda row: -row[1],
        ),
        latest=[
            (
                event.created_at,
                str(event.actor_user),
                str(name_of(event.fact)),
                event.ticket.reference,
            )
            for event in latest
        ],
    )
