"""Why an action was not done, in words for whoever asked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.models import Permission, Ticket, User


class ActionError(Exception):
    """The state does not allow it (409). `code` is for machines, the text for people."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class NotAllowed(ActionError):
    """The actor may see it, but not do this (403)."""

    def __init__(self, lacking: Permission | None = None) -> None:
        words = _("You may not do this.")
        if lacking is not None:
            words = _("Your role does not include “%(what)s”. Ask an admin if you need it.")
            words %= {"what": lacking.label}
        super().__init__(words, code="forbidden")


class Blocked(NotAllowed):
    """Somebody who works here blocked them; the words say so, and how else to reach us."""

    def __init__(self, words: str) -> None:
        ActionError.__init__(self, words, code="blocked")


class Taken(ActionError):
    """Somebody else was first."""

    def __init__(self, by: User) -> None:
        super().__init__(
            _("%(name)s has already accepted this conversation.") % {"name": by}, code="taken"
        )
        self.by = by


class Crossed(ActionError):
    """Somebody else said something that the author of a reply had not read yet."""

    def __init__(self, words: str) -> None:
        super().__init__(words, code="crossed")


class StandsAlready(ActionError):
    """A program would write where the agent writes for whom it acts."""

    def __init__(self) -> None:
        super().__init__(
            _("A reply of the agent's stands there already, and nothing takes its place."),
            code="writing",
        )


class HasLeft(ActionError):
    """It is too late to take a reply back."""

    def __init__(self) -> None:
        super().__init__(_("It has left already, and cannot be taken back."), code="left")


def closed(ticket: Ticket) -> ActionError:
    return ActionError(
        _("The conversation %(reference)s is closed. Reopen it first.")
        % {"reference": ticket.reference},
        code="closed",
    )


def merged() -> ActionError:
    return ActionError(
        _("This conversation was merged into another one. It goes on there."), code="merged"
    )
