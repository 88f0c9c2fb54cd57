"""Reads what somebody typed into the search: words, phrases, operators; or says kindly what is wrong.

    status:open (team:"Returns" OR tag:refund) "lost parcel" from:customer -return refu

What stands side by side has to hold all together; OR is between its two neighbours; brackets keep
together what belongs together, and a minus before them means the opposite. Whatever is typed is data:
words go to the database as parameters, operators become conditions. What cannot be read is refused as
a whole, so that nothing that was meant to narrow a search is passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tickets.access.roles import may
from tickets.conditions.groups import fields_of
from tickets.conditions.operators import moment_of
from tickets.models import Match, Permission, User
from tickets.models.states import ENDED
from tickets.models.tickets import REFERENCE_LETTERS
from tickets.search.operators import LAST_MESSAGE, Condition, Misread
from tickets.search.parts import Either, Part, Reader, Term
from tickets.search.words import words_of

LONGEST = 400  # characters
MOST_WORDS = 16
_NAMES = {"customer", "organization"}  # slow to compare, so that the index comes first

_REFERENCE = re.compile(rf"#?([{REFERENCE_LETTERS}]{{8}})", re.IGNORECASE)


@dataclass(slots=True)
class Query:
    """A search that was read. Without anything in it, it finds nothing.

    `terms`, `conditions` and `mixed` have to hold all together.
    """

    text: str = ""
    reference: str = ""
    terms: list[Term] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    mixed: list[Either] = field(default_factory=list)
    before: datetime | None = None
    after: datetime | None = None
    weights: str = ""  # whose words count; of everybody if ""

    @property
    def is_empty(self) -> bool:
        bounds = self.before is not None or self.after is not None
        return not (self.terms or self.conditions or self.mixed or bounds)

    @property
    def is_a_list(self) -> bool:
        """Whether it is asked for by the tickets' columns alone: without words, or of what is open and
        has a tag. Open tickets are few, and have an index.
        """
        if self.mixed:
            return False
        fields = fields_of(self.group)
        is_open = any(
            condition.get("field") == "turn"
            and condition["op"] == "any_of"
            and not set(ENDED) & set(condition["value"])
            for condition in self.conditions
        )
        only_tags = all(term.heading for term in self.terms) and not fields & _NAMES
        return not self.terms or (is_open and only_tags)

    @property
    def group(self) -> dict[str, Any]:
        """All that the tickets' columns have to say, as one group of the condition language."""
        return {"match": Match.ALL, "conditions": self.conditions}

    @property
    def needed(self) -> list[Term]:
        """The terms that every match has and that somebody typed."""
        return [term for term in self.terms if not term.negative and not term.heading]

    @property
    def wanted(self) -> list[Term]:
        """The terms that a match may have and that somebody typed: what is highlighted and weighed."""
        inside = (term for either in self.mixed for term in either.terms if not term.negative)
        return [*self.needed, *inside]


def read(text: str, user: User | None = None) -> Query:
    """What somebody typed. `user` is who asks, for "me".

    Raises:
        Misread: with a sentence for whoever typed it.
    """
    if len(text) > LONGEST:
        raise Misread(
            _("Keep a search under %(most)d characters: a few words are enough.")
            % {"most": LONGEST}
        )
    query = Query(text)
    if found := _REFERENCE.fullmatch(text.strip()):
        query.reference = found[1].upper()
    reader = Reader(user)
    for part in reader.read(text):
        _add(query, part)
    query.weights = reader.weights
    words = [*query.terms, *(term for either in query.mixed for term in either.terms)]
    if sum(len(term.words) for term in words) > MOST_WORDS:
        raise Misread(_("Use at most %(most)d words.") % {"most": MOST_WORDS})
    if query.weights and not query.wanted:
        raise Misread(_("Add the words that they said, for example: from:customer parcel"))
    if query.is_empty:
        raise Misread(_("Write a word or a number to look for."))
    if user is not None and not may(user, Permission.CONTACTS) and _asks_for_addresses(query):
        raise Misread(_("Your role does not search by customer. Write their name instead."))
    return query


def _asks_for_addresses(query: Query) -> bool:
    """Whether a condition looks into the addresses of customers."""
    parts: list[Part] = [*query.conditions, *query.mixed]
    while parts:
        part = parts.pop()
        if isinstance(part, Either):
            parts += part.members
        elif not isinstance(part, Term) and "customer" in fields_of(
            part if "conditions" in part else {"match": Match.ALL, "conditions": [part]}
        ):
            return True
    return False


def _add(query: Query, part: Part) -> None:
    """Put one of the parts that have to hold where it is asked for best."""
    if isinstance(part, Term):
        query.terms.append(part)
    elif isinstance(part, Either):
        query.mixed.append(part)
    elif part.get("field") == LAST_MESSAGE and part["op"] in ("since", "before"):
        bound = moment_of(part["value"])
        assert bound is not None, "an operator made it"
        if part["op"] == "before":
            query.before = min(bound, query.before or bound)
        else:
            query.after = max(bound, query.after or bound)
    else:
        query.conditions.append(part)
        if heading := _heading(part):
            query.terms.append(heading)


def _heading(condition: Condition) -> Term | None:
    """The words that a match has in what identifies it, by which the index finds it."""
    values = condition.get("value") or []
    positive = condition.get("op") in ("any_of", "contains")
    if condition.get("field") not in {"tags", *_NAMES} or not positive or len(values) != 1:
        return None
    words = tuple(words_of(str(values[0])))
    return Term(words, heading=True) if words else None
