"""What a light and an outside agent get at every address of the workspace: the rest is as for agents."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_light_agent, make_outside_agent, make_ticket
from tests.tickets.workspace.test_access import TABLE, WHO, ask, taken_back
from tickets.models import Event, Team, User

# What a role does not give is 403 for whoever sees the conversation; the rest is as for agents.
NOT_FOR_LIGHT = {
    *(
        ("GET", name)
        for name in (
            *("ask-approval", "transfer", "correct", "do-task", "snooze", "link", "merge", "split"),
            *(
                "affected",
                "duplicates",
                "merge-customers",
                "transcript",
                "block",
                "new-call",
                "questions",
                "macros",
            ),
        )
    ),
    *(
        ("POST", name)
        for name in (
            *("do-task", "ask-proof", "transfer", "unsnooze", "snooze", "resolve", "reopen"),
            *("unmerge", "split", "affected", "change", "accept", "hand-back", "spam", "not-spam"),
            *("bulk", "give-back", "copy", "sensitive"),
        )
    ),
}
NOT_FOR_OUTSIDE = {
    *(
        ("GET", name)
        for name in (
            "transcript",
            "block",
            "new-call",
            "segments",
            "segment",
            "mails",
            "do-task",
            "duplicates",
            "merge-customers",
        )
    ),
    *(("POST", name) for name in ("spam", "not-spam", "do-task")),
}


@pytest.mark.parametrize(("method", "name"), TABLE)
def test_a_light_and_an_outside_agent_get_what_their_role_gives(
    method: str,
    name: str,
    team: Team,
    other_team: Team,
    as_user: Callable[[User | None], Client],
) -> None:
    ticket = make_ticket(team=team)
    short = name.removeprefix("workspace-")
    agents = TABLE[method, name][WHO.index("agent")]
    for make, refused in (
        (make_light_agent, NOT_FOR_LIGHT),
        (make_outside_agent, NOT_FOR_OUTSIDE),
    ):
        with taken_back():
            client = as_user(make(teams=[team]))
            answer, page = ask(client, method, name, ticket.reference, other_team)
        assert answer == (403 if (method, short) in refused else agents), make.__name__
        if answer == 403 and short not in ("whisper", "affected"):
            assert "Your role does not include" in page
            assert not Event.objects.filter(actor_user__staff_role__isnull=False).exists()
