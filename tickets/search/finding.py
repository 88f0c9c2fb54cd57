"""Finds tickets: one statement with the words, the conditions and who may see what.

By time, the newest first, it seeks like every list; so do the other orders of `tickets.lists.arranging`,
as far as an index has them. By relevance it weighs the newest CANDIDATES of
those that match: to weigh a word that half of all tickets have would read half of all tickets.
Words of which each is frequent match much before any of it can be sorted, so after AT_FIRST the order is
walked instead. A search that takes longer than SECONDS is given up, with a hint how to narrow it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from django.db import models
from django.db.models import (
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from tickets import access
from tickets.actors import Actor
from tickets.conditions import as_query, matching
from tickets.conditions.desk_fields import NOBODY
from tickets.lists.arranging import Grouping, Sort, arranged, columns
from tickets.lists.bounded import TookTooLong, bounded, walked
from tickets.lists.keyset import Order
from tickets.models import Match, Permission, Ticket, TicketText
from tickets.models.tickets import TicketQuerySet
from tickets.search.language import Query
from tickets.search.operators import Misread
from tickets.search.parts import Either, Part, Term

Row = TypeVar("Row", bound="QuerySet[Any]")

CANDIDATES = 500
SECONDS = 2
AT_FIRST = 0.5  # of gathering all that matches; then the lists are walked from their beginning

BEST = Order("best", ("-relevance", "-pk"))


class TooSlow(Misread):
    """The search was given up; its message says how to narrow it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The keys of the tickets on a page, in order, and where the next one begins."""

    tickets: list[int] = field(default_factory=list)
    next: str | None = None


class _Matches(Func):
    """`words @@ query`, of a query that is written out."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


class _AsQuery(Func):
    template = "%(expressions)s::tsquery"
    output_field = TextField()


def find(
    actor: Actor,
    query: Query,
    *,
    sort: Sort,
    cursor: str,
    size: int,
    grouping: Grouping = Grouping.NONE,
) -> Found:
    """A page of what matches and `actor` may see. Raises BadCursor, TooSlow.

    Notes are looked in only for who works here.
    """
    if query.reference and not cursor and (tickets := _named(actor, query)):
        return Found(tickets)
    rows: QuerySet[Any] = _listed(actor, query) if query.is_a_list else _matching(actor, query)
    if sort == Sort.BEST and query.needed and not query.is_a_list and not grouping:
        newest = rows.order_by("-last_message_at", "-pk").values("pk")[:CANDIDATES]
        rows, order = _weighed(actor, TicketText.objects.filter(pk__in=newest), query), BEST
        only = {"last_message_at"}
    else:
        only = columns(sort) if query.is_a_list else {"last_message_at"}
        rows, order = arranged(rows, sort, grouping)
    rows = rows.only("pk", *only)
    try:
        with bounded(AT_FIRST):
            page = order.page(rows, cursor, size=size)
    except TookTooLong:  # what is gathered first is much: a page may be found sooner on the way
        with _given_up(max(SECONDS - AT_FIRST, 0.1)), walked():
            page = order.page(rows, cursor, size=size)
    return Found([row.pk for row in page.rows], page.next)


def count(actor: Actor, query: Query, *, most: int, seconds: float | None = None) -> int:
    """How many match, counted up to `most`. Raises TooSlow."""
    with _given_up(seconds):
        return chosen(actor, query).order_by()[:most].count()


def chosen(actor: Actor, query: Query) -> TicketQuerySet:
    """All tickets that match and that `actor` may see, in no order: for an act on all of them."""
    visible = access.tickets_for(actor)
    if query.reference and (named := _named(actor, query)):
        return visible.filter(pk__in=named)
    if query.is_a_list:
        return _listed(actor, query)
    return visible.filter(pk__in=_matching(actor, query).values("pk"))


def _named(actor: Actor, query: Query) -> list[int]:
    """The ticket whose reference was typed, and nothing else."""
    named = access.tickets_for(actor).filter(reference=query.reference)
    return list(named.values_list("pk", flat=True))


@contextmanager
def _given_up(seconds: float | None = None) -> Iterator[None]:
    try:
        with bounded(SECONDS if seconds is None else seconds):
            yield
    except TookTooLong as error:
        raise TooSlow(
            _(
                "This took too long. Add a word that is seldom used, or a time such as after:2026-10-01."
            )
        ) from error


