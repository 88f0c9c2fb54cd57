"""An agent's day: their own conversations, acts, ratings and mentions, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_agent, make_lead, make_message, make_reply, make_team, make_ticket
from tests.tickets.telling import tell
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import Team, Turn, User

pytestmark = pytest.mark.django_db

DAY = "/workspace/day/"


def section(client: Client, name: str) -> str:
    shown = client.get(DAY).text
    part = shown[shown.index(f'id="{name}-title"') :]
    return part[: part.index("</section>")]


def test_what_waits_for_me_stands_there_and_what_waits_for_others_does_not(
    danas: Client, dana: User, team: Team
) -> None:
    mine = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    answered = make_ticket(turn=Turn.CUSTOMER, team=team, agent=dana)
    others = make_ticket(turn=Turn.AGENT, team=team, agent=make_agent(teams=[team]))
    shown = section(danas, "mine")
    assert mine.reference in shown
    assert answered.reference not in shown
    assert others.reference not in shown


def test_what_i_put_aside_till_today_stands_there_with_why(
    danas: Client, dana: User, team: Team
) -> None:
    noon = timezone.localtime(clock.now()).replace(hour=12, minute=0)
    with clock.at(noon):
        today, later = (make_ticket(turn=Turn.AGENT, team=team, agent=dana) for _n in range(2))
        me = Actor.agent(dana)
        actions.snooze(actor=me, ticket=today, until=noon + timedelta(hours=3), note="Ring them.")
        actions.snooze(actor=me, ticket=later, until=noon + timedelta(days=2))
        shown = section(danas, "today")
    assert today.reference in shown
    assert "Ring them." in shown
    assert later.reference not in shown


def test_what_i_did_today_is_counted_by_conversation(danas: Client, dana: User, team: Team) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        old = make_ticket(turn=Turn.CUSTOMER, team=team, agent=dana)
    ticket = make_ticket(turn=Turn.CUSTOMER, team=team, agent=dana)
    make_message(ticket)
    make_reply(ticket, dana)
    done = make_ticket(turn=Turn.CLOSED, team=team, agent=dana)
    make_ticket(turn=Turn.CLOSED, team=team, agent=make_agent(teams=[team]))
    shown = section(danas, "done")
    assert "1 answered" in shown
    assert "1 resolved" in shown
    assert ticket.reference in shown
    assert done.reference in shown
    assert old.reference not in shown


def test_who_asks_me_is_a_mention_or_a_whisper(danas: Client, dana: User, team: Team) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    lena = make_lead("Lena Aune", teams=[team])
    actions.whisper(actor=Actor.agent(lena), ticket=ticket, body="Offer the pole.")
    asked = make_ticket(team=team)
    colleague = make_agent("Ada Lind", teams=[team])
    actions.write_note(
        actor=Actor.agent(colleague), ticket=asked, body="@Dana Osei which sleeve is it?"
    )
    make_message(ticket)  # news, but nobody asks
    tell()
    shown = section(danas, "asks")
    assert "Lena Aune whispers to you" in shown
    assert "Ada Lind mentioned you" in shown
    assert shown.count("oversight__one") == 2


def test_what_customers_wrote_about_mine_and_nobody_elses(
    danas: Client, dana: User, team: Team
) -> None:
    for agent, words in ((dana, "Dana was quick."), (make_agent(teams=[team]), "Another one.")):
        ticket = make_ticket(turn=Turn.CLOSED, team=team, agent=agent)
        actions.rate(
            actor=Actor.of_customer(ticket.customer),
            ticket=ticket,
            satisfaction=5,
            effort=5,
            comment=words,
        )
    shown = section(danas, "ratings")
    assert "Dana was quick." in shown
    assert "Another one." not in shown


def test_a_day_costs_the_same_whatever_is_in_it(danas: Client, dana: User, team: Team) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert danas.get(DAY).status_code == 200
        return len(asked)

    statements()
    empty = statements()
    for _n in range(5):
        make_ticket(turn=Turn.AGENT, team=team, agent=dana)
        make_ticket(turn=Turn.CLOSED, team=team, agent=dana)
    make_ticket(turn=Turn.AGENT, team=make_team())
    assert statements() == empty
    assert empty <= 13
