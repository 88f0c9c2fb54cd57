"""Who belongs to an organisation by a confirmed address, and which domains may be its own."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_admin, make_agent, make_customer, make_lead, make_team, make_user
from tickets import actions, events
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import ContactKind, Customer, Event, EventKind, Organization, OrganizationDomain

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Actor:
    return Actor.agent(make_admin())


@pytest.fixture
def guides(db: None) -> Organization:
    return Organization.objects.create(name="Guides", tier="premier")


def own(admin: Actor, guides: Organization, *domains: str) -> None:
    actions.set_domains(actor=admin, organization=guides, domains=domains)


def organization_of(customer: Customer) -> Organization | None:
    return Customer.objects.get(pk=customer.pk).organization


def test_whoever_confirms_an_address_at_a_domain_joins_by_themselves(
    admin: Actor, guides: Organization
) -> None:
    own(admin, guides, "Guides.EXAMPLE")
    by_mail = actions.known_customer(actor=Actor.system(), email="ines@guides.example")
    user = make_user("Olaf", email="olaf@guides.example")
    by_log_in = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    assert organization_of(by_mail) == organization_of(by_log_in) == guides
    event = Event.objects.filter(kind=EventKind.ORGANIZATION_JOINED).latest("pk")
    assert (event.subject_id, event.data["after"]) == (str(by_log_in.pk), ["Guides"])


def test_an_address_that_was_only_left_or_noted_joins_nobody(
    admin: Actor, guides: Organization
) -> None:
    own(admin, guides, "guides.example")
    visitor = Customer.objects.create(claimed_email="ines@guides.example")
    noted = make_customer("Olaf")
    agent = Actor.agent(make_agent(teams=[make_team()]))
    actions.add_contact(
        actor=agent, customer=noted, kind=ContactKind.EMAIL, value="olaf@guides.example"
    )
    events.run_due()
    assert organization_of(visitor) is None
    assert organization_of(noted) is None


def test_who_has_an_address_there_already_joins_and_who_belongs_elsewhere_stays(
    admin: Actor, guides: Organization
) -> None:
    shops = Organization.objects.create(name="Shops")
    there = make_customer("Ines", email="ines@guides.example")
    elsewhere = make_customer("Olaf", email="olaf@guides.example", organization=shops)
    below = make_customer("Ann", email="ann@mail.guides.example")
    alike = make_customer("Bo", email="bo@myguides.example")
    own(admin, guides, "guides.example")
    events.run_due()
    assert organization_of(there) == guides
    assert organization_of(elsewhere) == shops
    assert organization_of(below) is None
    assert organization_of(alike) is None
    own(admin, guides)
    events.run_due()
    assert organization_of(there) == guides
    assert not OrganizationDomain.objects.exists()


@pytest.mark.parametrize("domain", ["gmail.com", "GMX.de", "localhost", "no domain", "a@b.example"])
def test_a_domain_where_anybody_gets_an_address_is_refused(
    admin: Actor, guides: Organization, domain: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        own(admin, guides, "guides.example", domain)
    assert refused.value.messages[0].endswith(".")
    assert not OrganizationDomain.objects.exists()


def test_a_domain_is_of_one_organisation_and_set_by_admins(
    admin: Actor, guides: Organization
) -> None:
    own(admin, guides, "guides.example", "guides.test")
    shops = Organization.objects.create(name="Shops")
    with pytest.raises(ActionError) as refused:
        own(admin, shops, "guides.test")
    assert "Guides" in refused.value.message
    with pytest.raises(NotAllowed):
        own(Actor.agent(make_lead(teams=[make_team()])), shops, "shops.example")
    assert not shops.domains.exists()
    event = Event.objects.get(kind=EventKind.ORGANIZATION_CHANGED)
    assert event.data["after"] == ["guides.example", "guides.test"]