def _listed(actor: Actor, query: Query) -> TicketQuerySet:
    """A list of tickets, for which they have indexes of their own."""
    tickets = access.tickets_for(actor)
    return _in_time(matching(tickets, query.group) if query.conditions else tickets, query)


def _matching(actor: Actor, query: Query) -> QuerySet[TicketText]:
    rows = access.texts_for(actor, as_query(query.group) if query.conditions else None)
    for condition in query.conditions:
        rows = rows.filter(_copies(condition))
    for term in query.terms:
        rows = rows.filter(_has(actor, term, query.weights))
    for either in query.mixed:
        rows = rows.filter(_any_or_all(actor, either, query.weights))
    return _in_time(rows, query)


def _in_time(rows: Row, query: Query) -> Row:
    if query.before is not None:
        rows = rows.filter(last_message_at__lt=query.before)
    if query.after is not None:
        rows = rows.filter(last_message_at__gte=query.after)
    return rows


def _copies(condition: dict[str, Any]) -> Q:
    """What a condition says of the copies in the text, by which it is looked up."""
    if condition.get("op") != "any_of" or condition["field"] not in ("team", "assignee"):
        return Q()
    keys = [int(key) for key in condition["value"]]
    found = Q((f"{condition['field']}__in", keys))
    return found | Q(assignee=None) if NOBODY in keys else found


def _any_or_all(actor: Actor, part: Part, weights: str) -> Q:
    """What words and conditions that stand in brackets together ask of a text."""
    if isinstance(part, Term):
        return _has(actor, part, weights)
    if isinstance(part, Either):
        asked = [_any_or_all(actor, member, weights) for member in part.members]
        return reduce(or_ if part.match == Match.ANY else and_, asked)
    group = part if "conditions" in part else {"match": Match.ALL, "conditions": [part]}
    holds = access.tickets_for(actor).filter(as_query(group), pk=OuterRef("pk"))
    value = Subquery(holds.values(holds=Value(True)), output_field=models.BooleanField())
    return Q(Coalesce(value, Value(False)))


def _has(actor: Actor, term: Term, weights: str) -> Q:
    asked = _AsQuery(Value(term.as_tsquery(weights)))
    found = Q(_Matches(F("words"), asked))
    if actor.user is not None and not access.may(actor, Permission.CONTACTS):
        found &= _without_contacts(term, weights)
    if actor.works_here and not weights and not term.heading:
        found |= Q(_Matches(F("note_words"), asked))
    return ~found if term.negative else found


def _without_contacts(term: Term, weights: str) -> Q:
    """What is left for who may not see contact details: what was said, the subject, names and tags.

    The index finds the rows by all words, those of addresses among them; of each that it found this is
    asked, so that nobody learns from a search whether an address is known.
    """
    said = Q(_Matches(F("words"), _AsQuery(Value(term.as_tsquery(weights or "BCD")))))
    if weights:
        return said
    heading = Concat(
        F("subject"),
        *(Value(" "), F("customer__name"), Value(" "), F("reference"), Value(" ")),
        *(Coalesce(F("customer__organization__name"), Value("")), Value(" ")),
        Func(F("tags"), Value(" "), function="array_to_string", output_field=TextField()),
        output_field=TextField(),
    )
    named = Ticket.objects.filter(pk=OuterRef("pk")).annotate(heading=heading)
    for place, word in enumerate(term.words, start=1):
        ends = "" if term.begins and place == len(term.words) else r"\M"
        named = named.filter(heading__iregex=rf"\m{re.escape(word)}{ends}")
    return said | Q(Exists(named))


def _weighed(actor: Actor, rows: QuerySet[TicketText], query: Query) -> QuerySet[TicketText]:
    """With how well each fits, as a whole number: by who says it, how often, how close together."""
    asked = _AsQuery(Value(" & ".join(term.as_tsquery(query.weights) for term in query.needed)))
    either = _AsQuery(Value(" | ".join(f"({term.as_tsquery()})" for term in query.wanted)))
    words = _rank(F("words"), asked) + _rank(F("words"), either)
    relevance = words + _rank(F("note_words"), either) if actor.works_here else words
    return rows.annotate(relevance=Cast(relevance * Value(1_000_000.0), IntegerField()))


def _rank(words: F, asked: _AsQuery) -> Func:
    # What identifies a ticket counts most; 1 divides by the logarithm of its length.
    return Func(
        Value("{0.3, 0.4, 0.5, 1}"),
        words,
        asked,
        Value(1),
        function="ts_rank",
        output_field=models.FloatField(),
    )
