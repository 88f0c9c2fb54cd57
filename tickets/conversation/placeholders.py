"""Placeholders in texts that are written once for many conversations: which there are, and their values.

Each is filled in one pass over what its author wrote. So a value is never read again, whatever its
customer wrote into it. What has no value, or more than one, is marked for whoever sends the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from knowledgebase.models import Article
from tickets import masking
from tickets.conversation import record_placeholders
from tickets.conversation.asked_again import FACTS, name_of
from tickets.models import SiteSettings, Ticket, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_FORM = re.compile(r"\{([^{}\n]{1,80})\}")
FACT, ARTICLE = "fact.", "article:"

_NAMES: dict[str, StrOrPromise] = {
    "customer.name": gettext_lazy("the customer's name"),
    "customer.first_name": gettext_lazy("the customer's first name"),
    "agent.first_name": gettext_lazy("your first name"),
    "company": gettext_lazy("our company's name"),
    "ticket.reference": gettext_lazy("the conversation's reference"),
    "ticket.subject": gettext_lazy("the conversation's subject"),
}
_READ: dict[str, Callable[[Ticket, User], str]] = {
    "customer.name": lambda ticket, _user: ticket.customer.name,
    "customer.first_name": lambda ticket, _user: (ticket.customer.name.split() or [""])[0],
    "agent.first_name": lambda _ticket, user: user.get_short_name(),
    "company": lambda _ticket, _user: SiteSettings.load().company_name,
    "ticket.reference": lambda ticket, _user: ticket.reference,
    "ticket.subject": lambda ticket, _user: ticket.subject,
}


class Unpublished(Exception):
    """An article that a text links to is not to be read by customers (any more)."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its values, and the marks in it that somebody has to fill."""

    text: str
    marks: tuple[str, ...] = ()


def all_names() -> list[tuple[str, str]]:
    """All that can be written, each with what it stands for."""
    facts = [(f"{FACT}{key}", str(name_of(key))) for key in FACTS]
    article = (f"{ARTICLE}…", _("a link to the article with that address, under its title"))
    known = [(name, str(words)) for name, words in _NAMES.items()]
    records = record_placeholders.names().items()
    return [(f"{{{name}}}", words) for name, words in (*known, *facts, *records, article)]


def unknown_in(text: str) -> list[str]:
    """What looks like a placeholder in a text and is none; an article must be public."""
    names = dict.fromkeys(_FORM.findall(text))
    slugs = {name.removeprefix(ARTICLE) for name in names if name.startswith(ARTICLE)}
    public = set(Article.objects.public().filter(slug__in=slugs).values_list("slug", flat=True))
    unknown = [name for name in names if not _is_known(name, public)]
    records = record_placeholders.names() if unknown else {}
    return [f"{{{name}}}" for name in unknown if name not in records]


def _is_known(name: str, public: set[str]) -> bool:
    if name.startswith(FACT):
        return name.removeprefix(FACT) in FACTS
    return name.removeprefix(ARTICLE) in public if name.startswith(ARTICLE) else name in _NAMES


def fill(text: str, ticket: Ticket, user: User) -> Filled:
    """A text for one conversation and its agent. At most three queries, three more for records.

    Raises:
        Unpublished: an article that it links to.
        NotOne: a record that it names is not the one that the conversation is about.
    """
    names = set(_FORM.findall(text))
    values = {name: read(ticket, user) for name, read in _READ.items() if name in names}
    values |= _facts(ticket, names) | _articles(names)
    values |= record_placeholders.values(
        ticket,
        [name for name in names if name not in _NAMES and not name.startswith((FACT, ARTICLE))],
    )
    marks: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if found := values.get(name):
            return found
        if name not in _NAMES and not name.startswith((FACT, ARTICLE)):
            return match[0]  # of an older release
        mark = f"‹{_called(name)}?›"
        marks[mark] = None
        return mark

    return Filled(_FORM.sub(value, text), tuple(marks))


def _called(name: str) -> str:
    return str(_NAMES.get(name) or name_of(name.removeprefix(FACT)))


def _facts(ticket: Ticket, names: set[str]) -> dict[str, str]:
    """Those that are known with one value: of two, only somebody who reads knows which is meant."""
    keys = {name.removeprefix(FACT) for name in names if name.startswith(FACT)}
    found: dict[str, set[str]] = {}
    rows = ticket.facts.filter(key__in=keys).values_list("key", "value") if keys else ()
    for key, fact in rows:
        if masking.shown(fact) == fact:  # else whoever fills it in does not know it
            found.setdefault(key, set()).add(fact)
    return {f"{FACT}{key}": facts.pop() for key, facts in found.items() if len(facts) == 1}


def _articles(names: set[str]) -> dict[str, str]:
    slugs = {name.removeprefix(ARTICLE) for name in names if name.startswith(ARTICLE)}
    if not slugs:
        return {}
    rows = Article.objects.public().filter(slug__in=slugs).select_related("published")
    found = {
        f"{ARTICLE}{one.slug}": f"{one.published.title}: {settings.SITE_URL}{one.get_absolute_url()}"
        for one in rows
        if one.published is not None
    }
    for slug in sorted(slugs):
        if f"{ARTICLE}{slug}" not in found:
            words = _("The article “%(slug)s” is not published any more.")
            raise Unpublished(words % {"slug": slug})
    return found


def still_in(text: str, marks: list[str]) -> str:
    """What of the marks is not filled in a text yet, in words; "" if all is."""
    return ", ".join(capfirst(mark.strip("‹?›")) for mark in marks if mark in text)
