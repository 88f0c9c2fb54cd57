"""Who is behind a request to a customers' page: the customer of a log-in, or whom the session knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac

from tickets.actors import Actor
from tickets.models import Customer, User

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


def browser_of(request: HttpRequest) -> str:
    """A fingerprint of the browser's form secret, which every form that it sends must come with; or "".

    It is there before the first POST, all that the browser sends at once carries it, and nobody else
    knows it.
    """
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if not secret:
        return ""
    return salted_hmac("tickets.first_contact", secret, algorithm="sha256").hexdigest()
