"""Two customers are one person to agents, and two again: nobody reads a word more, nothing moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_reply,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions
from tickets.access.customers import customer_for, tickets_of
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import (
    Customer,
    CustomerMerge,
    Delivery,
    Event,
    EventKind,
    ExternalId,
    Message,
    Organization,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> Actor:
    return Actor.agent(make_agent("Dana", teams=[team]))


def merged(dana: Actor, one: Customer, into: Customer, *taken: str) -> CustomerMerge:
    return actions.merge_customers(actor=dana, customer=one, into=into, taken=taken)


def rows(*customers: Customer) -> list[dict[str, Any]]:
    """Everything that the database keeps of them."""
    keys = [one.pk for one in customers]
    return [dict(row) for row in Customer.objects.filter(pk__in=keys).order_by("pk").values()]


def test_after_a_merge_nobody_reads_a_word_more_than_before(dana: Actor, team: Team) -> None:
    one, other = make_customer("Ines", login=True), make_customer("Ines B.", login=True)
    tickets = {each: make_ticket(customer=each, team=team) for each in (one, other)}
    merged(dana, one, other)
    for each, theirs in ((one, other), (other, one)):
        each.refresh_from_db()
        actor = Actor.of_customer(each)
        assert set(access.tickets_for(actor)) == {tickets[each]}
        with pytest.raises(Http404):
            access.ticket_for(actor, tickets[theirs].reference)
        browser = Client()
        assert each.user is not None
        browser.force_login(each.user, backend="tickets.web.logins.LogIns")
        assert browser.get(f"/requests/{tickets[each].reference}/").status_code == 200
        assert browser.get(f"/requests/{tickets[theirs].reference}/").status_code == 404
        assert tickets[theirs].reference not in browser.get("/requests/").text


def test_agents_have_one_page_for_both_with_the_conversations_of_both(
    dana: Actor, team: Team
) -> None:
    one, other = make_customer("Ines"), make_customer("Ines B.")
    tickets = {make_ticket(customer=each, team=team) for each in (one, other)}
    merged(dana, one, other)
    assert customer_for(dana, one.pk) == customer_for(dana, other.pk) == other
    assert set(tickets_of(dana, customer_for(dana, one.pk))) == tickets


def test_what_is_chosen_stays_and_how_we_serve_them_is_the_same_for_both(dana: Actor) -> None:
    guides = Organization.objects.create(name="Guides")
    one = make_customer("Ines", organization=guides, tags=["vip"], tier="premier", note="Calls.")
    other = make_customer("Ines B.", tags=["press"], prefers_person=True, language="de")
    merged(dana, one, other, "name")
    one.refresh_from_db()
    other.refresh_from_db()
    assert (other.name, other.note, other.language) == ("Ines", "Calls.", "de")
    for each in (one, other):
        assert each.organization == guides
        assert (each.tier, each.tags, each.prefers_person) == ("premier", ["press", "vip"], True)
    # What the other one may read themselves is not written to them.
    assert (one.name, one.language, one.email) == ("Ines", "", one.email)
    assert one.email != other.email


def test_parting_brings_every_column_back_where_it_was(dana: Actor) -> None:
    guides = Organization.objects.create(name="Guides")
    one = make_customer(
        "Ines", organization=guides, tags=["vip"], tier="premier", value="12.50", custom={"a": 1}
    )
    other = make_customer("Ines B.", tags=["press"], prefers_person=True, custom={"b": 2})
    before = rows(one, other)
    merged(dana, one, other, "name", "value", "tier", "custom")
    assert rows(one, other) != before
    actions.part_customers(actor=dana, customer=one)
    assert rows(one, other) == before
    kinds = list(Event.objects.filter(subject_id=str(one.pk)).values_list("kind", flat=True))
    assert kinds == [EventKind.CUSTOMER_MERGED, EventKind.CUSTOMER_PARTED]
    merge = CustomerMerge.objects.get()
    assert merge.parted_by == dana.user


def test_what_somebody_changed_since_stays_when_they_are_parted(dana: Actor, team: Team) -> None:
    one, other = make_customer("Ines", tags=["vip"]), make_customer("Ines B.", tier="plus")
    make_ticket(customer=one, team=team)
    merged(dana, one, other)
    actions.change_customer(actor=dana, customer=other, name="tier", value=["premier"])
    actions.part_customers(actor=dana, customer=one)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.tier, other.tier) == ("premier", "premier")
    assert (one.tags, other.tags) == (["vip"], [])


def test_new_messages_stay_with_the_one_to_whom_they_were_written(dana: Actor, team: Team) -> None:
    one, other = make_customer("Ines"), make_customer("Ines B.")
    ticket = make_ticket(customer=one, team=team, turn=Turn.AGENT, agent=dana.user)
    merged(dana, one, other)
    make_message(ticket, "Still wet.")
    assert dana.user is not None
    make_reply(ticket, dana.user, "Dry it first.")
    new = make_ticket(customer=Customer.objects.get(pk=one.pk), team=team)
    actions.part_customers(actor=dana, customer=one)
    assert set(access.tickets_for(Actor.of_customer(one))) == {ticket, new}
    assert not access.tickets_for(Actor.of_customer(other)).exists()
    said = Message.objects.filter(ticket=ticket, author_customer=one)
    assert said.count() == 2
    assert not Message.objects.filter(author_customer=other).exists()


def test_a_customer_who_is_merged_while_an_agent_writes_gets_the_reply_themselves(
    dana: Actor, team: Team
) -> None:
    one, other = make_customer("Ines"), make_customer("Ines B.")
    assert dana.user is not None
    ticket = make_ticket(customer=one, team=team, turn=Turn.AGENT, agent=dana.user)
    seen = Ticket.objects.get(pk=ticket.pk)  # as the agent's screen has it
    merged(dana, one, other)
    message = actions.reply(actor=dana, ticket=seen, body="It is on its way.")
    assert message.ticket.customer == one
    assert not Delivery.objects.filter(recipient=other.email).exists()


def test_an_address_stays_the_identity_of_the_one_who_has_it(dana: Actor) -> None:
    one, other = make_customer("Ines"), make_customer("Ines B.")
    merged(dana, one, other)
    assert one.email is not None
    assert actions.known_customer(actor=Actor.system(), email=one.email) == one


def test_a_merge_that_cannot_be_is_refused_in_words(dana: Actor) -> None:
    one, other, third = make_customer("A"), make_customer("B"), make_customer("C")
    with pytest.raises(ActionError) as refused:
        merged(dana, one, one)
    assert refused.value.code == "itself"
    merged(dana, one, other)
    for source, target, code in (
        (one, third, "merged"),  # merged already
        (third, one, "merged"),  # into one that is merged
        (other, one, "merged"),  # a circle
        (other, third, "has_merged"),
    ):
        with pytest.raises(ActionError) as refused:
            merged(dana, source, target)
        assert refused.value.code == code
        assert refused.value.message.endswith(".")
    assert CustomerMerge.objects.count() == 1


def test_customers_whom_a_system_knows_by_different_numbers_are_never_merged(dana: Actor) -> None:
    one, other, third = make_customer("A"), make_customer("B"), make_customer("C")
    for customer, number in ((one, "1"), (other, "2")):
        ExternalId.objects.create(customer=customer, system="shop", value=number)
    with pytest.raises(ActionError) as refused:
        merged(dana, one, other)
    assert refused.value.code == "two_numbers"
    # Nor by a third one between them.
    merged(dana, third, other)
    with pytest.raises(ActionError):
        merged(dana, one, other)
    assert Customer.objects.filter(merged_into__isnull=False).count() == 1


def test_only_who_works_here_merges_and_parts(dana: Actor) -> None:
    one, other = make_customer("A", login=True), make_customer("B")
    for actor in (Actor.of_customer(one), Actor.nobody(), Actor.system()):
        with pytest.raises(NotAllowed):
            merged(actor, one, other)
    merged(dana, one, other)
    with pytest.raises(NotAllowed):
        actions.part_customers(actor=Actor.of_customer(one), customer=one)


def test_whoever_proves_who_they_are_ends_what_agents_thought(dana: Actor, team: Team) -> None:
    visitor, thought, account = make_visitor(), make_customer("T"), make_customer("Q", login=True)
    ticket = make_ticket(customer=visitor, team=team)
    merged(dana, visitor, thought)
    assert account.user is not None
    actions.join_account(actor=Actor.of_customer(visitor), user=account.user, visitor=visitor)
    ticket.refresh_from_db()
    visitor.refresh_from_db()
    assert ticket.customer == account
    assert visitor.merged_into is None
    assert CustomerMerge.objects.get().parted_at is not None


@real_transactions
def test_of_two_merges_at_once_that_would_be_a_circle_one_is_done() -> None:
    agent: User = make_agent("Dana", teams=[make_team()])
    pair = [make_customer("A"), make_customer("B")]
    done = together(2, lambda place: merged(Actor.agent(agent), pair[place], pair[1 - place]))
    assert sorted(type(one).__name__ for one in done) == ["ActionError", "CustomerMerge"]
    assert Customer.objects.filter(merged_into__isnull=False).count() == 1


@real_transactions
def test_a_merge_and_a_change_at_once_both_hold() -> None:
    agent = Actor.agent(make_agent("Dana", teams=[make_team()]))
    one, other = make_customer("A"), make_customer("B")
    together(
        2,
        lambda place: (
            merged(agent, one, other)
            if place
            else actions.change_customer(actor=agent, customer=other, name="tier", value=["plus"])
        ),
    )
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.merged_into == other
    assert other.tier == "plus"
    assert one.tier == "plus"
