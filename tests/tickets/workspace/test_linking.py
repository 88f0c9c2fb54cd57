"""Merging, linking and splitting as agents do it: forms, the one timeline, and who reads what."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import (
    add_messages,
    make_customer,
    make_message,
    make_note,
    make_reply,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_pages import LIMIT, queries
from tickets import access, actions
from tickets.actors import Actor
from tickets.models import LinkKind, Message, Team, Ticket, TicketLink, Turn, User
from tickets.portal import news as portal_news
from tickets.workspace import happened, history, merged, news, timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(team: Team, dana: User) -> tuple[Ticket, Ticket]:
    """Two conversations of one customer, the first one begun and answered before the second."""
    maya = make_customer("Maya Lindqvist")
    first = make_ticket(team=team, customer=maya, turn=Turn.AGENT, agent=dana, body="My tent leaks")
    make_reply(first, dana, "Which tent?")
    second = make_ticket(team=team, customer=maya, turn=Turn.AGENT, agent=dana, body="It drips")
    make_message(first, "A Fell 2")
    make_note(first, dana, "Third this week")
    make_reply(second, dana, "We replace it")
    return Ticket.objects.get(pk=first.pk), Ticket.objects.get(pk=second.pk)


def bodies(html: str) -> list[str]:
    """What was said, from top to bottom, without the system's lines."""
    found = re.findall(r"message__body[^>]*>\s*<p[^>]*>([^<]+)", html)
    return [words.strip() for words in found]


def rendered(ticket: Ticket) -> list[dict[str, object]]:
    shown = timeline.newest(ticket)
    return timeline.render(shown.items, {"ticket": ticket, "viewer": "staff"})


def merge(dana: User, pair: tuple[Ticket, Ticket]) -> None:
    actions.merge(actor=Actor.agent(dana), ticket=pair[0], into=pair[1])


IN_ORDER = [
    "My tent leaks",
    "Which tent?",
    "It drips",
    "A Fell 2",
    "Third this week",
    "We replace it",
]


# --- merging --------------------------------------------------------------------------------------


def test_merging_opens_the_other_one_which_reads_as_one_and_offers_to_undo(
    danas: Client, pair: tuple[Ticket, Ticket]
) -> None:
    source, target = pair
    form = danas.get(f"/workspace/{source.reference}/merge/", headers=BY_SCRIPT).text
    assert f'value="{target.reference}" checked' in form
    done = danas.post(f"/workspace/{source.reference}/merge/", {"into": target.reference})
    assert done["Location"] == f"/workspace/{target.reference}/?merged={source.reference}"
    page = danas.get(done["Location"]).text
    assert bodies(page) == IN_ORDER
    assert f'id="{source.reference}-m2"' in page
    undo = f"/workspace/{source.reference}/unmerge/"
    assert f'action="{undo}"' in page
    assert danas.post(undo)["Location"] == f"/workspace/{source.reference}/"
    assert bodies(danas.get(f"/workspace/{target.reference}/").text) == [
        "It drips",
        "We replace it",
    ]


def test_the_merged_one_says_where_it_goes_on(
    danas: Client, dana: User, pair: tuple[Ticket, Ticket]
) -> None:
    merge(dana, pair)
    page = danas.get(f"/workspace/{pair[0].reference}/").text
    assert f"Merged into {pair[1].reference}" in page
    assert "reply there" in page
    assert "act-reopen" not in page.replace('id="act-reopen"', "")


def test_a_merged_conversation_costs_no_more_statements(
    danas: Client, dana: User, team: Team, pair: tuple[Ticket, Ticket]
) -> None:
    url = f"/workspace/{pair[1].reference}/"
    before = queries(danas, url)
    merge(dana, pair)
    one = queries(danas, url)
    for _ in range(3):
        another = make_ticket(team=team, customer=pair[1].customer)
        actions.merge(actor=Actor.agent(dana), ticket=another, into=pair[1])
    assert before == one == queries(danas, url) <= LIMIT


def test_of_two_long_ones_each_message_is_read_once_in_its_order(
    danas: Client, dana: User, pair: tuple[Ticket, Ticket]
) -> None:
    for part in (30, 40, 20):
        for ticket in pair:
            fresh = Ticket.objects.get(pk=ticket.pk)
            add_messages(fresh, part, dana)
    merge(dana, pair)
    target = Ticket.objects.get(pk=pair[1].pk)
    url = f"/workspace/{target.reference}/"
    page = danas.get(url).context["content"]
    items, earlier = list(page["items"]), page["earlier"]
    while earlier is not None:
        found = danas.get(f"{url}?before={earlier}", headers=BY_SCRIPT).json()
        items, earlier = found["items"] + items, found["earlier"]
    places = [item["position"] for item in items]
    assert places == sorted(set(places))
    said = [item["html"] for item in items if 'data-author="system"' not in item["html"]]
    own = 2 + 90
    came = [html for html in said if "data-merged" in html]
    assert (len(said) - len(came), len(came)) == (own, 4 + 90)
    times = [re.findall(r'datetime="([^"]+)"', html)[0] for html in said]
    assert times == sorted(times)


