"""Whether a mailbox works, found out now, and said in one sentence."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.email.fetching import troubles
from tickets.email.fetching.connection import opened
from tickets.email.fetching.folder import selected
from tickets.email.fetching.troubles import Trouble
from tickets.models import Mailbox

SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Found:
    works: bool
    sentence: str


def attempt(mailbox: Mailbox) -> Found:
    """Connect, log in and look into the folder, within a quarter of a minute. Nothing is changed."""
    began = time.monotonic()
    try:
        with opened(mailbox, seconds=SECONDS) as connection:
            left = max(1.0, SECONDS - (time.monotonic() - began))
            with connection.within(left):
                answer = selected(connection, mailbox.folder, readonly=True)
                if (to := mailbox.done_folder) and not connection.folder_exists(to):
                    raise Trouble(_("There is no folder “%(to)s” to move mail to.") % {"to": to})
                tells = connection.has_idle()
    except Exception as error:
        return Found(works=False, sentence=str(troubles.of(error, mailbox)))
    number = int(answer[b"EXISTS"])
    works = ngettext(
        "It works: %(number)s message in %(folder)s.",
        "It works: %(number)s messages in %(folder)s.",
        number,
    ) % {"number": number, "folder": mailbox.folder}
    told = (
        _("The server tells at once when something comes (IDLE).")
        if tells
        else _("The server is asked every minute (it has no IDLE).")
    )
    return Found(works=True, sentence=f"{works} {told}")
