"""What may be done with articles. Each action is one transaction that first locks the article."""

import re
from collections.abc import Sequence
from typing import Final

from celery import current_app
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from knowledgebase import indexing, samples
from knowledgebase import short_answers as short_answers_of
from knowledgebase.models import Article, ArticleEvent, ArticleVersion, Category
from knowledgebase.passages import headings
from knowledgebase.short_answers import Sections

Actor = AbstractBaseUser | None

LONGEST_BODY: Final = 1_048_576  # characters; an import refuses larger files too
MOST_QUESTIONS: Final = 50
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?")
_RESERVED: Final = {"search", "category"}  # pages of the help centre


def save_article(
    *,
    actor: Actor,
    article: Article | None,
    title: str,
    body: str,
    summary: str = "",
    questions: Sequence[str] = (),
    category: Category | None = None,
    language: str = "en",
    slug: str = "",
    external_id: str | None = None,
    import_digest: str | None = None,
    popular: bool | None = None,
    note: str = "",
    short_answers: Sequence[str] | None = None,
    read_again: bool = False,
) -> Article:
    """Write an article, or make a new one as a draft; what is public does not change by this.

    A version is added only when title, summary, body, questions or short answers differ from the
    latest one. An empty `slug` keeps the article's, or makes one from the title; None leaves
    `popular` as it is, and the short answers, as far as what they belong to is still there.
    `read_again` says that they were read against the text as it is now.
    Raise ValidationError, by field, for what cannot be stored.
    """
    words = _checked(title=title, summary=summary, body=body, questions=questions, note=note)
    sections = Sections.of(title=str(words["title"]), body=body)
    shorts = _checked_short(short_answers or (), sections)
    if not _LANGUAGE.fullmatch(language):
        raise ValidationError({"language": _("Write the language like “en” or “pt-br”.")})
    if external_id and len(external_id) > 300:
        raise ValidationError({"external_id": _("An import id has at most 300 characters.")})
    with transaction.atomic():
        if article is None:
            article = Article.objects.create(
                slug=_free_slug(slug, title),
                category=category,
                language=language,
                external_id=external_id or None,
                popular=bool(popular),
            )
        else:
            article = _locked(article)
            _file(
                actor=actor,
                article=article,
                category=category,
                language=language,
                slug=slug,
                popular=article.popular if popular is None else popular,
            )
        latest = article.versions.first()
        if short_answers is None and latest is not None:
            shorts = [line for line in latest.short_answers if sections.fits(line)]
        words |= _with_prints(shorts, sections, None if read_again else latest)
        if latest is None or any(getattr(latest, name) != value for name, value in words.items()):
            version = ArticleVersion.objects.create(
                article=article,
                number=latest.number + 1 if latest else 1,
                author_id=actor.pk if actor else None,
                note=_one_line(note)[:300],
                **words,
            )
            article.save(update_fields=["updated_at"])
            _record(actor, article, ArticleEvent.Kind.SAVED, version)
        if import_digest is not None and import_digest != article.import_digest:
            article.import_digest = import_digest
            article.save(update_fields=["import_digest"])
    return article


def publish_article(
    *,
    actor: Actor,
    article: Article,
    version: ArticleVersion | None = None,
    index_soon: bool = True,
) -> Article:
    """Make a version public, the latest one if none is named. Its passages follow in seconds.

    Nothing happens if it is public already. Without `index_soon` no task is sent: for a caller that
    indexes many articles itself. Raise ValidationError for another article's version.
    """
    with transaction.atomic():
        article = _locked(article)
        version = version or article.versions.first()
        if version is None or version.article_id != article.pk:
            raise ValidationError(_("This article has no such version."))
        if article.published_id == version.pk:
            return article
        article.state = Article.State.PUBLISHED
        article.published = version
        article.index_claimed_at = None
        article.save(update_fields=["state", "published", "index_claimed_at", "updated_at"])
        _record(actor, article, ArticleEvent.Kind.PUBLISHED, version)
        article_id = article.pk
        if index_soon:
            transaction.on_commit(lambda: _index_soon(article_id), robust=True)
    return article


def unpublish_article(*, actor: Actor, article: Article) -> Article:
    """Take an article back to draft: it is gone from pages and search with this commit."""
    return _hide(actor, article, Article.State.DRAFT, ArticleEvent.Kind.UNPUBLISHED)


def archive_article(*, actor: Actor, article: Article) -> Article:
    """Put an article away: gone from pages and search with this commit, its versions kept."""
    return _hide(actor, article, Article.State.ARCHIVED, ArticleEvent.Kind.ARCHIVED)


