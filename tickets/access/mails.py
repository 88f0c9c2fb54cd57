"""Which mail an agent may see, and what of it stands beside a conversation."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from tickets.actors import Actor
from tickets.models import IncomingMail, MailState
from tickets.models.users import Role

MOST_MAILS = 5


def mails_for(actor: Actor) -> QuerySet[IncomingMail]:
    """The mail that an agent may see, without its bytes: of their teams' mailboxes, and of the
    conversations that they may open.
    """
    user = actor.user
    if user is None or not user.works_here:
        return IncomingMail.objects.none()
    mails = IncomingMail.objects.defer("raw")
    if user.role == Role.ADMIN:
        return mails
    of_mine = Q(ticket__team__in=user.team_keys) | Q(ticket__assignee=user)
    return mails.filter(of_mine | Q(ticket=None, mailbox__team__in=user.team_keys))


def mail_for(actor: Actor, pk: int) -> IncomingMail:
    """One of them, with its bytes. Raises Http404."""
    found = mails_for(actor).select_related("mailbox", "ticket__customer")
    mail = found.defer(None).filter(pk=pk).first() if pk < 2**63 else None
    if mail is None:
        raise Http404
    return mail


def mail_beside() -> ArraySubquery:
    """The mail of a ticket that waits for an agent, and automatic mail that came after the last words."""
    row = JSONObject(key="pk", sender="sender", why="why", state="state", said="shown__said")
    waits = Q(state=MailState.HELD) | Q(
        state=MailState.NOTED, created_at__gt=OuterRef("last_message_at")
    )
    mails = IncomingMail.objects.filter(waits, ticket=OuterRef("pk"))
    return ArraySubquery(mails.order_by("-pk").values(row=row)[:MOST_MAILS])
