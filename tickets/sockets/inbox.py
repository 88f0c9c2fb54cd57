"""The socket of the workspace: says that the list changed, and what an agent should look at now."""

from __future__ import annotations

from collections import deque
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tickets import access
from tickets.actors import Actor
from tickets.live import lookers, nudges, presence
from tickets.models import AuthorKind, EventKind, Ticket, Turn, User
from tickets.sockets.base import FORBIDDEN, UNAUTHENTICATED, works_here
from tickets.sockets.looking import HearsWhoLooks, news_of
from tickets.sockets.sight import Sight
from tickets.sockets.threads import in_thread


class InboxConsumer(HearsWhoLooks):
    """News of all conversations of an agent's teams. What a frame names was loaded for this agent."""

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
        """The agent did something on their screen: it is no forgotten one."""
        if frame["type"] == "active":
            await in_thread(presence.mark_agent_active)(self.user)
        else:
            await super().hear(frame)

    async def news(self, event: dict[str, Any]) -> None:
        """Something happened in a ticket of a team, or of this agent. Told once, if it was both."""
        told = (event["ticket"], event["position"])
        if told in self.told:
            return
        self.told.append(told)
        await self.send_frame(await in_thread(self.frame)(event))

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
