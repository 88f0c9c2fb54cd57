"""What screens hear of who looks: colleagues who have a conversation open, and who of them writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channels.layers import BaseChannelLayer

from tickets.live import nudges
from tickets.live.lookers import Looker
from tickets.sockets.base import Socket


def news_of(reference: str, looking: Sequence[Looker]) -> dict[str, Any]:
    """Who looks at a conversation, as it goes through the channel layer."""
    return {
        "type": "lookers",
        "reference": reference,
        "lookers": [[one.user, one.name, one.writing] for one in looking],
    }


async def tell(layer: BaseChannelLayer, ticket: int, team: int, news: dict[str, Any]) -> None:
    """Tell the open screens of a conversation, and the lists of its team."""
    for group in (nudges.staff_group(ticket), nudges.team_group(team)):
        await layer.group_send(group, news)


class HearsWhoLooks(Socket):
    """A socket of an agent: it is told of everybody who looks, but itself."""

    for_staff = True

    async def lookers(self, event: dict[str, Any]) -> None:
        others = [
            {"name": name, "writing": writing}
            for user, name, writing in event["lookers"]
            if user != self.scope["user"].pk
        ]
        await self.send_frame(
            {"type": "lookers", "reference": event["reference"], "lookers": others}
        )
