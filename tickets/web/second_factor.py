"""The second factor of those who work here: they set it up first, and their sessions end with it."""

from __future__ import annotations

from contextlib import suppress

from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tickets.live import nudges
from tickets.models import User


def lacks(user: object) -> bool:
    """Whether this is somebody on the staff who is kept out for want of a second factor only."""
    return isinstance(user, User) and user.on_the_staff and not user.works_here


def set_up_first(request: HttpRequest) -> HttpResponse:
    """The answer to them: the page where it is set up, or the same in words for a script."""
    message = _("Set up a second factor first. You need an authenticator app.")
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"error": {"code": "second_factor", "message": message}}, status=403)
    if not len(messages.get_messages(request)):  # said once, however many tabs come here
        messages.info(request, message)
    return redirect("mfa_activate_totp")


def keep_this_session_only(
    sender: object, request: HttpRequest, user: User, **kwargs: object
) -> None:
    """A factor came or went: who did it stays logged in here, and nowhere else."""
    with suppress(AttributeError):  # it was not looked up yet
        del user.second_factor
    update_session_auth_hash(request, user)
    nudges.recheck_account(user.pk)


def subscribe() -> None:
    """Listen to allauth, which adds and removes the factors."""
    for signal in (authenticator_added, authenticator_removed):
        signal.connect(keep_this_session_only, dispatch_uid="keep-this-session-only")
