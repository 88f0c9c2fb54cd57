"""The search of the workspace: hits with their words marked, that open at the message."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import (
    add_messages,
    index_tickets,
    make_customer,
    make_note,
    make_organization,
    make_reply,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_pages import LIMIT, queries, references
from tickets.models import Team, Ticket, Turn, User


def links(page: str) -> list[str]:
    """Where the hits lead."""
    return [
        link.replace("&amp;", "&")
        for link in re.findall(r'class="inbox-row__link" href="([^"]+)"', page)
    ]


def test_a_hit_opens_at_its_message(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, body="First words")
    said = make_reply(ticket, dana, "I am sending a <b>canary</b> & a spare pole.")
    ticket.refresh_from_db()
    add_messages(ticket, 120, dana)
    index_tickets()

    page = danas.get("/workspace/?q=canary+pole").text
    (link,) = links(page)

    assert link.endswith(f"&at={said.position}#m{said.position}")
    assert "&lt;b&gt;<mark>canary</mark>&lt;/b&gt; &amp; a spare <mark>pole</mark>." in page
    opened = danas.get(link).text
    assert f'id="m{said.position}"' in opened
    assert f'id="m{ticket.last_position}"' not in opened
    assert references(opened) == [ticket.reference]  # the hits stay beside it
    fragment = danas.get(link, headers=BY_SCRIPT).text  # what the script asks for to refresh them
    assert references(fragment) == [ticket.reference]


def test_a_note_that_was_found_is_called_one(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    note = make_note(ticket, dana, "It is a canary")
    index_tickets()
    page = danas.get("/workspace/?q=canary").text
    assert links(page)[0].endswith(f"#m{note.position}")
    assert "Internal note" in page


def test_the_message_that_has_most_of_the_words_is_shown(
    danas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, body="A lost yellow parcel")
    make_reply(ticket, dana, "Which parcel?")
    index_tickets()
    page = danas.get("/workspace/?q=lost+parcel").text
    assert "A <mark>lost</mark> yellow <mark>parcel</mark>" in page


def test_a_hit_of_the_name_alone_opens_the_conversation_as_ever(danas: Client, team: Team) -> None:
    make_ticket(team=team, customer=make_customer("Canary Lund"))
    index_tickets()
    assert "at=" not in links(danas.get("/workspace/?q=canary").text)[0]


def test_a_search_takes_the_same_statements_for_one_hit_and_for_fifty(
    danas: Client, team: Team, dana: User
) -> None:
    def one_more() -> Ticket:
        customer = make_customer(organization=make_organization())
        return make_ticket(team=team, customer=customer)

    first = one_more()
    make_note(first, dana, "the pole again")
    index_tickets()
    danas.get("/workspace/?q=pole")
    urls = [
        "/workspace/?q=pole",
        '/workspace/?q="second pole"&sort=best',
        "/workspace/?q=status:open pole",
    ]
    one = [queries(danas, url) for url in urls]
    for _number in range(49):
        one_more()
    index_tickets()
    assert [queries(danas, url) for url in urls] == one
    assert max(one) <= LIMIT
    assert len(references(danas.get("/workspace/?q=pole").text)) == 50


def test_pages_of_hits_show_each_once_in_both_orders(
    danas: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.workspace.inbox.PAGE", 2)
    made = {make_ticket(team=team).reference for _ in range(5)}
    index_tickets()
    for sort in ("", "&sort=best"):
        seen: list[str] = []
        url = f"/workspace/?q=pole{sort}"
        while url:
            page = danas.get(url)
            seen += references(page.text)
            following = page.context["next_query"]
            url = f"/workspace/?{following}" if following else ""
        assert len(seen) == 5
        assert set(seen) == made


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("stauts:open", "There is no operator stauts:. Do you mean status:?"),
        ("zzzz", "Try fewer words"),
        ("🏕" * 2000, "Keep a search under 400 characters"),
        ("<script>alert(1)</script>:", ""),
        ("from:x'); DROP", ""),
    ],
)
def test_a_search_without_hits_says_what_to_try(
    danas: Client, team: Team, words: str, says: str
) -> None:
    page = danas.get("/workspace/", {"q": words})
    assert page.status_code == 200
    assert says in page.text
    assert "<script>alert" not in page.text
    assert "How to search" in page.text


@pytest.mark.parametrize("at", ["x", "-1", "9" * 30, "1.5"])
def test_what_is_no_place_is_refused(danas: Client, team: Team, at: str) -> None:
    ticket = make_ticket(team=team)
    assert danas.get(f"/workspace/{ticket.reference}/?at={at}").status_code == 400


def test_a_place_that_is_not_there_shows_the_end(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    assert "second pole" in danas.get(f"/workspace/{ticket.reference}/?at=900").text


def test_the_box_completes_what_the_agent_may_know(
    danas: Client, team: Team, other_team: Team
) -> None:
    acme = make_customer(organization=make_organization("Acme, Tools"))
    mine = make_ticket(team=team, customer=acme)
    hidden = make_ticket(
        team=other_team, customer=make_customer(organization=make_organization("Canary"))
    )
    Ticket.objects.filter(pk=mine.pk).update(tags=["refund"])
    Ticket.objects.filter(pk=hidden.pk).update(tags=["canary"])

    said = danas.get("/workspace/search-words/")

    assert "anary" not in said.text
    values = {
        one["name"]: [value["value"] for value in one["values"]] for one in said.json()["operators"]
    }
    assert values["tag"] == ["refund"]
    assert values["org"] == ['"Acme, Tools"']
    assert values["team"][0].startswith('"Gear care')
    assert values["assignee"][:3] == ["me", "nobody", '"Dana Osei"']
    for name in ("status", "channel", "priority", "tier"):
        for value in values[name]:
            assert (
                "This search cannot be done"
                not in danas.get("/workspace/", {"q": f"{name}:{value} x"}).text
            )
