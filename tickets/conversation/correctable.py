"""What agents may correct of what was understood of a message: registered by whoever understands it.

So `tickets` knows none of the words themselves: no feeling, no urgency, no wish.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Value = str | bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field: what stands below a message, and how an agent says that it is not so."""

    value: Value
    label: StrOrPromise
    opposite: StrOrPromise


@dataclass(frozen=True, slots=True)
class Correctable:
    """A field of a reading, its values, and the one that says that there is nothing to see."""

    field: str
    title: StrOrPromise
    choices: tuple[Choice, ...]
    nothing: Value = False
    nothing_label: StrOrPromise = ""

    @property
    def values(self) -> tuple[Value, ...]:
        return (self.nothing, *(one.value for one in self.choices))

    @property
    def is_yes_or_no(self) -> bool:
        return self.nothing is False

    def choice(self, value: object) -> Choice | None:
        """The choice of a value; None for nothing, and for what is no value."""
        return next(
            (one for one in self.choices if type(one.value) is type(value) and one.value == value),
            None,
        )


_registered: dict[str, Correctable] = {}


def register(one: Correctable) -> None:
    """Let agents correct a field; whoever registers the same field again replaces it."""
    _registered[one.field] = one


def all_correctable() -> list[Correctable]:
    """In the order in which they were registered, which is that of the screen."""
    return list(_registered.values())


def correctable(field: str) -> Correctable | None:
    """The field; None for one that nobody registered."""
    return _registered.get(field)
