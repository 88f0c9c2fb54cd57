"""The rows of one person: a customer and those who were merged into them, locked in one order."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext as _

from tickets.actions.errors import ActionError
from tickets.models import Customer, CustomerMerge
from tickets.models.customers import CustomerQuerySet


def lock_rows(*keys: int) -> dict[int, Customer]:
    """The rows with these keys and those that were merged into them, by their keys.

    Whoever has no address comes first, as where a visitor joins an account: everybody who needs
    several locks them in this order.
    """
    rows = _locked(Customer.objects.filter(Q(pk__in=keys) | Q(merged_into__in=keys)))
    # Who was merged into one of them while this waited for its row was not there to be waited for.
    return rows | _locked(Customer.objects.filter(merged_into__in=keys).exclude(pk__in=rows))


def _locked(rows: CustomerQuerySet) -> dict[int, Customer]:
    locked = rows.select_for_update(no_key=True).order_by(F("email").asc(nulls_first=True), "pk")
    return {row.pk: row for row in locked}


def lock_person(customer: Customer) -> tuple[Customer, list[Customer]]:
    """The customer whose page it is, and all rows of the person.

    Raises:
        ActionError: they were merged into another one in this moment.
    """
    rows = lock_rows(customer.person)
    found = rows.get(customer.person)
    if found is None or found.person != found.pk:
        raise ActionError(
            _("They were merged with another customer meanwhile. Open their page again."),
            code="merged",
        )
    return found, list(rows.values())


def lock_merged(customer: Customer) -> tuple[dict[int, Customer], CustomerMerge | None]:
    """The rows of both by their keys, and the merge as it is now; None if it was taken back."""
    there = CustomerMerge.objects.filter(customer=customer, parted_at=None)
    rows = lock_rows(customer.pk, *there.values_list("into", flat=True))
    merge = there.first()
    return rows, merge if merge is not None and merge.into_id in rows else None
