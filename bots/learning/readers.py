"""How articles do with those who read them themselves, and which searches find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from bots.understanding import query_of
from tickets.models import Ticket, Visit

LATELY = timedelta(days=90)
SOON = timedelta(days=1)  # whoever writes within it was not helped, or not by that alone
READ = 20_000  # visits that are counted, the newest
MOST = 50  # articles of the list
SEARCHES = 5_000  # searches without a result that are looked at, the newest
ALIKE = 200  # different ones of them, the most frequent
SHOWN = 20  # of these
LONGEST = 80  # characters that are shown


@dataclass(frozen=True, slots=True)
class ArticleRead:
    """How often an article was opened, and by how many of them a conversation was begun soon after."""

    article_id: int
    title: str
    read: int
    wrote: int


@dataclass(slots=True)
class Missing:
    """Words that found nothing, without what is personal in them: how often, and by how many readers."""

    words: str
    times: int = 0
    people: int = 0


def articles(*, article: int | None = None) -> list[ArticleRead]:
    """What was read lately: first after which most wrote all the same. One query, of bounded length."""
    visits = Visit.objects.filter(at__gte=timezone.now() - LATELY, article__isnull=False)
    if article is not None:
        visits = visits.filter(article=article)
    newest = visits.order_by("-at").values("pk")[:READ]
    wrote = Ticket.objects.filter(
        customer=OuterRef("customer"),
        created_at__gte=OuterRef("at"),
        created_at__lte=OuterRef("at") + SOON,
    )
    rows = (
        Visit.objects.filter(pk__in=newest)
        .annotate(is_followed=Exists(wrote))
        .values("article", title=F("article__published__title"), slug=F("article__slug"))
        .annotate(times=Count("pk"), followed=Count("pk", filter=Q(is_followed=True)))
        .order_by("-followed", "-times", "article")[:MOST]
    )
    return [
        ArticleRead(row["article"], row["title"] or row["slug"], row["times"], row["followed"])
        for row in rows
    ]


def in_vain() -> list[Missing]:
    """Searches of the last 90 days that found nothing, those of most readers first. One query.

    Only what is left without order numbers, addresses and other stated facts, as of questions.
    """
    newest = Visit.objects.filter(hits=0, at__gte=timezone.now() - LATELY).order_by("-at")
    rows = (
        Visit.objects.filter(pk__in=newest.values("pk")[:SEARCHES])
        .annotate(alike=Lower("words"))
        .values("alike")
        .annotate(
            written=Min("words"),
            times=Count("pk"),
            people=Count("customer", distinct=True)
            + Count("browser", distinct=True, filter=~Q(browser="")),
        )
        .order_by("-people", "-times", "alike")[:ALIKE]
    )
    found: dict[str, Missing] = {}
    for row in rows:
        words = " ".join(query_of(row["written"]).split())[:LONGEST]
        if words:
            one = found.setdefault(words.casefold(), Missing(words))
            one.times += row["times"]
            one.people += row["people"]
    return sorted(found.values(), key=lambda one: (-one.people, -one.times))[:SHOWN]
