"""Who may be the same person, and what speaks for it. A hint to an agent; nothing follows by itself.

Each kind of evidence is one equality that an index finds. An address that is only written alike (a dotless
i, a letter of another alphabet) is evidence of nothing: that would be an invitation to a stranger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils.translation import gettext as _

from tickets import addresses
from tickets.customers.public_domains import is_public
from tickets.models import Contact, ContactKind, Customer, ExternalId
from tickets.models.customers import CustomerQuerySet, digits_of, mailbox_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 5  # of each kind
FEWEST_DIGITS = 7  # a shorter number is an extension
PHONE, NAME, MAILBOX, LEFT, FURTHER = "phone", "name", "mailbox", "left", "further"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Somebody who may be the same person, with the evidence; `refused` says why they are not."""

    customer: Customer
    evidence: list[StrOrPromise] = field(default_factory=list)
    refused: str = ""


def of(customer: Customer, among: CustomerQuerySet) -> list[Duplicate]:
    """Those `among` some customers, the most evidence first. At most four statements."""
    further = list(Contact.objects.filter(customer=customer)[:20])
    asked = [
        query.annotate(why=Value(why, output_field=CharField())).values_list("pk", "why")[:MOST]
        for why, query in _queries(customer, further)
    ]
    if not asked:
        return []
    pairs = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    evidence: dict[int, list[str]] = {}
    for key, why in pairs:
        evidence.setdefault(key, []).append(why)
    rows = among.filter(pk__in=evidence, merged_into=None).exclude(pk=customer.pk)
    found = list(rows.select_related("organization"))
    numbers = _numbers([customer, *found]) if found else {}
    shown = [
        Duplicate(
            one,
            [_WORDS[why](one) for why in dict.fromkeys(evidence[one.pk])],
            _two_numbers(numbers, customer, one),
        )
        for one in found
    ]
    return sorted(shown, key=lambda one: (-len(one.evidence), one.customer.pk))[:MOST]


def _queries(
    customer: Customer, further: list[Contact]
) -> Iterator[tuple[str, QuerySet[Customer]]]:
    others = Customer.objects.exclude(pk=customer.pk).filter(joined_into=None).order_by("pk")
    phones = [customer.phone, *(one.value for one in further if one.kind == ContactKind.PHONE)]
    digits = {found for phone in phones if len(found := _digits(phone)) >= FEWEST_DIGITS}
    if digits:
        with_digits = others.exclude(phone="").annotate(digits=digits_of("phone"))
        yield PHONE, with_digits.filter(digits__in=digits)
    if customer.name and (same := _same_place(customer)):
        yield NAME, others.filter(same, name=customer.name)
    own = [customer.email or "", *(one.value for one in further if one.kind == ContactKind.EMAIL)]
    known = [one for one in own if one]
    if customer.email:
        mailboxes = others.filter(email__isnull=False).annotate(mailbox=mailbox_of("email"))
        yield MAILBOX, mailboxes.filter(mailbox=_mailbox(customer.email))
        yield FURTHER, others.filter(contacts__kind=ContactKind.EMAIL, contacts__value__in=known)
    left = [*known[1 if customer.email else 0 :], customer.claimed_email]
    if any(left):
        yield LEFT, others.filter(email__in=[one for one in left if one])


def _same_place(customer: Customer) -> Q | None:
    """Where somebody of the same name is likely the same: their organisation, or a domain of few."""
    if customer.organization_id is not None:
        return Q(organization=customer.organization_id)
    domain = addresses.domain_of(customer.email or "")
    return Q(email__endswith=f"@{domain}") if domain and not is_public(domain) else None


def _digits(phone: str) -> str:
    return "".join(one for one in phone if one.isascii() and one.isdigit())[-9:]


def _mailbox(email: str) -> str:
    local, _at, domain = email.partition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def _numbers(customers: list[Customer]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    keys = [one.pk for one in customers]
    numbers = ExternalId.objects.filter(Q(customer__in=keys) | Q(customer__merged_into__in=keys))
    for one in numbers.annotate(person=F("customer__merged_into")):
        found.setdefault(one.person or one.customer_id, {})[one.system] = one.value
    return found


def _two_numbers(numbers: dict[int, dict[str, str]], one: Customer, other: Customer) -> str:
    mine, theirs = numbers.get(one.pk, {}), numbers.get(other.pk, {})
    systems = sorted(name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name])
    if not systems:
        return ""
    return _("%(system)s knows them by different numbers, so they are two customers.") % {
        "system": systems[0]
    }


_WORDS = {
    PHONE: lambda one: _("the same telephone number: %(number)s") % {"number": one.phone},
    NAME: lambda one: (
        _("the same name in the same place: %(place)s")
        % {"place": one.organization or addresses.domain_of(one.email or "")}
    ),
    MAILBOX: lambda one: _("perhaps the same mailbox, but for dots or what follows a +"),
    LEFT: lambda one: _("an address that is named here is their own"),
    FURTHER: lambda one: _("they have an address that is this customer's"),
}
