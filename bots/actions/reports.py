"""An agent reports a wrong answer; somebody reviews it; an article is held back and released."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bots.models import AnswerReport
from knowledgebase import actions as articles
from knowledgebase.models import Article
from tickets import clock, events
from tickets.actions import ActionError, change_setting, rights, saving
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Answer, EventKind, Permission, Ticket


@transaction.atomic
def report_answer(
    *, actor: Actor, answer: Answer, note: str = "", hold_back: bool = False
) -> AnswerReport:
    """Say that an answer is wrong. Once per answer: a second time adds the note or holds back.

    `hold_back` keeps the assistant from quoting the article from now on; customers still find it.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: somebody has reviewed it already.
    """
    ticket = Ticket.objects.locked(answer.message.ticket)
    user = rights.demand(actor, Permission.NOTE)
    report = AnswerReport.objects.filter(answer=answer).first()
    new = report is None
    report = report or AnswerReport(answer=answer, reporter=user)
    if report.state != AnswerReport.State.OPEN:
        raise ActionError(_("This report was reviewed already."), code="decided")
    note = text.line(note, limit=500)
    quoted = article_of(answer)
    holds = bool(hold_back and quoted is not None and not report.held_back)
    if not new and not holds and note in ("", report.note):
        return report
    report.note = note or report.note
    report.held_back = report.held_back or holds
    report.save()
    if holds and quoted is not None:
        articles.hold_back(actor=user, article=quoted, held=True)
    events.record(
        EventKind.ANSWER_REPORTED,
        actor=actor,
        ticket=ticket,
        answer=answer.pk,
        message=answer.message.position,
        held_back=report.held_back,
    )
    saving.save(ticket)
    return report


@transaction.atomic
def decide_report(*, actor: Actor, report: AnswerReport, upheld: bool) -> AnswerReport:
    """Review a report: the answer was wrong, or it was right. Right releases the article again.

    Raises:
        NotAllowed: the actor does not work here.
        ActionError: somebody else was faster.
    """
    report = _locked(report)
    rights.demand(actor, Permission.CHANGE)
    if report.state != AnswerReport.State.OPEN:
        raise ActionError(_("This report was reviewed already."), code="decided")
    report.state = AnswerReport.State.UPHELD if upheld else AnswerReport.State.DISMISSED
    report.decided_by = actor.user
    report.decided_at = clock.now()
    change_setting(actor=actor, instance=report)
    if not upheld:
        _release(actor, report)
    return report


@transaction.atomic
def release_article(*, actor: Actor, report: AnswerReport) -> AnswerReport:
    """Let the assistant quote the article again, unless another report still holds it back.

    Raises:
        NotAllowed: the actor does not work here.
    """
    report = _locked(report)
    rights.demand(actor, Permission.CHANGE)
    _release(actor, report)
    return report


def article_of(answer: Answer) -> Article | None:
    """The article that an answer quoted: its first source."""
    source = answer.citations.select_related("article").first()
    return source.article if source else None


def _locked(report: AnswerReport) -> AnswerReport:
    return AnswerReport.objects.select_for_update().get(pk=report.pk)


def _release(actor: Actor, report: AnswerReport) -> None:
    if not report.held_back:
        return
    report.held_back = False
    change_setting(actor=actor, instance=report)
    article = article_of(report.answer)
    if article is None:
        return
    others = AnswerReport.objects.filter(
        held_back=True, answer__citations__article=article, answer__citations__rank=1
    )
    if not others.exists():
        articles.hold_back(actor=actor.user, article=article, held=False)
