"""Replies that would cross another: what their author had not read, and a second voice by accident."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.actions.errors import ActionError, Crossed
from tickets.models import AuthorKind, Draft, Message, Ticket, User


def refuse_crossing(ticket: Ticket, author: User | None, seen: int | None) -> None:
    """Nothing if `author` has read everything, or does not say up to which position. Locked.

    At most two queries.

    Raises:
        Crossed: somebody else wrote after position `seen`, or a colleague's reply is leaving.
    """
    if author is None or seen is None:
        return
    said = ticket.messages.filter(position__gt=seen).exclude(author_kind=AuthorKind.SYSTEM)
    message = said.exclude(author_user=author).order_by("-position").first()
    if message is not None:
        name = _name(message, ticket)
        raise Crossed(_("%(name)s wrote meanwhile. Read it, then send.") % {"name": name})
    leaving = Draft.objects.leaving().filter(ticket=ticket).exclude(author=author)
    other = leaving.select_related("author").first()
    if other is not None:
        words = _("%(name)s is sending a reply at this moment. Read it, then send.")
        raise Crossed(words % {"name": other.author})


def refuse_second_voice(ticket: Ticket, author: User | None) -> None:
    """Nothing unless `author` only joined a conversation that another agent has. Locked.

    At most one query, and none for whoever has it.

    Raises:
        ActionError: the customer would hear two voices.
    """
    if author is None or ticket.assignee_id in (None, author.pk) or not ticket.somebody_has_it:
        return
    if ticket.followers.filter(user=author, joined_at__isnull=False).exists():
        words = _(
            "%(name)s has this conversation, and you only joined it. Take it over to answer the "
            "customer, or whisper to %(name)s."
        )
        raise ActionError(words % {"name": ticket.assignee}, code="joined")


def _name(message: Message, ticket: Ticket) -> str:
    match message.author_kind:
        case AuthorKind.CUSTOMER:
            return ticket.customer.name or _("The customer")
        case AuthorKind.AGENT:
            return str(message.author_user)
    return _("The assistant")
