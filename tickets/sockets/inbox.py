"""The socket of the workspace: says that the list changed, and what an agent should look at now."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import access, actions, giving
from tickets.actors import Actor
from tickets.live import lookers, nudges, presence
from tickets.models import AuthorKind, EventKind, NotificationKind, Ticket, Turn, User, Way
from tickets.models.notifications import NotificationSettings
from tickets.notifying import words
from tickets.sockets.base import FORBIDDEN, UNAUTHENTICATED, works_here
from tickets.sockets.looking import HearsWhoLooks, news_of
from tickets.sockets.sight import Sight
from tickets.sockets.threads import in_thread
from tickets.workspace import centre

# What is told by a toast of its own as it happens, and what it is called among notifications.
_TOLD = {
    EventKind.REPLY_HELD: NotificationKind.HELD,
    EventKind.PERSON_PAGED: NotificationKind.CALLED,
    EventKind.PERSON_ASKED: NotificationKind.QUEUE,
    EventKind.TICKET_TRANSFERRED: NotificationKind.QUEUE,
    EventKind.TICKET_ASSIGNED: NotificationKind.ASSIGNED,
    EventKind.TICKET_UNSNOOZED: NotificationKind.BACK,
    EventKind.MESSAGE_POSTED: NotificationKind.WROTE,
}
# The others: their toast comes when they have been written down.
_TOLD_LATER = (
    *(NotificationKind.WHISPERED, NotificationKind.TAKEN),
    *(NotificationKind.MENTIONED, NotificationKind.FOLLOWED),
    *(NotificationKind.OVERDUE, NotificationKind.DUE_SOON),
)
COUNT_WAIT = 0.2  # seconds in which many changes of the number become one


class InboxConsumer(HearsWhoLooks):
    """News of all conversations of an agent's teams. What a frame names was loaded for this agent."""

    counting: asyncio.Task[None] | None = None

    async def enter(self) -> int:
        user = self.scope.get("user")
        if not isinstance(user, User):
            return UNAUTHENTICATED
        if not await in_thread(works_here)(user):
            return FORBIDDEN
        self.user = user
        self.told: deque[tuple[int, int]] = deque(maxlen=50)
        self.teams: set[int] = set()
        self.looks_at()
        for news in await in_thread(self.who_looks)():
            await self.lookers(news)
        self.shown_count = ""  # the bell begins without a number
        self.count_soon()
        return 0

    def news_groups(self) -> list[str]:
        return [nudges.user_group(self.user.pk)]

    async def take(self, now: Sight) -> int:
        user = now.user_of(self.viewer)
        if user is None or not user.works_here:
            return UNAUTHENTICATED
        self.user = self.scope["user"] = user
        await self.follow_teams(now.teams.get(user.pk, set()))
        return 0

    def presence(self) -> str:
        return presence.agent_key(self.user.pk)

    async def hear(self, frame: dict[str, Any]) -> None:
        """The agent did something on their screen, or has a conversation before their eyes."""
        if frame["type"] == "active":
            await in_thread(self.is_here)()
        elif frame["type"] == "seen":
            await in_thread(self.has_seen)(frame.get("reference"))
        else:
            await super().hear(frame)

    async def news(self, event: dict[str, Any]) -> None:
        """Something happened in a ticket of a team, or of this agent. Told once, if it was both."""
        told = (event["ticket"], event["position"])
        if told in self.told:
            return
        self.told.append(told)
        await self.send_frame(await in_thread(self.frame)(event))

    def is_here(self) -> None:
        if presence.mark_agent_active(self.user):
            giving.soon()
        actions.be_here(actor=Actor.agent(self.user))

    def has_seen(self, reference: object) -> None:
        """Nothing of a conversation is news to them any more, if it is one that they may see."""
        actor = Actor.agent(self.user)
        with suppress(Http404):
            if isinstance(reference, str):
                actions.mark_read(actor=actor, ticket=access.ticket_for(actor, reference))

    async def notified(self, event: dict[str, Any]) -> None:
        """Something is new for this agent, or was read: the bell shows another number."""
        self.count_soon()
        if event["notification"]:
            frame = await in_thread(self.toast_of)(event["notification"])
            if frame:
                await self.send_frame(frame)

    def count_soon(self) -> None:
        """Many changes at once are one number, a moment later."""
        if self.counting is None or self.counting.done():
            self.counting = asyncio.create_task(self.bring_count())

    async def bring_count(self) -> None:
        await asyncio.sleep(COUNT_WAIT)
        self.counting = None  # what changes from here on is counted again
        count = await in_thread(centre.unread)(Actor.agent(self.user))
        if count != self.shown_count:
            self.shown_count = count
            await self.send_frame({"type": "unread", "count": count})

    async def is_gone(self) -> None:
        if self.counting is not None:
            self.counting.cancel()

    def toast_of(self, notification: int) -> dict[str, Any] | None:
        """The toast of a notification that was not told as it happened, if this agent wants any."""
        with access.seen_by(self.user):
            return self._toast_of(notification)

    def _toast_of(self, notification: int) -> dict[str, Any] | None:
        found = (
            access.notifications_for(Actor.agent(self.user))
            .unread()
            .select_related("ticket__customer", "event__actor_user", "event__actor_customer")
            .filter(pk=notification, in_app=True, kind__in=_TOLD_LATER)
            .first()
        )
        if found is None or presence.is_away(self.user):
            return None
        who = found.event.actor_user or found.event.actor_customer
        title = words.line(found.kind, 1, str(who or ""))
        return {
            "type": "notified",
            "reference": found.ticket.reference,
            "position": found.event.position,
            "sound": self.sounds(NotificationKind(found.kind)),
            "toast": render_to_string(
                "workspace/toast.html",
                {"ticket": found.ticket, "title": title, "position": found.event.position},
            ),
        }

    def sounds(self, kind: NotificationKind) -> bool:
        """Whether it may be heard: of this kind, and not in the quiet hours."""
        chosen = NotificationSettings.objects.filter(user=self.user).first()
        chosen = chosen or NotificationSettings(user=self.user)
        chosen.user = self.user
        return chosen.wants(kind, Way.SOUND) and chosen.quiet_end(timezone.now()) is None

    def who_looks(self) -> list[dict[str, Any]]:
        """At which conversations of this agent's somebody looks as the list opens."""
        looking = lookers.everywhere()
        theirs = access.tickets_for(Actor.agent(self.user)).filter(pk__in=looking)
        return [
            news_of(reference, looking[pk])
            for pk, reference in theirs.values_list("pk", "reference")
        ]

    async def follow_teams(self, teams: set[int]) -> None:
        """Whoever changed teams hears of the new ones, and of the old ones no more."""
        left, joined = self.teams - teams, teams - self.teams
        self.teams = teams
        await self.leave(*map(nudges.team_group, left))
        await self.join(*map(nudges.team_group, joined))

    def frame(self, event: dict[str, Any]) -> dict[str, Any]:
        """What this agent is told of an event. Of a ticket that is not theirs to see (it went to
        another team, say) they learn only that the list has changed."""
        with access.seen_by(self.user):
            return self._frame(event)

    def _frame(self, event: dict[str, Any]) -> dict[str, Any]:
        ticket = (
            access.tickets_for(Actor.agent(self.user))
            .select_related("customer", "team")
            .filter(pk=event["ticket"])
            .first()
        )
        if ticket is None:
            return {"type": "inbox", "kind": "left"}
        frame = {"type": "inbox", "kind": event["kind"], "reference": ticket.reference}
        title = self.title(ticket, event)
        if title and not presence.is_away(self.user):
            frame["toast"] = render_to_string(
                "workspace/toast.html", {"ticket": ticket, "title": title}
            )
            frame["sound"] = self.sounds(_TOLD[event["kind"]])
        return frame

    def title(self, ticket: Ticket, event: dict[str, Any]) -> str:
        """Why this agent should look at it now; "" if there is no need."""
        kind = event["kind"]
        if event.get("by") == self.user.pk:
            return ""  # they did it themselves
        waits_here = ticket.turn == Turn.QUEUE and ticket.team_id in self.teams
        if kind == EventKind.REPLY_HELD and event.get("called") == self.user.pk:
            return _("Your reply did not leave")
        if kind == EventKind.PERSON_PAGED and event.get("called") == self.user.pk:
            return _("A rule calls you to this conversation")
        if kind == EventKind.PERSON_ASKED and waits_here:
            return _("Somebody asks for a person")
        if kind == EventKind.TICKET_TRANSFERRED and waits_here:
            return _("Passed on to %(team)s") % {"team": ticket.team}
        if kind == EventKind.TICKET_ASSIGNED and ticket.assignee_id == self.user.pk:
            return _("A colleague gave you this conversation")
        by_time = event.get("by_kind") == AuthorKind.SYSTEM
        if kind == EventKind.TICKET_UNSNOOZED and by_time and ticket.assignee_id == self.user.pk:
            return _("A conversation that you put aside is back")
        if kind == EventKind.MESSAGE_POSTED and ticket.assignee_id == self.user.pk:
            said = ticket.messages.filter(position=event["position"])
            if said.filter(author_kind=AuthorKind.CUSTOMER).exists():
                return _("A customer of yours wrote")
        return ""
