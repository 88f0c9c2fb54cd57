"""Confirming an address in a browser: who goes on where, and what a stranger's yes gives to others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_reply,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.ledger import kinds
from tests.tickets.portal.conftest import BY_SCRIPT, Browser, page_of
from tests.tickets.test_attachments import file, send
from tickets import access, actions
from tickets.actors import Actor
from tickets.models import Attachment, Claim, Customer, Event, Ticket, Turn

pytestmark = pytest.mark.django_db

VICTIM = "ines@walkers.example"
CONFIRM, ANSWER, AGAIN = "/confirm/", "/confirm/answer/", "/confirm/again/"


def left(ticket: Ticket, email: str = VICTIM) -> str:
    """The code in the mail to an address that the ticket's visitor leaves."""
    actions.leave_email(actor=Actor.of_customer(ticket.customer), ticket=ticket, email=email)
    return mailed(ticket)


def mailed(ticket: Ticket) -> str:
    _claim, code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    return code


def asked(body: str = "Where is my parcel, and to which street does it go?") -> Ticket:
    """What a visitor wrote who waits for a person."""
    return make_ticket(turn=Turn.QUEUE, customer=make_visitor(), body=body)


def says(client: Client, code: str, answer: str = "yes") -> str:
    """Type the code, answer the question; where that leads."""
    assert client.post(CONFIRM, {"code": code})["Location"] == CONFIRM
    answered = client.post(ANSWER, {"mine": answer})
    return answered.get("Location", "")


def unseen(client: Client, ticket: Ticket, *words: str) -> None:
    """This browser gets nothing of the conversation, by any of its ways."""
    for address in (page_of(ticket), page_of(ticket, "news/?after=0"), "/requests/"):
        page = client.get(address)
        assert page.status_code in (200, 403, 404)
        for word in words:
            assert word not in page.content.decode(), address
    assert client.get(page_of(ticket)).status_code in (403, 404)
    assert client.get(page_of(ticket, "news/?after=0")).status_code == 404
    for part in ("messages/", "solved/", "reopen/", "rating/", "email/"):
        refused = client.post(page_of(ticket, part), {"body": "x", "email": "m@evil.example"})
        assert refused.status_code == 404, part


# --- who goes on where ----------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False], ids=["an owner", "nobody yet"])
def test_a_strangers_yes_gives_the_browser_that_left_their_address_nothing(
    browser: Browser, known: bool
) -> None:
    """Session A leaves the address of a stranger, who says yes in browser B."""
    owner = make_customer("Canary Name", email=VICTIM) if known else None
    if owner is not None:
        make_ticket(customer=owner, subject="canary-of-another")
    ticket = asked()
    first, second = browser(ticket.customer), browser()
    code = left(ticket)
    assert says(second, code) == page_of(ticket)
    agent = make_agent("Dana Osei")
    make_reply(ticket, agent, "canary: it goes to 1 Moor Street")
    ticket.refresh_from_db()
    make_message(ticket, "canary: and my telephone is 0123")
    unseen(first, ticket, "canary", "Canary", "Moor Street")
    went = first.get(page_of(ticket))
    assert went.status_code == 403
    assert "goes on elsewhere" in went.content.decode()
    assert VICTIM in went.content.decode()  # which they typed themselves
    page = second.get(page_of(ticket)).content.decode()
    assert "Moor Street" in page
    assert "0123" in page
    assert ("canary-of-another" in second.get("/requests/").content.decode()) is known


def test_what_the_first_browser_asks_afterwards_is_its_own_again(browser: Browser) -> None:
    ticket = asked()
    first, second = browser(ticket.customer), browser()
    says(second, left(ticket))
    answered = first.post("/ask/", {"body": "canary of the first browser"})
    fresh = Ticket.objects.exclude(pk=ticket.pk).get()
    assert answered["Location"] == page_of(fresh)
    assert first.get(page_of(fresh)).status_code == 200
    assert "canary" not in second.get("/requests/").content.decode()
    unseen(second, fresh)
    handed = first.post("/talk-to-a-human/", {"ticket": ticket.reference})
    assert handed.status_code == 404


