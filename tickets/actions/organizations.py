"""Who belongs to an organisation by their confirmed address, and which domains are its own."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets import addresses, events
from tickets.access.customers import may_set_domains
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.customers.public_domains import is_public
from tickets.models import Customer, Event, EventKind, Organization, OrganizationDomain

MOST_DOMAINS = 20


@transaction.atomic
def set_domains(
    *, actor: Actor, organization: Organization, domains: Sequence[str]
) -> Organization:
    """Say which domains are an organisation's own. Who has a confirmed address there and belongs to none
    joins it a moment later; who belongs to one stays there. A domain that is taken away throws nobody out.

    Raises:
        NotAllowed: the actor is no admin.
        ValidationError: something is no domain, or one at which anybody gets an address.
        ActionError: one of them is another organisation's.
    """
    found = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if not may_set_domains(actor.user):
        raise NotAllowed
    wanted = sorted({_own(domain) for domain in domains if domain.strip()})
    if len(wanted) > MOST_DOMAINS:
        raise ValidationError(
            _("Keep at most %(most)d of them.") % {"most": MOST_DOMAINS}, code="too_many"
        )
    before = sorted(found.domains.values_list("domain", flat=True))
    if wanted == before:
        return found
    others = OrganizationDomain.objects.filter(domain__in=wanted).exclude(organization=found)
    if (other := others.select_related("organization").first()) is not None:
        raise _taken(other.domain, str(other.organization))
    found.domains.exclude(domain__in=wanted).delete()
    new = [domain for domain in wanted if domain not in before]
    try:
        with transaction.atomic():
            OrganizationDomain.objects.bulk_create(
                OrganizationDomain(organization=found, domain=domain) for domain in new
            )
    except IntegrityError:
        raise _taken(", ".join(new), _("another organisation")) from None
    events.record(
        EventKind.ORGANIZATION_CHANGED,
        actor=actor,
        subject=found,
        field="domains",
        before=before,
        after=wanted,
    )
    return found


def belong_by_address(customer: Customer) -> None:
    """Who has a confirmed address and no organisation joins the one to which its domain belongs.

    Within the transaction of whoever confirmed it. One query; two more where they join.
    """
    if not customer.email or customer.organization_id is not None:
        return
    domain = addresses.domain_of(customer.email)
    found = OrganizationDomain.objects.filter(domain=domain).select_related("organization").first()
    if found is not None:
        _join(customer, found.organization)


def join_all(event: Event, _nothing: None) -> None:
    """The reaction to new domains: who has an address there already joins."""
    organization = Organization.objects.filter(pk=int(event.subject_id)).first()
    if organization is None:
        return
    at_one = Q()
    for domain in organization.domains.values_list("domain", flat=True):
        at_one |= Q(email__endswith=f"@{domain}")
    if not at_one:
        return
    rows = Customer.objects.filter(at_one, organization=None, joined_into=None)
    for customer in rows.select_for_update(no_key=True).order_by("email", "pk"):
        _join(customer, organization)


def subscribe() -> None:
    events.subscribe(
        EventKind.ORGANIZATION_CHANGED,
        name="organizations.join",
        when=lambda event: event.data.get("field") == "domains",
        settle=join_all,
    )


def _join(customer: Customer, organization: Organization) -> None:
    customer.organization = organization
    customer.save(update_fields=["organization"])
    events.record(
        EventKind.ORGANIZATION_JOINED,
        actor=Actor.system(),
        subject=customer,
        organization=organization.pk,
        after=[organization.name],
    )


def _own(domain: str) -> str:
    found = addresses.domain(domain)
    if "." not in found:
        raise ValidationError(_("Write a domain like company.example."), code="invalid")
    if is_public(found):
        raise ValidationError(
            _("Anybody gets an address at %(domain)s, so it says nothing of where they belong.")
            % {"domain": found},
            code="public",
        )
    return found


def _taken(domain: str, whose: str) -> ActionError:
    return ActionError(
        _("%(domain)s belongs to %(whose)s.") % {"domain": domain, "whose": whose}, code="taken"
    )
