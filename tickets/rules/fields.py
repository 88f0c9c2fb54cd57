"""What rules can look at: a registry of fields, and those that a ticket itself has.

Other packages register theirs at start (`register`), so that the one engine knows nothing of how a
feeling or a confidence is found. A field may also follow from others (`derive`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _

from tickets.models import Channel, Identity, Priority, Team, Tier
from tickets.rules.seen import Seen

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

Kind = Literal["bool", "choice", "number", "words", "list", "text"]
Choices = Iterable[tuple[Any, "StrOrPromise"]]

_CONVERSATION = _("Conversation")
_CUSTOMER = _("Customer")
_SERVICE = _("Our side")

# Which operators a kind of field has, in the order in which they are offered.
OPERATORS: dict[str, tuple[str, ...]] = {
    "bool": ("is", "is_not"),
    "choice": ("any_of", "none_of", "is", "is_not"),
    "number": ("at_least", "at_most", "is", "is_not"),
    "words": ("contains", "none_of"),
    "list": ("any_of", "none_of", "contains"),
    "text": ("any_of", "none_of", "contains", "is", "is_not"),
}
# Which of them take a list of values.
OF_MANY = frozenset({"any_of", "none_of"})


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition looks at.

    `label` is a noun, in lower case ("feeling"). Where "the feeling is angry" would be no way to say
    it, `says` is what the field means in a sentence, and what its opposite does; with `%(values)s`
    in both, unless it is true or false. `words` are searched in, word by word;
    `text` is one short value; `list` is several short values at once. With `choices` only they
    are allowed. A `derive`d field is worked out from others, which `derived_from` names.
    """

    name: str
    label: StrOrPromise
    kind: Kind
    choices: Callable[[], Choices] | tuple[tuple[Any, StrOrPromise], ...] = ()
    help: StrOrPromise = ""
    says: tuple[StrOrPromise, StrOrPromise] | None = None
    low: float | None = None
    high: float | None = None
    group: StrOrPromise = _CONVERSATION
    derive: Callable[[Mapping[str, Seen]], Seen | None] | None = None
    derived_from: tuple[str, ...] = ()

    def all_choices(self) -> list[tuple[str, str]]:
        """The values that it can have, as texts, with their names; may ask the database."""
        found = self.choices() if callable(self.choices) else self.choices
        return [(str(value), str(label)) for value, label in found]

    @property
    def has_choices(self) -> bool:
        return bool(self.choices)

    @property
    def operators(self) -> tuple[str, ...]:
        return OPERATORS[self.kind]


_fields: dict[str, Field] = {}


def register(field: Field) -> Field:
    """Let rules look at `field`; whoever registers the same name again replaces it."""
    if field.kind not in OPERATORS:
        raise ValueError(f"{field.name}: no such kind of field: {field.kind}")
    _fields[field.name] = field
    return field


def all_fields() -> list[Field]:
    """Every field, in the order in which they were registered."""
    return list(_fields.values())


def field_named(name: object) -> Field | None:
    """The field; None for one that nobody registered (any more)."""
    return _fields.get(name) if isinstance(name, str) else None


def _teams() -> Choices:
    return list(Team.objects.values_list("pk", "name"))


for _field in (
    Field("text", _("message"), "words", help=_("The customer's own words, whole words only.")),
    Field("channel", _("channel"), "choice", tuple(Channel.choices)),
    Field("turns", _("number of the customer's messages"), "number", low=0),
    Field("tags", _("tag"), "list"),
    Field("priority", _("priority"), "choice", tuple(Priority.choices)),
    Field(
        "waiting_minutes",
        _("waiting time in minutes"),
        "number",
        low=0,
        help=_("How long the customer has been waiting for an answer."),
    ),
    Field("tier", _("customer's tier"), "choice", tuple(Tier.choices), group=_CUSTOMER),
    Field("segment", _("customer's segment"), "text", group=_CUSTOMER),
    Field(
        "value",
        _("customer's value"),
        "number",
        help=_("What they have bought so far. Unknown never counts."),
        group=_CUSTOMER,
    ),
    Field(
        "tenure_days",
        _("days since the customer is known"),
        "number",
        low=0,
        group=_CUSTOMER,
    ),
    Field(
        "earlier_tickets",
        _("number of their other conversations in 30 days"),
        "number",
        low=0,
        group=_CUSTOMER,
    ),
    Field(
        "prefers_person",
        _("prefers a person"),
        "bool",
        says=(_("the customer prefers a person"), _("the customer has no wish for a person first")),
        group=_CUSTOMER,
    ),
    Field(
        "identity",
        _("proof of who is writing"),
        "choice",
        tuple(Identity.choices),
        group=_CUSTOMER,
    ),
    Field("team", _("team"), "choice", _teams, group=_SERVICE),
    Field(
        "open_now",
        _("people are there"),
        "bool",
        says=(_("people are there"), _("nobody is there")),
        help=_("Within the team's opening hours, or somebody of it is online."),
        group=_SERVICE,
    ),
):
    register(_field)
