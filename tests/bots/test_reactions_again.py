"""What the assistant does with what it got back, with thanks, and with what it cannot answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bots.models import AssistantSettings
from tests.bots.conftest import Find, react
from tests.factories import (
    make_agent,
    make_answer,
    make_article,
    make_message,
    make_reply,
    make_ticket,
)
from tests.tickets.ledger import bodies
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Citation,
    Fact,
    Message,
    Reaction,
    Reason,
    Ticket,
    Turn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


def said(ticket: Ticket) -> list[str]:
    """What the assistant said."""
    return bodies(ticket, AuthorKind.ASSISTANT)


def turn(ticket: Ticket) -> Reaction:
    """The newest turn that the assistant owes."""
    return Reaction.objects.filter(name="assistant.turn", event__ticket=ticket).latest("pk")


def pass_time(ticket: Ticket) -> None:
    """As if the turn had begun too long ago."""
    Ticket.objects.filter(pk=ticket.pk).update(turn_since=timezone.now() - timedelta(seconds=11))


# --- answering ------------------------------------------------------------------------------------


def test_a_wish_in_words_hands_over_in_the_same_turn_with_the_brief() -> None:
    ticket = make_ticket(
        turn=Turn.ASSISTANT, body="My order KM-10234 is late. Let me speek to somone."
    )
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    handover = ticket.handovers.get()
    assert handover.reason == Reason.ASKED
    assert handover.wants == "My order KM-10234 is late."
    assert handover.why == "Asked for a person (“speek to somone”)"
    assert [fact["value"] for fact in handover.facts] == ["KM-10234"]
    assert said(ticket) == []


def test_it_asks_back_at_most_once_in_a_whole_conversation(asked: list[str]) -> None:
    settings = AssistantSettings.load()
    ticket = make_ticket(turn=Turn.ASSISTANT, body="Do you sell kayaks?")
    react()
    make_message(ticket, "Boats that one paddles.")
    react()
    ticket.refresh_from_db()
    assert said(ticket) == [settings.clarify_text, settings.no_answer_text]
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.NOT_UNDERSTOOD)
    actions.hand_back(actor=Actor.agent(make_agent()), ticket=ticket)
    react()
    assert said(ticket).count(settings.clarify_text) == 1


def test_a_no_to_its_question_back_fetches_a_person(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="Do you sell kayaks?")
    react()
    make_message(ticket, "no")
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert ticket.unhelpful_answers == 0


def test_the_first_no_gets_a_word_that_promises_nobody(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    answer = Answer.objects.get()
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    react()
    ticket.refresh_from_db()
    assert said(ticket)[-1] == AssistantSettings.load().unhelpful_text
    assert "colleague" not in said(ticket)[-1]
    assert ticket.turn == Turn.CUSTOMER
    assert not ticket.handovers.exists()


def test_a_no_in_words_counts_like_the_button_and_the_second_fetches_a_person(
    finds: Find,
) -> None:
    article, other = make_article(), make_article()
    finds((article, 0.95), (other, 0.3))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    make_message(ticket, "That didn't help")
    react()
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.unhelpful_answers) == (Turn.CUSTOMER, 1)
    make_message(ticket, "How do I mend the other one?")
    react()
    assert Citation.objects.filter(rank=1).latest("pk").article == other
    make_message(ticket, "nope")
    react()
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.UNHELPFUL)


def test_a_word_of_regret_comes_too_late_once_a_person_was_asked_for(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=Answer.objects.get(), helpful=False)
    actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ASKED)
    before = said(ticket)
    react()
    assert said(ticket) == before


# --- facts ----------------------------------------------------------------------------------------


def test_what_was_said_once_is_noted_with_where_it_came_from(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, body="Order KM-10234, call +44 20 7946 0018")
    react()
    facts = {fact.key: fact for fact in Fact.objects.filter(ticket=ticket)}
    assert {key: fact.value for key, fact in facts.items()} == {
        "order_number": "KM-10234",
        "phone": "+44 20 7946 0018",
    }
    assert facts["phone"].message == Message.objects.get(author_kind="customer")
    assert facts["phone"].source == "assistant"


def test_what_agents_say_is_no_fact_of_the_customers(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    make_reply(ticket, make_agent(), "I made you the order KM-99999")
    react()
    assert not Fact.objects.exists()


# --- the brief ------------------------------------------------------------------------------------


def test_the_brief_says_what_was_tried_and_how_they_feel() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="My pole snapped in the first night.")
    answer = make_answer(ticket, articles=[make_article("Mend a pole")]).answer
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    make_message(ticket, "This is ridiculous, a useless tent!! I want my money back.")
    handover = actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ANGER)
    assert handover.wants.startswith("My pole snapped in the first night. …")
    assert handover.tried == "The assistant showed “Mend a pole”, which did not help."
    assert handover.feeling == "angry"
    assert handover.articles[0]["title"] == "Mend a pole"
    assert handover.articles[0]["helpful"] is False


def test_one_calm_line_at_the_end_does_not_undo_the_anger() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="This is ridiculous. Useless!!")
    make_message(ticket, "ok")
    customer = Actor.of_customer(ticket.customer)
    assert actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ASKED).feeling == "angry"


def test_a_brief_of_a_long_conversation_stays_short() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="word " * 3000)
    for _ in range(5):
        make_message(ticket, "another " * 2000)
    handover = actions.hand_over(
        actor=Actor.assistant(), ticket=ticket, reason=Reason.SENSITIVE, detail="x" * 900
    )
    for text in (handover.wants, handover.tried, handover.why):
        assert 0 < len(text) <= 400
