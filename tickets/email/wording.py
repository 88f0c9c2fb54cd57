"""What the mails to customers say: the shipped texts, those of an admin, and the placeholders in both.

A text is filled in one pass, so that no value is read again, whatever somebody wrote into it. What
every mail has to say (that the assistant is one, how to reach a person, where an answer goes) is no
part of these texts: it stands in the templates of `emails/`, around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import (
    Customer,
    Delivery,
    DeliveryKind,
    Mailbox,
    MailTemplate,
    MailText,
    SiteSettings,
    Team,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_FORM = re.compile(r"\{([^{}\n|]{1,60})(?:\|([^{}\n]{0,60}))?\}")
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
# A name is used where it looks like one: it is whatever somebody wrote into a form, or a mail.
_NAME = re.compile(r"[^\W\d_][\w' .’-]{0,59}")
_HOST = re.compile(r"\.\w")
MESSAGE, CODE, LINK = "message", "code", "link"
APART = (MESSAGE, CODE, LINK)  # which stand in a place of their own

_NAMES: dict[str, StrOrPromise] = {
    "company": gettext_lazy("our company's name"),
    "ticket.reference": gettext_lazy("the conversation's reference"),
    "customer.name": gettext_lazy("the customer's name, or what stands after the |"),
    "customer.first_name": gettext_lazy("the customer's first name, or what stands after the |"),
    "agent.first_name": gettext_lazy("the first name of the agent who wrote"),
    "expected": gettext_lazy("when an answer comes, or nothing"),
    "day": gettext_lazy("the day after which the conversation is closed"),
    "blocked": gettext_lazy("that we take no messages, and until when"),
    "other_ways": gettext_lazy("how else to reach us"),
    MESSAGE: gettext_lazy("what is answered"),
    CODE: gettext_lazy("the code"),
    LINK: gettext_lazy("the page where it goes on"),
}
_MAY_LACK = ("customer.name", "customer.first_name")
_ABOUT_THEM = ("company", "ticket.reference", *_MAY_LACK)
# Such a mail goes to an address that nobody has proved: nothing that a visitor wrote is in it.
_TO_ANYBODY = ("company", "ticket.reference")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A kind of mail: what it says where no admin wrote anything, and what may and must be in it."""

    text: StrOrPromise
    names: tuple[str, ...]
    needed: tuple[str, ...] = ()
    subject: StrOrPromise = ""  # "": it has that of the conversation


