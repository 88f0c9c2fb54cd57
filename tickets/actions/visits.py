"""What somebody reads and searches in the help centre is kept: once, however often they look at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from tickets import clock
from tickets.actors import Actor
from tickets.models import Customer, Ticket, Visit
from tickets.models.visits import LONGEST_WORDS

AGAIN = timedelta(minutes=30)  # an article that is opened again within it was read once
TYPING = timedelta(minutes=2)  # between two searches of which the one goes on in the other


@transaction.atomic
def note_visit(
    *, actor: Actor, browser: str = "", article: int | None = None, words: str = "", hits: int = 0
) -> Visit | None:
    """Keep that `actor`, or somebody unknown in a browser, opened an article or searched for words.

    None where there is nothing new to keep: the article was opened a moment ago, or the words are the
    beginning of what they searched for. Words that go on from those before take their place, so that
    what somebody types is one search. It is no event: nothing follows from it, and it is forgotten.
    """
    reader = _locked_reader(actor, browser)
    if article is not None:
        lately = Visit.objects.before(clock.now(), AGAIN).filter(**reader, article=article)
        return None if lately.exists() else Visit.objects.create(**reader, article_id=article)
    return _note_search(reader, words[:LONGEST_WORDS], hits)


def _locked_reader(actor: Actor, browser: str) -> dict[str, Any]:
    """Whose visit it is; whoever joined an account in this moment is the account's customer."""
    if actor.customer is None:
        Visit.objects.lock_browser(browser)
        return {"customer_id": None, "browser": browser}
    customer = Customer.objects.locked(actor.customer)
    return {"customer_id": customer.joined_into_id or customer.pk, "browser": ""}


def _note_search(reader: dict[str, Any], words: str, hits: int) -> Visit | None:
    lately = Visit.objects.before(clock.now(), TYPING).filter(**reader, article=None)
    last = lately.order_by("-at", "-pk").first()
    if last is None or not _goes_on(last.words, words):
        return Visit.objects.create(**reader, words=words, hits=hits)
    if len(words) < len(last.words):
        return None
    last.words, last.hits, last.at = words, hits, clock.now()
    last.save(update_fields=["words", "hits", "at"])
    return last


def _goes_on(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return one.startswith(other) or other.startswith(one)


def claim_visits(browser: str, customer: Customer) -> None:
    """What was read in a browser before its reader wrote or logged in is that customer's."""
    if browser:
        lately = Visit.objects.before(clock.now())
        lately.filter(browser=browser).update(customer=customer, browser="")


def bring_along(ticket: Ticket, visitor: Customer, owner: Customer) -> None:
    """What a visitor read before they began a conversation goes with it to whom it belongs."""
    before = Visit.objects.before(ticket.created_at)
    before.filter(customer=visitor).update(customer=owner)
