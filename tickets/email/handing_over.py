"""Handing mail to a mail server: one connection for several mails, and what the server's answer means.

The only place that talks to one.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from tickets import sealing
from tickets.email import headers, oauth_smtp, tokens
from tickets.models import LogIn, Mailbox, MailboxSending, Security, SiteSettings

logger = logging.getLogger(__name__)

AWAY_SECONDS = 30  # a server that did not answer is left alone for so long
LONGEST_LINE = 300  # letters of a header; longer ones are folded, up to 998 are allowed (RFC 5322)
SMTP = "django.core.mail.backends.smtp.EmailBackend"
# Not this mail is refused: the server wants us to log in, or not so (RFC 4954).
_OUR_LOG_IN = (530, 534, 535, 538)


class Outcome(Enum):
    SENT = "sent"
    REFUSED = "refused"  # this mail will never be taken
    LATER = "later"  # this mail is not taken now
    AWAY = "away"  # nothing is: the server does not answer, or not us


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a mail, with the words of the server."""

    outcome: Outcome
    words: str = ""


class Mail(EmailMultiAlternatives):
    """A mail to one recipient, whoever else its headers name."""

    only_to: str = ""

    def recipients(self) -> list[str]:
        return [self.only_to] if self.only_to else super().recipients()

    def message(self, **options: Any) -> Any:
        """With a Message-ID on one line: some mail programs do not find it on the second."""
        message: Any = super().message(**options)
        message.policy = message.policy.clone(max_line_length=LONGEST_LINE)
        return message


@dataclass
class Lines:
    """The connections of one round: one for each server, kept open from mail to mail."""

    own: dict[int, MailboxSending]
    away: set[int] = field(default_factory=set)
    _open: dict[int, BaseEmailBackend] = field(default_factory=dict)

    @classmethod
    def of_now(cls) -> Lines:
        """With the servers that mailboxes have of their own; those known to be away are left out."""
        rows = MailboxSending.objects.exclude(host="").select_related("mailbox")
        own = {row.pk: row for row in rows}
        return cls(own, {server for server in (0, *own) if _is_away(server)})

    def server_of(self, mailbox: Mailbox | None) -> int:
        """0 is the server of the installation, another number that of a mailbox of its own."""
        return mailbox.pk if mailbox is not None and mailbox.pk in self.own else 0

    def connect(self, server: int) -> Answer | None:
        """Be connected; None if that worked."""
        try:
            self._line(server)
        except OSError as error:
            return self._is_away(server, error)
        return None

    def send(self, server: int, mail: EmailMultiAlternatives) -> Answer:
        """Give a mail to a server, in at most some 10 seconds for each step. Never raises OSError."""
        try:
            self._line(server).send_messages([mail])
        except OSError as error:
            answer = read(error)
            if answer.outcome == Outcome.AWAY:
                return self._is_away(server, error)
            return answer
        return Answer(Outcome.SENT)

    def close(self) -> None:
        for server in list(self._open):
            self._hang_up(server)

    def _line(self, server: int) -> BaseEmailBackend:
        line = self._open.get(server)
        if line is None:
            line = _connection(self.own.get(server))
            if hasattr(line, "connection"):  # of SMTP: else each mail opens and closes one
                self._open_line(line)
            self._open[server] = line
        return line

    def _open_line(self, line: BaseEmailBackend) -> None:
        try:
            line.open()
        except OSError:
            with suppress(OSError):
                line.close()  # what was begun
            raise

    def _hang_up(self, server: int) -> None:
        line = self._open.pop(server, None)
        try:
            if line is not None:
                line.close()
        except OSError:
            logger.debug("A mail server was gone before it was said goodbye.")

    def _is_away(self, server: int, error: OSError) -> Answer:
        self.away.add(server)
        self._hang_up(server)
        try:
            cache.set(_key(server), 1, timeout=AWAY_SECONDS)
        except (RedisError, OSError):
            logger.warning("Redis is away; a mail server is tried more often.")
        return Answer(Outcome.AWAY, read(error).words)


def read(error: OSError) -> Answer:
    """What an error says of the mail or of the server."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, said = next(iter(error.recipients.values()))
        return _coded(code, said)
    if isinstance(error, smtplib.SMTPResponseException):
        answer = _coded(error.smtp_code, error.smtp_error)
        of_connecting = isinstance(
            error,
            smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError,
        )
        return Answer(Outcome.AWAY, answer.words) if of_connecting else answer
    if isinstance(error, smtplib.SMTPNotSupportedError):
        if "STARTTLS" in str(error):
            words = _(
                "The mail server offers no STARTTLS on this port. Try TLS, usually on port 465."
            )
            return Answer(Outcome.AWAY, words)
        return Answer(Outcome.REFUSED, headers.line(str(error)))
    return Answer(Outcome.AWAY, headers.line(_in_words(error))[:300])


def _in_words(error: OSError) -> str:
    """What an admin can do about a connection that is none."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _(
            "The certificate of the mail server is not valid (%(why)s). Is the server's name the one "
            "that its certificate is for? A certificate of your own has to be made known to this "
            "machine."
        ) % {"why": error.verify_message or _("no reason given")}
    if isinstance(error, ssl.SSLError):
        return _(
            "The mail server does not speak TLS on this port. Try STARTTLS, usually on port 587; TLS is "
            "usually on 465."
        )
    return str(error) or type(error).__name__


def hand_over(
    key: str,
    to: list[str],
    subject: str,
    text_part: str,
    html: str,
    *,
    more_headers: dict[str, str] | None = None,
) -> None:
    """Give a mail that is no delivery of a conversation to the server of the installation.

    Tried again with the same key it is the same mail. Raises OSError if it is not taken.
    """
    company = SiteSettings.load().company_name
    mail = EmailMultiAlternatives(
        subject=headers.line(subject)[:150],
        body=text_part,
        from_email=headers.address(company, settings.DEFAULT_FROM_EMAIL),
        to=to,
        headers={
            "Message-ID": f"<{key}@{tokens.host()}>",
            **headers.AUTOMATIC,
            **(more_headers or {}),
        },
    )
    mail.attach_alternative(html, "text/html")
    mail.send()


def _connection(sending: MailboxSending | None) -> BaseEmailBackend:
    if sending is None:
        return get_connection()
    options: dict[str, Any] = {
        "host": sending.host,
        "port": sending.port,
        "use_tls": sending.security == Security.STARTTLS,
        "use_ssl": sending.security == Security.TLS,
    }
    if sending.log_in == LogIn.OAUTH:
        user = sending.user_name or sending.mailbox.address
        return oauth_smtp.Connection(mailbox=sending.mailbox, user=user, **options)
    options |= {"username": sending.user_name, "password": sealing.unseal(sending.password)}
    return get_connection(SMTP, **options)


def _coded(code: int, words: bytes | str) -> Answer:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    words = headers.line(f"{code} {said}")[:300]
    if code == 421 or code in _OUR_LOG_IN:
        return Answer(Outcome.AWAY, words)
    return Answer(Outcome.REFUSED if code >= 500 else Outcome.LATER, words)


def _key(server: int) -> str:
    return f"mail:away:{server}"


def _is_away(server: int) -> bool:
    try:
        return bool(cache.get(_key(server)))
    except (RedisError, OSError):
        return False
