"""The words of notifications: several of one kind in one line; and without any names, for outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.models import Notification, NotificationKind


def line(kind: str, count: int, name: str) -> str:
    """What happened, as it stands beside the conversation in the centre."""
    values = {"count": count, "name": name or _("Somebody")}
    match kind:
        case NotificationKind.WHISPERED:
            words = ngettext("%(name)s whispers to you", "%(count)d whispers from %(name)s", count)
        case NotificationKind.APPROVAL:
            words = _("%(name)s asks for an approval")
        case NotificationKind.DECIDED:
            words = _("%(name)s decided what you asked for")
        case NotificationKind.TAKEN:
            words = _("%(name)s took this conversation over")
        case NotificationKind.MENTIONED:
            words = ngettext(
                "%(name)s mentioned you", "You were mentioned %(count)d times, by %(name)s", count
            )
        case NotificationKind.ASSIGNED:
            words = _("%(name)s gave you this conversation")
        case NotificationKind.WROTE:
            words = ngettext("%(name)s wrote", "%(count)d new messages from %(name)s", count)
        case NotificationKind.HELD:
            words = _("Your reply did not leave")
        case NotificationKind.BOUNCED:
            words = ngettext("A mail did not arrive", "%(count)d mails did not arrive", count)
        case NotificationKind.CALLED:
            words = _("A rule calls you to this conversation")
        case NotificationKind.OVERDUE:
            words = ngettext("A promise is broken", "%(count)d promises are broken", count)
        case NotificationKind.DUE_SOON:
            words = _("A promise is near its end")
        case NotificationKind.BACK:
            words = _("A conversation that you put aside is back")
        case NotificationKind.QUEUE:
            words = _("Somebody waits for a person")
        case _:
            words = ngettext("New from %(name)s", "%(count)d new things, from %(name)s", count)
    return words % values


def outside(kind: str, reference: str) -> str:
    """The same for a push or a mail: why and where, and no words or names of anybody."""
    words = {
        NotificationKind.WHISPERED: _("A lead whispers to you in %(reference)s"),
        NotificationKind.APPROVAL: _("An approval is asked for in %(reference)s"),
        NotificationKind.DECIDED: _("What you asked for in %(reference)s is decided"),
        NotificationKind.TAKEN: _("%(reference)s was taken over from you"),
        NotificationKind.MENTIONED: _("You are mentioned in %(reference)s"),
        NotificationKind.ASSIGNED: _("%(reference)s was given to you"),
        NotificationKind.WROTE: _("A customer wrote in %(reference)s"),
        NotificationKind.HELD: _("Your reply in %(reference)s did not leave"),
        NotificationKind.BOUNCED: _("A mail in %(reference)s did not arrive"),
        NotificationKind.CALLED: _("A rule calls you to %(reference)s"),
        NotificationKind.OVERDUE: _("A promise in %(reference)s is broken"),
        NotificationKind.DUE_SOON: _("A promise in %(reference)s is near its end"),
        NotificationKind.BACK: _("%(reference)s is back"),
        NotificationKind.FOLLOWED: _("Something is new in %(reference)s"),
        NotificationKind.QUEUE: _("Somebody waits for a person in %(reference)s"),
    }
    return words[NotificationKind(kind)] % {"reference": reference}


def gathered(found: Iterable[Notification]) -> list[str]:
    """The lines of several notifications, each reason and conversation once, the most important first."""
    order = NotificationKind.values
    pairs = Counter((one.kind, one.ticket.reference) for one in found)
    lines = sorted(pairs.items(), key=lambda pair: order.index(pair[0][0]))
    return [
        outside(kind, reference) + (f" ({count})" if count > 1 else "")
        for (kind, reference), count in lines
    ]
