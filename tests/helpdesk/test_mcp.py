"""The server for assistants of others, asked by the SDK's own client: same keys, scopes, access, marks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.test import Client as Browser
from django.urls import reverse
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent

from helpdesk.mcp.server import McpServer
from helpdesk.mcp.tools import TOOLS
from helpdesk.request_bodies import Handler
from tests.factories import (
    index_tickets,
    make_agent,
    make_article,
    make_note,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actors import Actor
from tickets.models import Draft, Message, Note, Scope, Ticket, Turn, User

pytestmark = real_transactions
URL = "http://localhost:8000/mcp"
ALL = (
    *(Scope.ARTICLES_READ, Scope.TICKETS_READ, Scope.TICKETS_WRITE, Scope.TICKETS_ACT),
    *(Scope.RULES_READ, Scope.ASSISTANT_ASK),
)


def key_of(agent: User | None, *scopes: Scope) -> str:
    _key, secret = actions.create_api_key(
        actor=Actor.system(), name="Claude", scopes=scopes, agent=agent
    )
    return secret


def asked(secret: str, talk: Callable[[Client], Awaitable[Any]], **headers: str) -> Any:
    """What somebody with this key finds out, over the transport of the SDK's client."""

    async def run() -> Any:
        server = McpServer(Handler())
        transport = httpx2.ASGITransport(app=server)
        sent = {"Authorization": f"Bearer {secret}", **headers}
        async with (
            server.running(),
            httpx2.AsyncClient(transport=transport, headers=sent) as http,
            Client(streamable_http_client(URL, http_client=http)) as client,
        ):
            return await talk(client)

    return asyncio.run(run())


def used(secret: str, tool: str, **arguments: Any) -> tuple[bool, Any]:
    """Whether a tool refused, and what it said."""

    async def talk(client: Client) -> tuple[bool, Any]:
        result = await client.call_tool(tool, arguments)
        (text,) = result.content
        assert isinstance(text, TextContent)
        assert json.loads(text.text) == result.structured_content
        return result.is_error, result.structured_content

    found: tuple[bool, Any] = asked(secret, talk)
    return found


def post(headers: dict[str, str]) -> tuple[int, Any]:
    """A bare request, as anybody may send it."""

    async def run() -> tuple[int, Any]:
        server = McpServer(Handler())
        transport = httpx2.ASGITransport(app=server)
        async with server.running(), httpx2.AsyncClient(transport=transport) as http:
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            answer = await http.post(URL, json=body, headers=headers)
            return answer.status_code, answer.json()

    return asyncio.run(run())


