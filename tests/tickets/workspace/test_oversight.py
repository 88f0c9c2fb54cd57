"""The leads' home: what goes wrong in the conversations that a lead sees, each with what shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bots.models import AnswerReport, GapQuestion, KnowledgeGap
from knowledgebase.models import Encoder
from tests.factories import (
    make_agent,
    make_answer,
    make_customer,
    make_hours,
    make_lead,
    make_message,
    make_organization,
    make_team,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions, events
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import (
    Decision,
    EventKind,
    HandOver,
    Reading,
    Reason,
    Team,
    Ticket,
    Tier,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db

HOME = "/workspace/leads/"
MOST_STATEMENTS = 15


@pytest.fixture
def lena(team: Team) -> User:
    return make_lead("Lena Aune", teams=[team])


@pytest.fixture
def lenas(lena: User, as_user: Callable[[User | None], Client]) -> Client:
    return as_user(lena)


def page(client: Client) -> str:
    answer = client.get(HOME)
    assert answer.status_code == 200
    return answer.text


def read(ticket: Ticket, corrected: dict[str, object] | None = None, **values: object) -> None:
    """What was understood of the customer's newest message."""
    message = ticket.messages.filter(author_kind="customer").latest("position")
    Reading.objects.create(
        message=message,
        ticket=ticket,
        values={
            name: {"value": value, "evidence": [f"shows {name}"], "score": 1}
            for name, value in values.items()
        },
        corrected=corrected or {},
    )


def test_who_waits_longest_comes_first_with_why_a_person_was_asked_for(
    lenas: Client, team: Team
) -> None:
    late = make_ticket(team=team, subject="Later one", ago=timedelta(minutes=3))
    first = make_ticket(
        team=team, subject="First one", reason=Reason.ANGER, ago=timedelta(minutes=40)
    )
    shown = page(lenas)
    assert shown.index(first.reference) < shown.index(late.reference)
    assert "Upset" in shown
    assert f"Nobody of {team} is here" in shown


def test_why_it_lasts_is_true(lenas: Client, team: Team, dana: User) -> None:
    make_ticket(team=team)
    presence.set_state(dana, presence.State.HERE)
    assert "1 of the 1 who are here are free" in page(lenas)
    make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    assert "The one who is here owes others an answer" in page(lenas)
    team.hours = make_hours()
    team.save()
    assert f"Outside the opening hours of {team}" in page(lenas)


def test_a_broken_promise_says_what_was_told(lenas: Client, team: Team) -> None:
    ticket = make_ticket(team=team, subject="Told to wait")
    HandOver.objects.filter(ticket=ticket).update(
        promised_at=timezone.now() - timedelta(minutes=12)
    )
    assert "Was told to expect somebody 12 minutes ago" in page(lenas)
    HandOver.objects.filter(ticket=ticket).update(promised_at=timezone.now() + timedelta(minutes=3))
    assert "Was told to wait for 3 minutes more at most" in page(lenas)
    HandOver.objects.filter(ticket=ticket).update(promised_at=timezone.now() + timedelta(hours=1))
    assert "Was told" not in page(lenas)


def test_an_answer_that_is_owed_for_long_stands_there_by_whom(
    lenas: Client, team: Team, dana: User
) -> None:
    make_ticket(turn=Turn.AGENT, team=team, agent=dana, ago=timedelta(hours=2))
    fresh = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    shown = page(lenas)
    assert "Waits for an answer of Dana Osei" in shown
    assert fresh.reference not in shown


def test_who_is_here_and_for_whom_of_the_others_somebody_waits(
    lenas: Client, team: Team, dana: User
) -> None:
    idle = make_agent("Idle Person", teams=[team])
    gone = make_agent("Gone Person", teams=[team])
    stranger = make_agent("Stranger Person", teams=[make_team()])
    presence.set_state(dana, presence.State.HERE)
    presence.set_state(stranger, presence.State.HERE)
    make_ticket(turn=Turn.CUSTOMER, team=team, agent=dana)
    make_ticket(turn=Turn.AGENT, team=team, agent=gone)
    shown = page(lenas)
    here = shown[shown.index('id="here-title"') :]
    assert "Dana Osei" in here
    assert "Gone Person" in here
    assert "not here" in here
    assert idle.name not in here
    assert stranger.name not in here


