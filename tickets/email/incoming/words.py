"""The words of a mail as a message, and why a mail is held, for agents."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets import addresses
from tickets.actions import ActionError
from tickets.email.reading.mail import Incoming
from tickets.intake import text
from tickets.intake.attachments import Upload
from tickets.models import Mailbox


def said(mail: Incoming, uploads: Sequence[Upload], *, text_of: str | None = None) -> str:
    """What a mail says: what was written now; else its subject; else that there is nothing.

    A longer one than a message may be is cut, and says so: all of it is in the original.
    """
    words = text.clean(mail.said if text_of is None else text_of)
    if text.says_nothing(words):
        words = "" if uploads else mail.subject or _("(This mail has no text.)")
    if len(words) > text.MESSAGE_LIMIT:
        rest = _("(The rest is in the original mail.)")
        words = f"{words[: text.MESSAGE_LIMIT - len(rest) - 2]}\n\n{rest}"
    return words


def takes_no_part() -> str:
    return _("Its sender takes no part in this conversation.")


def a_colleagues_address() -> str:
    return _(
        "It has the address of a colleague, but was not sent to their own address for answers, so "
        "anybody may have written it."
    )


def not_the_agent() -> str:
    return _("It was sent to a colleague's address for answers, and not from their mailbox.")


def not_proved(mailbox: Mailbox, mail: Incoming) -> str:
    """Why a mail with a colleague's address is not taken as theirs, and what an admin can do."""
    if mail.authentication.get("dmarc") == "fail":
        return _(
            "It has the address of a colleague, and our server says that they did not send it."
        )
    if not mailbox.trusted_server:
        return _(
            "It has the address of a colleague, and nothing proves that they sent it. Colleagues write "
            "by mail once an admin has named “our receiving server” at the mailbox %(name)s."
        ) % {"name": mailbox.name}
    return _(
        "It has the address of a colleague, and our server does not say that they sent it (dmarc=pass). "
        "An admin sees to that with a DMARC record for %(domain)s."
    ) % {"domain": addresses.domain_of(mail.sender.address)}


def no_address() -> str:
    return _("It does not say who sent it.")


def became_a_note() -> str:
    return _("It is a note in this conversation.")


def our_own() -> str:
    return _("It was sent by this helpdesk.")


def refused(error: ActionError | ValidationError) -> str:
    """Why an action refused it, in its own words."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def blocked() -> str:
    return _("Its sender may not write to us.")
