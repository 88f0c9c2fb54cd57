"""Telling open screens that something happened. The nudge names a place, never any content.

A screen that is nudged loads what its own viewer may see, through access, in order. So one render
path and one permission path serve pages and sockets, and a lost nudge costs nothing but time.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import threading
from functools import cache
from typing import Any

from channels.layers import get_channel_layer

from tickets.models import Event, EventKind

logger = logging.getLogger(__name__)

# What customers have nothing to look for after: no frame is sent to them at all.
STAFF_ONLY = {
    *(EventKind.NOTE_WRITTEN, EventKind.FACT_NOTED),
    *(EventKind.REPLY_LEAVING, EventKind.REPLY_TAKEN_BACK, EventKind.REPLY_HELD),
    *(EventKind.TAGS_CHANGED, EventKind.PERSON_PAGED, EventKind.TICKET_CHANGED),
    *(EventKind.TICKET_FOLLOWED, EventKind.TICKET_UNFOLLOWED),
    *(EventKind.TICKET_JOINED, EventKind.TICKET_LEFT),
    *(EventKind.TICKET_LINKED, EventKind.TICKET_UNLINKED),
    *(EventKind.AFFECTED_ANSWERED, EventKind.AFFECTED_DONE),
    *(EventKind.MAIL_FAILED, EventKind.MAIL_BOUNCED, EventKind.MAIL_COMPLAINED),
    *(EventKind.MAIL_SENT_AGAIN, EventKind.MAIL_HELD_BACK, EventKind.MAIL_SILENCED),
    EventKind.ADDRESS_OPENED,
    *(EventKind.RECORD_LINKED, EventKind.RECORD_UNLINKED),
    *(EventKind.RECORD_OF_ANOTHER, EventKind.RECORD_CHANGED),
    *(EventKind.MACRO_APPLIED, EventKind.RULE_APPLIED),
    *(EventKind.SLA_WARNED, EventKind.SLA_BREACHED),
    *(EventKind.TASK_STARTED, EventKind.TASK_CONFIRMED, EventKind.TASK_FAILED),
    *(EventKind.TASK_LEFT, EventKind.TASK_UNDO_ASKED),
}


ANYTHING = "anything"  # the group of programs that wait for whatever happens next


def customer_group(ticket_id: int) -> str:
    return f"ticket.{ticket_id}.customer"


def staff_group(ticket_id: int) -> str:
    return f"ticket.{ticket_id}.staff"


def team_group(team_id: int) -> str:
    return f"team.{team_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def session_group(session_key: str) -> str:
    """The sockets of one browser session, named without the key that would open it."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:32]}"


def account_group(user_id: int) -> str:
    """Every socket of a log-in, in whatever browser."""
    return f"account.{user_id}"


def recheck_account(user_id: int | str) -> None:
    """Let every socket of an account look whether it may stay open."""
    send([f"account.{user_id}"], {"type": "account.changed"})


def end_session(session_key: str) -> None:
    """Close every socket of a session that was logged out."""
    send([session_group(session_key)], {"type": "session.ended"})


def nudge(event: Event) -> None:
    """Tell every screen that may care. Called after the commit; never raises."""
    ticket = event.ticket
    if ticket is None:
        if event.subject == "tickets.user":
            recheck_account(event.subject_id)
        return
    message = {"type": "news", "ticket": ticket.pk, "position": event.position, "kind": event.kind}
    message["by"] = event.actor_user_id
    message["by_kind"] = event.actor_kind
    groups = [staff_group(ticket.pk), team_group(ticket.team_id)]
    # Its status customers see, too, in words of their own.
    if event.kind not in STAFF_ONLY or event.data.get("field") == "status":
        groups.insert(0, customer_group(ticket.pk))
    if ticket.assignee_id:
        groups.append(user_group(ticket.assignee_id))
    if "from_team" in event.data:
        groups.append(team_group(event.data["from_team"]))
    if event.kind == EventKind.TICKET_ASSIGNED and event.data["before"]:
        groups.append(user_group(event.data["before"]))
    if event.kind in (EventKind.PERSON_PAGED, EventKind.REPLY_HELD):
        message["called"] = event.data["user"]
        groups.append(user_group(event.data["user"]))
    send([*groups, ANYTHING], message)


def mail_changed(ticket_id: int) -> None:
    """Let agents who have a conversation open see how its mails fare."""
    send([staff_group(ticket_id)], {"type": "mail.changed"})


def send(groups: list[str], message: dict[str, Any]) -> None:
    """Hand a message to the channel layer and go on: nobody waits for Redis, be it away or slow."""
    layer = get_channel_layer()
    if layer is None:
        return

    async def publish() -> None:
        try:
            async with asyncio.timeout(1):
                for group in groups:
                    await layer.group_send(group, message)
        except Exception:
            logger.warning("The channel layer is away; open screens catch up by their heartbeat.")

    asyncio.run_coroutine_threadsafe(publish(), loop_of(os.getpid()))


@cache
def loop_of(_process: int) -> asyncio.AbstractEventLoop:
    """An event loop in a thread of its own, one for each process, that keeps its connection."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="live", daemon=True).start()
    return loop
