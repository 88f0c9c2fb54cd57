"""A customer's wording becomes a sample question of an article, if somebody who works here agrees."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bots.models import QuestionSuggestion
from knowledgebase import actions as articles
from knowledgebase import samples
from knowledgebase.models import Article
from tickets import clock
from tickets.actions import ActionError, change_setting, rights
from tickets.actors import Actor
from tickets.models import Permission, Ticket


@transaction.atomic
def propose_question(
    *,
    actor: Actor,
    article: Article,
    words: str,
    ticket: Ticket,
    source: QuestionSuggestion.Source,
) -> QuestionSuggestion | None:
    """Propose a wording for an article; None if it was proposed before, whatever came of it."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    words = words[:300]
    if QuestionSuggestion.objects.filter(article=article, text=words).exists():
        return None
    suggestion = QuestionSuggestion(article=article, text=words, ticket=ticket, source=source)
    suggestion.save()
    return suggestion


@transaction.atomic
def approve_question(*, actor: Actor, suggestion: QuestionSuggestion) -> QuestionSuggestion:
    """Add the wording to the article, as a new version; public at once if nothing else waits.

    A newer draft that is not public yet gets the question, and is published by its author.

    Raises:
        NotAllowed: the actor does not work here.
        ActionError: somebody has decided already.
        ValidationError: the article has as many sample questions as it can have.
    """
    suggestion = _open(actor, suggestion)
    article = Article.objects.select_for_update().get(pk=suggestion.article_id)
    latest = article.versions.first()
    if latest is None:
        raise ActionError(_("This article has no words yet."), code="no_version")
    was_public = article.published_id == latest.pk
    question = samples.plain(suggestion.text)
    if question not in latest.questions:
        article = articles.save_article(
            actor=actor.user,
            article=article,
            title=latest.title,
            body=latest.body,
            summary=latest.summary,
            questions=[*latest.questions, question],
            category=article.category,
            language=article.language,
            note=_("A customer's question was added"),
        )
        if was_public:
            articles.publish_article(actor=actor.user, article=article)
    return _decide(actor, suggestion, QuestionSuggestion.State.APPROVED)


@transaction.atomic
def decline_question(*, actor: Actor, suggestion: QuestionSuggestion) -> QuestionSuggestion:
    """Leave the article as it is; the same wording is not proposed again.

    Raises:
        NotAllowed: the actor does not work here.
        ActionError: somebody has decided already.
    """
    return _decide(actor, _open(actor, suggestion), QuestionSuggestion.State.DECLINED)


def _open(actor: Actor, suggestion: QuestionSuggestion) -> QuestionSuggestion:
    """The suggestion, locked, while nobody has decided."""
    suggestion = QuestionSuggestion.objects.select_for_update().get(pk=suggestion.pk)
    rights.demand(actor, Permission.CHANGE)
    if suggestion.state != QuestionSuggestion.State.PROPOSED:
        raise ActionError(_("Somebody has decided this already."), code="decided")
    return suggestion


def _decide(
    actor: Actor, suggestion: QuestionSuggestion, state: QuestionSuggestion.State
) -> QuestionSuggestion:
    suggestion.state = state
    suggestion.decided_by = actor.user
    suggestion.decided_at = clock.now()
    change_setting(actor=actor, instance=suggestion)
    return suggestion