def test_files_of_the_conversation_are_not_for_the_first_browser(
    browser: Browser, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ticket = asked()
    first, second = browser(ticket.customer), browser()
    says(second, left(ticket))
    ticket.refresh_from_db()
    send(ticket, file("receipt.txt", b"canary", "text/plain"))
    attachment = Attachment.objects.get()
    served = second.get(f"/attachments/{attachment.pk}/")
    assert served.getvalue() == b"canary"
    assert first.get(f"/attachments/{attachment.pk}/").status_code == 404


def test_whoever_types_the_code_where_they_wrote_goes_on_there_with_all_of_it(
    browser: Browser,
) -> None:
    visitor = make_visitor()
    ticket = make_ticket(turn=Turn.QUEUE, customer=visitor)
    other = make_ticket(customer=visitor, subject="Another question of mine")
    client = browser(visitor)
    before = client.session.session_key
    assert client.post(CONFIRM, {"code": left(ticket)})["Location"] == CONFIRM
    assert (
        "Another conversation from this browser comes along" in client.get(CONFIRM).content.decode()
    )
    assert client.post(ANSWER, {"mine": "yes"})["Location"] == page_of(ticket)
    owner = Customer.objects.get(email=VICTIM)
    assert set(owner.tickets.all()) == {ticket, other}
    for one in (ticket, other):
        assert client.get(page_of(one)).status_code == 200
    assert client.session.session_key != before
    assert client.session[access.PROVED] == owner.pk
    assert access.VISITOR not in client.session


def test_a_used_code_is_no_log_in_for_another_browser(browser: Browser) -> None:
    ticket = asked()
    code = left(ticket)
    says(browser(), code)
    for _ in range(3):
        other = browser()
        assert other.post(CONFIRM, {"code": code})["Location"] == CONFIRM
        page = other.get(CONFIRM)
        assert page.status_code == 410
        assert "This code was used already" in page.content.decode()
        assert "Send another code to" in page.content.decode()
        assert other.post(ANSWER, {"mine": "yes"})["Location"] == CONFIRM
        unseen(other, ticket)
    assert Event.objects.filter(kind="email.confirmed").count() == 1


def test_two_browsers_with_the_question_open_are_one_answer(browser: Browser) -> None:
    ticket = asked()
    code = left(ticket)
    one, other = browser(), browser()
    for client in (one, other):
        client.post(CONFIRM, {"code": code})
        assert client.get(CONFIRM).status_code == 200
    assert one.post(ANSWER, {"mine": "yes"})["Location"] == page_of(ticket)
    assert other.post(ANSWER, {"mine": "yes"})["Location"] == CONFIRM
    assert other.get(CONFIRM).status_code == 410
    unseen(other, ticket)


def test_a_second_browser_goes_on_by_a_code_of_its_own(browser: Browser) -> None:
    ticket = asked()
    code = left(ticket)
    says(browser(), code)
    other = browser()
    other.post(CONFIRM, {"code": code})
    assert other.post(AGAIN)["Location"] == CONFIRM
    assert f"We sent another code to {VICTIM}" in other.get(CONFIRM).content.decode()
    assert kinds(ticket)[-1] == "email.code_asked"
    unseen(other, ticket)  # only whoever reads the mailbox has the code
    assert says(other, mailed(ticket)) == page_of(ticket)
    assert other.get(page_of(ticket)).status_code == 200


def test_the_first_browser_may_go_on_if_its_person_reads_the_mailbox(browser: Browser) -> None:
    ticket = asked()
    first = browser(ticket.customer)
    says(browser(), left(ticket))
    page = first.get(page_of(ticket)).content.decode()
    assert page_of(ticket, "code/") in page
    assert first.post(page_of(ticket, "code/"))["Location"] == page_of(ticket)
    unseen(first, ticket)
    assert says(first, mailed(ticket)) == page_of(ticket)
    assert first.get(page_of(ticket)).status_code == 200


def test_an_account_is_joined_but_opened_to_nobody_without_logging_in(browser: Browser) -> None:
    account = make_customer(email=VICTIM, login=True)
    other = make_ticket(customer=account)
    ticket = asked()
    first, elsewhere = browser(ticket.customer), browser()
    assert says(elsewhere, left(ticket)) == f"/account/login/?next={page_of(ticket)}"
    for client in (first, elsewhere):
        unseen(client, ticket)
        unseen(client, other)
        assert page_of(ticket, "code/") not in client.get(page_of(ticket)).content.decode()
        assert client.post(page_of(ticket, "code/")).status_code == 404
    assert browser(account).get(page_of(ticket)).status_code == 200


def test_who_is_logged_in_as_somebody_else_stays_who_they_are(browser: Browser) -> None:
    ticket = asked()
    user = make_user()
    client = browser(user)
    assert says(client, left(ticket)) == "/requests/"
    assert "Log in there" in client.get("/requests/").content.decode()
    unseen(client, ticket)
    assert Customer.objects.get(email=VICTIM).user is None
    assert access.PROVED not in client.session


def test_a_session_from_before_is_a_customer_only_if_the_address_was_proved_in_it(
    browser: Browser,
) -> None:
    """Once a visitor's own row got the address, so that all sessions of that visitor were it."""
    ticket = make_ticket(customer=make_customer(email=VICTIM))
    client = browser()
    session = client.session
    session[access.VISITOR] = ticket.customer_id
    session.save()
    unseen(client, ticket)
    client.post("/ask/", {"body": "A new question"})
    fresh = Ticket.objects.exclude(pk=ticket.pk).get()
    assert fresh.customer.email is None
    assert client.get(page_of(fresh)).status_code == 200


def test_whoever_gets_a_log_in_is_no_longer_known_by_a_code(browser: Browser) -> None:
    customer = make_customer(email=VICTIM)
    ticket = make_ticket(customer=customer)
    client = browser(customer)
    assert client.get(page_of(ticket)).status_code == 200
    actions.join_account(actor=Actor.nobody(), user=make_user(email=VICTIM), visitor=None)
    unseen(client, ticket)
    client.post("/ask/", {"body": "A new question"})  # and is not locked out of asking
    fresh = Ticket.objects.exclude(pk=ticket.pk).get()
    assert client.get(page_of(fresh)).status_code == 200


# --- what is asked --------------------------------------------------------------------------------


def test_what_will_join_is_shown_before_anybody_says_yes(browser: Browser) -> None:
    ticket = asked("Where is my parcel?\nIt was to come on Monday.")
    make_message(ticket, "And <b>another</b> thing")
    code = left(ticket)
    make_reply(ticket, make_agent(), "canary of the answer")
    client = browser()
    client.post(CONFIRM, {"code": code})
    page = client.get(CONFIRM)
    html = page.content.decode()
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    for shown in (
        VICTIM,
        ticket.reference,
        ticket.subject,
        "It was to come on Monday.",
        "3 messages",
        f"{ticket.created_at:%B %Y}",
        "&lt;b&gt;another&lt;/b&gt;",
        "No, this wasn't me",
    ):
        assert shown in html, shown
    assert "canary" not in html  # what was answered is shown once they said yes
    ticket.refresh_from_db()
    assert ticket.customer.email is None
    assert "email.confirmed" not in kinds(ticket)


def test_opening_asking_and_typing_use_nothing_up(browser: Browser) -> None:
    """Mail scanners open every link, some of them with scripts."""
    ticket = asked()
    code = left(ticket)
    scanner = browser()
    for _ in range(2):
        assert scanner.get(CONFIRM).status_code == 200
        assert scanner.get(f"{CONFIRM}?code={code}").status_code == 200
        scanner.post(CONFIRM, {"code": code})
    assert scanner.get(ANSWER)["Location"] == CONFIRM
    assert Claim.objects.filter(confirmed_at=None, refused_at=None).count() == 1
    assert says(browser(), code) == page_of(ticket)


def test_this_was_not_me_joins_nothing_and_says_so(browser: Browser) -> None:
    owner = make_customer(email=VICTIM)
    ticket = asked()
    first, client = browser(ticket.customer), browser()
    client.post(CONFIRM, {"code": left(ticket)})
    page = client.post(ANSWER, {"mine": "no"})
    assert "Thank you for telling us" in page.content.decode()
    ticket.refresh_from_db()
    assert (ticket.customer.claimed_email, owner.tickets.count()) == ("", 0)
    unseen(client, ticket)
    assert first.get(page_of(ticket)).status_code == 200  # it is their own, and nobody else's
    refused = first.post(page_of(ticket, "email/"), {"email": VICTIM}, headers=BY_SCRIPT)
    assert refused.status_code == 409
    assert "Leave another one" in refused.json()["error"]["message"]
