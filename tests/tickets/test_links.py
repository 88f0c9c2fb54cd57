"""Links between conversations: made once, in no circle, and known to nobody who may not see both."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import EventKind, LinkKind, Message, Team, Ticket, TicketLink, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def linked(dana: User, ticket: Ticket, other: Ticket, kind: LinkKind) -> TicketLink:
    return actions.link(actor=Actor.agent(dana), ticket=ticket, other=other, kind=kind)


def test_a_link_is_a_row_and_an_event_of_each_and_no_customer_hears_of_it(
    team: Team, dana: User
) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    said = Message.objects.count()
    link = linked(dana, one, other, LinkKind.CAUSED_BY)
    assert linked(dana, one, other, LinkKind.CAUSED_BY) == link
    assert (link.from_ticket, link.to_ticket) == (one, other)
    events = [t.events.get(kind=EventKind.TICKET_LINKED).data for t in (one, other)]
    assert events == [
        {"link": "caused_by", "side": "from", "other": other.pk},
        {"link": "caused_by", "side": "to", "other": one.pk},
    ]
    assert Message.objects.count() == said


def test_related_is_the_same_from_both_sides(team: Team, dana: User) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    assert linked(dana, other, one, LinkKind.RELATED) == linked(dana, one, other, LinkKind.RELATED)
    assert TicketLink.objects.between(other, one).count() == 1


def test_a_link_is_removed_once(team: Team, dana: User) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    link = linked(dana, one, other, LinkKind.DUPLICATE)
    stale = TicketLink.objects.get(pk=link.pk)
    actions.unlink(actor=Actor.agent(dana), link=link)
    actions.unlink(actor=Actor.agent(dana), link=stale)
    assert not TicketLink.objects.exists()
    assert other.events.filter(kind=EventKind.TICKET_UNLINKED).count() == 1


@pytest.mark.parametrize("kind", [kind for kind in LinkKind if kind != LinkKind.RELATED])
def test_a_circle_of_one_direction_is_refused(kind: LinkKind, team: Team, dana: User) -> None:
    chain = [make_ticket(team=team) for _ in range(4)]
    for one, other in pairwise(chain):
        linked(dana, one, other, kind)
    with pytest.raises(ActionError) as error:
        linked(dana, chain[-1], chain[0], kind)
    assert error.value.code == "circle"
    with pytest.raises(ActionError):
        linked(dana, chain[0], chain[0], kind)
    assert TicketLink.objects.count() == 3


def test_only_who_works_here_links(team: Team, dana: User) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    link = linked(dana, one, other, LinkKind.RELATED)
    customer = Actor.of_customer(one.customer)
    with pytest.raises(NotAllowed):
        actions.link(actor=customer, ticket=one, other=other, kind=LinkKind.DUPLICATE)
    with pytest.raises(NotAllowed):
        actions.unlink(actor=customer, link=link)


def test_the_database_refuses_a_link_that_is_none(team: Team) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    for start, end, kind in (
        (one, one, "duplicate"),
        (other, one, "related"),
        (one, other, "nonsense"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            TicketLink.objects.create(from_ticket=start, to_ticket=end, kind=kind)


def test_nothing_of_an_end_that_may_not_be_seen_comes_along(team: Team, dana: User) -> None:
    hidden, shown = make_ticket(team=make_team()), make_ticket(team=team)
    ticket = make_ticket(team=team)
    both = make_agent(teams=[team, hidden.team])
    for other in (hidden, shown):
        linked(both, other, ticket, LinkKind.CAUSED_BY)
        linked(both, ticket, other, LinkKind.RELATED)
    seen = access.ticket_for(Actor.agent(dana), ticket.reference)
    rows = [*getattr(seen, "links_out"), *getattr(seen, "links_in")]  # noqa: B009 - annotations
    assert {row["reference"] for row in rows} == {shown.reference}
    assert getattr(seen, "affected") == 1  # noqa: B009 - an annotation
    links = TicketLink.objects.filter(from_ticket=hidden) | TicketLink.objects.filter(
        to_ticket=hidden
    )
    for link in links:
        with pytest.raises(Http404):
            access.link_for(Actor.agent(dana), ticket, link.pk)


@real_transactions
def test_two_links_at_once_close_no_circle() -> None:
    team = make_team("Gear care")
    dana = make_agent(teams=[team])
    a, b, c, d = (make_ticket(team=team) for _ in range(4))
    linked(dana, a, b, LinkKind.BLOCKED_BY)
    linked(dana, c, d, LinkKind.BLOCKED_BY)
    ends = [(b, c), (d, a)]
    done = together(2, lambda n: linked(dana, *ends[n], LinkKind.BLOCKED_BY))
    assert [type(one) for one in done if isinstance(one, Exception)] == [ActionError]
    assert TicketLink.objects.count() == 3
