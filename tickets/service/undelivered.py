"""Why a mail did not arrive, in words: from the codes that mail servers have for it (RFC 3463)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def status_in(answer: str) -> str:
    """The enhanced status code in what a server said, like 5.2.2; "" if there is none."""
    found = _STATUS.search(answer)
    return found[1] if found else ""


def words(status: str, *, permanent: bool) -> str:
    """What a status code means to whoever sent the mail."""
    _class, _dot, detail = status.partition(".")
    subject, _dot, _number = detail.partition(".")
    return _by_detail().get(detail) or _by_subject().get(subject) or _unknown(permanent)


def is_of_the_mail(status: str) -> bool:
    """Whether it was refused for what it is, or for who sent it: another mail may arrive."""
    _class, _dot, detail = status.partition(".")
    return detail in ("2.3", "3.4") or detail.partition(".")[0] in ("6", "7")


def _by_detail() -> dict[str, str]:
    no_such_address = _("there is no such address")
    too_large = _("the mail is too large for them")
    as_spam = _("their server refused it as spam or for its rules")
    return {
        "1.0": no_such_address,
        "1.1": no_such_address,
        "1.2": _("there is no such domain"),
        "1.3": no_such_address,
        "1.6": _("the person has moved and has no new address here"),
        "1.8": _("their server does not accept our address as a sender"),
        "1.10": _("this domain takes no mail"),
        "2.0": _("their mailbox does not take it"),
        "2.1": _("their mailbox is switched off"),
        "2.2": _("mailbox full"),
        "2.3": too_large,
        "3.4": too_large,
        "4.1": _("their server did not answer"),
        "4.4": _("the way to their server is not known"),
        "4.6": _("the mail went round in circles"),
        "4.7": _("it could not be delivered in time"),
        "5.3": _("it has too many recipients"),
        "7.1": as_spam,
        "7.26": _("their server found our mail not signed as it wants (SPF, DKIM)"),
        "7.25": _("their server found our server not set up as it wants"),
    }


def _by_subject() -> dict[str, str]:
    return {
        "1": _("the address does not take it"),
        "2": _("their mailbox does not take it"),
        "3": _("their mail system does not take it"),
        "4": _("it could not be delivered to their server"),
        "5": _("their server did not understand ours"),
        "6": _("their server did not take what is in it"),
        "7": _("their server refused it as spam or for its rules"),
    }


def _unknown(permanent: bool) -> str:
    if permanent:
        return _("their server refused it")
    return _("their server could not take it")
