"""The brief read aloud: whatever was tried, each line of it is something that a person would say."""

from __future__ import annotations

import pytest

from tests.factories import make_answer, make_article, make_message, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Answer, Decision, Reason, Ticket, Turn
from tickets.workspace import brief

pytestmark = pytest.mark.django_db

OWN = "My stove hisses. I already tried waxing the thread."
SHOWN, HELPED, FAILED, ASKED, NOTHING = "shown", "helped", "failed", "asked", "nothing"


def told(did: list[str], *, own: bool = False) -> tuple[str, str]:
    """The line "Tried" as an agent reads it, and as it is kept in one text."""
    ticket = make_ticket(turn=Turn.ASSISTANT, body=OWN if own else "How do I mend a pole?")
    for place, outcome in enumerate(did):
        if place:
            make_message(ticket, f"And then, number {place}, what else is there?")
            ticket = Ticket.objects.get(pk=ticket.pk)
        message = make_answer(
            ticket,
            articles=[] if outcome in (ASKED, NOTHING) else [make_article(f"Article {place}")],
            decision=Decision.CLARIFY if outcome == ASKED else Decision.ANSWER,
        )
        helpful = {HELPED: True, FAILED: False}.get(outcome)
        Answer.objects.filter(message=message).update(helpful=helpful)
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    shown = brief.newest(ticket)
    assert shown is not None
    tried = [line for line in shown.lines if line.title == "Tried"]
    parts = [f"{part.before} {part.text}".strip() for line in tried for part in line.parts]
    return " · ".join(parts), shown.handover.tried


@pytest.mark.parametrize(
    ("did", "line", "text"),
    [
        ([], "The assistant has shown nothing.", "The assistant has shown nothing."),
        (
            [ASKED],
            "The assistant asked them to put it differently",
            "The assistant asked them to put it differently.",
        ),
        (
            [SHOWN],
            "The assistant showed “Article 0”, no word on whether it helped",
            "The assistant showed “Article 0”, no word on whether it helped.",
        ),
        (
            [FAILED],
            "The assistant showed “Article 0”, which did not help",
            "The assistant showed “Article 0”, which did not help.",
        ),
        (
            [HELPED, FAILED],
            "The assistant showed “Article 0”, which helped · “Article 1”, which did not help",
            "The assistant showed “Article 0”, which helped; “Article 1”, which did not help.",
        ),
        (
            [ASKED, FAILED],
            "The assistant asked them to put it differently"
            " · The assistant showed “Article 1”, which did not help",
            "The assistant showed “Article 1”, which did not help."
            " The assistant asked them to put it differently.",
        ),
        (
            [FAILED, ASKED],
            "The assistant showed “Article 0”, which did not help"
            " · The assistant asked them to put it differently",
            "The assistant showed “Article 0”, which did not help."
            " The assistant asked them to put it differently.",
        ),
    ],
)
def test_what_was_tried_is_read_aloud_as_a_sentence(did: list[str], line: str, text: str) -> None:
    assert told(did) == (line, text)


def test_what_they_tried_themselves_comes_first() -> None:
    _line, text = told([FAILED], own=True)
    assert text.startswith("They tried “")
    assert text.endswith("”. The assistant showed “Article 0”, which did not help.")
    _line, alone = told([], own=True)
    assert alone.endswith("”. The assistant has shown nothing.")


def test_a_brief_of_before_reads_well_too() -> None:
    """Frozen lines said "asked to put it differently", after which "showed" stood."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    make_answer(ticket, decision=Decision.CLARIFY)
    handover = actions.hand_over(
        actor=Actor.assistant(), ticket=ticket, reason=Reason.NOT_UNDERSTOOD
    )
    for statement in handover.statements:
        if statement["kind"] == "tried":
            statement["text"] = "asked to put it differently"
    newest = brief.newest(ticket)
    assert newest is not None
    (tried,) = (one for one in brief.shown(handover, newest.since).lines if one.title == "Tried")
    assert [(part.before, part.text) for part in tried.parts] == [
        ("The assistant", "asked to put it differently")
    ]


@pytest.mark.parametrize("reason", [Reason.ONLY_FILES, Reason.CHANNEL, Reason.TAKEN_OVER])
def test_whoever_wrote_nothing_and_asked_for_nobody_is_not_said_to_have(reason: Reason) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    ticket.messages.all().delete()
    handover = actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=reason)
    assert handover.wants == "Nothing written yet."
