"""The first contact: what a browser sends at once, before it has a session, is one visitor's."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from tickets import clock
from tickets.actions.visits import claim_visits
from tickets.actors import Actor
from tickets.models import Customer

AT_ONCE = timedelta(minutes=2)  # from a visitor's first request to the last of its repetitions


@transaction.atomic
def first_contact(*, actor: Actor, browser: str, language: str = "") -> Customer:
    """The visitor of a browser without a session. `actor` is nobody, and becomes this customer.

    `browser` is a fingerprint of a secret that only this browser has. Whoever comes with the same one
    within two minutes is the same visitor: a double click, a retry, two tabs. Later it says nothing
    any more, so that it never stands for a session; nor once the visitor has logged in or confirmed
    an address, for then there is something to get. What was read in it before is theirs.
    """
    known = Customer.objects.select_for_update(no_key=True).filter(first_contact=browser).first()
    if known is not None and not _just_now(known):
        known.first_contact = None
        known.save(update_fields=["first_contact"])
        known = None
    if known is None:
        known, _new = Customer.objects.get_or_create(
            first_contact=browser, defaults={"language": language[:10]}
        )
    claim_visits(browser, known)
    return known


def _just_now(visitor: Customer) -> bool:
    return visitor.is_a_mere_visitor and clock.now() - visitor.created_at < AT_ONCE
