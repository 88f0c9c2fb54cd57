"""Template words for a conversation: initials, message bodies, how well an article fits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django import template
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from knowledgebase.markdown import render_excerpt, render_mail, render_message
from tickets.intake.attachments import limits
from tickets.models import Answer, Citation, Message
from tickets.service import dates

register = template.Library()

SURE = 0.8
FAIRLY_SURE = 0.55


@register.filter
def message_html(body: str) -> SafeString:
    """The body of a message as safe HTML: links live, line breaks kept, nothing active."""
    return render_message(body)


@register.filter
def message_mail(body: str) -> SafeString:
    """The same for a mail, which brings no style sheet."""
    return render_mail(body)


@register.filter
def quoted(body: str) -> str:
    """A text as it is quoted in a mail without HTML."""
    return "\n".join(f"> {line}".rstrip() for line in body.splitlines())


@register.filter
def excerpt_html(passage: str, slug: str) -> SafeString:
    """A passage of the article at `slug` as safe HTML: lists, tables and code as they are there."""
    return render_excerpt(passage, reverse("help-article", args=[slug]))


@register.filter
def excerpt_mail(passage: str, slug: str) -> SafeString:
    """The same for a mail, where links need the name of our site."""
    return render_excerpt(passage, reverse("help-article", args=[slug]), site=settings.SITE_URL)


@register.filter
def choice_id(message: Message) -> uuid.UUID:
    """What the answer to a message's choices is sent as: in two tabs, or pressed twice, it is one."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"message:{message.pk}:choice")


@register.filter
def beside(sources: Iterable[Citation]) -> list[Citation]:
    """The articles that stand beside an answer, without being quoted."""
    return [source for source in sources if not source.quoted]


@register.filter
def initials(name: object) -> str:
    """One or two letters for an avatar."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()


@register.filter
def confidence_level(answer: Answer) -> str:
    """high, medium or low."""
    if answer.confidence >= SURE:
        return "high"
    return "medium" if answer.confidence >= FAIRLY_SURE else "low"


@register.filter
def confidence_words(answer: Answer) -> str:
    """How likely what is quoted answers the question, as a person would say it."""
    if answer.partly:
        return {
            "high": _("I am quite sure of this part of your question."),
            "medium": _("This probably answers that part of your question."),
            "low": _("I am not sure that this answers that part of your question."),
        }[confidence_level(answer)]
    return {
        "high": _("I am quite sure that this answers your question."),
        "medium": _("This probably answers your question."),
        "low": _("I am not sure that this answers your question."),
    }[confidence_level(answer)]


@register.filter
def moment(at: datetime) -> str:
    """When something was: the day, with the year if it is another one, and the time."""
    return dates.moment(at)


@register.filter
def weekday(at: datetime) -> str:
    """The day when something will be, with the weekday."""
    return dates.weekday(at)


@register.filter
def weekday_moment(at: datetime) -> str:
    """When something will be, with the weekday."""
    return dates.weekday_moment(at)


@register.filter
def file_size(size: int) -> str:
    return filesizeformat(size)


@register.simple_tag
def file_limits() -> str:
    """What files may be sent, to be read before any is chosen."""
    return limits()
