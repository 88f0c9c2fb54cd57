"""What stands in the way of fetching a mailbox, as a sentence that says what to do."""

from __future__ import annotations

import socket
import ssl

from django.utils.translation import gettext as _
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from tickets import sealing
from tickets.models import Mailbox, Security

LONGEST_WORDS = 200  # of what a server says itself


class Trouble(Exception):
    """A mailbox cannot be fetched. Its text is for the admin; `lasts` without their doing something."""

    def __init__(self, sentence: str, *, lasts: bool = False) -> None:
        super().__init__(sentence)
        self.lasts = lasts


def of(error: Exception, mailbox: Mailbox) -> Trouble:
    """The trouble behind an error of the connection.

    A host that is closed and one that hides say the same, and no server's words are repeated before
    it has shown that it speaks IMAP: the form is no means to explore a network.
    """
    names = {"host": mailbox.imap_host, "port": mailbox.imap_port, "user": mailbox.imap_user}
    if isinstance(error, Trouble):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, names)
    if isinstance(error, ssl.SSLError):
        return Trouble(_no_tls(mailbox) % names, lasts=True)
    if isinstance(error, socket.gaierror):
        return Trouble(
            _("The server “%(host)s” is not known. Is its name spelled right?") % names, lasts=True
        )
    if isinstance(error, LoginError):
        return Trouble(_log_in(error) % {**names, "words": one_line(str(error))}, lasts=True)
    if isinstance(error, CapabilityError):
        return Trouble(
            _("%(host)s offers no STARTTLS on port %(port)s. Choose TLS, usually with port 993.")
            % names,
            lasts=True,
        )
    if isinstance(error, OSError):
        return Trouble(
            _(
                "%(host)s does not answer on port %(port)s. Are server and port right, and is the "
                "server up?"
            )
            % names
        )
    if isinstance(error, IMAPClientError):
        return Trouble(
            _("The connection to %(host)s broke off, or it does not speak IMAP on port %(port)s.")
            % names
        )
    return Trouble(_("Something unexpected happened; the log of the program says what."))


def one_line(words: str) -> str:
    """What a server says, short enough for a sentence."""
    text = words.removeprefix("b'").removesuffix("'")
    return "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST_WORDS]


def unsealed(sealed: str) -> str:
    """A secret of a mailbox. Raises Trouble."""
    try:
        return sealing.unseal(sealed)
    except sealing.Unreadable as error:
        raise Trouble(
            _(
                "The stored password cannot be opened, since the keys of this helpdesk have changed. "
                "Enter it again."
            ),
            lasts=True,
        ) from error


def _certificate(error: ssl.SSLCertVerificationError, names: dict[str, object]) -> Trouble:
    return Trouble(
        _(
            "The certificate of %(host)s is not valid (%(why)s). Is the server's name the one that "
            "its certificate is for? A certificate of your own has to be made known to this machine."
        )
        % {**names, "why": error.verify_message or _("no reason given")},
        lasts=True,
    )


def _no_tls(mailbox: Mailbox) -> str:
    if mailbox.imap_security == Security.TLS:
        return _("%(host)s does not speak TLS on port %(port)s. Try STARTTLS, usually on port 143.")
    return _("%(host)s began STARTTLS and broke it off. Try TLS, usually on port 993.")


def _log_in(error: LoginError) -> str:
    said = str(error)
    if "UNAVAILABLE" in said or "INUSE" in said or "LIMIT" in said:
        return _("%(host)s lets nobody in at the moment. It says: “%(words)s”")
    return _(
        "%(host)s does not accept the log-in of %(user)s. Enter the password again; some providers "
        "want one made for apps. The server says: “%(words)s”"
    )