def test_of_a_very_long_one_the_page_says_that_there_is_more(
    dana: User, pair: tuple[Ticket, Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "MOST", 2)
    merge(dana, pair)
    ticket = access.ticket_for(Actor.agent(dana), pair[1].reference)
    html = "".join(str(item["html"]) for item in rendered(ticket))
    assert bodies(html) == ["It drips", "A Fell 2", "Third this week", "We replace it"]
    assert html.count("there is more in it") == 1


def test_whoever_may_not_see_the_merged_one_reads_and_learns_nothing_of_it(
    danas: Client,
    dana: User,
    robin: User,
    pair: tuple[Ticket, Ticket],
    other_team: Team,
    as_user: Callable[[User | None], Client],
) -> None:
    source, target = pair
    Ticket.objects.filter(pk=source.pk).update(team=other_team, tags=["secret-tag"])
    merge(dana, (Ticket.objects.get(pk=source.pk), target))
    assert "My tent leaks" in danas.get(f"/workspace/{target.reference}/").text  # it is Dana's
    robins = as_user(robin)
    url = f"/workspace/{target.reference}/"
    pages = [
        robins.get(url).text,
        robins.get(f"{url}history/").text,
        robins.get(f"{url}transcript/?notes=1").text,
        robins.get(f"{url}news/?after=2", headers=BY_SCRIPT).text,
        robins.get(f"{url}?merged={source.reference}").text,
    ]
    for page in pages:
        for words in (source.reference, "My tent leaks", "Third this week", "secret-tag"):
            assert words not in page.replace(f"merged={source.reference}", "")
    assert robins.get(f"/workspace/{source.reference}/").status_code == 404
    assert "merged another conversation into this one" in pages[0]


def test_whoever_may_not_see_the_target_is_told_so_without_its_reference(
    dana: User,
    robin: User,
    pair: tuple[Ticket, Ticket],
    other_team: Team,
    as_user: Callable[[User | None], Client],
) -> None:
    source, target = pair
    Ticket.objects.filter(pk=target.pk).update(team=other_team)
    merge(dana, (source, Ticket.objects.get(pk=target.pk)))
    page = as_user(robin).get(f"/workspace/{source.reference}/").text
    assert "one that you do not see" in page
    assert target.reference not in page
    assert (
        target.reference not in as_user(robin).get(f"/workspace/{source.reference}/history/").text
    )


def test_an_open_screen_begins_afresh_after_a_merge(
    dana: User, pair: tuple[Ticket, Ticket]
) -> None:
    seen = pair[1].last_position
    merge(dana, pair)
    fresh = access.ticket_for(Actor.agent(dana), pair[1].reference)
    frame = news.news(fresh, dana, seen)
    assert frame["afresh"] is True
    assert "My tent leaks" in "".join(item["html"] for item in frame["items"])
    assert "afresh" not in news.news(fresh, dana, fresh.last_position)


def test_the_customer_reads_in_each_what_they_did_and_finds_the_way(
    dana: User, pair: tuple[Ticket, Ticket]
) -> None:
    source, target = pair
    before = portal_news.news(source, after=0)["items"]
    merge(dana, pair)
    frame = portal_news.news(Ticket.objects.get(pk=source.pk), after=0)
    assert [i["html"] for i in frame["items"][:-1]] == [i["html"] for i in before]
    assert f"/requests/{target.reference}/" in frame["panels"]["status"]
    assert "Is it solved?" not in frame["panels"]["after"]
    there = portal_news.news(Ticket.objects.get(pk=target.pk), after=0)
    html = "".join(item["html"] for item in there["items"])
    assert "My tent leaks" not in html
    assert "goes on here" in html


def test_the_customer_who_writes_in_the_merged_one_is_led_to_the_other(
    dana: User, pair: tuple[Ticket, Ticket], as_user: Callable[[User | None], Client]
) -> None:
    source, target = pair
    maya = make_customer(login=True)
    Ticket.objects.filter(pk__in=[source.pk, target.pk]).update(customer=maya)
    source, target = (Ticket.objects.get(pk=ticket.pk) for ticket in pair)
    merge(dana, (source, target))
    mayas = as_user(maya.user)
    sent = mayas.post(f"/requests/{source.reference}/messages/", {"body": "Hello?"})
    assert sent["Location"] == f"/requests/{target.reference}/"
    asked = mayas.post("/talk-to-a-human/", {"ticket": source.reference})
    assert asked["Location"] == f"/requests/{target.reference}/"
    assert target.messages.filter(body="Hello?").count() == 1


def test_of_two_customers_the_way_is_named(danas: Client, team: Team) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    refused = danas.post(
        f"/workspace/{one.reference}/merge/", {"other": other.reference}, headers=BY_SCRIPT
    )
    assert refused.status_code == 409
    assert "Link them as a duplicate" in refused.json()["error"]["message"]


# --- links ----------------------------------------------------------------------------------------


def test_links_are_made_by_reference_several_at_once_and_removed(danas: Client, team: Team) -> None:
    problem = make_ticket(team=team, subject="The page is down")
    others = [make_ticket(team=team) for _ in range(2)]
    names = f"#{others[0].reference.lower()}, http://x/workspace/{others[1].reference}/"
    url = f"/workspace/{problem.reference}/"
    sent = danas.post(f"{url}link/", {"kind": "of:caused_by", "others": names})
    assert sent.status_code == 302
    assert problem.linked_by.filter(kind=LinkKind.CAUSED_BY).count() == 2
    page = danas.get(url).text
    assert "2 affected conversations" in page
    assert all(ticket.reference in page for ticket in others)
    assert "The page is down" in danas.get(f"/workspace/{others[0].reference}/").text
    link = problem.linked_by.first()
    assert link is not None
    danas.post(f"{url}link/{link.pk}/remove/")
    assert problem.linked_by.count() == 1


@pytest.mark.parametrize("name", ["ZZZZZZZZ", "<b>", "\0", "hidden"])
def test_a_reference_that_is_none_or_hidden_is_the_same_and_links_nothing(
    danas: Client, team: Team, other_team: Team, name: str
) -> None:
    ticket, hidden = make_ticket(team=team), make_ticket(team=other_team)
    named = hidden.reference if name == "hidden" else name
    sent = danas.post(
        f"/workspace/{ticket.reference}/link/",
        {"kind": "related", "others": named},
        headers=BY_SCRIPT,
    )
    assert sent.status_code == 422
    assert not TicketLink.objects.exists()


def test_what_is_linked_costs_no_statement(danas: Client, dana: User, team: Team) -> None:
    ticket = make_ticket(team=team)
    url = f"/workspace/{ticket.reference}/"
    before = queries(danas, url)
    for kind in LinkKind:
        for _ in range(3):
            actions.link(
                actor=Actor.agent(dana), ticket=make_ticket(team=team), other=ticket, kind=kind
            )
    assert queries(danas, url) == before <= LIMIT


def test_no_customer_reads_of_a_link(dana: User, team: Team) -> None:
    one, other = make_ticket(team=team), make_ticket(team=team)
    before = portal_news.news(one, after=0)
    actions.link(actor=Actor.agent(dana), ticket=one, other=other, kind=LinkKind.CAUSED_BY)
    after = portal_news.news(Ticket.objects.get(pk=one.pk), after=0)
    assert after["items"] == before["items"]
    assert other.reference not in str(after)


# --- splitting ------------------------------------------------------------------------------------


def test_a_message_is_split_off_and_the_new_one_opens(
    danas: Client, dana: User, pair: tuple[Ticket, Ticket]
) -> None:
    said = pair[0].messages.get(body="A Fell 2")
    url = f"/workspace/{pair[0].reference}/split/{said.position}/"
    assert "A Fell 2" in danas.get(url, headers=BY_SCRIPT).text
    sent = danas.post(url, {"subject": "The Fell 2"})
    part = Ticket.objects.get(subject="The Fell 2")
    assert sent["Location"] == f"/workspace/{part.reference}/"
    assert pair[0].reference in danas.get(sent["Location"]).text
    lines = [
        happened.line(item, ticket)
        for ticket in (pair[0], part)
        for item in timeline.newest(Ticket.objects.get(pk=ticket.pk)).items
        if isinstance(item, Message) and item.author_kind == "system"
    ]
    assert "Dana Osei split a part of this off into a conversation of its own." in lines
    assert "Dana Osei split this off from another conversation." in lines


def test_the_history_names_the_other_to_whoever_may_see_it(
    dana: User, robin: User, other_team: Team, pair: tuple[Ticket, Ticket]
) -> None:
    merge(dana, pair)
    actions.link(actor=Actor.agent(dana), ticket=pair[1], other=pair[0], kind=LinkKind.BLOCKED_BY)
    Ticket.objects.filter(pk=pair[0].pk).update(team=other_team)
    told = {
        user: [entry.detail for entry in history.page(pair[1], actor=Actor.agent(user)).entries]
        for user in (dana, robin)
    }
    assert f"Blocked by: {pair[0].reference}" in told[dana]
    assert pair[0].reference in told[dana]
    assert pair[0].reference not in str(told[robin])
    assert "Blocked by: one that you do not see" in told[robin]
