"""Mails about a log-in: an admin's words around a code or a link, and what each of them says anyway."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from tickets.email import headers, wording
from tickets.email.composing import Written
from tickets.email.wording import Words
from tickets.models import MailText, SiteSettings


def written(kind: MailText, desk: SiteSettings, *, code: str = "", link: str = "") -> Written:
    """What such a mail says, in the language that is active. One query, whatever the address is."""
    language = translation.get_language() or ""
    template = wording.chosen(kind, language, mailbox=None, team=None)
    values = {"company": desk.company_name}
    return around(wording.filled(kind, template, values), desk, code=code, link=link)


def around(words: Words, desk: SiteSettings, *, code: str = "", link: str = "") -> Written:
    """The mail with these words."""
    context = {"words": words, "desk": desk, "code": code, "link": link, "site": settings.SITE_URL}
    return Written(
        subject=headers.line(words.subject)[: headers.LONGEST_SUBJECT],
        text=render_to_string("emails/login.txt", context).strip(),
        html=render_to_string("emails/login.html", context),
    )
