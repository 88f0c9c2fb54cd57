"""Panels beside a conversation that another package adds; each is fetched once the page is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django_stubs_ext import StrOrPromise

from tickets import access
from tickets.models import Permission, Ticket, User


@dataclass(frozen=True, slots=True)
class SidePanel:
    name: str  # also of its element
    title: StrOrPromise
    route: str  # takes the reference of a ticket, and gives a script the inside of the panel
    when: str = "load, news from:#main delay:2s"  # it is fetched, in htmx's words
    needs: tuple[Permission, ...] = ()  # in vain for whom their role does not give it
    first: bool = False  # above what is known of the customer

    def shown(self, ticket: Ticket) -> dict[str, StrOrPromise | bool]:
        return {
            "name": self.name,
            "title": self.title,
            "url": reverse(self.route, args=[ticket.reference]),
            "when": self.when,
            "first": self.first,
        }


_panels: list[SidePanel] = []


def add(panel: SidePanel) -> None:
    _panels.append(panel)


def of(ticket: Ticket, user: User) -> Sequence[dict[str, StrOrPromise | bool]]:
    """Those that are for this agent."""
    return [panel.shown(ticket) for panel in _panels if access.may(user, *panel.needs)]
