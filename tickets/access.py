"""Loading is authorising: whoever may not see something gets the same answer as if it were missing."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Exists,
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
from tickets.actors import Actor
from tickets.models import (
    Attachment,
    Block,
    Customer,
    CustomField,
    Draft,
    Event,
    EventKind,
    SavedView,
    Status,
    Ticket,
    TicketText,
    TicketType,
    Turn,
    UndoStep,
    User,
)
from tickets.models.tickets import TicketQuerySet
from tickets.models.users import STAFF_ROLES, Role

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

# The session's keys for a customer row without a log-in: of a visitor, of whom nothing was proved; or
# of a customer whose address was proved in this very session, never in another one of the visitor's.
VISITOR = "visitor"
PROVED = "proved"


def actor_of(request: HttpRequest) -> Actor:
    """Who is behind a request to a customers' page: always a customer, or nobody.

    Staff who look at the portal see it as customers do, with their own customer row if any.
    """
    return customer_actor(request.user if isinstance(request.user, User) else None, request.session)


def customer_actor(user: User | None, session: SessionBase) -> Actor:
    """The customer of a log-in, else whom the session knows, else nobody."""
    if user is not None and user.is_active:
        customer = Customer.objects.filter(user=user).first()
    else:
        pk, proved = known_to(session)
        known = Customer.objects.filter(pk=pk, user=None, joined_into=None)
        customer = known.filter(email__isnull=not proved).first()
    return Actor.of_customer(customer) if customer else Actor.nobody()


def known_to(session: SessionBase) -> tuple[int, bool]:
    """The key of the customer row that a session knows, or 0; and whether its address was proved here."""
    proved: int = session.get(PROVED) or 0
    return proved or session.get(VISITOR) or 0, bool(proved)


def remember(session: SessionBase, customer: Customer) -> None:
    """Let this browser be `customer` from now on: a new visitor, or whoever proved an address here."""
    forget(session)
    session[VISITOR if customer.email is None else PROVED] = customer.pk


def forget(session: SessionBase) -> None:
    """The browser is nobody without a log-in any more."""
    session.pop(VISITOR, None)
    session.pop(PROVED, None)


def tickets_for(actor: Actor) -> TicketQuerySet:
    """All that `actor` may see; everything that lists, counts or searches tickets starts from here.

    What is in quarantine is in no list of those who work here: see `quarantine_for`. Its customer has
    it among the others, and is not told that it was taken for spam.
    """
    tickets = _visible_to(actor)
    return tickets if actor.customer is not None else tickets.exclude(turn=Turn.SPAM)


def quarantine_for(actor: Actor) -> TicketQuerySet:
    """What was marked as spam, of all that an agent may see."""
    tickets = _visible_to(actor) if actor.works_here else Ticket.objects.none()
    return tickets.filter(turn=Turn.SPAM)


def _visible_to(actor: Actor) -> TicketQuerySet:
    tickets = Ticket.objects.all()
    if actor.customer is not None:
        return tickets.filter(customer=actor.customer)
    if actor.api_key is not None:
        return tickets
    user = actor.user
    if user is None or not user.works_here:
        return tickets.none()
    if user.role == Role.ADMIN:
        return tickets
    # As values: PostgreSQL plans for these teams, of which one may be small, and not for a join.
    return tickets.filter(Q(team__in=user.team_keys) | Q(assignee=user))


def texts_for(actor: Actor, where: Q | None = None) -> QuerySet[TicketText]:
    """What is searched for `actor`: the texts of `tickets_for`, of those `where` something holds.

    The ticket decides, row by row, once a text was found: asked as a value of each row, it is nothing
    that PostgreSQL would begin with, and read all tickets or customers for. What it may begin with
    are the copies in the texts, for the index of a small team; while one is behind, less is found.
    """
    tickets = tickets_for(actor) if where is None else tickets_for(actor).filter(where)
    texts = TicketText.objects.all()
    user = actor.user
    if user is not None and user.role != Role.ADMIN:
        texts = texts.filter(Q(team__in=user.team_keys) | Q(assignee=user))
    holds = tickets.filter(pk=OuterRef("pk")).values(holds=Value(True))
    return texts.filter(Subquery(holds, output_field=BooleanField()))


def may_see(actor: Actor, ticket: Ticket, *, teams: Collection[int] = ()) -> bool:
    """Whether a ticket may be opened, of a row and an agent's `teams` that are loaded already."""
    if actor.customer is not None:
        return ticket.customer_id == actor.customer.pk
    if actor.api_key is not None:
        return True
    user = actor.user
    if user is None or not user.works_here:
        return False
    return user.role == Role.ADMIN or ticket.team_id in teams or ticket.assignee_id == user.pk


