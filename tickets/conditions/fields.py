"""What conditions can look at: a registry of fields, each of which is described once.

Other packages register theirs at start (`register`), so that the one language knows nothing of how a
confidence is found. A field may also follow from others (`derive`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from tickets.conditions.operators import KINDS, RISING, Key, texts_of
from tickets.conditions.ticket_row import TicketRow
from tickets.conditions.values import Situation, Value

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

KindName = Literal["bool", "choice", "level", "number", "moment", "words", "list", "text"]
Choices = Iterable[tuple[Any, "StrOrPromise"]]

CONVERSATION = _("Conversation")
CUSTOMER = _("Customer")
SERVICE = _("Our side")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition looks at.

    `label` is a noun, in lower case ("feeling"). Where "the feeling is angry" would be no way to say
    it, `says` is what the field means in a sentence, and what its opposite does; with `%(values)s`
    in both, unless it is true or false. A `level` is a choice of several that rise in the order in which
    they are named, and can be "at least" one of them. `words` are searched in, word by word;
    `text` is one short value; `list` is several short values at once; a `moment` is a time, and no JSON,
    so a field of one is not `kept`. With `choices` only they
    are allowed. A `derive`d field is worked out from others, which `derived_from` names.

    `read` is how it is read from a ticket in Python, `query` how it is asked for in SQL: an
    expression on `Ticket` as of a moment, with NULL for unknown (a list is an array). A field
    without `read` is put into the situation by whoever knows it; one without `query` exists at a turn
    only, and no list can be filtered by it, but narrowed down, where it is a number that is never more
    than that of the field `bound`. `key` is what a choice is in the database. What names a
    person is not `kept` with each message. `of_customer` is how it is asked for of a customer, for
    segments; what is `only_of_customer` is no field of tickets.
    """

    name: str
    label: StrOrPromise
    kind: KindName
    choices: Callable[[], Choices] | tuple[tuple[Any, StrOrPromise], ...] = ()
    help: StrOrPromise = ""
    says: tuple[StrOrPromise, StrOrPromise] | None = None
    low: float | None = None
    high: float | None = None
    group: StrOrPromise = CONVERSATION
    read: Callable[[TicketRow], Value] | None = None
    query: Callable[[datetime], Combinable] | None = None
    key: Key = str
    kept: bool = True
    bound: str = ""
    derive: Callable[[Situation], Value | None] | None = None
    derived_from: tuple[str, ...] = ()
    of_customer: Callable[[datetime], Combinable] | None = None
    only_of_customer: bool = False

    def all_choices(self) -> list[tuple[str, str]]:
        """The values that it can have, as texts, with their names; may ask the database."""
        found = self.choices() if callable(self.choices) else self.choices
        return [(str(value), str(label)) for value, label in found]

    @property
    def has_choices(self) -> bool:
        return bool(self.choices)

    def compared(self, op: str, wanted: Any) -> tuple[str, Any]:
        """What is compared: of choices that rise, "at least" one is any of those from there on."""
        if self.kind != "level" or op not in RISING:
            return op, wanted
        known, asked = [key for key, _label in self.all_choices()], texts_of(wanted)
        if len(asked) != 1 or asked[0] not in known:
            return "any_of", []
        return "any_of", RISING[op](known, known.index(asked[0]))

    @property
    def operators(self) -> tuple[str, ...]:
        return KINDS[self.kind].operators


_fields: dict[str, Field] = {}


def register(field: Field) -> Field:
    """Let conditions look at `field`; whoever registers the same name again replaces it."""
    if field.kind not in KINDS:
        raise ValueError(f"{field.name}: no such kind of field: {field.kind}")
    _fields[field.name] = field
    return field


_sources: dict[str, Callable[[], Sequence[Field]]] = {}


def register_source(prefix: str, load: Callable[[], Sequence[Field]]) -> None:
    """Let conditions look at fields that are rows: `load` finds those whose names begin so."""
    _sources[prefix] = load


def fixed_fields() -> list[Field]:
    """Those that the program has of tickets, in the order in which they were registered. Asks nothing."""
    return [field for field in _fields.values() if not field.only_of_customer]


def all_fields() -> list[Field]:
    """Every field of tickets, those that are rows at the end; asks the database for these."""
    return [*fixed_fields(), *(field for load in _sources.values() for field in load())]


def customer_fields() -> list[Field]:
    """Every field that can be asked for of a customer; asks the database for those that are rows."""
    every = [*_fields.values(), *(field for load in _sources.values() for field in load())]
    return [field for field in every if field.of_customer is not None]


def ticket_field(name: object) -> Field | None:
    """The field of tickets; None for one that only customers have."""
    found = field_named(name)
    return None if found is None or found.only_of_customer else found


def customer_field(name: object) -> Field | None:
    """The field, if it can be asked for of a customer."""
    found = field_named(name)
    return None if found is None or found.of_customer is None else found


def field_named(name: object) -> Field | None:
    """The field; None for one that nobody registered (any more)."""
    if not isinstance(name, str):
        return None
    if (fixed := _fields.get(name)) is not None:
        return fixed
    loads = [load for prefix, load in _sources.items() if name.startswith(prefix)]
    return next((field for load in loads for field in load() if field.name == name), None)
