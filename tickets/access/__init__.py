"""Loading is authorising: whoever may not see something gets the same answer as if it were missing."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.http import Http404

from tickets import clock
from tickets.access import beside
from tickets.access.approvals import all_waiting, waiting_approvals
from tickets.access.leads import had_before, taken_from
from tickets.access.mails import mail_for, mails_for
from tickets.access.roles import may, seen_by
from tickets.access.saved_views import saved_view_for, saved_views_for
from tickets.access.sessions import (
    PROVED,
    VISITOR,
    actor_of,
    browser_of,
    customer_actor,
    forget,
    known_to,
    remember,
)
from tickets.access.visits import read_before
from tickets.actors import Actor
from tickets.conditions import identity
from tickets.models import (
    Approval,
    Attachment,
    BulkJob,
    Draft,
    Event,
    EventKind,
    Follower,
    HandOver,
    LinkKind,
    Notification,
    Permission,
    SensitiveTicket,
    Status,
    Ticket,
    TicketLink,
    TicketText,
    TicketType,
    Turn,
    UndoStep,
    User,
)
from tickets.models.notifications import NotificationQuerySet
from tickets.models.roles import with_permission
from tickets.models.tickets import TicketQuerySet
from tickets.models.users import STAFF_ROLES

__all__ = [
    "PROVED",
    "VISITOR",
    "actor_of",
    "all_waiting",
    "browser_of",
    "customer_actor",
    "forget",
    "had_before",
    "known_to",
    "mail_for",
    "mails_for",
    "may",
    "remember",
    "saved_view_for",
    "saved_views_for",
    "seen_by",
]

# Of what a ticket has to do with others so much is shown beside it, and counting stops here.
MOST_LINKS = 100
MOST_MERGED = 20
COUNTED = 1000
_BY_STAFF = ("team", "assignee", "type", "follows", "merged_into", "status")


class HowMany(Subquery):
    """The number of rows of a query, up to where it was cut."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def tickets_for(actor: Actor) -> TicketQuerySet:
    """All that `actor` may see; everything that lists, counts or searches tickets starts from here.

    What is in quarantine is in no list of those who work here: see `quarantine_for`. Its customer has
    it among the others, and is not told that it was taken for spam.
    """
    tickets = _visible_to(actor)
    return tickets if actor.customer is not None else tickets.exclude(turn=Turn.SPAM)


def seen_among(actor: Actor, keys: Collection[int]) -> set[int]:
    """Which tickets of these keys somebody who works here may see, those in quarantine among them."""
    return set(_visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))


def quarantine_for(actor: Actor) -> TicketQuerySet:
    """What was marked as spam, of all that an agent may see."""
    tickets = _visible_to(actor) if actor.works_here else Ticket.objects.none()
    return tickets.filter(turn=Turn.SPAM)


def _visible_to(actor: Actor, among: TicketQuerySet | None = None) -> TicketQuerySet:
    tickets = Ticket.objects.all() if among is None else among
    if actor.customer is not None:
        return tickets.filter(customer=actor.customer)
    if actor.is_program:
        return tickets
    user = actor.user
    if user is None or not user.works_here:
        return tickets.none()
    if user.sees_all:
        return tickets
    # As values: PostgreSQL plans for these teams, of which one may be small, and not for a join.
    return tickets.filter(Q(team__in=user.seen_teams) | Q(assignee=user))


def texts_for(actor: Actor, where: Q | None = None) -> QuerySet[TicketText]:
    """What is searched for `actor`: the texts of `tickets_for`, of those `where` something holds.

    The ticket decides, row by row, once a text was found: asked as a value of each row, it is nothing
    that PostgreSQL would begin with, and read all tickets or customers for. What it may begin with
    are the copies in the texts, for the index of a small team; while one is behind, less is found.
    """
    tickets = tickets_for(actor) if where is None else tickets_for(actor).filter(where)
    texts = TicketText.objects.all()
    user = actor.user
    if user is not None and not user.sees_all:
        texts = texts.filter(Q(team__in=user.seen_teams) | Q(assignee=user))
    holds = tickets.filter(pk=OuterRef("pk")).values(holds=Value(True))
    return texts.filter(Subquery(holds, output_field=BooleanField()))


def affected_by(actor: Actor, problem: Ticket) -> TicketQuerySet:
    """The tickets that are caused by this one, as far as `actor` may see them."""
    return tickets_for(actor).filter(links__to_ticket=problem, links__kind=LinkKind.CAUSED_BY)


def link_for(actor: Actor, ticket: Ticket, pk: int) -> TicketLink:
    """A link of a ticket, if its other end may be seen. Raises Http404."""
    visible = tickets_for(actor).values("pk")
    found = TicketLink.objects.filter(
        Q(from_ticket=ticket, to_ticket__in=visible) | Q(to_ticket=ticket, from_ticket__in=visible)
    )
    link = found.select_related("from_ticket", "to_ticket").filter(pk=pk).first()
    if link is None:
        raise Http404
    return link


