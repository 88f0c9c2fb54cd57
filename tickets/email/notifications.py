"""Mail to those who work here: what is new for them, gathered, and nothing that anybody wrote."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tickets.email import handing_over, headers, tokens
from tickets.models import Notification, NotificationTarget, SiteSettings
from tickets.notifying import words

logger = logging.getLogger(__name__)

LINES = 20


def send(target: NotificationTarget, found: Sequence[Notification]) -> bool:
    """Send one mail about all of them, the newest first; False if it has to be tried again.

    Tried again it has the same Message-ID, unless more is in it by then.
    """
    newest = found[0]
    desk = SiteSettings.load()
    with translation.override(settings.LANGUAGE_CODE):
        lines = words.gathered(found)
        context = {
            "desk": desk,
            "lines": lines[:LINES],
            "more": len(lines) > LINES,
            "count": len(found),
            "first": lines[0],
            "link": settings.SITE_URL + reverse("workspace-notifications"),
        }
        if len({one.ticket_id for one in found}) == 1:
            place = reverse("workspace-ticket", args=[newest.ticket.reference])
            context["link"] = settings.SITE_URL + place
        subject = render_to_string("emails/notifications_subject.txt", context)
        text_part = render_to_string("emails/notifications.txt", context)
        html = render_to_string("emails/notifications.html", context)
    try:
        handing_over.hand_over(
            f"notifications-{target.user_id}-{newest.pk}",
            [target.user.email],
            subject,
            text_part,
            html,
            more_headers=_more(target, found, desk),
        )
    except OSError as error:
        logger.warning("A mail to a colleague was not sent: %s", type(error).__name__)
        return False
    return True


def _more(
    target: NotificationTarget, found: Sequence[Notification], desk: SiteSettings
) -> dict[str, str]:
    """Where to choose other mails; and of a mail about one conversation, how to answer into it."""
    chosen = settings.SITE_URL + reverse("workspace-notification-settings")
    more = {"List-Unsubscribe": f"<{chosen}>"}
    if len({one.ticket_id for one in found}) == 1:
        ticket = found[0].ticket
        mailbox = headers.mailbox_of(ticket, desk)
        more |= headers.answer_to(mailbox, tokens.make(ticket, user=target.user))
    return more
