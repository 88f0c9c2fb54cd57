"""Following a conversation, and putting somebody outside in copy."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import access, addresses, events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.models import (
    EventKind,
    Follower,
    Mailbox,
    Mention,
    Note,
    Participant,
    Permission,
    Ticket,
    User,
)
from tickets.models.following import MOST_COPIES, MOST_MENTIONED
from tickets.models.users import STAFF_ROLES
from tickets.notifying import mentions


@transaction.atomic
def follow(*, actor: Actor, ticket: Ticket) -> bool:
    """From now on the agent is told what is new in it; False if they follow it already.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor)
    _row, is_new = Follower.objects.get_or_create(ticket=ticket, user=user)
    if is_new:
        events.record(EventKind.TICKET_FOLLOWED, actor=actor, ticket=ticket)
        saving.save(ticket)
    return is_new


@transaction.atomic
def unfollow(*, actor: Actor, ticket: Ticket) -> bool:
    """The agent is not told of it any more, unless they have it; False if they did not follow it.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor)
    gone, _rows = Follower.objects.filter(ticket=ticket, user=user).delete()
    if gone:
        events.record(EventKind.TICKET_UNFOLLOWED, actor=actor, ticket=ticket)
        saving.save(ticket)
    return bool(gone)


@transaction.atomic
def add_to_copy(*, actor: Actor, ticket: Ticket, email: str) -> Participant:
    """Somebody outside gets by mail what customer and agents say from now on. Never a note.

    The event names no address: who is in copy now is in the row, who was is nobody's business.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: it is no address.
        ActionError: it is the customer's, a colleague's or our own, or there are too many.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.REPLY)
    email = addresses.normalised(email)
    if before := Participant.objects.filter(ticket=ticket, email=email).first():
        return before
    if problem := _not_in_copy(ticket, email):
        raise ActionError(problem, code="not_in_copy")
    if ticket.participants.count() >= MOST_COPIES:
        raise ActionError(
            _("%(most)d people are in copy already. Take somebody out first.")
            % {"most": MOST_COPIES},
            code="too_many",
        )
    participant = Participant.objects.create(ticket=ticket, email=email)
    events.record(EventKind.COPY_ADDED, actor=actor, ticket=ticket, participant=participant.pk)
    saving.save(ticket)
    return participant


@transaction.atomic
def follow_copies(*, actor: Actor, ticket: Ticket, emails: Iterable[str]) -> int:
    """Whom the customer put in copy of a mail gets copies from now on, as far as there is room;
    how many are new. Agents see who it is before they answer.

    `emails` are in the one form of an address; those of ours and of the customer are passed over.
    """
    ticket = Ticket.objects.locked(ticket)
    before = set(ticket.participants.values_list("email", flat=True))
    wanted = [email for email in dict.fromkeys(emails) if email not in before]
    added = [email for email in wanted if not _not_in_copy(ticket, email)]
    for email in added[: max(0, MOST_COPIES - len(before))]:
        participant = Participant.objects.create(ticket=ticket, email=email)
        events.record(EventKind.COPY_ADDED, actor=actor, ticket=ticket, participant=participant.pk)
        before.add(email)
    saving.save(ticket)
    return len(before & set(added))


@transaction.atomic
def remove_from_copy(*, actor: Actor, ticket: Ticket, participant: int) -> bool:
    """They get nothing any more, from this moment; False if they were not in copy.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.REPLY)
    gone, _rows = Participant.objects.filter(ticket=ticket, pk=participant).delete()
    if gone:
        events.record(EventKind.COPY_REMOVED, actor=actor, ticket=ticket, participant=participant)
        saving.save(ticket)
    return bool(gone)


def name_colleagues(note: Note, people: dict[int, str]) -> list[int]:
    """Keep whom a note names; they follow the conversation from now on. Its action has the lock."""
    if not people:
        return []
    Mention.objects.bulk_create(
        Mention(note=note, user_id=user, name=name) for user, name in people.items()
    )
    Follower.objects.bulk_create(
        (Follower(ticket=note.ticket, user_id=user) for user in people), ignore_conflicts=True
    )
    return list(people)


def mentioned_in(ticket: Ticket, author: User, body: str) -> dict[int, str]:
    """Whom a note names beside its author, if all of them may read it.

    Raises:
        ActionError: one of them may not see the conversation, or there are too many.
    """
    people = mentions.find(body)
    people.pop(author.pk, None)
    if not people:
        return {}
    if len(people) > MOST_MENTIONED:
        raise ActionError(
            _("A note can mention %(most)d people at most.") % {"most": MOST_MENTIONED},
            code="too_many",
        )
    seeing = access.agents_who_see(ticket, User.objects.with_access().filter(pk__in=people))
    told = {user.pk: people[user.pk] for user in seeing}
    # Of several who have one name those are meant who may see it.
    blind = sorted(set(people.values()) - set(told.values()))
    if blind:
        raise ActionError(
            _(
                "%(names)s cannot see this conversation, so they would not be told. "
                "Leave out the @, or pass the conversation on."
            )
            % {"names": ", ".join(blind)},
            code="not_told",
        )
    return told


def _not_in_copy(ticket: Ticket, email: str) -> str:
    """Why an address gets no copies; "" if it may."""
    customer = ticket.customer
    if email in (customer.email, customer.claimed_email):
        return _("This is the customer's own address: they get every answer anyway.")
    ours = email == settings.DEFAULT_FROM_EMAIL.lower() or _is_ours(email)
    if ours or Mailbox.objects.filter(address=email).exists():
        return _("This is an address of this helpdesk: it would write to itself.")
    if User.objects.filter(email=email, role__in=STAFF_ROLES, is_active=True).exists():
        return _("They work here: let them follow the conversation, or mention them in a note.")
    return ""


def _is_ours(email: str) -> bool:
    """An address at the host of the helpdesk itself, where its own mail comes from."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return "." in host and email.endswith(f"@{host}")
