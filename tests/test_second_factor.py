"""Staff without a second factor get nothing of the staff's: at any address, at any socket."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.contrib.auth import BACKEND_SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from knowledgebase.models import Article, ArticleVersion
from tests.factories import (
    PASSWORD,
    give_second_factor,
    make_admin,
    make_agent,
    make_answer,
    make_customer,
    make_note,
    make_team,
    make_ticket,
    make_user,
)
from tests.sockets import Socket, do, open_socket, session_cookie
from tests.tickets.parallel import real_transactions
from tickets import access, actions
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.models import Attachment, Event, Scope, Ticket, Turn, User
from tickets.sockets import base, heart
from tickets.sockets.routing import websocket_urlpatterns

CANARY = "canary5926"
SET_UP = "/account/2fa/totp/activate/"
BACKEND = configured.AUTHENTICATION_BACKENDS[0]


# --- every address --------------------------------------------------------------------------------


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address that the project has, with the places for names and numbers still in it."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


def filled(address: str, ticket: Ticket, draft: Article) -> str:
    """The address of something that is there, and that only the staff may see."""
    answer = ticket.messages.get(answer__isnull=False)
    samples = {
        "reference": ticket.reference,
        "position": str(answer.position),
        "slug": draft.slug,
        "type": "order",
        "external_id": "1",
        "id": "1",
        "system": "shop",
        "kind": "related",
        "pk": "1",
        "number": "1",
        "object_id": "1",
        "content_type_id": "1",
        "button": "publish",
        "act": "up",
        "token": "forged",
        "key": "login_help",
        "form": "csv",
        "uidb36": "1",
        "app_label": "tickets",
        "url": "no/such/page/",
        "rest": "no/such/page/",
        "mailbox": "1",
        "file": "00000000-0000-4000-8000-000000000002",
        "contact": "1",
        "other": "2",
    }
    if "attachments/" in address:
        samples["pk"] = samples["id"] = str(Attachment.objects.get(message__ticket=ticket).pk)
    address = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: samples[found[1]], address)
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: samples[found[1]], address)
    return "/" + address.replace("^", "").replace("$", "")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def secrets() -> tuple[Ticket, Article]:
    """A conversation, a file, a note, a draft and a key, of which customers know nothing."""
    customer = make_customer(f"Owner {CANARY}", login=True)
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=customer, subject=CANARY, body=CANARY)
    make_answer(ticket, CANARY)
    actions.post_message(
        actor=Actor.of_customer(customer),
        ticket=ticket,
        body=CANARY,
        uploads=attachments.check([SimpleUploadedFile("log.txt", CANARY.encode())]),
    )
    make_note(ticket, make_agent(teams=[ticket.team]), CANARY)
    draft = Article.objects.create(slug="draft")
    ArticleVersion.objects.create(article=draft, number=1, title=CANARY, body=CANARY)
    actions.create_api_key(actor=Actor.system(), name=f"Shop {CANARY}", scopes=[Scope.TICKETS_READ])
    return ticket, draft


def body_of(answer: object) -> str:
    if getattr(answer, "streaming", False):
        return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return str(answer.content.decode())  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_at_no_address_do_staff_without_a_second_factor_get_what_is_the_staffs(
    secrets: tuple[Ticket, Article],
) -> None:
    """They are answered like a customer who has nothing to do with it, or asked to set one up."""
    ticket, draft = secrets
    admin = make_admin(teams=[ticket.team], second_factor=False, password=PASSWORD)
    staffs, customers = browser_of(admin), browser_of(make_user(password=PASSWORD))
    wrong, asked = [], set()
    for address in sorted({*addresses(get_resolver().url_patterns)}):
        at = filled(address, ticket, draft)
        for method in ("get", "post"):
            if method == "post" and address.startswith("account/"):
                continue  # their own account is theirs
            got = getattr(staffs, method)(at)
            if got.status_code == 302 and got["Location"] == SET_UP:
                asked.add(address)
                continue
            theirs = getattr(customers, method)(at)
            if got.status_code != theirs.status_code or CANARY in body_of(got):
                wrong.append((method, at, got.status_code, theirs.status_code))
    assert wrong == []
    assert not Event.objects.filter(actor_user=admin).exists()
    assert {"workspace/", "workspace/<str:reference>/write/", "admin/", "admin/tickets/team/"} <= (
        asked
    )


@pytest.mark.django_db
def test_with_one_the_same_addresses_answer(secrets: tuple[Ticket, Article]) -> None:
    """Or else the test above could not fail."""
    ticket, draft = secrets
    client = browser_of(make_admin(teams=[ticket.team]))
    file = Attachment.objects.get(message__ticket=ticket)
    for address in (
        f"/workspace/{ticket.reference}/",
        f"/attachments/{file.pk}/",
        f"/help/{draft.slug}/",
        reverse("admin:tickets_apikey_changelist"),
    ):
        got = client.get(address)
        assert got.status_code == 200, address
        assert CANARY in body_of(got), address


@pytest.mark.django_db
def test_a_script_reads_what_is_missing_and_a_session_opens_no_api() -> None:
    ticket = make_ticket()
    client = browser_of(make_admin(second_factor=False))
    news = client.get(f"/workspace/{ticket.reference}/news/", headers={"X-Requested-With": "fetch"})
    assert (news.status_code, news.json()["error"]["code"]) == (403, "second_factor")
    assert client.get("/api/v1/tickets/").status_code == 401


@pytest.mark.django_db
def test_no_action_takes_staff_without_one_for_an_agent() -> None:
    """Whatever route it is that forgets to ask."""
    team = make_team()
    dana = make_agent(teams=[team], second_factor=False)
    ticket = make_ticket(team=team)
    with pytest.raises(actions.NotAllowed):
        actions.accept(actor=Actor.agent(dana), ticket=ticket)
    with pytest.raises(actions.NotAllowed):
        actions.write_note(actor=Actor.agent(dana), ticket=ticket, body="x")
    assert not access.tickets_for(Actor.agent(dana)).exists()
    give_second_factor(dana)
    assert actions.accept(actor=Actor.agent(User.objects.get(pk=dana.pk)), ticket=ticket)


@pytest.mark.django_db
def test_recovery_codes_alone_are_no_second_factor() -> None:
    """No log-in asks for them alone."""
    dana = make_agent(second_factor=False)
    Authenticator.objects.create(user=dana, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert browser_of(dana).get("/workspace/")["Location"] == SET_UP


@pytest.mark.django_db
def test_the_way_there_is_open_and_says_why() -> None:
    client = browser_of(make_agent(second_factor=False))
    assert client.get("/after-login/")["Location"] == "/workspace/"
    page = client.get("/workspace/", follow=True)
    assert "Set up a second factor first" in page.content.decode()


@pytest.mark.django_db
def test_a_session_that_began_without_the_factor_gains_nothing_by_it() -> None:
    """Somebody who knows the password alone waits in vain for its owner to set one up."""
    dana = make_agent(second_factor=False)
    thief = browser_of(dana)
    assert thief.get("/workspace/").status_code == 302
    give_second_factor(dana)
    assert thief.get("/workspace/")["Location"].startswith("/account/login/")
    assert BACKEND_SESSION_KEY not in thief.session
    owner = browser_of(User.objects.get(pk=dana.pk))
    assert owner.get("/workspace/").status_code == 200


@pytest.mark.django_db
def test_without_the_factor_that_it_began_with_a_session_is_over() -> None:
    dana = make_agent()
    client = browser_of(dana)
    assert client.get("/workspace/").status_code == 200
    Authenticator.objects.filter(user=dana).delete()
    assert client.get("/workspace/")["Location"].startswith("/account/login/")


@pytest.mark.django_db
def test_it_costs_one_statement_in_a_request() -> None:
    client = browser_of(make_agent())
    client.get("/workspace/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/workspace/")
    assert sum("mfa_authenticator" in query["sql"] for query in asked) == 1


# --- every socket ---------------------------------------------------------------------------------


@real_transactions
async def test_at_no_socket_do_staff_without_a_second_factor_hear_anything() -> None:
    team = await do(make_team)
    ticket = await do(make_ticket, team=team, body=CANARY)
    dana = await do(make_agent, teams=[team], second_factor=False)
    cookie = await do(session_cookie, dana)
    for pattern in websocket_urlpatterns:
        address = str(pattern.pattern).replace("<str:reference>", ticket.reference)
        assert "<" not in address, "Say what stands there."
        socket = Socket(f"/{address}", cookie)
        await socket.connect()
        await socket.send('{"type": "hello", "after": 0}')
        frames, code = await socket.end()
        assert (frames, code in (base.FORBIDDEN, base.NOT_FOUND)) == ([], True), address


@real_transactions
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_socket_ends_when_the_factor_is_gone(
    monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    """At the next heartbeat, or at once where allauth says that it went."""
    monkeypatch.setattr(heart, "BEAT", 600 if at_once else 0.2)
    team = await do(make_team)
    dana = await do(make_agent, teams=[team], password=PASSWORD)
    ticket = await do(make_ticket, team=team)
    cookie = await do(session_cookie, dana)
    async with (
        open_socket("/ws/workspace/", cookie) as inbox,
        open_socket(f"/ws/workspace/{ticket.reference}/", cookie) as conversation,
    ):
        if at_once:
            await do(lambda: _remove(dana))
        else:
            await do(lambda: Authenticator.objects.filter(user=dana).delete())
        for socket in (conversation, inbox):
            assert await socket.close_code() == base.UNAUTHENTICATED


def _remove(user: User) -> None:
    """As its owner does, in another browser."""
    client = browser_of(User.objects.get(pk=user.pk))
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
