"""What is looked at before a change goes live: packages above say what it would break.

A page that lets something go live tells of it first, outside any transaction: `held` gives the page
that says what would break, or None. A POST may say that it is to go live anyway; then `went_live`
writes that down, in the transaction of the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models
from django.http import HttpRequest, HttpResponse

ANYWAY = "_publish_anyway"  # names the check whose result was seen
BACK = "_back_to_form"  # the change is to be looked at again, as it was written
SHOW = "_show_first"  # what customers will read is to be shown, before anything is saved


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is about to go live.

    `row` is what it would be (not saved), None where it would be gone or switched off; `before` is
    what it is now, None for a new one. `more` has what is not in the row itself.
    """

    before: models.Model | None
    row: models.Model | None
    more: Any = None

    @property
    def subject(self) -> models.Model:
        found = self.row or self.before
        assert found is not None
        return found


class Check(Protocol):
    """What a package above looks at."""

    def held(
        self, request: HttpRequest, change: Change, context: dict[str, Any]
    ) -> HttpResponse | None: ...

    def went_live(self, request: HttpRequest, instance: models.Model) -> None: ...


_checks: list[Check] = []


def add(check: Check) -> None:
    """Ask this one, too; called once, at start."""
    _checks.append(check)


def held(request: HttpRequest, change: Change, context: dict[str, Any]) -> HttpResponse | None:
    """The page that says what the change would break; None if it may go live now.

    Asks models and encoders, so never inside a transaction. `context` is that of an admin's page,
    with `back`: where to go without a change, "" for the form that was sent.
    """
    for check in _checks:
        page = check.held(request, change, context)
        if page is not None:
            return page
    return None


def went_live(request: HttpRequest, instance: models.Model) -> None:
    """Write down that a change went live although it breaks something, if it does; with the change."""
    for check in _checks:
        check.went_live(request, instance)