def test_only_what_the_scopes_open_is_offered_and_the_rest_is_refused() -> None:
    secret = key_of(None, Scope.ARTICLES_READ)

    async def names(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert asked(secret, names) == {"search_articles", "read_article"}
    assert asked(key_of(make_agent(), *ALL), names) == {tool.name for tool in TOOLS}
    refused, told = used(secret, "read_ticket", reference=make_ticket().reference)
    assert refused
    assert told["error"]["code"] == "missing_scope"
    assert Scope.TICKETS_READ in told["error"]["message"]


def test_without_a_key_or_from_a_page_nothing_is_told() -> None:
    status, told = post({})
    assert (status, told["error"]["code"]) == (401, "not_authenticated")
    assert post({"Authorization": "Bearer hd_nobodys"})[0] == 401
    secret = key_of(None, Scope.ARTICLES_READ)
    page = {"Authorization": f"Bearer {secret}", "Origin": "https://evil.example"}
    assert post(page)[0] == 403


def test_tickets_are_searched_read_and_opened_and_notes_stay_inside() -> None:
    team = make_team()
    dana = make_agent("Dana", teams=[team])
    ticket = make_ticket(team=team, body="The carbon pole snapped.")
    make_note(ticket, dana, "A notorious swindler.")
    index_tickets()
    secret = key_of(dana, *ALL)
    _refused, found = used(secret, "search_tickets", q="carbon")
    assert [one["reference"] for one in found["results"]] == [ticket.reference]
    assert used(secret, "search_tickets", q="swindler")[1]["results"] == []
    told = [
        used(secret, "read_ticket", reference=ticket.reference)[1],
        used(secret, "read_conversation", reference=ticket.reference)[1],
    ]
    assert told[0]["reference"] == ticket.reference
    assert told[1]["results"][0]["author"]["kind"] == "customer"
    assert "swindler" not in str(told)
    refused, opened = used(
        secret, "open_ticket", customer={"email": "ines@walkers.example"}, body="It drips."
    )
    assert not refused
    message = Message.objects.get(ticket__reference=opened["reference"], author_kind="customer")
    assert (message.body, message.provenance) == ("It drips.", {"key": "Claude"})


def test_what_it_writes_is_marked_and_a_reply_is_only_drafted() -> None:
    team = make_team()
    dana = make_agent("Dana", teams=[team])
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    secret = key_of(dana, *ALL)
    assert not used(secret, "add_note", reference=ticket.reference, body="Looks like a loop.")[0]
    assert Note.objects.get().by_key == "Claude"
    for _twice in range(2):
        refused, _told = used(
            secret,
            "draft_reply",
            reference=ticket.reference,
            body="We send a pole.",
            request_key="1",
        )
        assert not refused
    assert Draft.objects.get().by_key == "Claude"
    assert not Message.objects.filter(author_kind="agent").exists()
    refused, told = used(secret, "hand_over", reference=ticket.reference, detail="A loop.")
    assert (refused, told["turn"]) == (False, "queue")
    browser = Browser()
    browser.force_login(dana)
    html = browser.get(reverse("workspace-ticket", args=[ticket.reference])).text
    assert "By the program" in html
    assert "drafted this" in html
    actions.send_reply(
        actor=Actor.agent(dana), ticket=ticket, body="We send a pole.", wait=timedelta()
    )
    assert Message.objects.get(author_kind="agent").provenance == {"drafted_by": "Claude"}


def test_what_the_agent_does_not_see_is_not_there() -> None:
    hidden = make_ticket(team=make_team())
    secret = key_of(make_agent(teams=[make_team()]), *ALL)
    for tool, more in (
        ("add_note", {"body": "x"}),
        ("draft_reply", {"body": "x"}),
        ("hand_over", {}),
    ):
        refused, told = used(secret, tool, reference=hidden.reference, **more)
        assert (refused, told["error"]["code"]) == (True, "not_found")
    assert not Note.objects.exists()
    assert not Draft.objects.exists()


def test_articles_and_the_rules_reasons_are_read_as_resources() -> None:
    article = make_article("Repair a pole", body="Slide the sleeve over the break.")
    secret = key_of(None, Scope.ARTICLES_READ, Scope.RULES_READ)

    async def talk(client: Client) -> tuple[Any, ...]:
        (rules,) = (await client.list_resources()).resources
        read = await client.read_resource(rules.uri)
        text = await client.read_resource(f"helpdesk://articles/{article.slug}")
        with pytest.raises(MCPError):
            await client.read_resource("helpdesk://articles/no-such-article")
        with pytest.raises(MCPError):
            await client.read_resource("file:///etc/passwd")
        return read.contents[0], text.contents[0]

    rules, body = asked(secret, talk)
    assert all(one["why"] for one in json.loads(rules.text)["results"])
    assert (body.mime_type, body.text) == ("text/markdown", "Slide the sleeve over the break.")
    assert used(secret, "read_article", slug=article.slug)[1]["title"] == "Repair a pole"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("read_ticket", {}),
        ("read_ticket", {"reference": "../../admin"}),
        ("read_ticket", {"reference": "A\x00B"}),
        ("read_ticket", {"reference": {"a": 1}}),
        ("search_tickets", {"q": "🐻" * 2000}),
        ("search_tickets", {"q": "x", "cursor": "nonsense"}),
        ("add_note", {"reference": "23456789", "body": "\x00"}),
        ("no_such_tool", {}),
        ("read_ticket", {"reference": "23456789", "more": 1}),
    ],
)
def test_nonsense_is_refused_in_words(tool: str, arguments: dict[str, Any]) -> None:
    refused, told = used(key_of(make_agent(), *ALL), tool, **arguments)
    assert refused
    assert told["error"]["message"]
    assert not Ticket.objects.exists()
