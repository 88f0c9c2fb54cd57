"""What helps an agent to write: what is offered as they type, and how it will be read.

Colleagues are offered after @, emoji after :, articles after [[.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import emoji
from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from knowledgebase.markdown import as_markdown
from knowledgebase.models import Article
from tickets import access
from tickets.access.roles import who_see
from tickets.intake import text
from tickets.models import Ticket, User
from tickets.models.users import STAFF_ROLES
from tickets.web.posting import posted_from
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

OFFERED = 8
LONGEST = 60  # characters of what was typed
LONGEST_BODY = 20_000
# Offered before a name is typed: what agents write most.
COMMON = ("🙂", "👍", "🙏", "🎉", "👋", "✅", "❤️", "😅")


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer: what is read, and the text that takes the place of what was typed."""

    label: str
    text: str
    detail: str = ""


@require_safe
@for_agents
def completions(request: AgentRequest, reference: str) -> HttpResponse:
    """The offers for what was typed after a sign; none for a sign that is not known."""
    ticket = access.ticket_for(actor_of(request), reference)
    find = _FINDERS.get(request.GET.get("after", ""))
    words = text.line(request.GET.get("q", ""), limit=LONGEST)
    found = find(words, ticket, request.user) if find else []
    return render(request, "workspace/completions.html", {"completions": found})


def _colleagues(words: str, ticket: Ticket, user: User) -> list[Completion]:
    """Who may see the conversation and has a name that begins so."""
    found = User.objects.filter(who_see(ticket), role__in=STAFF_ROLES, is_active=True)
    if words:
        found = found.filter(Q(name__istartswith=words) | Q(name__icontains=f" {words}"))
    people = found.exclude(pk=user.pk).order_by("name", "pk").distinct()[:OFFERED]
    return [Completion(str(one), f"@{one} ") for one in people]


def _articles(words: str, _ticket: Ticket, _user: User) -> list[Completion]:
    """Articles that customers may read, by a piece of their title, those that begin so first."""
    public = Article.objects.public().select_related("published")
    found = public.filter(published__title__icontains=words).order_by("published__title", "pk")
    titles = [
        (one.published.title, f"{settings.SITE_URL}{one.get_absolute_url()}")
        for one in found[: OFFERED * 4]
        if one.published is not None
    ]
    titles.sort(key=lambda one: not one[0].lower().startswith(words.lower()))
    return [
        Completion(title, f"[{as_markdown(title)}]({address})")
        for title, address in titles[:OFFERED]
    ]


def _emoji(words: str, _ticket: Ticket, _user: User) -> list[Completion]:
    """Emoji by a piece of their name; a name that begins so comes first, then the shorter one."""
    if not words:
        return [Completion(sign, sign, _emoji_name(sign)) for sign in COMMON]
    wanted = words.lower().replace(" ", "_")
    found = [
        (not name.startswith(wanted), len(name), sign, name)
        for sign, names in _emoji_names()
        if (name := next((one for one in names if wanted in one), ""))
    ]
    return [
        Completion(sign, sign, name.replace("_", " "))
        for _a, _b, sign, name in sorted(found)[:OFFERED]
    ]


def _emoji_name(sign: str) -> str:
    return emoji.demojize(sign).strip(":").replace("_", " ")


@lru_cache(maxsize=1)
def _emoji_names() -> list[tuple[str, tuple[str, ...]]]:
    """Each emoji with its names. Those in a colour of skin are left out: they are 1,500 more."""
    return list(_read_emoji())


def _read_emoji() -> Iterator[tuple[str, tuple[str, ...]]]:
    for sign, known in emoji.EMOJI_DATA.items():
        name = str(known["en"]).strip(":")
        if known["status"] == emoji.STATUS["fully_qualified"] and "skin_tone" not in name:
            aliases = (str(alias).strip(":") for alias in known.get("alias", ()))
            yield sign, (*aliases, name.lower())


@posted_from("workspace-ticket")
@for_agents
def preview(request: AgentRequest, reference: str) -> HttpResponse:
    """What was written so far, as it will be read. Nothing is kept."""
    access.ticket_for(actor_of(request), reference)
    body = request.POST.get("body", "")[:LONGEST_BODY]
    return render(request, "workspace/preview.html", {"body": body})


_FINDERS: dict[str, Callable[[str, Ticket, User], list[Completion]]] = {
    "@": _colleagues,
    ":": _emoji,
    "[[": _articles,
}
