"""Only what asks something is filed among the gaps, and nothing else keeps it waiting."""

from __future__ import annotations

import pytest

from bots.learning import gaps
from knowledgebase import embeddings
from tests.bots import meanings
from tests.bots.test_gaps import groups, in_vain
from tests.factories import make_answer, make_message, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Decision, Reason, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "encode", meanings.encode)


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
