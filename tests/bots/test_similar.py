"""Similar conversations are found by meaning, solved ones first, and only what an agent may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from bots import tasks
from bots.models import TicketVector
from bots.similar import finding, learning
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Encoder
from tests.bots import meanings
from tests.factories import (
    make_admin,
    make_agent,
    make_answer,
    make_article,
    make_message,
    make_reply,
    make_team,
    make_ticket,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import Reason, Team, Ticket, Turn, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def agent(team: Team) -> User:
    return make_agent(teams=[team])


def solved(body: str, team: Team, agent: User, reply: str = "") -> Ticket:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=agent, body=body)
    if reply:
        make_reply(ticket, agent, reply)
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    return ticket


def found(ticket: Ticket, agent: User) -> list[str]:
    return [other.reference for other in finding.to(ticket, actor=Actor.agent(agent))]


def test_solved_ones_stand_first_and_what_is_about_something_else_does_not_stand_there(
    team: Team, agent: User
) -> None:
    open_one = make_ticket(team=team, turn=Turn.ASSISTANT, body="The zip of my tent is stuck.")
    earlier = solved("How do I mend a zip?", team, agent)
    solved("Where is my invoice for the boots?", team, agent)
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    learning.learn(seconds=5)
    assert found(mine, agent) == [earlier.reference, open_one.reference]


def test_it_says_what_solved_it_the_words_of_the_agent_not_their_farewell(
    team: Team, agent: User
) -> None:
    ticket = solved("How do I mend a zip?", team, agent)
    actions.reopen(actor=Actor.agent(agent), ticket=ticket)
    said = "Rub a candle along both sides of the zip, then move the slider to and fro ten times."
    place = make_reply(ticket, agent, said).position
    make_reply(ticket, agent, "You are welcome!")
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    learning.learn(seconds=5)
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    (similar,) = finding.to(mine, actor=Actor.agent(agent))
    assert (similar.solution, similar.position, similar.is_solved) == (said, place, True)


def test_where_the_assistant_solved_it_stands_its_article(team: Team, agent: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT, body="How do I mend a zip?")
    article = make_article(title="Zips that stick")
    answer = make_answer(ticket, articles=[article]).answer
    actions.rate_answer(actor=Actor.of_customer(ticket.customer), answer=answer, helpful=True)
    learning.learn(seconds=5)
    mine = make_ticket(team=team, turn=Turn.ASSISTANT, body="My zip does not close.")
    (similar,) = finding.to(mine, actor=Actor.agent(agent))
    assert (similar.article, similar.slug) == ("Zips that stick", article.slug)


def test_an_agent_finds_only_what_they_may_see(team: Team, agent: User) -> None:
    others = make_team()
    hidden = solved("How do I mend a zip?", others, make_agent(teams=[others]))
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    learning.learn(seconds=5)
    assert found(mine, agent) == []
    assert found(mine, make_admin()) == [hidden.reference]


def test_what_they_ask_now_counts_beside_what_they_asked_first(team: Team, agent: User) -> None:
    earlier = solved("Where is my invoice for the boots?", team, agent)
    mine = make_ticket(team=team, turn=Turn.AGENT, agent=agent, body="My zip does not close.")
    learning.learn(seconds=5)
    assert found(mine, agent) == []
    make_message(mine, "And I still need the invoice for the tent, please.")
    assert found(mine, agent) == [earlier.reference]


def test_each_conversation_is_learned_once_also_one_that_was_committed_late_or_says_nothing(
    team: Team, agent: User
) -> None:
    first, second = (make_ticket(team=team, turn=Turn.QUEUE, body="A zip") for _ in range(2))
    silent = make_ticket(team=team, turn=Turn.QUEUE, body="\N{WAVING HAND SIGN}")
    assert learning.learn(seconds=5) == 3
    assert learning.learn(seconds=5) == 0
    assert TicketVector.objects.get(ticket=silent).vector is None
    TicketVector.objects.get(ticket=first).delete()
    third = make_ticket(team=team, turn=Turn.QUEUE, body="A stove")
    assert learning.learn(seconds=5) == 1  # older ones are looked for once an hour
    cache.delete(learning._LOOKED)
    assert learning.learn(seconds=5) == 1
    assert set(TicketVector.objects.values_list("ticket", flat=True)) == {
        *(first.pk, second.pk, third.pk, silent.pk)
    }


def test_another_encoder_makes_them_anew_with_an_index_of_its_own(
    team: Team, agent: User, settings: Any
) -> None:
    earlier = solved("How do I mend a zip?", team, agent)
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    learning.learn(seconds=5)
    settings.ENCODER_MODEL = "another"
    assert found(mine, agent) == []  # vectors of two encoders are never compared
    cache.delete(learning._LOOKED)
    assert learning.learn(seconds=5) == 2
    assert found(mine, agent) == [earlier.reference]
    assert TicketVector.objects.exclude(encoder=Encoder.objects.get(name="another")).count() == 0


def test_without_the_model_the_panel_says_so_and_the_task_waits(
    team: Team, agent: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    learning.learn(seconds=5)
    late = make_ticket(team=team, turn=Turn.QUEUE, body="My invoice is wrong and nobody answers.")

    def away(*_given: object, **_how: object) -> None:
        raise EncoderUnavailable

    monkeypatch.setattr(embeddings, "encode", away)
    tasks.learn_conversations()
    assert not TicketVector.objects.filter(ticket=late).exists()
    client.force_login(agent)
    page = client.get(reverse("workspace-similar", args=[late.reference]))
    assert page.status_code == 200
    assert "not there right now" in page.content.decode()
    assert mine.reference not in page.content.decode()


def test_the_conversation_itself_is_shown_without_looking_for_similar_ones(
    team: Team, agent: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "to", None)
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    client.force_login(agent)
    page = client.get(reverse("workspace-ticket", args=[mine.reference])).content.decode()
    assert f'hx-get="{reverse("workspace-similar", args=[mine.reference])}"' in page


@pytest.mark.parametrize("several", [1, 6])
def test_it_costs_the_same_however_many_there_are(
    team: Team,
    agent: User,
    several: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(several):
        solved(f"How do I mend a zip, number {number}?", team, agent, reply="With a candle. " * 6)
        make_ticket(team=team, turn=Turn.QUEUE, body=f"My zip {number} does not close.")
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    learning.learn(seconds=5)
    actor = Actor.agent(agent)
    finding.to(mine, actor=actor)
    with django_assert_max_num_queries(12):  # two are the transaction's
        similar = finding.to(mine, actor=actor)
    assert len([one for one in similar if one.is_solved]) == min(several, finding.SHOWN)
    assert len(similar) <= finding.SHOWN + 2


def test_a_reply_of_a_person_counts_more_than_an_answer_before_it(team: Team, agent: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT, body="How do I mend a zip?")
    make_answer(ticket, articles=[make_article(title="Zips that stick")])
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    make_reply(ticket, agent, "Send it in, and we put in a new slider. " * 3)
    actions.resolve(actor=Actor.agent(agent), ticket=Ticket.objects.get(pk=ticket.pk))
    learning.learn(seconds=5)
    mine = make_ticket(team=team, turn=Turn.QUEUE, body="My zip does not close.")
    (similar,) = finding.to(mine, actor=Actor.agent(agent))
    assert similar.solution.startswith("Send it in")
    assert similar.slug == ""
