"""The brief: what it says, that each line stands in a message, what it costs, that it stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bots import briefs, telling
from tests.factories import (
    add_messages,
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_message,
    make_team,
    make_ticket,
    make_visitor,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    Channel,
    Decision,
    HandOver,
    Identity,
    Message,
    Reading,
    Reason,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db

LETTER = """Hi there,

hope you are well! I bought a Drift in May, order KM-20418. The zip broke on the second night.
I already tried waxing it. Can you send me a new one?

Kind regards,
Maja"""


def read(message: Message, **values: Any) -> Reading:
    """What was understood of a message, as the assistant stores it."""
    return Reading.objects.create(
        message=message,
        ticket=message.ticket,
        values={
            name: {"value": value, "evidence": evidence, "score": None}
            for name, (value, *evidence) in values.items()
        },
    )


def hand_over(ticket: Ticket, reason: Reason = Reason.ASKED, detail: str = "") -> HandOver:
    return actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=reason, detail=detail)


def lines(handover: HandOver, kind: str) -> list[dict[str, Any]]:
    return [one for one in handover.statements if one["kind"] == kind]


# --- the telling sentence -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "wish"),
    [
        (LETTER, "The zip broke on the second night. Can you send me a new one?"),
        (
            "Hello, my parcel KM-1 never arrived and I leave on Friday.",
            "my parcel KM-1 never arrived and I leave on Friday.",
        ),
        ("My order KM-10234 is late. Let me speek to somone.", "My order KM-10234 is late."),
        ("Where is it?", "Where is it?"),
        (
            "Guten Tag, der Reißverschluss ist kaputt. Kann ich ihn umtauschen? Viele Grüße, Jo",
            "der Reißverschluss ist kaputt. Kann ich ihn umtauschen?",
        ),
        ("Hello", ""),
        ("Thank you very much!", ""),
        ("I want to talk to a human", ""),
        ("🏕️🔥", ""),
        ("", ""),
        ("\0 \n\n ", ""),
    ],
)
def test_the_telling_sentence_is_found_and_not_the_greeting(body: str, wish: str) -> None:
    found = telling.wish(body)
    if "Can you send" in wish:
        assert "Can you send me a new one?" in found
        assert "hope" not in found
    else:
        assert found == wish


@pytest.mark.parametrize(
    "body", [LETTER, "a" * 100_000, "no? " * 30_000, "\n" * 50_000, "It’s torn."]
)
def test_what_is_extracted_stands_in_the_message(body: str) -> None:
    plain = " ".join(body.split())
    for words in (*telling.wish(body).split(" … "), *telling.tried(body)):
        for sentence in telling.sentences(words):
            assert sentence.rstrip("…") in plain


def test_what_they_tried_themselves_is_told_by_them() -> None:
    assert telling.tried(LETTER) == ["I already tried waxing it."]
    assert telling.tried("I’ve reset the stove twice.") == ["I’ve reset the stove twice."]
    assert telling.tried("Ich habe es schon zweimal versucht.")
    assert telling.tried("Have you tried that yourselves?") == []


# --- the lines and where they come from -----------------------------------------------------------


def test_every_line_names_the_messages_it_was_taken_from() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body=LETTER)
    answer = make_answer(ticket, articles=[make_article("Mend a zip")])
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer.answer, helpful=False)
    last = make_message(ticket, "This is ridiculous!! I want my money back.")

    handover = hand_over(ticket, Reason.ANGER, "“ridiculous”")

    by_position = {message.position: message.body for message in ticket.messages.all()}
    for kind in ("wants", "feeling"):
        for one in lines(handover, kind):
            for place in one["positions"]:
                said = " ".join(by_position[place].split()).lower()
                for words in telling.sentences(one["text"].replace("”, “", "\n").strip("“”")):
                    assert words in said or words.lower() in said
    first = ticket.messages.get(body__contains="zip broke")
    wants = lines(handover, "wants")
    assert [one["positions"] for one in wants] == [[first.position], [last.position]]
    assert wants[1]["text"] == "I want my money back."
    tried = lines(handover, "tried")
    assert [(one["text"], one["positions"]) for one in tried] == [
        ("“I already tried waxing it.”", [first.position]),
        ("“Mend a zip”, which did not help", [answer.position]),
    ]
    assert lines(handover, "why") == [
        {"kind": "why", "text": "Upset (“ridiculous”)", "positions": [last.position]}
    ]
    assert handover.facts == [
        {
            "key": "order_number",
            "value": "KM-20418",
            "position": first.position,
            "source": "customer",
        }
    ]
    assert handover.articles == [
        {
            "title": "Mend a zip",
            "slug": answer.answer.citations.get().slug,
            "score": 0.71,
            "helpful": False,
            "position": answer.position,
        }
    ]


def test_a_button_is_no_message_and_words_are() -> None:
    pressed = make_ticket(turn=Turn.ASSISTANT)
    assert lines(hand_over(pressed), "why")[0]["positions"] == []
    wrote = make_ticket(turn=Turn.ASSISTANT, body="My stove leaks. Get me an agent please")
    (why,) = lines(hand_over(wrote, detail="wrote “an agent”"), "why")
    first = wrote.messages.first()
    assert first is not None
    assert why["positions"] == [first.position]


def test_a_question_back_without_an_article_was_tried_too() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="The thing is broken somehow")
    back = make_answer(ticket, decision=Decision.CLARIFY)
    (tried,) = lines(hand_over(ticket, Reason.NOT_UNDERSTOOD), "tried")
    assert (tried["text"], tried["positions"]) == (
        "asked them to put it differently",
        [back.position],
    )


# --- feeling, identity, language ------------------------------------------------------------------


def test_the_course_of_the_feeling_comes_from_what_was_stored() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend the second pole?")
    read(ticket.messages.get(author_kind="customer"), feeling=("confused", "how do I"))
    make_answer(ticket)
    read(
        make_message(ticket, "That is not what I meant at all"),
        feeling=("angry", "not what I meant"),
    )
    make_answer(ticket)
    thanks = make_message(ticket, "ok")
    read(thanks, feeling=("calm",))

    handover = hand_over(ticket)

    assert (handover.feeling_start, handover.feeling) == ("confused", "angry")
    assert [one["text"] for one in lines(handover, "feeling")] == [
        "“how do I”",
        "“not what I meant”",
    ]


def test_a_correction_counts_more_than_the_reading() -> None:
    ticket = make_ticket(
        turn=Turn.ASSISTANT, body="Damn, these bloody midges. Which net do I need?"
    )
    reading = read(ticket.messages.get(author_kind="customer"), feeling=("angry", "damn"))
    reading.corrected = {"feeling": {"from": "angry", "to": "calm"}}
    reading.save()
    handover = hand_over(ticket)
    assert (handover.feeling_start, handover.feeling) == ("calm", "calm")
    assert lines(handover, "feeling") == []


def test_what_was_not_read_yet_is_read_by_expressions() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How long does delivery take?")
    make_message(ticket, "This is ridiculous. You are useless and I am furious!!")
    handover = hand_over(ticket)
    assert (handover.feeling_start, handover.feeling) == ("calm", "angry")


def test_two_calm_messages_are_calm_again() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="This is ridiculous. Useless, I am furious!!")
    make_message(ticket, "Sorry, I found the invoice in my mails.")
    make_message(ticket, "Now I would like to know when it is due.")
    handover = hand_over(ticket)
    assert (handover.feeling_start, handover.feeling) == ("angry", "calm")


def test_who_is_writing_is_known_as_far_as_it_was_proved() -> None:
    confirmed = make_ticket(turn=Turn.ASSISTANT)
    assert hand_over(confirmed).identity == Identity.CONFIRMED
    claimed = make_ticket(
        turn=Turn.ASSISTANT, customer=make_customer(email=None, claimed_email="a@b.example")
    )
    assert hand_over(claimed).identity == Identity.CLAIMED
    visitor = make_visitor()
    silent = actions.ask_for_a_person(actor=Actor.of_customer(visitor), customer=visitor)
    assert silent.handovers.get().identity == Identity.UNKNOWN


def test_the_language_is_that_of_the_newest_message_that_tells() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_customer(language="en"))
    assert briefs.write(ticket, Reason.ASKED, "").language == "en"
    read(make_message(ticket, "Der Reißverschluss ist leider kaputt."), language=("de",))
    read(make_message(ticket, "ok"), language=("",))
    assert hand_over(ticket).language == "de"


# --- cost and permanence --------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 60])
def test_a_brief_takes_at_most_four_queries_however_long_it_was(number: int) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    make_answer(ticket, articles=[make_article(), make_article()])
    ticket.refresh_from_db()
    add_messages(ticket, number)
    fresh = Ticket.objects.get(pk=ticket.pk)
    with CaptureQueriesContext(connection) as captured:
        briefs.write(fresh, Reason.ASKED, "")
    assert len(captured) <= 4


def test_a_brief_without_a_word_takes_at_most_four_queries() -> None:
    visitor = make_visitor()
    ticket = actions.ask_for_a_person(actor=Actor.of_customer(visitor), customer=visitor)
    fresh = Ticket.objects.get(pk=ticket.pk)
    with CaptureQueriesContext(connection) as captured:
        brief = briefs.write(fresh, Reason.ASKED, "")
    assert len(captured) <= 4
    assert [one["kind"] for one in brief.statements] == ["why"]


BRIEF = (
    *("reason", "detail", "wants", "tried", "why", "feeling", "feeling_start", "facts", "articles"),
    *("statements", "identity", "language", "skill", "evidence"),
)


def test_nothing_that_happens_later_changes_a_brief() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body=LETTER)
    handover = hand_over(ticket)
    before = HandOver.objects.values(*BRIEF).get(pk=handover.pk)
    agent = make_agent(teams=[ticket.team])
    reading = read(ticket.messages.filter(author_kind="customer")[0], feeling=("angry",))
    make_message(ticket, "And my other order is KM-77777, which is a scandal!!")
    actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order_number", value="KM-77777")
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    reading.corrected = {"feeling": {"from": "angry", "to": "calm"}}
    reading.save()
    actions.transfer(actor=Actor.agent(agent), ticket=ticket, team=make_team(), detail="Billing")
    assert HandOver.objects.values(*BRIEF).get(pk=handover.pk) == before
    handover.refresh_from_db()
    assert handover.accepted_by == agent
    assert handover.ended_at is not None


@pytest.mark.parametrize("name", BRIEF)
def test_the_database_refuses_to_change_a_brief(name: str) -> None:
    handover = hand_over(make_ticket(turn=Turn.ASSISTANT, channel=Channel.PORTAL))
    value: Any = [{"new": 1}] if isinstance(getattr(handover, name), list) else "failed"
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        HandOver.objects.filter(pk=handover.pk).update(**{name: value})


def test_a_transfer_keeps_what_was_known_and_says_its_own_reason() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body=LETTER)
    first = hand_over(ticket)
    agent = make_agent(teams=[ticket.team])
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    actions.transfer(actor=Actor.agent(agent), ticket=ticket, team=make_team(), detail="Billing")
    second = ticket.handovers.get(ended_at=None)
    assert lines(second, "wants") == lines(first, "wants")
    assert [one["text"] for one in lines(second, "why")] == ["Transferred by an agent (Billing)"]
