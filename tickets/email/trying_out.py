"""A mail as its reader gets it, of an invented conversation: to be looked at, or sent to oneself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tickets.email import composing, headers, logins, tokens, wording
from tickets.email.composing import Written
from tickets.email.handing_over import Answer, Lines, Mail, Outcome
from tickets.email.links import Act
from tickets.models import (
    Answer as AssistantsAnswer,
)
from tickets.models import (
    AuthorKind,
    Citation,
    Customer,
    Decision,
    DeliveryKind,
    Mailbox,
    MailTemplate,
    MailText,
    Message,
    SiteSettings,
    Ticket,
    User,
)
from tickets.models.mail_templates import OF_LOG_INS
from tickets.service import dates, notices

REFERENCE = "EXAMPLE1"  # no conversation has a 1 in its number, so none is named by it


def written(template: MailTemplate, viewer: User) -> Written:
    """What the mail says, in its language and in the viewer's time zone. Nothing is kept or sent."""
    desk, kind = SiteSettings.load(), MailText(template.kind)
    language = template.language or (template.mailbox.language if template.mailbox else "")
    with (
        translation.override(language or settings.LANGUAGE_CODE),
        timezone.override(composing.zone(viewer)),
    ):
        context = _example(kind, template, viewer, desk)
        words = wording.filled(kind, template, _values(context, viewer, desk))
        if kind in OF_LOG_INS:
            with_code = wording.CODE in wording.SHIPPED[kind].needed
            shown = {"code": context["code"]} if with_code else {"link": settings.SITE_URL}
            return logins.around(words, desk, **shown)
        found = composing.write(_mail_of(kind), {**context, "words": words})
        subject = found.subject or f"Re: {_('My tent leaks')} [#{REFERENCE}]"
    return Written(subject, found.text, found.html)


def send(template: MailTemplate, viewer: User) -> Answer:
    """Send it to the viewer alone, from where it would come; what the server answers."""
    found, desk = written(template, viewer), SiteSettings.load()
    mailbox = template.mailbox or desk.default_mailbox
    mail = Mail(
        subject=headers.line(_("Test: %(subject)s") % {"subject": found.subject}),
        body=found.text,
        from_email=headers.address(desk.company_name, _sender(mailbox)),
        to=[viewer.email],
        headers=dict(headers.AUTOMATIC),
    )
    mail.attach_alternative(found.html, "text/html")
    lines = Lines.of_now()
    try:
        server = lines.server_of(mailbox)
        return lines.connect(server) or lines.send(server, mail)
    finally:
        lines.close()


def said(answer: Answer, to: str) -> str:
    """What came of a test, in a sentence."""
    if answer.outcome == Outcome.SENT:
        return _("It is on its way to %(address)s.") % {"address": to}
    return _("It was not sent. The mail server says: %(words)s") % {"words": answer.words}


def _sender(mailbox: Mailbox | None) -> str:
    return mailbox.address if mailbox else settings.DEFAULT_FROM_EMAIL


def _mail_of(kind: MailText) -> DeliveryKind:
    return DeliveryKind.REPLY if kind == MailText.UNREAD else DeliveryKind(kind)


def _example(
    kind: MailText, template: MailTemplate, viewer: User, desk: SiteSettings
) -> dict[str, Any]:
    """What the templates get, of rows that are in no database."""
    customer = Customer(name="Ines Brook", email="ines@brook.example")
    ticket = Ticket(reference=REFERENCE, customer=customer, subject=_("My tent leaks"))
    by_agent = Message(
        ticket=ticket,
        author_kind=AuthorKind.AGENT,
        author_user=viewer,
        body=_("A spare pole is on its way. It arrives on Thursday."),
    )
    by_assistant = Message(
        ticket=ticket,
        author_kind=AuthorKind.ASSISTANT,
        body=_("This is what our help says about it:"),
    )
    message = by_assistant if kind == MailText.ANSWER else by_agent
    answerable = template.mailbox is not None and kind in (*headers.ANSWERABLE, MailText.UNREAD)
    return {
        "ticket": ticket,
        "desk": desk,
        "site": settings.SITE_URL,
        "link": settings.SITE_URL + reverse("conversation", args=[REFERENCE]),
        "messages": [message],
        "message": message,
        "answer": AssistantsAnswer(decision=Decision.ANSWER, confidence=0.9),
        "sources": [
            Citation(
                title=_("Leaks"),
                slug="leaks",
                quoted=True,
                section=_("Seal the seam with the glue that came with the tent."),
            )
        ],
        **{f"link_{act.name.lower()}": "#" for act in Act},
        "signature": template.mailbox.signature if template.mailbox else "",
        "answerable": answerable,
        "marker": tokens.marker(f"{REFERENCE.lower()}.example") if answerable else "",
        "code": "482913" if kind == MailText.IDENTITY_CODE else "AB2CD-EF3GH",
        # A copy of what an agent said, to somebody beside the customer.
        "email": "theo@brook.example",
    }


def _values(context: dict[str, Any], viewer: User, desk: SiteSettings) -> dict[str, str]:
    soon = timezone.now() + timedelta(days=3)
    return {
        **wording.about(context["ticket"].customer, desk),
        "ticket.reference": REFERENCE,
        "agent.first_name": viewer.get_short_name(),
        "expected": _("The answer comes by mail, within two hours."),
        "day": dates.weekday(soon),
        "code": context["code"],
        "blocked": notices.blocked_here(soon),
        "other_ways": notices.other_ways(desk),
    }
