"""What was understood of a message: shown beside it, corrected with one click, told to all screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bots.models import Detector
from knowledgebase.models import Article
from tests.factories import add_messages, make_answer, make_article, make_message, make_ticket
from tests.tickets.ledger import kinds
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Customer,
    EventKind,
    Message,
    Reading,
    Team,
    Ticket,
    Turn,
    User,
)

VALUES = {
    "feeling": {"value": "angry", "evidence": ["<b>ridiculous</b>"], "score": 0.9},
    "sensitive": {"value": ["legal"], "evidence": ["my lawyer"], "score": 0.7},
    "urgent": {"value": "deadline", "evidence": ["on Friday"], "score": None},
    "wants_to_cancel": {"value": False, "evidence": [], "score": None},
}


@pytest.fixture
def ticket(team: Team) -> Ticket:
    return make_ticket(
        team=team, body="This is <b>ridiculous</b>. I leave on Friday, ask my lawyer."
    )


@pytest.fixture
def reading(ticket: Ticket) -> Reading:
    return read(ticket.messages.get(author_kind=AuthorKind.CUSTOMER))


def read(message: Message) -> Reading:
    return Reading.objects.create(message=message, ticket=message.ticket, values=VALUES)


def url(reading: Reading) -> str:
    return f"/workspace/{reading.ticket.reference}/readings/{reading.message.position}/"


def corrections(ticket: Ticket) -> list[dict[str, Any]]:
    return [event.data for event in ticket.events.filter(kind=EventKind.READING_CORRECTED)]


# --- what is shown --------------------------------------------------------------------------------


def test_what_was_understood_stands_beside_the_message_with_its_evidence(
    danas: Client, ticket: Ticket, reading: Reading
) -> None:
    page = danas.get(f"/workspace/{ticket.reference}/").text
    shown = page.split('class="reading"')[1].split("</li>")[0]
    for words in ("Angry", "Legal", "Urgent: a deadline", "my lawyer", "on Friday"):
        assert words in shown
    assert "&lt;b&gt;ridiculous" in shown
    assert "Wants to cancel" not in shown
    assert f'formaction="{url(reading)}"' in shown
    assert "csrf" not in shown


def test_a_calm_message_has_no_marks_but_may_be_corrected(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    message = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    Reading.objects.create(message=message, ticket=ticket, values={"feeling": {"value": "calm"}})
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert "reading__mark" not in page
    assert "Something was missed" in page


def test_customers_see_nothing_of_it(ticket: Ticket, reading: Reading) -> None:
    from tickets.portal import news

    item = news.news(ticket, after=0)["items"][0]["html"]
    assert "reading" not in item
    assert "Angry" not in item


def test_readings_cost_no_statement_more(danas: Client, ticket: Ticket) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert danas.get(f"/workspace/{ticket.reference}/").status_code == 200
        return len(captured)

    without = queries()
    ticket.refresh_from_db()
    add_messages(ticket, 30)
    for message in ticket.messages.filter(author_kind=AuthorKind.CUSTOMER):
        read(message)
    assert queries() == without <= 12


# --- correcting -----------------------------------------------------------------------------------


def test_one_click_corrects_and_the_screen_hears_of_it(
    danas: Client, ticket: Ticket, reading: Reading, dana: User
) -> None:
    bystander = read(make_message(ticket, "Still ridiculous."))
    ticket.refresh_from_db()
    answer = danas.post(
        url(reading),
        {"to": "feeling:calm"},
        headers={**BY_SCRIPT, "X-After": str(ticket.last_position)},
    )
    reading.refresh_from_db()
    assert reading.value("feeling") == "calm"
    assert reading.values == VALUES, "what was understood stays"
    kept = reading.corrected["feeling"]
    assert (kept["from"], kept["to"], kept["by"]) == ("angry", "calm", dana.pk)
    assert corrections(ticket) == [
        {"field": "feeling", "from": "angry", "to": "calm", "message": reading.message.position}
    ]
    (item,) = [
        one["html"] for one in answer.json()["items"] if one["position"] == reading.message.position
    ]
    assert "Angry" not in item
    bystander.refresh_from_db()
    assert bystander.corrected == {}


@pytest.mark.parametrize(
    ("asked", "field", "to"),
    [
        ("feeling:distressed", "feeling", "distressed"),
        ("urgent:", "urgent", ""),
        ("wants_to_cancel:yes", "wants_to_cancel", True),
        ("billing_dispute:yes", "billing_dispute", True),
        ("repeats:not_asked", "repeats", "not_asked"),
        ("sensitive:-legal", "sensitive", []),
        ("sensitive:+medical", "sensitive", ["legal", "medical"]),
        ("topic:repairs", "topic", "repairs"),
        ("language:de", "language", "de"),
        ("language:pt-BR", "language", "pt-br"),
    ],
)
def test_everything_can_be_set_or_taken_back(
    danas: Client, reading: Reading, asked: str, field: str, to: Any
) -> None:
    assert danas.post(url(reading), {"to": asked}).status_code == 302
    reading.refresh_from_db()
    assert reading.value(field) == to
    assert set(reading.corrected) == {field}


def test_back_to_what_was_understood_takes_the_correction_away(
    danas: Client, ticket: Ticket, reading: Reading
) -> None:
    for asked in ("feeling:calm", "feeling:calm", "feeling:angry", "wants_to_cancel:no"):
        danas.post(url(reading), {"to": asked})
    reading.refresh_from_db()
    assert reading.corrected == {}
    assert [(data["from"], data["to"]) for data in corrections(ticket)] == [
        ("angry", "calm"),
        ("calm", "angry"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        *("", "feeling", "feeling:happy", "confidence:1", "wants_to_cancel:maybe", "values:x"),
        *("sensitive:legal", "sensitive:+<b>", f"sensitive:+{'x' * 50}", "\0:\0", "urgent:angry"),
        *("topic:<b>", f"topic:{'x' * 50}", "language:", "language:german", "language:<b>"),
    ],
)
def test_what_cannot_be_set_changes_nothing(
    danas: Client, ticket: Ticket, reading: Reading, asked: str
) -> None:
    before = kinds(ticket)
    assert danas.post(url(reading), {"to": asked}, headers=BY_SCRIPT).status_code == 422
    reading.refresh_from_db()
    assert reading.corrected == {}
    assert kinds(ticket) == before


def test_the_form_shows_all_that_can_be_set_and_what_holds(danas: Client, reading: Reading) -> None:
    for headers in ({}, BY_SCRIPT):
        form = danas.get(url(reading), headers=headers).text
        assert 'value="feeling:angry" aria-pressed="true"' in form
        assert 'value="feeling:calm" aria-pressed="false"' in form
        assert 'value="sensitive:-legal" aria-pressed="true"' in form
        assert 'value="wants_to_cancel:no" aria-pressed="true"' in form


# --- topic, language and repetition ---------------------------------------------------------------


def test_a_corrected_language_is_the_customers_from_then_on(
    danas: Client, ticket: Ticket, reading: Reading
) -> None:
    bystander = make_ticket().customer
    Customer.objects.filter(pk=ticket.customer_id).update(language="fr")
    danas.post(url(reading), {"to": "language:de"})
    danas.post(url(reading), {"to": "language:nl"})
    customer = Customer.objects.get(pk=ticket.customer_id)
    assert customer.language == "nl"
    bystander.refresh_from_db()
    assert bystander.language == ""
    assert [(data["from"], data["to"]) for data in corrections(ticket)] == [
        (None, "de"),
        ("de", "nl"),
    ]
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert "Dutch" in page.split('class="reading"')[1].split("</li>")[0]


def test_taking_a_language_back_gives_the_customer_the_one_they_had(
    danas: Client, ticket: Ticket
) -> None:
    message = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    reading = Reading.objects.create(
        message=message, ticket=ticket, values={"language": {"value": "en"}}
    )
    Customer.objects.filter(pk=ticket.customer_id).update(language="fr")
    for code, kept in (("de", "de"), ("en", "fr")):
        danas.post(url(reading), {"to": f"language:{code}"})
        assert Customer.objects.get(pk=ticket.customer_id).language == kept
    reading.refresh_from_db()
    assert reading.corrected == {}


@pytest.mark.parametrize(
    ("understood", "helpful", "to", "count"),
    [
        ("", None, "no", 2),
        ("", None, "not_asked", 2),
        ("", False, "no", 1),  # the button was pressed too
        ("no", False, "", 0),
        ("no", None, "", 1),  # it was never counted
        ("", None, "question", 1),
    ],
)
def test_a_corrected_repetition_counts_in_this_conversation_alone(
    danas: Client, team: Team, understood: str, helpful: bool | None, to: str, count: int
) -> None:
    other = make_ticket(team=team)
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    make_answer(ticket)
    Answer.objects.update(helpful=helpful)
    Ticket.objects.filter(pk__in=[ticket.pk, other.pk]).update(unhelpful_answers=1)
    ticket.refresh_from_db()
    message = make_message(ticket, "Nope, not that one")
    values = {"repeats": {"value": understood}}
    reading = Reading.objects.create(message=message, ticket=ticket, values=values)
    danas.post(url(reading), {"to": f"repeats:{to}"})
    danas.post(url(reading), {"to": f"repeats:{to}"})
    ticket.refresh_from_db()
    assert ticket.unhelpful_answers == count
    (told,) = corrections(ticket)
    assert told["unhelpful_answers"] == count
    other.refresh_from_db()
    assert other.unhelpful_answers == 1
    danas.post(url(reading), {"to": f"repeats:{understood}"})
    ticket.refresh_from_db()
    assert ticket.unhelpful_answers == 1


def test_the_form_offers_the_topics_and_languages_of_this_installation(
    danas: Client, ticket: Ticket
) -> None:
    Detector.objects.create(slug="repairs", name="Repairs", kind=Detector.Kind.TOPIC)
    Detector.objects.create(slug="off", name="Asleep", kind=Detector.Kind.TOPIC, active=False)
    make_article()
    Article.objects.update(language="cs")
    message = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    reading = Reading.objects.create(
        message=message,
        ticket=ticket,
        values={"topic": {"value": "gone"}, "language": {"value": "ja"}},
    )
    form = danas.get(url(reading), headers=BY_SCRIPT).text
    assert 'value="topic:repairs" aria-pressed="false">Repairs' in form
    assert 'value="topic:gone" aria-pressed="true">Gone' in form
    assert 'value="topic:" aria-pressed="false">None of these' in form
    assert 'value="topic:off"' not in form
    assert 'value="language:ja" aria-pressed="true">Japanese' in form
    assert 'value="language:cs" aria-pressed="false">Czech' in form
    assert "Nothing is learned from it." in form
    shown = danas.get(f"/workspace/{ticket.reference}/").text.split('class="reading"')[1]
    assert 'value="topic:"' in shown
    assert 'value="language:' not in shown.split("</li>")[0]


def test_who_does_not_see_the_ticket_finds_nothing_to_correct(
    as_user: Callable[[User | None], Client], stranger: User, ticket: Ticket, reading: Reading
) -> None:
    browser = as_user(stranger)
    assert browser.get(url(reading)).status_code == 404
    assert browser.post(url(reading), {"to": "feeling:calm"}).status_code == 404
    reading.refresh_from_db()
    assert reading.corrected == {}
    assert not corrections(ticket)


def test_a_reading_of_another_conversation_is_not_reached(danas: Client, team: Team) -> None:
    mine, other = make_ticket(team=team), make_ticket()
    reading = read(other.messages.get(author_kind=AuthorKind.CUSTOMER))
    wrong = f"/workspace/{mine.reference}/readings/{reading.message.position}/"
    assert danas.post(wrong, {"to": "feeling:calm"}).status_code == 404
    reading.refresh_from_db()
    assert reading.corrected == {}


def test_only_who_works_here_corrects(ticket: Ticket, reading: Reading, dana: User) -> None:
    for actor in (Actor.of_customer(ticket.customer), Actor.assistant(), Actor.nobody()):
        with pytest.raises(NotAllowed):
            actions.correct_reading(actor=actor, reading=reading, field="feeling", to="calm")
    with pytest.raises(ValidationError):
        actions.correct_reading(
            actor=Actor.agent(dana), reading=reading, field="feeling", to=["calm"]
        )
    assert not corrections(ticket)


def test_a_correction_changes_neither_the_turn_nor_the_order_of_the_list(
    danas: Client, ticket: Ticket, reading: Reading
) -> None:
    before = Ticket.objects.values("turn", "assignee", "last_message_at", "turn_since").get()
    danas.post(url(reading), {"to": "feeling:calm"})
    assert (
        Ticket.objects.values("turn", "assignee", "last_message_at", "turn_since").get() == before
    )
    assert before["turn"] == Turn.QUEUE
