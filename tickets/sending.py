"""Replies that leave: how long each can be taken back, and the reaction that sends it."""

from __future__ import annotations

from datetime import timedelta

from tickets import actions, events
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import Draft, Event, EventKind, SiteSettings, Ticket


def wait_for(ticket: Ticket) -> timedelta:
    """How long a reply can be taken back: as an admin says, and not while a customer sits waiting."""
    settings = SiteSettings.load()
    if settings.live_at_once and presence.customer_is_here(ticket):
        return timedelta()
    return timedelta(seconds=settings.undo_seconds)


def subscribe() -> None:
    events.subscribe(
        EventKind.REPLY_LEAVING, name="send_reply", settle=send, after=_until_it_leaves
    )


def send(event: Event, _nothing: None) -> None:
    """Its time has come: it leaves, unless its author took it back or sent it already."""
    draft = Draft.objects.filter(pk=event.data["draft"]).first()
    if draft is not None:
        actions.send_now(actor=Actor.system(), draft=draft)


def _until_it_leaves(event: Event) -> timedelta:
    return timedelta(seconds=event.data["wait"])
