"""Access tokens for mail servers that want no password (RFC 6749, section 6).

One is asked for with each log-in, which is seldom, and kept nowhere. A refresh token that the server
replaces is kept beside the one that an admin entered, until they enter another.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tickets import actions, outside, sealing
from tickets.actors import Actor
from tickets.email.fetching.troubles import Trouble, one_line, unsealed
from tickets.models import Fetching, Mailbox

SECONDS = 10  # for all of it


def access_token(mailbox: Mailbox) -> str:
    """A token that is good for the next log-in. Raises Trouble."""
    entered = sha256(mailbox.oauth_refresh_token.encode()).hexdigest()
    row = Fetching.objects.filter(pk=mailbox.pk, refreshed_from=entered).first()
    answer = _ask(
        mailbox,
        {
            "grant_type": "refresh_token",
            "client_id": mailbox.oauth_client_id,
            "client_secret": unsealed(mailbox.oauth_client_secret),
            "refresh_token": unsealed(row.refresh_token if row else mailbox.oauth_refresh_token),
        },
    )
    newer = answer.get("refresh_token")
    if isinstance(newer, str) and newer and mailbox.pk:
        sealed = sealing.seal(newer)
        actions.keep_refresh_token(actor=Actor.system(), mailbox=mailbox, sealed=sealed, of=entered)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token.isprintable():
        raise Trouble(_("The token address answered without an access token."))
    return token


def _ask(mailbox: Mailbox, values: dict[str, str]) -> dict[str, Any]:
    allowed = settings.MAIL_FROM_OWN_NETWORK
    host = urlsplit(mailbox.oauth_token_address).hostname
    try:
        endpoint = outside.read(mailbox.oauth_token_address, plain=allowed)
    except outside.Refused as error:
        raise Trouble(_("The token address has to begin with https."), lasts=True) from error
    try:
        answer = outside.post(
            endpoint,
            outside.look_up(endpoint, inside=allowed),
            body=urlencode({name: value for name, value in values.items() if value}).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            seconds=SECONDS,
        )
    except outside.Refused as error:
        raise Trouble(
            _("The token address leads into a network of our own."), lasts=True
        ) from error
    except outside.NoAnswer as error:
        raise Trouble(_("The token address %(host)s does not answer.") % {"host": host}) from error
    found = _read(answer.body)
    if answer.status != 200:
        raise Trouble(
            _(
                "The token address gives no access token (“%(words)s”). Consent has to be given "
                "again, and the new refresh token entered here."
            )
            % {"words": one_line(str(found.get("error", answer.status)))},
            lasts=400 <= answer.status < 500,
        )
    return found


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
