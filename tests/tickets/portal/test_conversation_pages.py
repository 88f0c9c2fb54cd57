"""A customer's conversation on the portal: who may open it, and what writing in it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import (
    QUESTION,
    add_messages,
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_note,
    make_reply,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.tickets.ledger import bodies, kinds
from tests.tickets.portal.conftest import BY_SCRIPT, Browser, page_of
from tests.tickets.test_attachments import PNG, send
from tickets.conversation.stretches import PAGE
from tickets.models import Attachment, AuthorKind, Customer, Message, Rating, Reason, Ticket, Turn

pytestmark = pytest.mark.django_db
AtMost = Callable[..., Any]

ACTS = ("messages/", "messages/1/helpful/", "solved/", "reopen/", "rating/", "email/")


# --- what it shows --------------------------------------------------------------------------------


def test_an_answer_leads_to_the_other_sections_that_may_be_meant(browser: Browser) -> None:
    ticket, article = make_ticket(turn=Turn.ASSISTANT), make_article("Spare poles")
    make_answer(ticket, articles=[article])
    page = browser(ticket.customer).get(page_of(ticket)).content.decode()
    assert f'<a href="/help/{article.slug}/#change"><bdi>Change a pole</bdi></a>' in page


@pytest.mark.parametrize("turn", Turn)
def test_without_script_the_page_says_how_to_see_the_answer(browser: Browser, turn: Turn) -> None:
    ticket = make_ticket(turn=turn)
    page = browser(ticket.customer).get(page_of(ticket)).content.decode()
    renew = page.split("<noscript>")[1].split("</noscript>")[0]
    assert f'<a href="{page_of(ticket)}">Show what is new</a>' in renew
    assert ("The answer is written now" in renew) == (turn == Turn.ASSISTANT)


# --- who may open it ------------------------------------------------------------------------------


def test_anothers_conversation_is_the_same_404_as_a_missing_one(browser: Browser) -> None:
    mine, theirs = make_ticket(), make_ticket(subject="canary-subject")
    outsiders = [
        browser(),
        browser(make_visitor()),
        browser(mine.customer),
        browser(make_customer(login=True)),
        browser(make_agent(teams=[theirs.team])),  # staff are no customers on the portal
    ]
    for client in outsiders:
        for part in ("", "news/"):
            refused = client.get(page_of(theirs, part))
            missing = client.get(page_of(theirs, part).replace(theirs.reference, "MISSING2"))
            assert refused.status_code == missing.status_code == 404
            assert without_tokens(refused) == without_tokens(missing)
            assert b"canary" not in refused.content
        for part in ACTS:
            assert client.post(page_of(theirs, part), {"body": "x"}).status_code == 404
        asked = client.post("/talk-to-a-human/", {"ticket": theirs.reference})
        assert asked.status_code == 404
    assert theirs.messages.filter(body="x").count() == 0


def without_tokens(response: Any) -> bytes:
    """A page without what differs from request to request: tokens, the time it names, its address."""
    import re

    return re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', b"", response.content)


@pytest.mark.parametrize(
    ("turn", "person"),
    [
        (Turn.ASSISTANT, False),
        (Turn.QUEUE, False),
        (Turn.AGENT, True),
        (Turn.CUSTOMER, False),
        (Turn.CUSTOMER, True),
        (Turn.CLOSED, False),
        (Turn.CLOSED, True),
    ],
)
def test_the_owner_sees_it_in_every_state(browser: Browser, turn: Turn, person: bool) -> None:
    agent = make_agent("Dana Osei", email="dana.osei@kestrelmoor.example") if person else None
    ticket = make_ticket(turn=turn, agent=agent, customer=make_customer(login=True))
    page = browser(ticket.customer).get(page_of(ticket))
    assert page.status_code == 200
    assert QUESTION in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert b"dana.osei@" not in page.content


def test_a_visitor_finds_their_conversation_in_the_browser_where_they_wrote_it(
    browser: Browser,
) -> None:
    visitor = make_visitor()
    ticket = make_ticket(customer=visitor)
    assert browser(visitor).get(page_of(ticket)).status_code == 200
    assert browser().get(page_of(ticket)).status_code == 404


@pytest.mark.parametrize("query", ["before=5", "before=0", "before=x", "before=-1", "before=9" * 9])
def test_any_place_to_read_from_is_a_page(browser: Browser, query: str) -> None:
    ticket = make_ticket(customer=make_customer(login=True))
    assert browser(ticket.customer).get(f"{page_of(ticket)}?{query}").status_code == 200


def test_a_long_conversation_begins_with_its_newest_page(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    add_messages(ticket, 150)
    client = browser(ticket.customer)
    newest = client.get(page_of(ticket))
    assert "Message 150 of 150" in newest.content.decode()
    assert "Message 100 of 150 " not in newest.content.decode()
    earlier = client.get(f"{page_of(ticket)}?before={newest.context['shown'].earlier}")
    assert "Message 100 of 150 " in earlier.content.decode()


def test_the_page_takes_as_many_queries_for_one_message_as_for_a_page_full(
    browser: Browser, django_assert_max_num_queries: AtMost
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_customer(login=True))
    make_answer(ticket, articles=[make_article()])
    client = browser(ticket.customer)
    client.get(page_of(ticket))
    with django_assert_max_num_queries(12) as one:
        client.get(page_of(ticket))
    ticket.refresh_from_db()
    add_messages(ticket, PAGE - 2, make_agent())
    with django_assert_max_num_queries(12) as many:
        client.get(page_of(ticket))
    assert len(many) == len(one)


# --- writing --------------------------------------------------------------------------------------


def test_without_script_a_message_redirects_to_its_conversation(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    sent = browser(ticket.customer).post(page_of(ticket, "messages/"), {"body": "And the other?"})
    assert (sent.status_code, sent["Location"]) == (302, page_of(ticket))
    assert bodies(ticket, AuthorKind.CUSTOMER)[-1] == "And the other?"


def test_by_script_a_message_answers_with_what_is_new(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    seen = ticket.last_position
    sent = browser(ticket.customer).post(
        page_of(ticket, "messages/"),
        {"body": "And the other?"},
        headers={**BY_SCRIPT, "X-After": str(seen)},
    )
    news = sent.json()
    assert sent.status_code == 200
    assert (news["type"], news["position"]) == ("news", seen + 1)
    # The answer that can be rated comes along, as its form may have changed.
    assert [item["position"] for item in news["items"]] == [seen, seen + 1]
    assert "And the other?" in news["items"][1]["html"]
    assert news["panels"].keys() == {"status", "proof", "after"}


@pytest.mark.parametrize("body", ["", " \u200b\n", "x" * 20_001, "x" * 100_000])
def test_what_cannot_be_sent_is_422_and_keeps_what_was_typed(browser: Browser, body: str) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    before = kinds(ticket)
    client = browser(ticket.customer)
    page = client.post(page_of(ticket, "messages/"), {"body": body})
    assert page.status_code == 422
    assert page.context["message_form"].errors
    if body.strip("\u200b \n"):
        assert "x" * 20_001 in page.content.decode()  # typed once, kept
    told = client.post(page_of(ticket, "messages/"), {"body": body}, headers=BY_SCRIPT)
    assert told.status_code == 422
    assert told.json()["error"]["code"] == "invalid"
    assert told.json()["error"]["message"]
    assert kinds(ticket) == before


@pytest.mark.parametrize(
    "body",
    [
        "\ud83d\ude00 lone \ud800".encode("utf-8", "surrogatepass"),
        "🏕️",
        "\u202eright to left",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "e" + "\u0301" * 5000,
    ],
)
def test_hostile_text_is_kept_and_shown_harmless(browser: Browser, body: str | bytes) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    client = browser(ticket.customer)
    sent = client.post(page_of(ticket, "messages/"), {"body": body})
    assert sent.status_code == 302
    html = client.get(page_of(ticket)).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="javascript:' not in html


def test_a_nul_is_an_error_or_nothing_never_a_500(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    sent = browser(ticket.customer).post(page_of(ticket, "messages/"), {"body": "a\0b"})
    assert sent.status_code in (302, 422)


def test_one_form_sent_twice_is_one_message(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    client, form = browser(ticket.customer), {"body": "Hello?", "client_id": str(uuid4())}
    for _ in range(2):
        assert client.post(page_of(ticket, "messages/"), form).status_code == 302
    assert Message.objects.filter(ticket=ticket, body="Hello?").count() == 1


def test_a_file_that_is_refused_is_said_and_the_words_stay(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    evil = SimpleUploadedFile("run.exe", b"MZ")
    page = browser(ticket.customer).post(
        page_of(ticket, "messages/"), {"body": "See the log", "files": evil}
    )
    assert page.status_code == 422
    assert "run.exe" in page.content.decode()
    assert "See the log" in page.content.decode()


# --- the other acts -------------------------------------------------------------------------------


def test_talk_to_a_human_in_a_conversation_keeps_it_where_it_is(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    client = browser(ticket.customer)
    done = client.post("/talk-to-a-human/", {"ticket": ticket.reference})
    assert done["Location"] == page_of(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.ASKED)
    news = client.post("/talk-to-a-human/", {"ticket": ticket.reference}, headers=BY_SCRIPT).json()
    assert "You are next" in news["panels"]["status"]


def test_it_did_not_and_that_solved_it(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_customer(login=True))
    message = make_answer(ticket, articles=[make_article()])
    client = browser(ticket.customer)
    page = client.get(page_of(ticket)).content.decode()
    assert "That solved it" in page
    rate = page_of(ticket, f"messages/{message.position}/helpful/")
    assert client.post(rate, {"helpful": "no"}).status_code == 302
    message.answer.refresh_from_db()
    assert message.answer.helpful is False
    assert client.post(rate, {"helpful": "yes"}, headers=BY_SCRIPT).status_code == 200
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CLOSED


@pytest.mark.parametrize("position", [1, 2, 999, 99999999999])
def test_only_the_assistants_messages_can_be_rated(browser: Browser, position: int) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True))
    rated = browser(ticket.customer).post(
        page_of(ticket, f"messages/{position}/helpful/"), {"helpful": "yes"}
    )
    assert rated.status_code == 404


def test_the_end_is_confirmed_reopened_and_rated(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CLOSED, agent=make_agent(), customer=make_customer(login=True))
    client = browser(ticket.customer)
    assert client.post(page_of(ticket, "solved/")).status_code == 302
    rating = {"satisfaction": "5", "effort": "4", "comment": "Quick"}
    assert client.post(page_of(ticket, "rating/"), rating).status_code == 302
    assert Rating.objects.get(ticket=ticket).effort == 4
    assert client.post(page_of(ticket, "reopen/")).status_code == 302
    ticket.refresh_from_db()
    assert ticket.turn == Turn.AGENT
    refused = client.post(page_of(ticket, "rating/"), rating, headers=BY_SCRIPT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "open")


@pytest.mark.parametrize(
    "rating", [{}, {"satisfaction": "6", "effort": "1"}, {"satisfaction": "x", "effort": "1"}]
)
def test_half_a_rating_is_422_and_keeps_its_comment(
    browser: Browser, rating: dict[str, str]
) -> None:
    ticket = make_ticket(turn=Turn.CLOSED, customer=make_customer(login=True))
    page = browser(ticket.customer).post(
        page_of(ticket, "rating/"), {**rating, "comment": "typed-comment"}
    )
    assert page.status_code == 422
    assert "typed-comment" in page.content.decode()
    assert not Rating.objects.exists()


def test_an_address_is_asked_for_only_if_none_is_known(browser: Browser) -> None:
    visitor = make_visitor()
    ticket = make_ticket(turn=Turn.QUEUE, customer=visitor)
    client = browser(visitor)
    action = page_of(ticket, "email/")
    assert action in client.get(page_of(ticket)).content.decode()
    wrong = client.post(action, {"email": "typed-address"})
    assert wrong.status_code == 422
    assert "typed-address" in wrong.content.decode()
    assert client.post(action, {"email": "new@walkers.example"}).status_code == 302
    visitor.refresh_from_db()
    assert (visitor.email, visitor.claimed_email) == (None, "new@walkers.example")
    assert action not in client.get(page_of(ticket)).content.decode()
    known = make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True))
    assert "email/" not in browser(known.customer).get(page_of(known)).content.decode()


# --- news -----------------------------------------------------------------------------------------


def test_news_are_what_came_after_a_position_in_order_without_notes(browser: Browser) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent, customer=make_customer(login=True))
    seen = ticket.last_position
    make_reply(ticket, agent, "First")
    make_note(ticket, agent, "canary-note")
    make_reply(ticket, agent, "Second")
    answered = browser(ticket.customer).get(page_of(ticket, f"news/?after={seen}"))
    news = answered.json()
    assert [item["position"] for item in news["items"]] == [seen + 1, seen + 3]
    assert news["position"] == seen + 3
    assert b"canary" not in answered.content


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "9" * 10, "\u0665"])
def test_what_is_no_position_is_400(browser: Browser, after: str) -> None:
    ticket = make_ticket(customer=make_customer(login=True))
    refused = browser(ticket.customer).get(page_of(ticket, "news/"), {"after": after})
    assert refused.status_code in (200, 400)
    assert refused.status_code == 400 or after == "\u0665"  # a digit of another script is a digit


# --- attachments ----------------------------------------------------------------------------------


def attach(ticket: Ticket, name: str = "pole.png", content: bytes = PNG) -> Attachment:
    send(ticket, SimpleUploadedFile(name, content))
    return Attachment.objects.latest("created_at")


def test_a_file_is_a_download_that_runs_nothing(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    attachment = attach(ticket, 'p\u202eole; x="y".png', b"<html><script>alert(1)</script>")
    served = browser(ticket.customer).get(f"/attachments/{attachment.pk}/")
    assert served.status_code == 200
    assert served["Content-Type"] == "application/octet-stream"
    assert served["Content-Disposition"].startswith("attachment; ")
    assert "\n" not in served["Content-Disposition"]
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert served["Cache-Control"] == "private, no-store"
    assert served.getvalue() == b"<html><script>alert(1)</script>"


def test_a_file_is_served_to_whoever_sees_its_conversation(browser: Browser) -> None:
    team = make_team()
    ticket = make_ticket(turn=Turn.CUSTOMER, team=team, customer=make_customer(login=True))
    attachment = attach(ticket)
    url = f"/attachments/{attachment.pk}/"
    allowed: list[Customer | Any] = [ticket.customer, make_agent(teams=[team])]
    for who in allowed:
        response = browser(who).get(url)
        assert response.status_code == 200
        assert response.getvalue() == PNG
    for who in (None, make_visitor(), make_customer(login=True), make_agent(teams=[make_team()])):
        refused = browser(who).get(url)
        missing = browser(who).get(f"/attachments/{uuid4()}/")
        assert refused.status_code == missing.status_code == 404
        assert without_tokens(refused) == without_tokens(missing)


def test_a_file_that_is_gone_from_the_disk_is_404(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    attachment = attach(ticket)
    attachment.file.delete(save=False)
    assert browser(ticket.customer).get(f"/attachments/{attachment.pk}/").status_code == 404
