"""What a draft asks for although it is known: questions are found, statements are left alone."""

from __future__ import annotations

import time

import pytest

from tests.factories import make_customer, make_message, make_ticket
from tests.tickets.ledger import kinds
from tickets import actions
from tickets.actors import Actor
from tickets.conversation import asked_again
from tickets.conversation.asked_again import Known
from tickets.models import Reason, Ticket, Turn

KNOWN = [
    Known("order_number", "KM-1234", 3),
    Known("email", "maja@walkers.example"),
    Known("phone", "+44 20 7946 0018", 3),
    Known("amount", "£40", 3),
    Known("name", "Maja Olsen"),
    Known("tried", "“I already tried waxing the zip.”", 3),
    Known("tent_size", "2", 3),
    Known("address", "1 Moor Lane", 3),
    Known("serial_number", "SN-1", 1),
]
ASKS = [
    ("Could you send me your order number?", "order_number"),
    ("Hi Maja, could you please tell me your order number so I can look?", "order_number"),
    ("What is your order number?", "order_number"),
    ("Please provide the invoice number.", "order_number"),
    ("Your order number, please?", "order_number"),
    ("I need your order number.", "order_number"),
    ("Which order is it about?", "order_number"),
    ("Can I have your order no.?", "order_number"),
    ("Könnten Sie mir bitte Ihre Bestellnummer nennen?", "order_number"),
    ("Wie lautet Ihre Bestellnummer?", "order_number"),
    ("Bitte teilen Sie uns die Auftragsnummer mit.", "order_number"),
    ("Ich benötige noch Ihre Bestellnummer.", "order_number"),
    ("What's your e-mail address?", "email"),
    ("Could you share your email please?", "email"),
    ("Wie ist Ihre E-Mail-Adresse?", "email"),
    ("Which email did you use?", "email"),
    ("Could you give me a phone number?", "phone"),
    ("What number can we call you on?", "phone"),
    ("Unter welcher Nummer erreiche ich Sie? Ihre Telefonnummer?", "phone"),
    ("How much were you charged?", "amount"),
    ("What amount was taken?", "amount"),
    ("Wie viel wurde abgebucht?", "amount"),
    ("May I have your full name?", "name"),
    ("Who am I speaking with?", "name"),
    ("Mit wem spreche ich?", "name"),
    ("What have you tried so far?", "tried"),
    ("Have you tried waxing it?", "tried"),
    ("Was haben Sie bisher versucht?", "tried"),
    ("What is your tent size?", "tent_size"),
    ("Where should we ship it to?", "address"),
    ("Could you confirm your delivery address?", "address"),
    ("Could you let me know your serial number?", "serial_number"),
    ("And your order number?", "order_number"),
    ("Do you have an order number for me?", "order_number"),
    ("I'm missing your order number", "order_number"),
    ("Thanks Maja. To look into it I'd need the order number.", "order_number"),
]
DOES_NOT = [
    "Your order number KM-1234 is on its way.",
    "Your order number is on the invoice.",
    "I have found your order, it left on Monday.",
    "I will check the order number with the warehouse.",
    "Please check your email for the label.",
    "Could you send a photo to our e-mail address?",
    "Please write the order number on the parcel.",
    "Could you write the order number on the box?",
    "I sent the confirmation to your e-mail address.",
    "Shall I send the invoice to your e-mail address?",
    "We need to check your order number against our list.",
    "Please tell me if the refund should go to the same account.",
    "You can change your e-mail address in your account.",
    "Could you send me a photo of the broken pole?",
    "The amount was refunded today.",
    "How much wax did you use?",
    "I will call you on your phone number.",
    "Is your order number KM-1234?",
    "Have you tried cleaning the stove?",
    "Please confirm your e-mail address by clicking the link.",
    "Which colour would you like?",
    "What a shame, I am sorry about your order.",
    "Ich habe Ihre Bestellnummer gefunden.",
    "Ihre Bestellung ist unterwegs. Haben Sie noch Fragen?",
    "Can I help with anything else?",
    "Could you tell me whether the parcel has arrived?",
    "What would you like us to do about the order?",
    "Please let me know if the amount arrives.",
    "Could you describe what happened in your own words?",
    "Would you like a refund or a replacement?",
    "Your name is on the list.",
    "What is the name of the campsite?",
    "Please reply to this email.",
    "I have your phone number, we will call you tomorrow.",
    "Vielen Dank für Ihre E-Mail.",
    "Welche Größe möchten Sie?",
    "Could you let me know which day suits you? We will e-mail you.",
    "Do you remember where you bought it?",
]


@pytest.mark.parametrize(("draft", "key"), ASKS)
def test_a_question_for_what_is_known_is_found(draft: str, key: str) -> None:
    assert [fact.key for fact in asked_again.find(draft, KNOWN)] == [key]


@pytest.mark.parametrize("draft", DOES_NOT)
def test_a_statement_or_another_question_is_left_alone(draft: str) -> None:
    assert asked_again.find(draft, KNOWN) == []


@pytest.mark.parametrize(("draft", "key"), ASKS)
def test_what_is_not_known_may_be_asked(draft: str, key: str) -> None:
    assert key not in [
        fact.key for fact in asked_again.find(draft, [one for one in KNOWN if one.key != key])
    ]


def test_of_two_orders_one_may_ask_which() -> None:
    two = [Known("order_number", "KM-1", 1), Known("order_number", "KM-2", 4)]
    assert asked_again.find("Which order is it about?", two) == []
    assert asked_again.find("Which order is it about?", two[:1]) == two[:1]


def test_whoever_writes_the_value_knows_it() -> None:
    draft = "I found KM-1234. Could you confirm that this is your order number?"
    assert asked_again.find(draft, KNOWN) == []


@pytest.mark.parametrize("draft", ["", "?", "\0", "🏕️", "what " * 20_000, "could you " * 10_000])
def test_no_draft_is_too_much(draft: str) -> None:
    began = time.perf_counter()
    asked_again.find(draft, KNOWN)
    assert time.perf_counter() - began < 1


@pytest.mark.django_db
def test_what_is_known_comes_from_the_brief_the_facts_and_the_customer(
    django_assert_max_num_queries: object,
) -> None:
    customer = make_customer("Maja Olsen", email="maja@walkers.example", phone="+44 1")
    ticket = make_ticket(
        turn=Turn.ASSISTANT,
        customer=customer,
        body="Order KM-20418 is late. I already tried calling the courier.",
    )
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.ASKED)
    later = make_message(ticket, "It is tent size 2.")
    actions.note_fact(
        actor=Actor.assistant(), ticket=ticket, key="tent_size", value="2", message=later
    )
    other = make_ticket(body="My order is KM-99999.")
    actions.note_fact(actor=Actor.assistant(), ticket=other, key="colour", value="green")

    fresh = Ticket.objects.select_related("customer").get(pk=ticket.pk)
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        found = {fact.key: fact for fact in asked_again.known_of(fresh)}

    first = ticket.messages.get(body__startswith="Order").position
    assert {key: (fact.value, fact.position) for key, fact in found.items()} == {
        "order_number": ("KM-20418", first),
        "tried": ("“I already tried calling the courier.”", first),
        "tent_size": ("2", later.position),
        "email": ("maja@walkers.example", None),
        "phone": ("+44 1", None),
        "name": ("Maja Olsen", None),
    }
    assert "question.asked_again" not in kinds(ticket)
