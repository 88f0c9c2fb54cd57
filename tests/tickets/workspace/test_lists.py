"""How a list is narrowed and arranged: by chips and a form, all of it in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import index_tickets, make_customer, make_ticket
from tests.tickets.workspace.test_pages import queries
from tickets import actions
from tickets.actors import Actor
from tickets.lists.arranging import Grouping, Sort
from tickets.lists.bounded import bounded
from tickets.models import CustomField, Priority, SavedView, Team, Ticket, Turn, User
from tickets.workspace import inbox

AsUser = Callable[[User | None], Client]


def references(page: str) -> list[str]:
    return re.findall(r'class="inbox-row" data-reference="(\w+)"', page)


def headings(page: str) -> list[str]:
    return re.findall(r'class="inbox__group"><bdi>([^<]*)<', page)


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def keep(dana: User, query: str, name: str = "Kept") -> SavedView:
    return actions.save_view(
        actor=Actor.agent(dana), name=name, query=query, sort=Sort.NEWEST, team=None
    )


# --- filters


def test_a_filter_goes_on_from_the_view_and_stands_in_the_address(danas: Client) -> None:
    sent = "view=open&team=&priority=urgent&tag=two+words&sort=priority&group=team&columns=tags"
    answer = danas.get(f"/workspace/filter/?{sent}&columns=custom.size&columns=x&apply=yes")
    assert answer.status_code == 200  # a column that there is not
    CustomField.objects.create(about="ticket", key="size", name="Size", kind="text")
    answer = danas.get(f"/workspace/filter/?{sent}&apply=yes")
    assert asked(answer["Location"]) == {
        "view": "open",
        "q": 'status:open priority:urgent tag:"two words"',
        "sort": "priority",
        "group": "team",
        "columns": "tags",
    }
    assert danas.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ("status:open tag:a", "status=closed", "tag:a status:closed"),
        ("tag:a OR status:open", "status=closed", "tag:a OR status:open status:closed"),
        ("tag:a", "field=turns&compare=>%3D&value=3", "tag:a turns:>=3"),
        ("tag:a", "field=identity&compare=-&value=unknown", "tag:a -identity:unknown"),
        ("tag:a", "field=turns&value=3&either=on", "tag:a OR turns:3"),
        ("tag:a", "field=opened&compare=<&value=7d", "tag:a opened:<7d"),
        ("tag:a", "field=turns&value=", "tag:a"),
        ("tag:a", "field=customer&value=x)+(y", 'tag:a customer:"x) (y"'),
    ],
)
def test_what_is_chosen_is_written_as_one_would_type_it(
    danas: Client, before: str, sent: str, after: str
) -> None:
    answer = danas.get(f"/workspace/filter/?q={before}&{sent}&apply=yes")
    assert asked(answer["Location"])["q"] == after


def test_chips_take_away_and_add_one_thing(danas: Client, team: Team) -> None:
    page = danas.get("/workspace/", {"q": "status:open (tag:a OR tag:b) assignee:me"})
    there = {chip.words: asked(chip.url).get("q") for chip in page.context["chips"]}
    assert there == {
        "status:open": "(tag:a OR tag:b) assignee:me",
        "(tag:a OR tag:b)": "status:open assignee:me",
        "assignee:me": "status:open (tag:a OR tag:b)",
    }
    more = {chip.words: asked(chip.url)["q"] for chip in page.context["more_chips"]}
    assert more["Nobody’s"] == "status:open (tag:a OR tag:b) assignee:nobody"
    assert more["Waiting"] == "(tag:a OR tag:b) assignee:me status:waiting"
    closed = danas.get("/workspace/?view=closed").context["more_chips"]
    assert [chip.words for chip in closed] == ["Mine", "Nobody’s", "High and urgent", "With files"]
    assert danas.get("/workspace/?view=spam").context["more_chips"] == []  # no search finds it


@pytest.mark.parametrize(
    "view", [view for view in inbox.View if view != inbox.View.SPAM]
)  # which no search finds
def test_a_view_says_in_a_search_what_it_shows(
    view: inbox.View, danas: Client, dana: User, team: Team
) -> None:
    """But for what is in quarantine, which no search finds."""
    for turn in Turn:
        agent = dana if turn in (Turn.AGENT, Turn.CLOSED) else None
        make_ticket(team=team, turn=turn, agent=agent)
    aside = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    actions.snooze(actor=Actor.agent(dana), ticket=aside, until=None)
    there = danas.get(f"/workspace/?view={view}")
    search = there.context["selection"].as_search
    assert set(references(there.text)) == set(
        references(danas.get("/workspace/", {"q": search}).text)
    )


@pytest.mark.parametrize(
    "query",
    [
        *("q=((((((((((", "q=tag:a+OR", "q=custom.gone:x", "q=-(-(-(x", "q=turns:>>3"),
        *(
            "sort=%00&group=%00&columns=%00",
            "group=pk&sort=-pk&columns=password",
            "sort=best&group=team",
        ),
        *("view=open&group=team&from=x", "columns=" + "custom.a," * 500, "q=opened:>=99999d"),
    ],
)
def test_a_hostile_address_is_told_or_passed_over(danas: Client, team: Team, query: str) -> None:
    make_ticket(team=team)
    assert danas.get(f"/workspace/?{query}").status_code in (200, 400)
    assert danas.get(f"/workspace/filter/?{query}").status_code in (200, 400)
    assert danas.get(f"/workspace/filter/?{query}&apply=yes").status_code in (200, 302, 400)


# --- arranged


def test_orders_and_groups_hold_over_pages(
    danas: Client, dana: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    urgent = make_ticket(team=team, priority=Priority.URGENT, ago=timedelta(hours=3))
    old = make_ticket(team=team, ago=timedelta(hours=9), turn=Turn.AGENT, agent=dana)
    low = make_ticket(team=team, priority=Priority.LOW, turn=Turn.AGENT, agent=dana)
    new = make_ticket(team=team)
    index_tickets()

    def listed(query: str) -> tuple[list[str], list[str]]:
        found, groups, url = [], [], f"/workspace/?{query}"
        while url:
            page = danas.get(url)
            found += references(page.text)
            groups += headings(page.text)
            following = page.context["next_query"]
            url = f"/workspace/?{following}" if following else ""
        return found, groups

    by_priority = [urgent.reference, new.reference, old.reference, low.reference]
    # As a view, as a search for columns, as one for words.
    for what in ("view=open", "q=status:open", "q=pole+-zzz"):
        assert listed(f"{what}&sort=priority")[0] == by_priority, what
        assert listed(f"{what}&sort=oldest")[0][0] == old.reference
        assert listed(f"{what}&sort=opened")[0][0] == new.reference
        assert listed(f"{what}&sort=waiting")[0][0] == old.reference
        found, groups = listed(f"{what}&group=assignee&sort=oldest")
        assert found == [urgent.reference, new.reference, old.reference, low.reference], what
        assert groups == ["Nobody", "Dana Osei"]
    assert listed("view=open&group=status")[1] == ["Waiting for a person", "Agent"]
    for grouping in Grouping:
        assert len(listed(f"view=open&group={grouping}")[0]) == 4


def test_a_list_that_takes_too_long_is_told_and_its_page_is_there(
    danas: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(team=team)

    def slow(*_args: object, **_named: object) -> None:
        with bounded(0.05), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2)")

    monkeypatch.setattr("tickets.lists.keyset.Order.page", slow)
    page = danas.get("/workspace/?view=open&group=team")
    assert page.status_code == 200
    assert "Choose another order, or filter them first." in page.text
    assert "Waiting" in page.text  # the navigation


def test_columns_are_shown_in_rows_and_cost_no_statement(danas: Client, team: Team) -> None:
    CustomField.objects.create(about="ticket", key="size", name="Size", kind="text")
    CustomField.objects.create(about="customer", key="vip", name="VIP", kind="checkbox")
    tickets = [make_ticket(team=team, customer=make_customer(custom={"vip": True}))]
    columns = "team,assignee,tags,type,custom.size,custom.vip"

    def shown() -> str:
        Ticket.objects.update(custom={"size": "Large"}, tags=["recall"])
        return danas.get(f"/workspace/?view=open&columns={columns}").text

    page = shown()
    for words in ("Gear care", "recall", "Large", ">yes<"):
        assert words in page
    few = queries(danas, f"/workspace/?view=open&columns={columns}")
    tickets += [make_ticket(team=team) for _ in range(9)]
    shown()
    assert queries(danas, f"/workspace/?view=open&columns={columns}") == few
    CustomField.objects.all().delete()
    assert danas.get(f"/workspace/?view=open&columns={columns}").status_code == 200


def test_a_link_shows_a_colleague_the_same_and_a_kept_view_too(
    danas: Client, dana: User, robin: User, team: Team, as_user: AsUser
) -> None:
    make_ticket(team=team, priority=Priority.URGENT)
    make_ticket(team=team)
    query = "view=open&sort=oldest&group=priority&columns=team"
    page = danas.get(f"/workspace/?{query}")
    assert headings(page.text) == headings(as_user(robin).get(f"/workspace/?{query}").text)
    form = danas.get(f"/workspace/views/keep/?{query}").text
    assert 'name="q" value="status:open"' in form
    sent = {"q": "status:open", "sort": "oldest", "group": "priority", "columns": "team"}
    answer = danas.post("/workspace/views/keep/", {**sent, "name": "By need", "team": team.pk})
    assert asked(answer["Location"]) == {"view": "waiting", **sent}
    theirs = as_user(robin).get(answer["Location"]).text
    assert headings(theirs) == ["Urgent", "Normal"]
    assert '<h1 class="pane__title">By need</h1>' in theirs


def test_a_view_over_what_was_deleted_says_so_and_finds_nothing(
    danas: Client, dana: User, team: Team
) -> None:
    make_ticket(team=team)
    field = CustomField.objects.create(about="ticket", key="hue", name="Hue", kind="text")
    view = keep(dana, "custom.hue:red")
    gone = keep(dana, f'team:"{team.name}"', "Theirs")
    field.delete()
    Team.objects.filter(pk=team.pk).update(name="Renamed")
    from tickets.conditions import fields

    for load in fields._sources.values():
        getattr(load, "forget", lambda: None)()
    page = danas.get("/workspace/", {"q": view.query})
    assert page.status_code == 200
    assert references(page.text) == []
    page = danas.get("/workspace/", {"q": gone.query})
    assert "is nothing that team: can be" in page.text
    assert danas.get("/workspace/counts/").json()["views"] == {str(view.pk): "", str(gone.pk): ""}


# --- counts


@pytest.fixture
def _no_cache() -> None:
    cache.clear()


@pytest.mark.usefixtures("_no_cache")
def test_counts_are_each_agents_own_and_stop(
    danas: Client,
    dana: User,
    team: Team,
    other_team: Team,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_ticket(team=team)
    make_ticket(team=other_team)
    view, empty = keep(dana, "status:open"), keep(dana, "tag:nothing", "None")
    assert danas.get("/workspace/counts/").json() == {
        "views": {str(view.pk): "1", str(empty.pk): ""},
        "jobs": [],
        "mails": [],
    }
    made = len(queries_of_counts(danas))
    cache.clear()
    make_ticket(team=team)
    monkeypatch.setattr(inbox, "COUNT_LIMIT", 2)
    assert danas.get("/workspace/counts/").json()["views"][str(view.pk)] == "1+"
    assert len(queries_of_counts(danas)) == made  # known for some seconds


def queries_of_counts(client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        client.get("/workspace/counts/")
    return [query["sql"] for query in captured if "count(" in query["sql"].lower()]


@pytest.mark.usefixtures("_no_cache")
def test_a_count_that_would_take_long_is_left_out(
    danas: Client, dana: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(team=team)
    view = keep(dana, "status:open")
    monkeypatch.setattr("tickets.workspace.counts.ONE_SECONDS", 0.05)
    monkeypatch.setattr(
        "tickets.search.finding.chosen",
        lambda *_: Ticket.objects.extra(where=["(SELECT pg_sleep(2))::text = ''"]),
    )
    answer = danas.get("/workspace/counts/")
    assert (answer.status_code, answer.json()["views"]) == (200, {str(view.pk): ""})
