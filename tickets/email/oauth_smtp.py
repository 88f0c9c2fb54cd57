"""A connection to a mail server that wants an access token in place of a password (XOAUTH2).

The token is asked for as the fetching of mail asks for it. It is kept in this process for some minutes,
since connections are many and short, and thrown away where a server refuses it.
"""

from __future__ import annotations

import smtplib
import time
from contextlib import suppress
from hashlib import sha256
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from tickets.email.fetching import oauth
from tickets.email.fetching.troubles import Trouble
from tickets.models import Mailbox

KEPT_SECONDS = 5 * 60  # tokens are good for an hour, as a rule
_kept: dict[str, tuple[float, str]] = {}


class Connection(EmailBackend):
    """Django's own, which logs in with the access token of a mailbox."""

    def __init__(self, *, mailbox: Mailbox, user: str, **options: Any) -> None:
        super().__init__(username="", password="", **options)
        self._mailbox, self._user = mailbox, user

    def open(self) -> bool | None:
        """Connected and logged in; True if it was not before. Raises OSError."""
        if not super().open():
            return False
        try:
            self._log_in()
        except BaseException:
            with suppress(OSError):
                self.close()
            raise
        return True

    def _log_in(self) -> None:
        key = _key(self._mailbox)
        until, token = _kept.get(key, (0.0, ""))
        if until > time.monotonic():
            try:
                self._authenticate(token)
            except smtplib.SMTPAuthenticationError:
                _kept.pop(key, None)  # it is over before its time: once more, with a new one
            else:
                return
        try:
            token = oauth.access_token(self._mailbox)
        except Trouble as trouble:
            raise ConnectionError(str(trouble)) from trouble
        self._authenticate(token)
        _kept[key] = (time.monotonic() + KEPT_SECONDS, token)

    def _authenticate(self, token: str) -> None:
        said = f"user={self._user}\x01auth=Bearer {token}\x01\x01"
        assert self.connection is not None
        self.connection.ehlo_or_helo_if_needed()
        # A refusal comes in two steps: its reason, to which nothing is answered, and then the refusal.
        self.connection.auth(
            "XOAUTH2",
            lambda challenge=None: said if challenge is None else "",
            initial_response_ok=True,
        )


def _key(mailbox: Mailbox) -> str:
    about = (
        *(mailbox.oauth_token_address, mailbox.oauth_client_id),
        *(mailbox.oauth_client_secret, mailbox.oauth_refresh_token),
    )
    return sha256("\n".join(about).encode()).hexdigest()
