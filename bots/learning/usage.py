"""What became of what was shown: articles that do not help, answers of agents, needless questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from bots import telling
from bots.models import AnswerReport, GapQuestion, KnowledgeGap
from tickets.conversation.asked_again import name_of
from tickets.intake.text import first_line
from tickets.models import (
    AuthorKind,
    Citation,
    Decision,
    Event,
    EventKind,
    Message,
    Resolution,
    User,
)
from tickets.models.tickets import SOLVED

LATELY = timedelta(days=90)
MOST = 50  # rows of a list
QUESTIONS = 5  # of each article
ANSWERS = 8  # of agents, for one gap


@dataclass(slots=True)
class ArticleUse:
    """How an article did as an answer, and what was asked where it did not help."""

    article_id: int
    title: str
    shown: int
    helped: int
    did_not_help: int
    reported: int
    held_back: bool
    questions: list[tuple[str, str]] = field(default_factory=list)  # words, reference


def unhelpful_articles(*, since: datetime | None = None) -> list[ArticleUse]:
    """The articles that were shown and did not help, the worst first. Two queries."""
    shown = Citation.objects.filter(
        rank=1,
        answer__decision=Decision.ANSWER,
        answer__message__created_at__gte=since or timezone.now() - LATELY,
    )
    counted_as_wrong = Q(
        answer__report__state__in=[AnswerReport.State.OPEN, AnswerReport.State.UPHELD]
    )
    rows = (
        shown.values("article", "article__published__title", "article__slug")
        .values_list("article", "article__published__title", "article__slug")
        .annotate(
            shown=Count("pk"),
            helped=Count("pk", filter=Q(answer__helpful=True)),
            failed=Count("pk", filter=Q(answer__helpful=False)),
            reported=Count("pk", filter=counted_as_wrong),
        )
        .filter(Q(failed__gt=0) | Q(reported__gt=0))
        .order_by("-failed", "-reported", "article")
        .values_list(
            *("article", "article__published__title", "article__slug"),
            *("shown", "helped", "failed", "reported", "article__assistant_may_use"),
        )[:MOST]
    )
    uses = {
        article: ArticleUse(article, title or slug, number, helped, failed, reported, not used)
        for article, title, slug, number, helped, failed, reported, used in rows
    }
    question = Message.objects.filter(
        ticket=OuterRef("answer__message__ticket"),
        position__lt=OuterRef("answer__message__position"),
        author_kind=AuthorKind.CUSTOMER,
    ).order_by("-position")
    asked = (
        shown.filter(Q(answer__helpful=False) | counted_as_wrong, article__in=list(uses))
        .annotate(question=Subquery(question.values("body")[:1]))
        .order_by("-pk")
        .values_list("article", "question", "answer__message__ticket__reference")
    )
    for article, body, reference in asked[: MOST * QUESTIONS * 4]:
        if len(uses[article].questions) < QUESTIONS:
            words = telling.wish(body or "") or first_line(body or "")
            uses[article].questions.append((words, reference))
    return list(uses.values())


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
