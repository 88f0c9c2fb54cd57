"""How articles do: what was quoted of them, what came of it, and by which questions they were found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from bots import telling
from bots.endings import SOON
from bots.models import AnswerReport
from bots.understanding import query_of
from knowledgebase import competing
from knowledgebase.competing import Rival
from knowledgebase.models import Article
from knowledgebase.passages import in_sections
from tickets import access
from tickets.actors import Actor
from tickets.intake.text import first_line
from tickets.models import AuthorKind, Citation, HandOver, Message

LATELY = timedelta(days=90)
MOST = 50  # articles of the list
READ = 20_000  # quotes that the list counts, the newest
READ_OF_ONE = 1_000  # citations of one article that its page counts, the newest
QUESTIONS = 5  # shown of each section
BEGINNING = 400  # characters of a question that are read


@dataclass(slots=True)
class Use:
    """How often something was quoted, and what customers did then."""

    quoted: int = 0
    helped: int = 0
    did_not_help: int = 0
    to_a_person: int = 0  # who was asked for soon after
    reported: int = 0
    listed: int = 0  # shown beside an answer, or to choose from


@dataclass(frozen=True, slots=True)
class ArticleUse:
    """A line of the list."""

    article_id: int
    title: str
    use: Use
    held_back: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A real question without what is personal in it, its conversation, and what came of the answer."""

    words: str
    reference: str
    quoted: bool
    helped: bool | None
    to_a_person: bool


@dataclass(slots=True)
class SectionUse:
    """A section of an article. One that `is_there` no longer was renamed or taken out since."""

    heading: str
    anchor: str
    is_there: bool
    use: Use = field(default_factory=Use)
    asked: list[Asked] = field(default_factory=list)
    rivals: list[Rival] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """How one article does. `more` were cited earlier, and are not counted."""

    whole: Use
    sections: list[SectionUse]
    more: bool


def articles(*, since: datetime | None = None) -> list[ArticleUse]:
    """What was quoted lately: first what did not help most customers. One query, of bounded length."""
    newest = Citation.objects.filter(quoted=True).order_by("-pk").values("pk")[:READ]
    quoted = _with_what_came(Citation.objects.filter(pk__in=newest)).filter(
        answer__message__created_at__gte=since or timezone.now() - LATELY
    )
    rows = (
        quoted.values("article")
        .annotate(
            quoted_times=Count("pk"),
            helped=Count("pk", filter=Q(answer__helpful=True)),
            failed=Count("pk", filter=Q(answer__helpful=False)),
            persons=Count("pk", filter=Q(to_a_person=True)),
            reports=Count("pk", filter=Q(is_reported=True)),
        )
        .order_by("-failed", "-reports", "-persons", "-quoted_times", "article")
        .values_list(
            *("article", "article__published__title", "article__slug"),
            *("article__assistant_may_use", "quoted_times", "helped", "failed"),
            *("persons", "reports"),
        )[:MOST]
    )
    return [
        ArticleUse(pk, title or slug, Use(*numbers), held_back=not used)
        for pk, title, slug, used, *numbers in rows
    ]


def of(article: Article, *, actor: Actor) -> Page:
    """How an article does, section by section, with questions of conversations that `actor` may see.

    At most six queries.
    """
    since = timezone.now() - LATELY
    newest = Citation.objects.filter(article=article).order_by("-pk")
    rows: list[Any] = list(_with_questions(_with_what_came(newest))[: READ_OF_ONE + 1])
    lately = [row for row in rows[:READ_OF_ONE] if row.answer.message.created_at >= since]
    sections = _sections(article, lately)
    for row in lately:
        _count(sections[row.anchor].use, row)
    for anchor, shown in _shown(lately, actor):
        sections[anchor].asked.append(shown)
    for anchor, found in competing.rivals(article).items():
        if anchor in sections:
            sections[anchor].rivals = found
    return Page(_whole(lately), list(sections.values()), more=len(rows) > READ_OF_ONE)


def _with_what_came(citations: QuerySet[Citation]) -> Any:
    """With whether a person was asked for soon after, and whether an agent reported the answer."""
    answered_at = OuterRef("answer__message__created_at")
    person = HandOver.objects.filter(
        ticket=OuterRef("answer__message__ticket"),
        asked_at__gte=answered_at,
        asked_at__lte=answered_at + SOON,
    )
    wrong = AnswerReport.objects.filter(
        answer=OuterRef("answer"),
        state__in=[AnswerReport.State.OPEN, AnswerReport.State.UPHELD],
    )
    return citations.annotate(to_a_person=Exists(person), is_reported=Exists(wrong))


def _with_questions(citations: Any) -> Any:
    """With the customer's words before each answer."""
    before = Message.objects.filter(
        ticket=OuterRef("answer__message__ticket"),
        position__lt=OuterRef("answer__message__position"),
        author_kind=AuthorKind.CUSTOMER,
    ).order_by("-position")
    return (
        citations.select_related("answer__message__ticket")
        .defer("passage", "section", "short_answer", "answer__message__body")
        .annotate(question=Subquery(before.values(start=Left("body", BEGINNING))[:1]))
    )


def _sections(article: Article, rows: Iterable[Any]) -> dict[str, SectionUse]:
    """The article's sections by their anchors; then those that were cited and are no longer there."""
    body = article.published.body if article.published else ""
    found = {
        one.anchor: SectionUse(one.heading, one.anchor, is_there=True)
        for one in in_sections(body)
        if one.units
    }
    for row in rows:
        found.setdefault(row.anchor, SectionUse(row.heading, row.anchor, is_there=False))
    return found


def _count(use: Use, row: Any) -> None:
    if not row.quoted:
        use.listed += 1
        return
    use.quoted += 1
    use.helped += row.answer.helpful is True
    use.did_not_help += row.answer.helpful is False
    use.to_a_person += row.to_a_person
    use.reported += row.is_reported


def _whole(rows: Iterable[Any]) -> Use:
    """Of the article: an answer that quotes two of its sections counts once."""
    whole, seen = Use(), set()
    for row in sorted(rows, key=lambda one: not one.quoted):
        if row.answer_id not in seen:
            seen.add(row.answer_id)
            _count(whole, row)
    return whole


def _shown(rows: Iterable[Any], actor: Actor) -> Iterator[tuple[str, Asked]]:
    """A few questions of each section: first where it did not help, then where it was quoted."""
    ranked = sorted(rows, key=lambda row: (row.answer.helpful is not False, not row.quoted))
    chosen: dict[str, list[Any]] = {}
    for row in ranked:
        there = chosen.setdefault(row.anchor, [])
        if len(there) < QUESTIONS:
            there.append(row)
    tickets = {row.answer.message.ticket_id for found in chosen.values() for row in found}
    visible = access.tickets_for(actor).filter(pk__in=tickets).values_list("pk", flat=True)
    may_see = set(visible)
    for anchor, found in chosen.items():
        for row in found:
            ticket = row.answer.message.ticket
            if ticket.pk in may_see and (words := _without_facts(row.question or "")):
                yield (
                    anchor,
                    Asked(words, ticket.reference, row.quoted, row.answer.helpful, row.to_a_person),
                )


def _without_facts(body: str) -> str:
    """What a message asks, without order numbers, addresses and other stated facts."""
    return query_of(telling.wish(body) or first_line(body))