def hold_back(*, actor: Actor, article: Article, held: bool) -> Article:
    """Keep the assistant from quoting an article, or let it again; customers find it all the same."""
    with transaction.atomic():
        article = _locked(article)
        if article.assistant_may_use != held:
            return article
        article.assistant_may_use = not held
        article.save(update_fields=["assistant_may_use", "updated_at"])
        kind = ArticleEvent.Kind.HELD_BACK if held else ArticleEvent.Kind.RELEASED
        _record(actor, article, kind)
    return article


def _hide(actor: Actor, article: Article, state: str, kind: ArticleEvent.Kind) -> Article:
    with transaction.atomic():
        article = _locked(article)
        if article.state == state:
            return article
        article.state = state
        article.published = None
        article.save(update_fields=["state", "published", "updated_at"])
        indexing.remove_passages(article.pk)
        _record(actor, article, kind)
    return article


def _file(
    *,
    actor: Actor,
    article: Article,
    category: Category | None,
    language: str,
    slug: str,
    popular: bool,
) -> None:
    before = (article.category_id, article.language, article.slug, article.popular)
    article.category, article.popular = category, popular
    if slug and slug != article.slug:
        article.slug = _free_slug(slug, "", but=article)
    if language != article.language:
        article.language = language
        indexing.remove_passages(article.pk)  # their words are stemmed by language
        article_id = article.pk
        transaction.on_commit(lambda: _index_soon(article_id), robust=True)
    if before != (article.category_id, article.language, article.slug, article.popular):
        article.save(update_fields=["category", "language", "slug", "popular", "updated_at"])
        _record(actor, article, ArticleEvent.Kind.FILED)


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


def _record(
    actor: Actor, article: Article, kind: ArticleEvent.Kind, version: ArticleVersion | None = None
) -> None:
    ArticleEvent.objects.create(
        article=article, kind=kind, version=version, actor_id=actor.pk if actor else None
    )


def _index_soon(article_id: int) -> None:
    current_app.send_task(
        "knowledgebase.tasks.index_article", args=(article_id,), ignore_result=True
    )


def _one_line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _checked(
    *, title: str, summary: str, body: str, questions: Sequence[str], note: str
) -> dict[str, object]:
    """The words as they are stored; ValidationError by field for what cannot be."""
    words = {
        "title": _one_line(title),
        "summary": _one_line(summary),
        "body": body.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n"),
        "questions": [line for line in map(_one_line, questions) if line],
    }
    errors: dict[str, str] = {}
    if not words["title"]:
        errors["title"] = _("An article needs a title.")
    for name, most in (("title", 300), ("summary", 500), ("body", LONGEST_BODY)):
        if len(words[name]) > most:
            errors[name] = _("This is longer than %(most)d characters.") % {"most": most}
    if len(words["questions"]) > MOST_QUESTIONS or any(len(q) > 500 for q in words["questions"]):
        errors["questions"] = _(
            "An article takes up to %(most)d sample questions of at most 500 characters."
        ) % {"most": MOST_QUESTIONS}
    for name, text in (("title", title), ("summary", summary), ("body", body), ("note", note)):
        if _unstorable(text):
            errors[name] = _("This contains characters that cannot be stored.")
    if missing := samples.unknown(questions, [_one_line(title), *headings(body)]):
        errors["questions"] = samples.no_such_heading(missing[0])
    if any(map(_unstorable, questions)):
        errors["questions"] = _("This contains characters that cannot be stored.")
    if errors:
        raise ValidationError(errors)
    return dict(words)


def _checked_short(lines: Sequence[str], sections: Sections) -> list[str]:
    shorts = [line for line in map(_one_line, lines) if line]
    found = short_answers_of.problem(shorts, sections)
    if any(map(_unstorable, shorts)):
        found = _("This contains characters that cannot be stored.")
    if found:
        raise ValidationError({"short_answers": found})
    return shorts


def _with_prints(
    lines: list[str], sections: Sections, before: ArticleVersion | None
) -> dict[str, object]:
    """Short answers, and what their sections said when they were read: those of `before` stay."""
    read = dict(zip(before.short_answers, before.short_answers_read, strict=True)) if before else {}
    return {
        "short_answers": lines,
        "short_answers_read": [read.get(line) or sections.print_of(line) for line in lines],
    }


def _unstorable(text: str) -> bool:
    """Whether a text has half of a surrogate pair, which UTF-8 cannot write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _free_slug(wanted: str, title: str, *, but: Article | None = None) -> str:
    """An address no article has: as wanted, else from the title; a number is added if taken."""
    stem = slugify(wanted or title)[:180].strip("-") or "article"
    if stem in _RESERVED:
        stem = f"{stem}-article"
    others = Article.objects.exclude(pk=but.pk) if but else Article.objects.all()
    taken = set(others.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
