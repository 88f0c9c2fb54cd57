"""Reading and adding messages by the API; who said what, and what nobody outside may read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    add_messages,
    make_agent,
    make_answer,
    make_article,
    make_note,
    make_reply,
    make_ticket,
)
from tests.tickets.api.conftest import TICKETS, Caller
from tests.tickets.open_screens import browser_of
from tickets import actions
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.models import (
    ApiKey,
    Attachment,
    AuthorKind,
    Decision,
    Event,
    EventKind,
    Message,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db


def url(ticket: Ticket) -> str:
    return f"{TICKETS}{ticket.reference}/messages/"


def test_an_added_message_is_the_customers_and_gives_the_turn_to_whoever_answers(
    shop: Caller,
) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, agent=make_agent())
    response = shop.post(url(ticket), {"body": "  It still drips.\r\n"})
    assert response.status_code == 201
    message = Message.objects.latest("pk")
    assert response.json() == {
        "ticket": ticket.reference,
        "position": message.position,
        "author": {"kind": "customer", "name": ticket.customer.name},
        "channel": "api",
        "body": "It still drips.",
        "by_key": "Shop",
        "drafted_by": None,
        "created_at": f"{message.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "answer": None,
        "suggested": None,
        "attachments": [],
    }
    event = Event.objects.get(ticket=ticket, position=message.position)
    assert (event.kind, event.actor_key) == (EventKind.MESSAGE_POSTED, ApiKey.objects.get())
    ticket.refresh_from_db()
    assert ticket.turn == Turn.AGENT


def test_a_message_to_a_missing_ticket_is_404_and_writes_nothing(shop: Caller) -> None:
    make_ticket()
    before = Message.objects.count()
    assert shop.post(f"{TICKETS}NOTTHERE/messages/", {"body": "Hello"}).status_code == 404
    assert Message.objects.count() == before


@pytest.mark.parametrize("name", ["author_kind", "position", "is_internal", "created_at", "author"])
def test_a_message_takes_its_body_and_nothing_else(shop: Caller, name: str) -> None:
    """Who wrote it, when and where it stands is not for the sender to say."""
    ticket = make_ticket()
    before = Message.objects.count()
    response = shop.post(url(ticket), {"body": "Hello", name: "agent"})
    assert response.status_code == 400
    assert response.json()["error"]["fields"][name][0]["code"] == "unknown"
    assert Message.objects.count() == before


def test_every_message_says_what_kind_of_author_it_has(shop: Caller) -> None:
    article = make_article("Spare poles")
    ticket = make_ticket(turn=Turn.ASSISTANT)
    make_answer(ticket, articles=[article], score=0.71, confidence=0.82)
    agent = make_agent("Dana Osei", teams=[ticket.team])
    make_reply(ticket, agent)
    found = shop.get(url(ticket)).json()["results"]
    kinds = [message["author"]["kind"] for message in found]
    assert kinds[:2] == [AuthorKind.CUSTOMER, AuthorKind.ASSISTANT]
    assert {AuthorKind.SYSTEM, AuthorKind.AGENT} == set(kinds[2:])
    names = {message["author"]["kind"]: message["author"]["name"] for message in found}
    assert names["agent"] == "Dana"
    assert (names["assistant"], names["system"]) == ("", "")


def test_an_answer_of_the_assistant_shows_its_sources_and_how_sure_it_was(
    shop: Caller, settings: Any
) -> None:
    settings.SITE_URL = "https://help.kestrelmoor.example"
    article = make_article("Spare poles")
    ticket = make_ticket(turn=Turn.ASSISTANT)
    short = "Poles are sold one by one."
    make_answer(ticket, articles=[article], score=0.71, confidence=0.82, short_answer=short)
    question, answer = shop.get(url(ticket)).json()["results"]
    assert question["answer"] is None
    assert answer["answer"]["decision"] == "answer"
    assert answer["answer"]["confidence"] == 0.82
    (source,) = answer["answer"]["sources"]
    address = source.pop("url")
    assert address.startswith("https://help.kestrelmoor.example/")
    assert address.endswith(f"{article.slug}/#order-a-spare")
    assert source == {
        "slug": article.slug,
        "title": "Spare poles",
        "heading": "Order a spare",
        "short_answer": short,
        "passage": "Spare pole sections are in the shop under Spare parts.",
        "quoted": True,
        "nearby": [{"heading": "Change a pole", "url": address.replace("order-a-spare", "change")}],
        "score": 0.71,
    }


def test_the_body_of_the_assistants_message_is_what_the_customer_read(
    shop: Caller, settings: Any
) -> None:
    """Every word of the page but its buttons, and of other messages just the text."""
    settings.SITE_URL = "https://help.kestrelmoor.example"
    articles = [make_article("Spare poles"), make_article("Mend a pole")]
    help_centre = "https://help.kestrelmoor.example/help"
    ticket = make_ticket(turn=Turn.ASSISTANT)
    short = "Take *one* <b>section</b>."
    make_answer(ticket, articles=articles, confidence=0.9, short_answer=short)
    question, answer = shop.get(url(ticket)).json()["results"]
    assert question["body"] == ticket.messages.earliest("position").body
    first, second = (f"{help_centre}/{article.slug}/" for article in articles)
    assert answer["body"] == (
        "Here is what I found about spare poles.\n\n"
        "Take \\*one\\* \\<b\\>section\\</b\\>.\n\n"
        "> Spare pole sections are in the shop under Spare parts.\n\n"
        f"From [Spare poles]({first}#order-a-spare), Order a spare\n\n"
        f"Or did you mean: [Change a pole]({first}#change)\n\n"
        "I am quite sure that this answers your question.\n\n"
        f"Also looked at\n\n- [Mend a pole]({second})"
    )
    page = browser_of(ticket.customer).get(f"/requests/{ticket.reference}/").text
    for words in (
        "Take *one* &lt;b&gt;section&lt;/b&gt;.",
        "Spare pole sections are",
        "Or did you mean:",
        "I am quite sure that this answers your question.",
        "Also looked at",
    ):
        assert words in page


def test_the_body_of_an_offer_lists_what_was_offered(shop: Caller) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    article = make_article("Spare poles")
    make_answer(ticket, "Perhaps one of these:", articles=[article], decision=Decision.OFFER)
    body = shop.get(url(ticket)).json()["results"][-1]["body"]
    assert body.startswith("Perhaps one of these:\n\n- [Spare poles](http")
    assert body.endswith("Order a spare: Spare pole sections are in the shop under Spare parts.")
    assert "sure" not in body


def test_an_attachment_is_named_with_where_its_bytes_are(shop: Caller) -> None:
    ticket = make_ticket()
    upload = attachments.check([SimpleUploadedFile("pole.txt", b"It is bent.")])
    actions.post_message(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, body="", uploads=upload
    )
    message = shop.get(url(ticket)).json()["results"][-1]
    (kept,) = Attachment.objects.all()
    assert message["attachments"] == [
        {
            "id": str(kept.pk),
            "name": "pole.txt",
            "size": 11,
            "content_type": "text/plain",
            "url": f"http://localhost:8000/api/v1/attachments/{kept.pk}/",
        }
    ]


def test_reading_after_a_position_misses_nothing_and_repeats_nothing(shop: Caller) -> None:
    ticket = make_ticket()
    make_note(ticket, make_agent(teams=[ticket.team]))  # takes a place that is not shown
    add_messages(ticket, 7)
    expected = list(ticket.messages.order_by("position").values_list("position", flat=True))
    seen: list[int] = []
    address: str | None = f"{url(ticket)}?page_size=3"
    while address:
        page = shop.get(address).json()
        seen += [message["position"] for message in page["results"]]
        address = page["next"]
    assert seen == expected
    assert shop.get(url(ticket), {"after": seen[-1]}).json() == {
        "results": [],
        "next": None,
        "next_cursor": None,
    }
    shop.post(url(ticket), {"body": "One more"})
    (new,) = shop.get(url(ticket), {"after": seen[-1]}).json()["results"]
    assert new["body"] == "One more"


def test_a_note_reaches_nobody_by_the_api(shop: Caller) -> None:
    """Neither its text nor its author's address is in anything that the API says."""
    canary, address = "CANARY-7f3a-note", "canary-agent@kestrelmoor.example"
    agent = make_agent(email=address)
    agent.name = ""  # an account that was made in a hurry: its name is its address
    agent.save()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent, body="My tent pole broke")
    make_note(ticket, agent, canary)
    make_reply(ticket, agent)
    said = b""
    for path in (TICKETS, f"{TICKETS}{ticket.reference}/", url(ticket)):
        response = shop.get(path)
        assert response.status_code == 200
        said += response.content
    said += shop.post(url(ticket), {"body": "And now?"}).content
    said += shop.get(url(ticket), {"after": 0}).content
    assert b"My tent pole broke" in said, "the conversation itself has to be there"
    assert canary.encode() not in said
    assert address.encode() not in said


def test_a_conversation_costs_the_same_for_one_answer_and_for_ten(
    shop: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    articles = [make_article(), make_article()]

    def conversation(answers: int) -> Ticket:
        ticket = make_ticket(turn=Turn.ASSISTANT)
        for number in range(answers):
            make_answer(ticket, articles=articles)
            if number < answers - 1:
                actions.post_message(
                    actor=Actor.of_customer(ticket.customer), ticket=ticket, body="And this?"
                )
                ticket.refresh_from_db()
        return ticket

    one, ten = conversation(1), conversation(10)
    shop.get(url(one))
    for ticket, messages in ((one, 2), (ten, 20)):
        with django_assert_num_queries(5):
            found = shop.get(url(ticket), {"page_size": 100}).json()["results"]
        assert len(found) == messages
