"""Access tokens for mail servers that want no password (RFC 6749, section 6).

One is asked for with each log-in, which is seldom, and kept nowhere. A refresh token that the server
replaces is kept beside the one that an admin entered, until they enter another.
"""

from __future__ import annotations

import json
import socket
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

from tickets import actions, networks, sealing
from tickets.actors import Actor
from tickets.email.fetching.troubles import Trouble, one_line, unsealed
from tickets.models import Fetching, Mailbox

TIMEOUT = urllib3.Timeout(total=10, connect=5)
LONGEST_ANSWER = 64 * 1024  # bytes


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
    parts = urlsplit(mailbox.oauth_token_address)
    try:
        with _pool(parts) as pool:
            answer = pool.urlopen(
                "POST",
                parts.path or "/",
                body=urlencode({name: value for name, value in values.items() if value}),
                headers={
                    "Host": parts.netloc,
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                redirect=False,
                preload_content=False,
            )
            found = _read(answer.read(LONGEST_ANSWER))
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Trouble(
            _("The token address %(host)s does not answer.") % {"host": parts.hostname}
        ) from error
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


def _pool(parts: SplitResult) -> urllib3.HTTPConnectionPool:
    """To the address that was looked at, and no further: a redirect would lead anywhere."""
    allowed = settings.MAIL_FROM_OWN_NETWORK
    if parts.scheme != "https" and not (allowed and parts.scheme == "http"):
        raise Trouble(_("The token address has to begin with https."), lasts=True)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allowed and not all(map(networks.is_public, found)):
        raise Trouble(_("The token address leads into a network of our own."), lasts=True)
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(found[0], port, timeout=TIMEOUT, retries=False)
    return urllib3.HTTPSConnectionPool(
        found[0],
        port,
        timeout=TIMEOUT,
        retries=False,
        cert_reqs="CERT_REQUIRED",
        server_hostname=host,
        assert_hostname=host,
    )


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
