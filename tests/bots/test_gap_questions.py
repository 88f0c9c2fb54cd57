"""Only what asks something is filed among the gaps, and nothing else keeps it waiting."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.test import Client

from bots import actions as teach
from bots.learning import gaps
from bots.models import GapQuestion, KnowledgeGap
from knowledgebase.models import Encoder
from tests.bots import meanings
from tests.bots.test_gaps import groups, in_vain
from tests.factories import make_admin, make_answer, make_message, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Decision, Reason, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.mark.parametrize("further", ["I am telling you", "Aye, that's what I thought I was doing."])
def test_further_words_that_ask_nothing_are_not_filed(further: str) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend the zip?")
    make_answer(ticket, decision=Decision.CLARIFY)
    make_message(ticket, further)
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.NOT_UNDERSTOOD)
    gaps.file_new()
    assert groups() == {"How do I mend the zip?": 1}


def test_what_opens_a_conversation_is_filed_however_it_is_put() -> None:
    in_vain("My card by that bank, and your till will not have it")
    assert gaps.file_new() == 1


def test_many_that_ask_nothing_keep_no_question_from_being_filed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gaps, "BATCH", 2)
    in_vain("Can you mend the zip of my Drift?")
    for _ in range(4):
        in_vain("ok thanks")
    assert gaps.file_new() == 1


def test_questions_that_differ_in_their_order_number_are_one_gap() -> None:
    in_vain("Can I change the colour of order KM-48213 after it was paid?")
    in_vain("Can I change the colour of order KM-51999 after it was paid?")
    assert gaps.file_new() == 2
    ((label, number),) = groups().items()
    assert number == 2
    assert "KM-" not in label


def at(degrees: float, words: str) -> GapQuestion:
    """File a question that means a direction."""
    ticket = make_ticket(turn=Turn.ASSISTANT, body=words)
    angle = math.radians(degrees)
    filed = teach.file_question(
        actor=Actor.assistant(),
        encoder=Encoder.objects.get(),
        message=ticket.messages.get(),
        words=words,
        vector=[math.cos(angle), math.sin(angle)],
        language="en",
        threshold=0.6,  # 53 degrees
    )
    assert filed is not None
    return filed


def test_gaps_that_come_near_each_other_become_one() -> None:
    first, second = at(0, "Is there a kayak?"), at(60, "Do you sell boats?")
    assert first.gap_id != second.gap_id
    between = at(28, "Do you have kayaks or boats?")  # nearer to the first, which moves
    assert groups() == {"Is there a kayak?": 3}
    gap = KnowledgeGap.objects.get()
    assert {question.gap_id for question in GapQuestion.objects.all()} == {gap.pk}
    assert between.gap_id == gap.pk
    direction = math.degrees(math.atan2(gap.centroid[1], gap.centroid[0]))
    assert direction == pytest.approx(29, abs=2)  # the mean of all three


@pytest.mark.parametrize("how", ["begun", "dismissed"])
def test_a_gap_that_somebody_decided_on_is_not_taken_away(how: str) -> None:
    at(0, "Is there a kayak?")
    other = at(60, "Do you sell boats?").gap
    if how == "dismissed":
        teach.dismiss_gap(actor=Actor.system(), gap=other)
    else:
        teach.start_article(actor=Actor.agent(make_admin()), gap=other, questions=[], texts=[])
    at(28, "Do you have kayaks or boats?")
    assert groups() == {"Is there a kayak?": 2, "Do you sell boats?": 1}


def test_gaps_are_listed_by_how_often_they_were_asked(client: Client, settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    for number in range(3):
        at(0 + number, "Is there a kayak?")
    at(90, "Do you mend zips?")
    for number in range(2):
        at(180 + number, "Is the shop open?")
    client.force_login(make_admin())
    page = client.get("/admin/bots/knowledgegap/").content.decode()
    places = [page.index(one) for one in ("a kayak?", "the shop open?", "mend zips?")]
    assert places == sorted(places)
    turned = client.get("/admin/bots/knowledgegap/?o=-1").content.decode()
    assert turned.index("a kayak?") < turned.index("mend zips?")  # by name, the last first
