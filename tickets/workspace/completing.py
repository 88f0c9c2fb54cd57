"""What the search box completes: the operators, and the values that each may have for this agent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access
from tickets.actors import Actor
from tickets.conditions import field_named
from tickets.models import Channel, Priority, Tier
from tickets.search.field_operators import all_operators, values_of
from tickets.search.operators import AUTHORS, ME, STATES
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

LOOKED_AT = 1000  # of the newest tickets: their tags and organisations are offered
MOST = 100  # values of an operator

Value = dict[str, str]


@require_safe
@for_agents
def search_words(request: AgentRequest) -> HttpResponse:
    """All of it at once: the box asks when it is used for the first time."""
    values = _values(actor_of(request))
    found = [
        {
            "name": one.name,
            "help": str(one.help),
            "values": values.get(one.name) or _others(one.name),
        }
        for one in all_operators()
    ]
    return JsonResponse({"operators": found})


def _values(actor: Actor) -> dict[str, list[Value]]:
    tags, organizations = _in_use(actor)
    today = timezone.localdate()
    days = {
        str(today): _("today"),
        str(today - timedelta(days=7)): _("a week ago"),
        str(today - timedelta(days=30)): _("30 days ago"),
        str(today - timedelta(days=365)): _("a year ago"),
    }
    dates = [_value(day, label) for day, label in days.items()]
    return {
        "status": [
            *(_value(name, str(help_)) for name, (help_, _turns) in STATES.items()),
            *_names("status"),
        ],
        "assignee": [_value(ME, _("you")), *_names("assignee")],
        "team": _names("team"),
        "tag": [_value(tag) for tag in tags],
        "org": [_value(name) for name in organizations],
        "tier": [_value(str(tier), str(tier.label)) for tier in Tier],
        "channel": [_value(str(channel), str(channel.label)) for channel in Channel],
        "priority": [_value(one.name.lower(), str(one.label)) for one in Priority],
        "has": [_value("attachment", _("a file"))],
        "from": [_value(author) for author in AUTHORS],
        "before": dates,
        "after": dates,
    }


def _others(name: str) -> list[Value]:
    """The values that a field's own operator may have."""
    field = field_named(name)
    return [_value(*pair) for pair in values_of(field)[:MOST]] if field else []


def _in_use(actor: Actor) -> tuple[Iterable[str], Iterable[str]]:
    """The tags and organisations of the newest tickets that the actor sees, most frequent first."""
    newest = access.tickets_for(actor).order_by("-last_message_at", "-pk")
    tags: Counter[str] = Counter()
    organizations: Counter[str] = Counter()
    for found, organization in newest.values_list("tags", "customer__organization__name")[
        :LOOKED_AT
    ]:
        tags.update(found)
        organizations.update([organization] if organization else [])
    return (
        [tag for tag, _number in tags.most_common(MOST)],
        [name for name, _number in organizations.most_common(MOST)],
    )


def _names(name: str) -> list[Value]:
    """The choices of a field, by their names."""
    field: Any = field_named(name)
    return [_value(label) for _key, label in field.all_choices()[:MOST]]


def _value(value: str, label: str = "") -> Value:
    return {"value": typed(value), "label": label}


def typed(value: str, *, commas: bool = False) -> str:
    """A value as it is to be typed: in quotes where a space, a bracket or a comma would end it."""
    plain = value.replace('"', "")
    ends = "()" if commas else "(),"
    if any(letter.isspace() or letter in ends for letter in plain):
        return f'"{plain}"'
    return plain
