"""The second factor of those who work here: they set it up first, and their sessions end with it."""

from __future__ import annotations

from contextlib import suppress

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actors import Actor
from tickets.live import nudges
from tickets.models import EventKind, User
from tickets.models.staff_log_ins import Proof


def lacks(user: object) -> bool:
    """Whether this is somebody on the staff who is kept out for want of a second factor only."""
    return isinstance(user, User) and user.on_the_staff and not user.works_here


def set_up_first(request: HttpRequest) -> HttpResponse:
    """The answer to them: the page where it is set up, or the same in words for a script."""
    message = _("Set up a second factor first: an authenticator app, or a passkey.")
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"error": {"code": "second_factor", "message": message}}, status=403)
    if not len(messages.get_messages(request)):  # said once, however many tabs come here
        messages.info(request, message)
    return redirect("mfa_activate_totp")


def came(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: object
) -> None:
    """A factor was added."""
    _keep_this_session_only(request, user)
    _tell(user, authenticator, EventKind.FACTOR_ADDED)


def went(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: object
) -> None:
    """A factor was removed."""
    _keep_this_session_only(request, user)
    _tell(user, authenticator, EventKind.FACTOR_REMOVED)


def _keep_this_session_only(request: HttpRequest, user: User) -> None:
    """Who did it stays logged in here, and nowhere else."""
    with suppress(AttributeError):  # it was not looked up yet
        del user.second_factor
    update_session_auth_hash(request, user)
    nudges.recheck_account(user.pk)


def _tell(user: User, authenticator: Authenticator, kind: EventKind) -> None:
    if user.on_the_staff:
        actions.tell_of_access(
            actor=Actor.agent(user),
            user=user,
            kind=kind,
            data={
                "factor": str(dict(Proof.choices).get(authenticator.type, authenticator.type)),
                "called": str(authenticator.data.get("name", "")),
            },
        )


def subscribe() -> None:
    """Listen to allauth, which adds and removes the factors."""
    authenticator_added.connect(came, dispatch_uid="second-factor-came")
    authenticator_removed.connect(went, dispatch_uid="second-factor-went")
