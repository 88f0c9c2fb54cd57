"""Mail to those who work here: what is new for them, gathered, and nothing that anybody wrote."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tickets.email import outbound
from tickets.models import Notification, NotificationTarget, SiteSettings
from tickets.notifying import words

logger = logging.getLogger(__name__)

LINES = 20


def send(target: NotificationTarget, found: Sequence[Notification]) -> bool:
    """Send one mail about all of them, the newest first; False if it has to be tried again.

    Tried again it has the same Message-ID, unless more is in it by then.
    """
    newest = found[0]
    with translation.override(settings.LANGUAGE_CODE):
        lines = words.gathered(found)
        context = {
            "desk": SiteSettings.load(),
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
        outbound.hand_over(
            f"notifications-{target.user_id}-{newest.pk}",
            [target.user.email],
            subject,
            text_part,
            html,
        )
    except OSError as error:
        logger.warning("A mail to a colleague was not sent: %s", type(error).__name__)
        return False
    return True
