"""What was done with an article: recorded in the ledger, and read again with its versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.urls import reverse

from knowledgebase.models import Article, ArticleEvent, ArticleVersion
from tickets import events
from tickets.actors import Actor
from tickets.admin.audit import history
from tickets.admin.audit.history import Change
from tickets.models import Event, EventKind

WORDS = ("title", "summary", "body", "questions", "short_answers")
_FILED = ("category", "language", "slug", "popular")


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """One thing done with an article; of a version, what it changed and how to get it back."""

    event: ArticleEvent
    who: str
    changes: list[Change]
    is_public: bool = False
    is_newest: bool = False
    view_url: str = ""
    restore_url: str = ""


@contextmanager
def recorded(actor: Actor, article: Article | None) -> Iterator[Callable[[Article], None]]:
    """One transaction around what is done with an article, and its record in the ledger.

    The block calls what it is given with the article as it is afterwards.
    """
    with transaction.atomic():
        if article is not None:
            Article.objects.select_for_update().get(pk=article.pk)
        before = _state(article.pk) if article else {}
        last = ArticleEvent.objects.filter(article=article).first() if article else None
        done: list[Article] = []
        yield done.append
        after = _state(done[0].pk)
        changes = {
            name: [before.get(name), value]
            for name, value in after.items()
            if before.get(name) != value
        }
        if changes:
            new = ArticleEvent.objects.filter(article=done[0], pk__gt=last.pk if last else 0)
            events.record(
                EventKind.SETTING_CHANGED if before else EventKind.SETTING_ADDED,
                actor=actor,
                subject=done[0],
                name=after["title"],
                changes=changes,
                article_events=sorted(new.values_list("pk", flat=True)),
            )


def events_of(article: Article) -> models.QuerySet[ArticleEvent]:
    """All that was done with it, the newest first."""
    return (
        ArticleEvent.objects.filter(article=article)
        .select_related("actor", "version")
        .order_by("-pk")
    )


def entries(article: Article, found: Iterable[ArticleEvent]) -> list[ArticleEntry]:
    """A page of them with what each changed; three more queries."""
    rows = list(found)
    saved = [row.version for row in rows if row.kind == ArticleEvent.Kind.SAVED and row.version]
    versions = {
        version.number: version
        for version in ArticleVersion.objects.filter(
            article=article, number__in={version.number - 1 for version in saved}
        )
    }
    filed = _filed(article, {row.pk for row in rows if row.kind == ArticleEvent.Kind.FILED})
    newest = article.versions.values_list("number", flat=True).first()
    return [
        _entry(article, row, versions=versions, filed=filed, newest=newest or 0) for row in rows
    ]


def _entry(
    article: Article,
    row: ArticleEvent,
    *,
    versions: dict[int, ArticleVersion],
    filed: dict[int, list[Change]],
    newest: int,
) -> ArticleEntry:
    who = str(row.actor or history.KINDS_OF_ACTORS["system"])
    version = row.version
    if row.kind != ArticleEvent.Kind.SAVED or version is None:
        return ArticleEntry(row, who, filed.get(row.pk, []))
    keys = [article.pk, version.number]
    return ArticleEntry(
        event=row,
        who=who,
        changes=list(_words(versions.get(version.number - 1), version)),
        is_public=version.pk == article.published_id,
        is_newest=version.number == newest,
        view_url=reverse("admin:knowledgebase_article_version", args=keys),
        restore_url=reverse("admin:knowledgebase_article_restore", args=keys),
    )


def _words(before: ArticleVersion | None, after: ArticleVersion) -> Iterator[Change]:
    for name in WORDS:
        was = getattr(before, name) if before else None
        now = getattr(after, name)
        if was != now and (was or now):
            label = str(getattr(ArticleVersion._meta.get_field(name), "verbose_name", name))
            yield history.change(label, name, was, now)


def _filed(article: Article, keys: set[int]) -> dict[int, list[Change]]:
    """What the filing of each event changed, as the ledger has it."""
    if not keys:
        return {}
    recorded_events = Event.objects.filter(
        subject=article._meta.label_lower,
        subject_id=str(article.pk),
        data__has_key="article_events",
    ).order_by("-pk")
    found = [event for event in recorded_events if keys & set(event.data["article_events"])]
    changes = {}
    for entry in history.entries(found):
        for key in keys & set(entry.event.data["article_events"]):
            changes[key] = [change for change in entry.changes if change.name in _FILED]
    return changes


def _state(pk: int) -> dict[str, Any]:
    """What a record tells of an article: its words but the text, whose versions are all kept."""
    article = Article.objects.select_related("published").get(pk=pk)
    latest = article.versions.first()
    return {
        "title": latest.title if latest else "",
        "summary": latest.summary if latest else "",
        "questions": latest.questions if latest else [],
        "short_answers": latest.short_answers if latest else [],
        "version": latest.number if latest else None,
        "state": article.state,
        "public_version": article.published.number if article.published else None,
        "category": article.category_id,
        "language": article.language,
        "slug": article.slug,
        "popular": article.popular,
    }
