"""What an agent changes of a conversation where they see it: what its panel offers to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tickets.conversation import custom_fields
from tickets.conversation.custom_fields import Shown
from tickets.models import Priority, StatusCategory, Ticket, User

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen for a ticket, each as the value that is sent and the words for it."""

    priorities: list[Choice]
    types: list[Choice]
    statuses: list[tuple[str, list[Choice]]]
    plain_status: str
    people: list[Choice]
    custom: list[Shown]


def choices_for(ticket: Ticket, user: User) -> Choices:
    """The types that are offered, and the colleagues of the team, as they came with the ticket.

    What the ticket has now can be chosen too, though it is offered no more.
    """
    types = [(str(one["key"]), one["name"]) for one in getattr(ticket, "offered_types", ())]
    people = [
        (str(one["key"]), one["name"] or one["email"])
        for one in getattr(ticket, "team_members", ())
        if one["key"] != user.pk
    ]
    you = (str(user.pk), _("%(name)s (you)") % {"name": user})
    return Choices(
        priorities=[(str(value), str(label)) for value, label in Priority.choices],
        statuses=_statuses(ticket),
        plain_status=str(ticket.category.label) if ticket.category else _("Spam"),
        types=_with(types, ticket.type_id, str(ticket.type or "")),
        custom=list(custom_fields.of(ticket)),
        people=_with([you, *people], ticket.assignee_id, str(ticket.assignee or "")),
    )


def _statuses(ticket: Ticket) -> list[tuple[str, list[Choice]]]:
    """By category, in its fixed order; the one that it has, too."""
    found: dict[str, list[Choice]] = {category: [] for category in StatusCategory}
    for one in getattr(ticket, "offered_statuses", ()):
        found[one["category"]].append((str(one["key"]), one["name"]))
    if ticket.status is not None:
        own = found[ticket.status_category]
        found[ticket.status_category] = _with(own, ticket.status_id, str(ticket.status))
    return [
        (str(StatusCategory(name).label), choices) for name, choices in found.items() if choices
    ]


def _with(offered: list[Choice], key: int | None, words: str) -> list[Choice]:
    if key is None or any(value == str(key) for value, _words in offered):
        return offered
    return [*offered, (str(key), words)]
