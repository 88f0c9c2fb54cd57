"""Further addresses: noted by agents, confirmed by leads, and never a way into anything."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_agent, make_customer, make_lead, make_team, make_ticket, make_user
from tests.tickets.email.posted import a_mail, answer_address, deliver, make_mailbox, ticket_of
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import Contact, ContactKind, Customer, Event, EventKind, MailState, Team, Turn

pytestmark = pytest.mark.django_db
OTHER = "ines.at.work@guides.example"


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> Actor:
    return Actor.agent(make_agent("Dana", teams=[team]))


@pytest.fixture
def lead(team: Team) -> Actor:
    return Actor.agent(make_lead(teams=[team]))


def noted(by: Actor, customer: Customer, value: str = OTHER) -> Contact:
    return actions.add_contact(actor=by, customer=customer, kind=ContactKind.EMAIL, value=value)


def test_an_address_that_an_agent_adds_is_not_confirmed_and_gives_nobody_access(
    dana: Actor, team: Team
) -> None:
    ines = make_customer("Ines")
    ticket = make_ticket(customer=ines, team=team)
    contact = noted(dana, ines, "Ines.At.Work@Guides.EXAMPLE")
    assert (contact.value, contact.confirmed_at) == (OTHER, None)
    event = Event.objects.get(kind=EventKind.CONTACT_ADDED)
    assert (event.subject_id, event.data["after"]) == (str(ines.pk), [OTHER])
    user = make_user("Somebody", email=OTHER)
    found = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    assert found != ines
    assert not access.tickets_for(Actor.of_customer(found)).exists()
    ticket.refresh_from_db()
    assert ticket.customer == ines


def test_also_a_confirmed_one_is_no_way_into_an_account(dana: Actor, lead: Actor) -> None:
    ines = make_customer("Ines")
    ticket = make_ticket(customer=ines)
    actions.confirm_contact(actor=lead, contact=noted(dana, ines), why="Said so by telephone.")
    # Signing up with it, proving it by a code, being known by it to a program: each is somebody else.
    user = make_user("Somebody", email=OTHER)
    signed_up = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    assert signed_up != ines
    assert actions.known_customer(actor=Actor.system(), email=OTHER) == signed_up
    assert ticket not in access.tickets_for(Actor.of_customer(signed_up))


def test_mail_from_it_is_a_strangers_until_it_is_confirmed(
    dana: Actor, lead: Actor, team: Team
) -> None:
    mailbox = make_mailbox(team=team)
    ines = make_customer("Ines")
    ticket = make_ticket(customer=ines, team=team, turn=Turn.AGENT, agent=dana.user)
    contact = noted(dana, ines)
    to = answer_address(ticket)
    held = deliver(a_mail(sender=OTHER, to=to), mailbox)
    assert held.state == MailState.HELD
    alone = deliver(a_mail(sender=OTHER), mailbox)
    assert ticket_of(alone).customer != ines
    stranger = ticket_of(alone).customer
    # Whoever wrote from it is somebody by now: only a merge can say that they are one person.
    with pytest.raises(ActionError) as refused:
        actions.confirm_contact(actor=lead, contact=contact, why="She told me.")
    assert refused.value.code == "taken"
    assert stranger.email == OTHER


def test_mail_from_a_confirmed_one_is_the_customers(dana: Actor, lead: Actor, team: Team) -> None:
    mailbox = make_mailbox(team=team)
    ines = make_customer("Ines")
    ticket = make_ticket(customer=ines, team=team, turn=Turn.AGENT, agent=dana.user)
    contact = actions.confirm_contact(actor=lead, contact=noted(dana, ines), why="By telephone.")
    into = deliver(a_mail(sender=OTHER, to=answer_address(ticket)), mailbox)
    assert (into.state, into.ticket) == (MailState.DONE, ticket)
    assert ticket_of(deliver(a_mail(sender=OTHER), mailbox)).customer == ines
    actions.remove_contact(actor=dana, contact=contact)
    assert deliver(a_mail(sender=OTHER, to=answer_address(ticket)), mailbox).state == MailState.HELD


def test_only_a_lead_confirms_and_says_how_they_know(dana: Actor, lead: Actor) -> None:
    contact = noted(dana, make_customer("Ines"))
    with pytest.raises(NotAllowed):
        actions.confirm_contact(actor=dana, contact=contact, why="I think so.")
    with pytest.raises(ValidationError):
        actions.confirm_contact(actor=lead, contact=contact, why=" ")
    contact.refresh_from_db()
    assert contact.confirmed_at is None
    actions.confirm_contact(actor=lead, contact=contact, why="By telephone.")
    event = Event.objects.get(kind=EventKind.CONTACT_CONFIRMED)
    assert event.data["why"] == "By telephone."


@pytest.mark.parametrize("value", ["post\u0131@kestrel.example", "no address", "a@b@c.example"])
def test_an_address_without_a_form_is_not_noted(dana: Actor, value: str) -> None:
    with pytest.raises(ValidationError):
        noted(dana, make_customer("Ines"), value)
    assert not Contact.objects.exists()


def test_a_twin_of_a_confirmed_address_is_not_it(dana: Actor, lead: Actor, team: Team) -> None:
    mailbox = make_mailbox(team=team)
    ines = make_customer("Ines")
    actions.confirm_contact(
        actor=lead, contact=noted(dana, ines, "post@kestrelmill.example"), why="By telephone."
    )
    twin = deliver(a_mail(sender="post@xn--kestrelmll-2pb.example"), mailbox)
    assert ticket_of(twin).customer != ines


@real_transactions
def test_an_address_is_confirmed_for_one_of_two_at_once() -> None:
    lead = Actor.agent(make_lead(teams=[make_team()]))
    contacts = [noted(lead, make_customer(name)) for name in ("A", "B")]
    done = together(
        2,
        lambda place: actions.confirm_contact(
            actor=lead, contact=contacts[place], why="By telephone."
        ),
    )
    assert sorted(type(one).__name__ for one in done) == ["ActionError", "Contact"]
    assert Contact.objects.filter(confirmed_at__isnull=False).count() == 1


def test_a_number_is_one_customers_and_set_by_leads(dana: Actor, lead: Actor) -> None:
    ines, olaf = make_customer("Ines"), make_customer("Olaf")
    with pytest.raises(NotAllowed):
        actions.set_external_id(actor=dana, customer=ines, system="shop", value="17")
    actions.set_external_id(actor=lead, customer=ines, system="Shop", value="17")
    with pytest.raises(ActionError):
        actions.set_external_id(actor=lead, customer=olaf, system="shop", value="17")
    actions.merge_customers(actor=dana, customer=olaf, into=ines)
    actions.set_external_id(actor=lead, customer=ines, system="shop", value="")
    assert not ines.external_ids.exists()
    changes = Event.objects.filter(kind=EventKind.CUSTOMER_CHANGED, subject_id=str(ines.pk))
    assert [(one.data["before"], one.data["after"]) for one in changes.order_by("pk")] == [
        ([], ["17"]),
        (["17"], []),
    ]