SHIPPED: dict[MailText, Shipped] = {
    MailText.ACKNOWLEDGEMENT: Shipped(
        gettext_lazy("We got your request. Its number is {ticket.reference}.\n\n{expected}"),
        (*_ABOUT_THEM, "expected"),
        ("expected",),
    ),
    MailText.REPLY: Shipped("{message}", (*_ABOUT_THEM, "agent.first_name", MESSAGE), (MESSAGE,)),
    MailText.UNREAD: Shipped("{message}", (*_ABOUT_THEM, "agent.first_name", MESSAGE), (MESSAGE,)),
    MailText.ANSWER: Shipped("{message}", (*_ABOUT_THEM, MESSAGE), (MESSAGE,)),
    MailText.CLOSING: Shipped(
        gettext_lazy(
            "Nobody wrote in your conversation with {company} for a while. We close it after {day}, "
            "unless you write."
        ),
        (*_ABOUT_THEM, "day"),
        ("day",),
    ),
    MailText.AUTOMATIC: Shipped("{message}", (*_ABOUT_THEM, MESSAGE), (MESSAGE,)),
    MailText.BLOCKED: Shipped(
        "{blocked} {other_ways}",
        ("company", *_MAY_LACK, "blocked", "other_ways"),
        ("blocked", "other_ways"),
        gettext_lazy("Your mail to us"),
    ),
    MailText.ANSWER_WAITS: Shipped(
        gettext_lazy(
            "There is an answer to your request. To read it, type this code where you wrote to us:"
            "\n\n{code}\n\nOr open this page. The code also confirms that this address is yours; it "
            "is good for an hour, and works once."
        ),
        (*_TO_ANYBODY, CODE),
        (CODE,),
        gettext_lazy("{company} answered your request"),
    ),
    MailText.CONFIRM_ADDRESS: Shipped(
        gettext_lazy(
            "Somebody, probably you, left this address in a conversation with us. To get our answers "
            "by mail, type this code where you write with us:\n\n{code}\n\nOr open this page, and go "
            "on there. The code is good for an hour, and works once."
        ),
        (*_TO_ANYBODY, CODE),
        (CODE,),
        gettext_lazy("Confirm your address for {company}"),
    ),
    # Whoever reads it is not its customer, and whoever wrote it may be no agent.
    MailText.COPY: Shipped("{message}", (*_TO_ANYBODY, MESSAGE), (MESSAGE,)),
    MailText.LOGIN_CONFIRM: Shipped(
        gettext_lazy(
            "This is the code that confirms your address at {company}. Type it into the browser in "
            "which you asked for it. It is good for 15 minutes.\n\n{code}"
        ),
        ("company", CODE),
        (CODE,),
        gettext_lazy("Your code for {company}"),
    ),
    MailText.LOGIN_RESET: Shipped(
        gettext_lazy(
            "With this code you choose a new password at {company}. Type it into the browser in which "
            "you asked for it. It is good for 15 minutes.\n\n{code}"
        ),
        ("company", CODE),
        (CODE,),
        gettext_lazy("Your code for {company}"),
    ),
    MailText.LOGIN_EXISTS: Shipped(
        gettext_lazy(
            "Somebody, perhaps you, wanted to create an account at {company} with this address. There "
            "is one already. If it was you, log in; if you do not know your password, choose a new "
            "one:\n\n{link}"
        ),
        ("company", LINK),
        (LINK,),
        gettext_lazy("Your account at {company}"),
    ),
    MailText.LOGIN_UNKNOWN: Shipped(
        gettext_lazy(
            "Somebody, perhaps you, asked for a new password at {company} with this address. There is "
            "no account with it. If it was you, try another address of yours, or create an account:"
            "\n\n{link}"
        ),
        ("company", LINK),
        (LINK,),
        gettext_lazy("Your account at {company}"),
    ),
    MailText.IDENTITY_CODE: Shipped(
        gettext_lazy(
            "Somebody, probably you, writes with us just now, and wants to show that this address is "
            "theirs. This is the code for it:\n\n{code}\n\nType it where you write with us. It is "
            "good for 10 minutes, once, and in that conversation only."
        ),
        (*_TO_ANYBODY, CODE),
        (CODE,),
        gettext_lazy("Your code for {company}"),
    ),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its values: what stands before and after the message or the code in it."""

    subject: str
    before: str
    after: str = ""


def text_of(delivery: Delivery) -> MailText | None:
    """Whose words a delivery has; None where they are not an admin's to write."""
    if delivery.kind == DeliveryKind.REPLY and delivery.waits_unread:
        return MailText.UNREAD
    return MailText(delivery.kind) if delivery.kind in MailText.values else None


def chosen(
    kind: MailText, language: str, *, mailbox: Mailbox | None, team: Team | int | None
) -> MailTemplate | None:
    """The admin's text that fits best: by language first, by mailbox, then by team. One query."""
    code = language.lower()
    ranks = [code, code.partition("-")[0], "", settings.LANGUAGE_CODE.lower()]
    found = MailTemplate.objects.filter(kind=kind, is_active=True, language__in=ranks).filter(
        Q(mailbox=None, team=None) | Q(mailbox=mailbox, team=None) | Q(mailbox=None, team=team)
    )

    def rank(one: MailTemplate) -> tuple[int, int]:
        place = 0 if one.mailbox_id else 1 if one.team_id else 2
        return ranks.index(one.language), place

    return min(found, key=rank, default=None)


def filled(kind: MailText, template: MailTemplate | None, values: Mapping[str, str]) -> Words:
    """The words of a mail in the language that is active now."""
    shipped = SHIPPED[kind]
    text = template.text if template else str(shipped.text)
    subject = (template.subject if template else "") or str(shipped.subject)
    before, _block, after = _apart(text)
    return Words(_fill(subject, values), _fill(before, values), _fill(after, values))


def about(customer: Customer, desk: SiteSettings) -> dict[str, str]:
    """The values that every mail to a customer has."""
    first, *_others = customer.name.split() or [""]
    return {
        "company": desk.company_name,
        "customer.name": customer.name.strip(),
        "customer.first_name": first,
    }


def names_of(kind: MailText) -> list[tuple[str, str]]:
    """The placeholders that a kind of mail has, each with what it stands for."""
    written = {one: f"{{{one}|{_('there')}}}" for one in _MAY_LACK}
    return [(written.get(one, f"{{{one}}}"), str(_NAMES[one])) for one in SHIPPED[kind].names]


def problems(kind: MailText, subject: str, text: str) -> dict[str, str]:
    """What is wrong with what an admin wrote, by field: nothing that leaves a gap is taken."""
    shipped = SHIPPED[kind]
    found = {"subject": _unknown(kind, subject, in_text=False), "text": _unknown(kind, text)}
    if subject and not shipped.subject:
        found["subject"] = _("This mail has the subject of the conversation. Leave this empty.")
    used = [match[1] for match in _FORM.finditer(text)]
    lacking = [one for one in shipped.needed if one not in used]
    if lacking and not found["text"]:
        words = _("This has to be in it: %(names)s.")
        found["text"] = words % {"names": ", ".join(f"{{{one}}}" for one in lacking)}
    twice = [one for one in APART if used.count(one) > 1]
    if twice and not found["text"]:
        found["text"] = _("%(name)s can stand in it once only.") % {"name": f"{{{twice[0]}}}"}
    return {field: sentence for field, sentence in found.items() if sentence}


def _unknown(kind: MailText, written: str, *, in_text: bool = True) -> str:
    known = [one for one in SHIPPED[kind].names if in_text or one not in APART]
    for match in _FORM.finditer(written):
        name, instead = match[1], match[2]
        if name not in known:
            shown = dict(zip(SHIPPED[kind].names, names_of(kind), strict=True))
            return _("There is no %(unknown)s in this mail. What exists: %(known)s.") % {
                "unknown": match[0],
                "known": ", ".join(shown[one][0] for one in known),
            }
        if name in _MAY_LACK and not (instead or "").strip():
            return _(
                "Write what stands there where the name is not known, like {%(name)s|there}."
            ) % {"name": name}
    return ""


def _apart(text: str) -> tuple[str, str, str]:
    for one in APART:
        if f"{{{one}}}" in text:
            return text.partition(f"{{{one}}}")
    return text, "", ""


def _fill(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        found = values.get(name, "")
        if name in _MAY_LACK:
            looks_like_one = _NAME.fullmatch(found) and not _HOST.search(found)
            return found if looks_like_one else (match[2] or "").strip()
        return found

    return _EMPTY_LINES.sub("\n\n", _FORM.sub(value, text)).strip()
