"""Template words of the workspace: how long ago, and by which channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from knowledgebase.markdown import render_naming
from tickets import masking
from tickets.lists import columns
from tickets.lists.columns import Column, Mark
from tickets.models import AuthorKind, Channel, Ticket, User
from tickets.service import dates
from tickets.sla import words
from tickets.sla.words import Promise

register = template.Library()

_ICONS = {
    Channel.PORTAL: "globe",
    Channel.WIDGET: "message-circle",
    Channel.EMAIL: "mail",
    Channel.PHONE: "phone",
    Channel.API: "code",
}


@register.filter
def note_html(body: str, names: Iterable[str]) -> SafeString:
    """The body of a note as safe HTML, with the people whom it names marked."""
    return render_naming(body, names)


@register.filter
def contact(text: str) -> str:
    """A contact detail, or a short text with some, as whoever looks may see it."""
    return masking.shown(str(text or ""))


@register.filter
def age(at: datetime | None) -> str:
    """How long ago, as short as it can be said: now, 4 min, 3 h, 2 d, then the date."""
    if at is None:
        return ""
    passed = timezone.now() - at
    if passed < timedelta(minutes=1):
        return _("now")
    if passed < timedelta(hours=1):
        return _("%(count)d min") % {"count": passed // timedelta(minutes=1)}
    if passed < timedelta(days=1):
        return _("%(count)d h") % {"count": passed // timedelta(hours=1)}
    if passed < timedelta(days=7):
        return _("%(count)d d") % {"count": passed.days}
    return dates.day(at)


@register.simple_tag
def promises(ticket: Ticket) -> list[Promise]:
    """What is promised for a ticket, with why it is due when it is."""
    return words.of(ticket)


@register.filter
def due(ticket: Ticket) -> str:
    """When the next promise is due, in a word or two; "" while none runs."""
    return words.due(ticket)


@register.filter
def due_short(ticket: Ticket) -> str:
    """The same for a row, where a sign of a clock stands before it."""
    return words.due_short(ticket)


@register.filter
def due_tone(ticket: Ticket) -> str:
    """How loudly it is said."""
    return words.due_tone(ticket)


@register.filter
def due_in_full(ticket: Ticket) -> str:
    """Which promise that is, and the moment at which it is due."""
    return words.due_in_full(ticket)


@register.filter
def channel_icon(channel: str) -> str:
    """The icon of a channel; its name stands beside it for who does not see it."""
    return _ICONS[Channel(channel)]


@register.simple_tag
def last_words(ticket: Ticket, viewer: User) -> str:
    """The beginning of what was said last and, where that was not the customer, by whom.

    Nothing where the subject says it already.
    """
    said: dict[str, Any] = getattr(ticket, "last_words", None) or {}
    words = said.get("words") or ""
    if words.startswith(ticket.subject.rstrip("…") or "\n"):
        return ""
    return (
        _("%(who)s: %(words)s") % {"who": who, "words": words}
        if (who := _who(said, viewer))
        else words
    )


@register.simple_tag
def marks(ticket: Ticket, chosen: Sequence[Column]) -> list[Mark]:
    """What a row shows of the columns that were chosen for its list."""
    return columns.marks(ticket, chosen) if chosen else []


def _who(said: dict[str, Any], viewer: User) -> str:
    if said.get("kind") == AuthorKind.ASSISTANT:
        return _("Assistant")
    if said.get("kind") != AuthorKind.AGENT:
        return ""
    return (
        _("You")
        if said.get("by") == viewer.pk
        else User(name=said.get("name") or "").get_short_name()
    )
