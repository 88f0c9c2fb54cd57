"""What the demo's customers read and searched in the help centre, before they wrote or instead of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.demo.load_content import Entry
from knowledgebase.models import Article
from tickets import actions, replay
from tickets.actors import Actor
from tickets.models import Customer, Ticket

BETWEEN = timedelta(seconds=95)  # from one page to the next


def load_visits(told: list[Entry], now: datetime) -> None:
    """Play each sitting: some minutes before a conversation began, or some days ago. In the replay's
    transaction.
    """
    articles = dict(Article.objects.values_list("slug", "pk"))
    for sitting in told:
        if "subject" in sitting:
            ticket = Ticket.objects.select_related("customer").get(subject=sitting["subject"])
            customer, ends = ticket.customer, ticket.created_at - timedelta(minutes=2)
        else:
            customer = Customer.objects.get(email=sitting["customer"])
            ends = now - timedelta(days=sitting["days_ago"])
        looks = sitting["looks"]
        for place, look in enumerate(looks, 1):
            with replay.step(ends - BETWEEN * (len(looks) - place)):
                actions.note_visit(
                    actor=Actor.of_customer(customer),
                    article=articles[look["read"]] if "read" in look else None,
                    words=look.get("searched", ""),
                    hits=look.get("hits", 0),
                )
