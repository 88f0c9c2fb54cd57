"""Which mail an agent may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from tickets.access.roles import may
from tickets.actors import Actor
from tickets.models import IncomingMail, Permission


def mails_for(actor: Actor) -> QuerySet[IncomingMail]:
    """The mail that an agent may see, without its bytes: of their teams' mailboxes, and of the
    conversations that they may open. A mail is addresses: there is none for who may not see them.
    """
    user = actor.user
    if user is None or not may(user, Permission.CONTACTS):
        return IncomingMail.objects.none()
    mails = IncomingMail.objects.defer("raw")
    if user.sees_all:
        return mails
    of_mine = Q(ticket__team__in=user.seen_teams) | Q(ticket__assignee=user)
    return mails.filter(of_mine | Q(ticket=None, mailbox__team__in=user.seen_teams))


def mail_for(actor: Actor, pk: int) -> IncomingMail:
    """One of them, with its bytes. Raises Http404."""
    found = mails_for(actor).select_related("mailbox", "ticket__customer")
    mail = found.defer(None).filter(pk=pk).first() if pk < 2**63 else None
    if mail is None:
        raise Http404
    return mail
