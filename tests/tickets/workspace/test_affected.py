"""The page of all that a problem affects: one answer to all, what came of it, and who reads what."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_agent, make_message, make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_pages import LIMIT, queries
from tickets import actions
from tickets.actors import Actor
from tickets.bulk import working
from tickets.models import BulkJob, LinkKind, Team, Turn, User

pytestmark = pytest.mark.django_db


def test_all_affected_are_answered_from_one_page_which_says_what_came_of_it(
    danas: Client, dana: User, team: Team
) -> None:
    problem = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    tickets = [make_ticket(team=team) for _ in range(3)]
    for ticket in tickets:
        actions.link(actor=Actor.agent(dana), ticket=ticket, other=problem, kind=LinkKind.CAUSED_BY)
    url = f"/workspace/{problem.reference}/affected/"
    assert "Send to all 3" in danas.get(url).text
    sent = danas.post(url, {"body": "It works again.", "resolves": "on", "resolves_problem": "on"})
    assert sent.status_code == 302
    make_message(tickets[0], "And now?")
    assert 'hx-trigger="every 2s"' in danas.get(url).text
    working.work(BulkJob.objects.get(), seconds=60)
    progress = danas.get(url, headers=BY_SCRIPT).text
    assert "2 of 3 done" in progress
    assert "1 not" in progress
    assert "wrote meanwhile" in progress
    assert "hx-trigger" not in progress
    problem.refresh_from_db()
    assert problem.is_closed


def test_of_affected_ones_that_may_not_be_seen_nothing_is_shown(
    danas: Client, dana: User, team: Team, other_team: Team
) -> None:
    problem, hidden = make_ticket(team=team), make_ticket(team=other_team)
    both = make_agent(teams=[team, other_team])
    actions.link(actor=Actor.agent(both), ticket=hidden, other=problem, kind=LinkKind.CAUSED_BY)
    actions.answer_affected(actor=Actor.agent(both), problem=problem, body="Fixed", resolves=True)
    make_message(hidden, "Hm")
    working.work(BulkJob.objects.get(), seconds=60)
    page = danas.get(f"/workspace/{problem.reference}/affected/").text
    assert hidden.reference not in page
    assert str(hidden.customer) not in page


def test_the_list_of_affected_ones_takes_the_same_statements_however_many(
    danas: Client, dana: User, team: Team
) -> None:
    problem = make_ticket(team=team)
    url = f"/workspace/{problem.reference}/affected/"

    def affect() -> None:
        actions.link(
            actor=Actor.agent(dana),
            ticket=make_ticket(team=team),
            other=problem,
            kind=LinkKind.CAUSED_BY,
        )

    affect()
    one = queries(danas, url)
    for _ in range(9):
        affect()
    assert queries(danas, url) == one <= LIMIT
