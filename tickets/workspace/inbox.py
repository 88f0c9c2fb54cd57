"""The inbox: which conversations an agent sees in which view, in which order, how many of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Func, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject, Left
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tickets import access
from tickets.actors import Actor
from tickets.intake import text
from tickets.lists import columns, keyset, orders
from tickets.lists.arranging import Grouping, Sort, arranged
from tickets.lists.bounded import TookTooLong, bounded
from tickets.models import AuthorKind, Draft, Message, Ticket, Turn, User
from tickets.models.states import ENDED
from tickets.models.tickets import TicketQuerySet
from tickets.search.language import LONGEST

PAGE = 50
MOST_KEPT = 50  # views of somebody's own and of their teams that the navigation has room for
SECONDS = 2  # for a list in an order that has no index
_TOO_SLOW = _("To arrange so many takes too long. Choose another order, or filter them first.")
COUNT_LIMIT = 1000  # counting stops here: "999+" says enough, and costs the same at any size


class View(models.TextChoices):
    """The views, in the order of the navigation."""

    WAITING = "waiting", _("Waiting")
    MINE = "mine", _("Mine")
    SNOOZED = "snoozed", _("Snoozed")
    OPEN = "open", _("Open")
    ASSISTANT = "assistant", _("Assistant")
    CLOSED = "closed", _("Closed")
    SPAM = "spam", _("Spam")

    @classmethod
    def of(cls, ticket: Ticket, user: User) -> View:
        """The view in which somebody would look for this conversation."""
        if ticket.is_closed:
            return cls.SPAM if ticket.is_spam else cls.CLOSED
        if ticket.assignee_id == user.pk:
            return cls.SNOOZED if ticket.snoozed_at else cls.MINE
        if ticket.turn == Turn.QUEUE:
            return cls.WAITING
        return cls.OPEN if ticket.with_a_person else cls.ASSISTANT


_ORDERS = {View.WAITING: orders.QUEUE, View.MINE: orders.MINE}
# What somebody types to find what is in a view, so that a filter goes on from there.
_AS_SEARCH = {
    View.WAITING: "status:waiting",
    View.MINE: "assignee:me status:agent,customer snoozed:no",
    View.SNOOZED: "assignee:me snoozed:yes",
    View.OPEN: "status:open",
    View.ASSISTANT: "status:assistant,customer assignee:nobody",
    View.CLOSED: "status:closed",
    View.SPAM: "",
}
NOT_CLOSED = [turn for turn in Turn if turn not in ENDED]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list shows: a view, or the finds of a search in all of them; from where on."""

    view: View
    search: str = ""
    cursor: str = ""
    sort: Sort = Sort.NEWEST
    grouping: Grouping = Grouping.NONE
    columns: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: Any, *, fallback: View = View.WAITING) -> Selection:
        """From a query string. An unknown view is the fallback."""
        view, sort, grouping = (query.get(name, "") for name in ("view", "sort", "group"))
        return cls(
            view=View(view) if view in View else fallback,
            search=text.line(query.get("q", ""), limit=LONGEST + 1),
            cursor=query.get("from", "")[: keyset.LONGEST],
            sort=Sort(sort) if sort in Sort else Sort.NEWEST,
            grouping=Grouping(grouping) if grouping in Grouping else Grouping.NONE,
            columns=columns.read(query.get("columns", "")[:1000].split(",")),
        )

    @property
    def query(self) -> dict[str, str]:
        """The query string that leads back here."""
        sort = str(self.sort) if self.sort != Sort.NEWEST else ""
        found = {
            "view": str(self.view),
            "q": self.search,
            "sort": sort,
            "group": str(self.grouping),
            "columns": ",".join(self.columns),
            "from": self.cursor,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def is_arranged(self) -> bool:
        """Whether another order than the view's own was asked for."""
        return bool(self.grouping) or self.sort not in (Sort.NEWEST, Sort.BEST)

    @property
    def as_search(self) -> str:
        """The search; of a view the one that finds the same."""
        return self.search or _AS_SEARCH[self.view]


@dataclass(frozen=True, slots=True)
class Navigation:
    """How many are in each view, and the views that agents keep, by name."""

    counts: dict[str, int]
    kept: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the inbox, where the next ones begin, and the navigation beside them."""

    rows: list[Ticket]
    cursor: str
    navigation: Navigation
    problem: str = ""  # there are no rows, and this is why


def page(actor: Actor, selection: Selection) -> Page:
    """The rows of a view and the navigation, in one query. Raises BadCursor."""
    rows: QuerySet[Ticket] = listed(actor, in_view(actor, selection.view))
    order = _ORDERS.get(selection.view, orders.LATEST)
    if selection.is_arranged:
        rows, order = arranged(rows, selection.sort, selection.grouping)
    try:
        with bounded(SECONDS) if selection.is_arranged else nullcontext():
            found = order.page(rows, selection.cursor, size=PAGE)
    except TookTooLong:
        return Page([], "", navigation(actor, []), problem=str(_TOO_SLOW))
    return Page(found.rows, found.next or "", navigation(actor, found.rows))


def ticket_url(reference: str, *, beside: str) -> str:
    """Where a conversation is read; beside the list that an agent works on, if a form said which."""
    url = reverse("workspace-ticket", args=[reference])
    query = Selection.from_query(QueryDict(beside[:2000])).query if beside else {}
    return f"{url}?{urlencode(query)}" if query else url


def in_view(actor: Actor, view: View) -> TicketQuerySet:
    """The conversations of a view, in no order."""
    if view == View.SPAM:
        return access.quarantine_for(actor)
    visible = access.tickets_for(actor)
    if view == View.WAITING:
        return visible.filter(turn=Turn.QUEUE)
    if view in (View.MINE, View.SNOOZED):
        mine = visible.filter(assignee=actor.user, turn__in=[Turn.AGENT, Turn.CUSTOMER])
        return mine.filter(snoozed_at__isnull=view == View.MINE)
    if view == View.OPEN:
        return visible.filter(turn__in=NOT_CLOSED)
    if view == View.ASSISTANT:
        return visible.filter(turn__in=[Turn.ASSISTANT, Turn.CUSTOMER], person_asked_at=None)
    return visible.filter(turn=Turn.CLOSED)


def listed(actor: Actor, tickets: TicketQuerySet) -> TicketQuerySet:
    """The same tickets with all that their rows show, and the navigation.

    The navigation rides along: PostgreSQL works it out once for the whole query.
    """
    last_words = (
        Message.objects.filter(ticket=OuterRef("pk"))
        .exclude(author_kind=AuthorKind.SYSTEM)
        .order_by("-position")
        .values(
            said=JSONObject(
                words=Left("body", 160),
                kind="author_kind",
                by="author_user",
                name="author_user__name",
            )
        )[:1]
    )
    typed = Draft.objects.unsent().filter(ticket=OuterRef("pk"), author=actor.user)
    return tickets.select_related(
        *("customer__organization", "assignee", "team", "type", "status", "sla")
    ).annotate(
        last_words=Subquery(last_words),
        # None without a draft of the agent's own; "" with one; else why it did not leave.
        draft=Subquery(typed.order_by("-held").values("held")[:1]),
        **_navigation(actor),
    )


def navigation(actor: Actor, rows: Sequence[Ticket]) -> Navigation:
    """What stands beside the rows that are `listed`; without any, asked for."""
    row: models.Model = rows[0] if rows else _alone(actor)
    counts = {str(view): getattr(row, f"in_{view}") for view in View}
    return Navigation(counts, json.loads(getattr(row, "kept")))  # noqa: B009 - an annotation


def _navigation(actor: Actor) -> dict[str, Combinable]:
    counts = {
        f"in_{view}": access.HowMany(in_view(actor, view).order_by().values("pk")[:COUNT_LIMIT])
        for view in View
    }
    # As text: it comes with every row, and is read once.
    return {**counts, "kept": Cast(_kept(actor), models.TextField())}


def _kept(actor: Actor) -> Func:
    names = ("name", "query", "sort", "grouping", "columns", "team")
    row = JSONObject(key="pk", **{name: name for name in names})
    views = access.saved_views_for(actor).order_by("name", "pk").values(row=row)
    return Func(
        ArraySubquery(views[:MOST_KEPT]),
        function="array_to_json",
        output_field=models.JSONField(),
    )


def _alone(actor: Actor) -> User:
    """For a list without rows. The agent's own row carries the navigation."""
    assert actor.user is not None
    return User.objects.annotate(**_navigation(actor)).get(pk=actor.user.pk)


def shown_number(number: int) -> str:
    """How many, as far as it was counted; "" for none."""
    if not number:
        return ""
    return str(number) if number < COUNT_LIMIT else f"{COUNT_LIMIT - 1}+"


def earlier_of(actor: Actor, ticket: Ticket) -> QuerySet[Ticket]:
    """The customer's other conversations, as far as `actor` may see them; the newest first."""
    return (
        access.tickets_for(actor)
        .filter(customer=ticket.customer_id)
        .exclude(pk=ticket.pk)
        .order_by("-last_message_at", "-pk")
    )