def test_what_looks_bad_with_the_assistant_is_shown_with_its_evidence(
    lenas: Client, team: Team
) -> None:
    calm = make_ticket(turn=Turn.ASSISTANT, team=team, subject="All is well")
    read(calm, feeling="calm")
    angry = make_ticket(turn=Turn.ASSISTANT, team=team, subject="It broke")
    read(angry, feeling="frustrated", repeats="question")
    unsure = make_ticket(turn=Turn.CUSTOMER, team=team, subject="Odd question")
    make_message(unsure)
    make_answer(unsure, decision=Decision.OFFER, confidence=0.31)
    firm = make_organization("Moor Tours", tier=Tier.PREMIER)
    premier = make_ticket(
        turn=Turn.ASSISTANT, team=team, subject="Big", customer=make_customer(organization=firm)
    )
    shown = page(lenas)
    part = shown[shown.index('id="troubled-title"') : shown.index('id="ratings-title"')]
    assert calm.reference not in part
    for words in ("Frustrated", "“shows feeling”", "“shows repeats”", "31 % sure", "Moor Tours"):
        assert words in part
    places = [part.index(one.reference) for one in (angry, premier, unsure)]
    assert places == sorted(places)  # the worst first


def test_what_an_agent_corrected_is_no_sign_any_more(lenas: Client, team: Team) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    read(ticket, {"feeling": {"to": "calm", "by": 1, "at": ""}}, feeling="angry")
    assert ticket.reference not in page(lenas)


def test_once_a_person_has_it_it_is_no_trouble_of_the_assistants(
    lenas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    read(ticket, feeling="angry")
    assert ticket.reference in page(lenas)
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    assert ticket.reference not in page(lenas)


def _make_one_of_each(team: Team, dana: User) -> list[Ticket]:
    waits = make_ticket(team=team, ago=timedelta(minutes=9))
    HandOver.objects.filter(ticket=waits).update(promised_at=timezone.now())
    owed = make_ticket(turn=Turn.AGENT, team=team, agent=dana, ago=timedelta(hours=3))
    bad = make_ticket(turn=Turn.ASSISTANT, team=team)
    read(bad, feeling="angry")
    rated = make_ticket(turn=Turn.CLOSED, team=team, agent=dana)
    customer = Actor.of_customer(rated.customer)
    actions.rate(actor=customer, ticket=rated, satisfaction=2, effort=3, comment="Took too long.")
    reported = make_ticket(turn=Turn.CUSTOMER, team=team)
    answer = reported.messages.get(author_kind="assistant").answer
    AnswerReport.objects.create(answer=answer, reporter=dana, note="Old price.")
    encoder = Encoder.objects.first() or Encoder.objects.create(name="test", dimension=3)
    gap = KnowledgeGap.objects.create(label="Faroe?", encoder=encoder, centroid=[0.1, 0.2, 0.3])
    GapQuestion.objects.create(
        gap=gap, ticket=waits, message=waits.messages.earliest("position"), text="To the Faroes?"
    )
    locked = Ticket.objects.get(pk=owed.pk)
    events.record(
        EventKind.ASKED_AGAIN, actor=Actor.agent(dana), ticket=locked, fact="order_number"
    )
    locked.save()
    return [waits, owed, bad, rated, reported]


def test_ratings_reports_gaps_and_needless_questions_stand_there(
    lenas: Client, team: Team, dana: User
) -> None:
    _make_one_of_each(team, dana)
    shown = page(lenas)
    for words in ("Took too long.", "Old price.", "“To the Faroes?”", "Order number · 1 time"):
        assert words in shown
    assert "/admin/" not in shown  # a lead does not get in there


def test_a_lead_sees_nothing_of_other_teams(lenas: Client, other_team: Team, dana: User) -> None:
    hidden = _make_one_of_each(other_team, make_agent("Other Person", teams=[other_team]))
    shown = page(lenas)
    assert not any(ticket.reference in shown for ticket in hidden)
    for words in ("Took too long.", "Old price.", "To the Faroes?", "Other Person"):
        assert words not in shown


def test_it_takes_at_most_fifteen_statements_however_much_there_is(
    lenas: Client, team: Team, dana: User
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(lenas)
        return len(asked)

    page(lenas)
    empty = statements()
    for _n in range(3):
        _make_one_of_each(team, dana)
    full = statements()
    assert (empty, full) == (full, full)
    assert full <= MOST_STATEMENTS


def test_empty_sections_say_so(lenas: Client) -> None:
    shown = page(lenas)
    assert shown.count("oversight__nothing") == 8


def test_a_script_gets_what_is_live_and_no_page(lenas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    part = lenas.get(HOME, headers=BY_SCRIPT).text
    assert ticket.reference in part
    assert 'id="oversight" data-live' in part
    assert "<html" not in part
