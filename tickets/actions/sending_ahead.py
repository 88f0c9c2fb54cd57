"""A program sends a file ahead of the message that it goes with."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.intake.attachments import Upload
from tickets.models import ApiKey, Attachment

MOST_WAITING = 200  # for one key: two gigabytes at the most


@transaction.atomic
def keep_sent_ahead(*, actor: Actor, upload: Upload) -> Attachment:
    """Keep a file until the program says something with it, for a day. Until then nobody sees it, so
    there is no event.

    Raises:
        NotAllowed: the actor is no program.
        NotKept: the disk does not take it.
        ActionError: too many wait already.
    """
    if actor.api_key is None:
        raise NotAllowed
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=actor.api_key.pk)
    if Attachment.objects.filter(sent_ahead_by=key).count() >= MOST_WAITING:
        raise ActionError(
            _("%(most)d files wait already. Send what they go with first.")
            % {"most": MOST_WAITING},
            code="too_many_waiting",
        )
    (kept,) = attachments.store(key, [upload])
    kept.refresh_from_db(fields=["created_at"])
    return kept