def with_links(tickets: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    """Tickets with what they have to do with others, as far as `actor` may see the others.

    It costs no statement. Of the tickets that a problem affects there are the number of all and of the
    open ones, up to COUNTED, beside MOST_LINKS of them.
    """
    affected = tickets_for(actor).filter(
        links__to_ticket=OuterRef("pk"), links__kind=LinkKind.CAUSED_BY
    )
    still_open = affected.exclude(turn=Turn.CLOSED)
    return tickets.annotate(
        links_out=_other_ends(actor, "from_ticket", "to_ticket"),
        links_in=_other_ends(actor, "to_ticket", "from_ticket"),
        affected=HowMany(affected.order_by().values("pk")[:COUNTED]),
        affected_open=HowMany(still_open.order_by().values("pk")[:COUNTED]),
    )


def _other_ends(actor: Actor, here: str, there: str) -> ArraySubquery:
    """The links that have the ticket at one end, each with what is shown of the other end."""
    names = ("reference", "subject", "turn", "resolution")
    row = JSONObject(key="pk", kind="kind", **{name: f"{there}__{name}" for name in names})
    visible = {f"{there}__in": tickets_for(actor).values("pk")}
    links = TicketLink.objects.filter(**{here: OuterRef("pk")}, **visible)
    return ArraySubquery(links.order_by("kind", "pk").values(row=row)[:MOST_LINKS])


def _merged_here(actor: Actor) -> ArraySubquery:
    """The conversations that were merged into a ticket, as far as `actor` may see them."""
    wants = HandOver.objects.filter(ticket=OuterRef("pk")).order_by("-pk").values("wants")[:1]
    merges = Event.objects.filter(ticket=OuterRef("pk"), kind=EventKind.TICKET_MERGED)
    names = ("reference", "subject", "tags")
    row = JSONObject(
        key="pk",
        wants=Subquery(wants),
        merged_at=Subquery(merges.order_by("-position").values("created_at")[:1]),
        **{name: name for name in names},
    )
    merged = tickets_for(actor).filter(merged_into=OuterRef("pk"))
    return ArraySubquery(merged.order_by("pk").values(row=row)[:MOST_MERGED])


def may_see(actor: Actor, ticket: Ticket, *, teams: Collection[int] = ()) -> bool:
    """Whether a ticket may be opened, of a row and an agent's `teams` that are loaded already."""
    if actor.customer is not None:
        return ticket.customer_id == actor.customer.pk
    if actor.is_program:
        return True
    user = actor.user
    if user is None or not user.works_here:
        return False
    return user.sees_all or ticket.team_id in teams or ticket.assignee_id == user.pk


def agents_who_see(ticket: Ticket, among: QuerySet[User]) -> list[User]:
    """Those `among` some users who work here and may see a conversation, with their settings.

    One query; `among` has what decides it (`User.objects.with_access`).
    """
    users = among.filter(is_active=True, role__in=STAFF_ROLES)
    found = users.select_related("notification_settings").order_by("pk")
    return [user for user in found if may_see(Actor.agent(user), ticket, teams=user.seen_teams)]


def notifications_for(actor: Actor) -> NotificationQuerySet:
    """What an agent is told of, as far as they may see the conversation now."""
    mine = Notification.objects.filter(user=actor.user)
    user = actor.user
    if user is None or not user.works_here:
        return mine.none()
    if user.sees_all:
        return mine
    return mine.filter(Q(ticket__team__in=user.seen_teams) | Q(ticket__assignee=user))


def ticket_for(actor: Actor, reference: str) -> Ticket:
    """The ticket, with what every screen of that actor's shows of it. Raises Http404."""
    if not (reference.isascii() and reference.isalnum()):  # PostgreSQL takes no NUL, for one
        raise Http404
    if actor.works_here:
        tickets = _visible_to(actor, _with_what_is_beside())
        tickets = with_links(tickets.annotate(**_shown_beside(actor)), actor)
    elif actor.customer is not None:
        shown = ("customer__organization", "assignee", "merged_into", "status")
        tickets = _visible_to(actor).select_related(*shown)
        tickets = tickets.annotate(
            custom_fields=beside.custom_fields(shown_to_customer=True),
            in_copy=beside.in_copy(),
            blocks=beside.blocks(),
            check_shown=beside.check_shown(),
        )
    else:
        tickets = _visible_to(actor).select_related("customer", *_BY_STAFF)
        if actor.is_program:
            tickets = with_what_programs_read(tickets, actor)
    try:
        return tickets.get(reference=reference)
    except Ticket.DoesNotExist:
        raise Http404 from None


def _shown_beside(actor: Actor) -> dict[str, Combinable]:
    """What an agent's screen shows beside a ticket, as far as it depends on who asks, and when."""
    return {
        "identity_grounds": identity.grounds(clock.now()),
        "merged_here": _merged_here(actor),
        "sees_merged_into": Exists(tickets_for(actor).filter(pk=OuterRef("merged_into"))),
        "taken_from": taken_from(actor),
        "blocks": beside.blocks(),
    }


@cache
def _with_what_is_beside() -> TicketQuerySet:
    """What is the same for all who work here: the types and people to choose from, who put it aside, and
    whether there are drafts to be loaded. Beside the ticket it costs no query, and is put together once:
    that took longer than to ask for it.
    """
    types = TicketType.objects.offered().values(row=JSONObject(key="pk", name="name"))
    members = User.objects.filter(
        with_permission(Permission.REPLY), teams=OuterRef("team"), is_active=True
    ).order_by("name", "email")
    people = members.values(row=JSONObject(key="pk", name="name", email="email"))
    statuses = Status.objects.offered().values(
        row=JSONObject(key="pk", name="name", category="category")
    )
    snoozed = Event.objects.filter(ticket=OuterRef("pk"), kind=EventKind.TICKET_SNOOZED)
    by = snoozed.order_by("-position").values("actor_user__name")[:1]
    # Asked for only where it is: else all events of a long conversation would be looked at in vain.
    snoozed_by = Case(When(snoozed_at__isnull=False, then=Subquery(by)), default=None)
    follow = Follower.objects.filter(ticket=OuterRef("pk")).order_by("user__name", "user")
    follower = JSONObject(key="user", name="user__name", email="user__email", joined="joined_at")
    tickets = Ticket.objects.select_related("customer__organization", *_BY_STAFF, "rating", "sla")
    return tickets.annotate(
        custom_fields=beside.custom_fields(),
        who_follows=ArraySubquery(follow.values(row=follower)),
        in_copy=beside.in_copy(),
        mail_beside=beside.mail_beside(),
        merged_at=beside.merged_at(),
        sensitive=Exists(SensitiveTicket.objects.filter(ticket=OuterRef("pk"))),
        has_drafts=Exists(Draft.objects.filter(ticket=OuterRef("pk"))),
        snoozed_by=snoozed_by,
        read_before=read_before(),
        approvals_waiting=waiting_approvals(),
        promises=beside.promises(),
        offered_types=ArraySubquery(types),
        offered_statuses=ArraySubquery(statuses),
        team_members=ArraySubquery(people),
    )


def with_what_programs_read(tickets: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    """Tickets with what the API says of them beside their own columns. It costs no statement."""
    return with_links(tickets, actor).annotate(
        in_copy=beside.in_copy(),
        identity_grounds=identity.grounds(clock.now()),
        promises=beside.promises(),
    )


def events_for(actor: Actor) -> QuerySet[Event]:
    """What happened in the tickets that a program may open by their reference, those in quarantine too:
    else whoever follows it would miss what happened in one that comes back.
    """
    events = Event.objects.filter(ticket__isnull=False)
    return events if actor.is_program else events.none()


def approvals_for(actor: Actor) -> QuerySet[Approval]:
    """The approvals of the tickets that somebody who works here may see."""
    found = Approval.objects.select_related("kind", "asked_by", "decided_by", "ticket")
    return (
        found.filter(ticket__in=tickets_for(actor).order_by()) if actor.works_here else found.none()
    )


def approval_for(actor: Actor, pk: int) -> Approval:
    """One of them. Raises Http404."""
    approval = approvals_for(actor).filter(pk=pk).first() if pk < 2**63 else None
    if approval is None:
        raise Http404
    return approval


def attachment_for(actor: Actor, pk: UUID) -> Attachment:
    """The attachment, if its ticket may be seen. Raises Http404."""
    attachment = Attachment.objects.filter(pk=pk, message__ticket__in=_visible_to(actor)).first()
    if attachment is None:
        raise Http404
    return attachment


def bulk_jobs_for(actor: Actor) -> QuerySet[BulkJob]:
    """The acts on many tickets that somebody began, and only they see."""
    user = actor.user
    if user is None or not user.works_here:
        return BulkJob.objects.none()
    return BulkJob.objects.filter(by=user)


def bulk_job_for(actor: Actor, pk: int) -> BulkJob:
    """One of them. Raises Http404."""
    job = bulk_jobs_for(actor).filter(pk=pk).first() if pk < 2**63 else None
    if job is None:
        raise Http404
    return job


def undo_steps_for(actor: Actor) -> QuerySet[UndoStep]:
    """What an agent may undo: their own acts, also in a conversation that they gave away by one."""
    if not actor.works_here:
        return UndoStep.objects.none()
    return UndoStep.objects.filter(user=actor.user).select_related("event", "ticket__customer")