def ticket_for(actor: Actor, reference: str) -> Ticket:
    """The ticket, with what every screen of that actor's shows of it. Raises Http404."""
    shown: tuple[str, ...] = ("customer", "team", "assignee", "type", "follows", "status")
    if actor.customer is not None:
        shown = ("customer__organization", "assignee", "status")
    elif actor.works_here:
        shown = (
            *("customer__organization", "team", "assignee", "rating"),
            *("type", "follows", "status"),
        )
    if not (reference.isascii() and reference.isalnum()):  # PostgreSQL takes no NUL, for one
        raise Http404
    tickets = _visible_to(actor).select_related(*shown)
    if actor.works_here:
        tickets = tickets.annotate(**_shown_beside())
    elif actor.customer is not None:
        tickets = tickets.annotate(
            custom_fields=_custom_fields(shown_to_customer=True), blocks=_blocks()
        )
    try:
        return tickets.get(reference=reference)
    except Ticket.DoesNotExist:
        raise Http404 from None


def _shown_beside() -> dict[str, Combinable]:
    """What an agent's screen shows beside a ticket, so that it costs no query: the types and people
    to choose from, who put it aside, and whether there are drafts to be loaded.
    """
    types = TicketType.objects.offered().values(row=JSONObject(key="pk", name="name"))
    members = User.objects.filter(
        teams=OuterRef("team"), role__in=STAFF_ROLES, is_active=True
    ).order_by("name", "email")
    people = members.values(row=JSONObject(key="pk", name="name", email="email"))
    statuses = Status.objects.offered().values(
        row=JSONObject(key="pk", name="name", category="category")
    )
    snoozed = Event.objects.filter(ticket=OuterRef("pk"), kind=EventKind.TICKET_SNOOZED)
    by = snoozed.order_by("-position").values("actor_user__name")[:1]
    # Asked for only where it is: else all events of a long conversation would be looked at in vain.
    snoozed_by = Case(When(snoozed_at__isnull=False, then=Subquery(by)), default=None)
    return {
        "custom_fields": _custom_fields(),
        "has_drafts": Exists(Draft.objects.filter(ticket=OuterRef("pk"))),
        "snoozed_by": snoozed_by,
        "blocks": _blocks(),
        "offered_types": ArraySubquery(types),
        "offered_statuses": ArraySubquery(statuses),
        "team_members": ArraySubquery(people),
    }


def _custom_fields(**only: bool) -> ArraySubquery:
    """What an admin added to conversations, customers and organisations, in the admin's order."""
    names = ("about", "key", "name", "kind", "options", "required")
    row = JSONObject(**{name: name for name in names})
    return ArraySubquery(
        CustomField.objects.filter(**only).order_by("position", "name").values(row=row)
    )


def _blocks() -> ArraySubquery:
    """What keeps the customer from writing now, the newest first: see tickets.conversation.blocks."""
    row = JSONObject(
        key="pk",
        email="email",
        domain="domain",
        reason="reason",
        name="by__name",
        address="by__email",
        since="since",
        until="until",
    )
    found = Block.objects.beside_ticket().in_force(clock.now())
    return ArraySubquery(found.order_by("-pk").values(row=row))


def attachment_for(actor: Actor, pk: UUID) -> Attachment:
    """The attachment, if its ticket may be seen. Raises Http404."""
    attachment = Attachment.objects.filter(pk=pk, message__ticket__in=_visible_to(actor)).first()
    if attachment is None:
        raise Http404
    return attachment


def undo_steps_for(actor: Actor) -> QuerySet[UndoStep]:
    """What an agent may undo: their own acts, also in a conversation that they gave away by one."""
    if not actor.works_here:
        return UndoStep.objects.none()
    return UndoStep.objects.filter(user=actor.user).select_related("event", "ticket__customer")


def saved_views_for(actor: Actor) -> QuerySet[SavedView]:
    """The searches that an agent keeps, and those that their teams share."""
    user = actor.user
    if user is None or not user.works_here:
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(owner=user) | Q(team__in=user.team_keys))


def saved_view_for(actor: Actor, pk: int) -> SavedView:
    """One of them. Raises Http404."""
    view = saved_views_for(actor).filter(pk=pk).first()
    if view is None:
        raise Http404
    return view
