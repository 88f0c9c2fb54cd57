"""The history in words: who, when in the viewer's zone, and each field before and after."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_admin, make_agent, make_hours, make_organization, make_team
from tests.tickets.admin.conftest import Change, url_of
from tickets import actions
from tickets.actors import Actor
from tickets.admin.audit.differences import Piece, pieces
from tickets.admin.audit.history import BEGINNING
from tickets.models import Event, SiteSettings, User

pytestmark = pytest.mark.django_db


def _shown(client: Client, row: Any) -> list[dict[str, tuple[str, str]]]:
    page = client.get(url_of(row, "history"))
    assert page.status_code == 200
    return [
        {change.label: (change.before, change.after) for change in entry.changes}
        for entry in page.context["entries"]
    ]


def test_names_and_labels_stand_for_keys_and_codes(client: Client, change: Change) -> None:
    team = make_team("Gear", hours=make_hours())
    organization = make_organization("Loch Arden")
    assert team.hours is not None
    name = team.hours.name
    change(SiteSettings.load(), default_team=team.pk)
    change(team, hours="")
    change(organization, tier="premier")

    assert _shown(client, SiteSettings.load()) == [{"Default team": ("Support", "Gear")}]
    assert _shown(client, team) == [{"Opening hours": (name, "")}]
    assert _shown(client, organization) == [{"Tier": ("Standard", "Premier")}]


def test_the_newest_comes_first_and_old_ones_are_on_the_next_page(
    client: Client, odhran: User
) -> None:
    settings = SiteSettings.load()
    for number in range(30):
        settings.company_name = f"Name {number}"
        actions.change_setting(actor=Actor.agent(odhran), instance=settings)

    first = _shown(client, settings)
    assert len(first) == 25
    assert first[0] == {"Company name": ("Name 28", "Name 29")}
    page = client.get(url_of(settings, "history"), {"p": 2})
    assert page.context["entries"][-1].changes[0].after == "Name 0"
    for nonsense in ("0", "99", "x"):
        assert client.get(url_of(settings, "history"), {"p": nonsense}).status_code == 200


def test_times_are_in_the_viewers_zone(client: Client, change: Change) -> None:
    settings = SiteSettings.load()
    change(settings, company_name="Kestrel & Moor")
    moment = Event.objects.get().created_at
    html = client.get(url_of(settings, "history")).content.decode()
    berlin = moment.astimezone(__import__("zoneinfo").ZoneInfo("Europe/Berlin"))
    assert f'datetime="{berlin.isoformat()}"' in html or berlin.strftime("%H:%M") in html
    assert timezone.get_current_timezone_name() == "UTC"
    assert moment.astimezone(UTC) == moment
    assert isinstance(moment, datetime)


def test_what_somebody_typed_is_text_in_the_history(client: Client, change: Change) -> None:
    evil = '<img src=x onerror="alert(1)">'
    organization = make_organization("Loch Arden")
    change(organization, note=f"{evil}\nsecond line", domain=evil[:20])
    html = client.get(url_of(organization, "history")).content.decode()
    assert "<img src=x" not in html
    assert "&lt;img" in html


def test_a_secret_is_only_said_to_have_changed(client: Client, odhran: User) -> None:
    dana = make_agent("Dana")
    dana.set_password("a long walk over the moor")
    actions.change_setting(actor=Actor.agent(odhran), instance=dana)
    assert _shown(client, dana) == [{"Password": ("", "changed, not shown")}]


def test_the_history_takes_the_same_number_of_queries_for_one_and_for_ten(
    client: Client, odhran: User, django_assert_max_num_queries: Any
) -> None:
    counts = []
    settings = SiteSettings.load()
    for number in range(1, 11):
        actor = Actor.agent(make_admin(f"Admin {number}"))
        settings.default_team = make_team()
        actions.change_setting(actor=actor, instance=settings)
        if number in (1, 10):
            with django_assert_max_num_queries(12) as queries:
                client.get(url_of(settings, "history"))
            counts.append(len(queries))
    assert counts[0] == counts[1]


def _kinds(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces(before, after)]


def test_a_changed_word_is_all_that_is_marked() -> None:
    assert _kinds("It works for 90 days.\n", "It works for 60 days.\n") == [
        ("same", "It works for "),
        ("removed", "90"),
        ("added", "60"),
        ("same", " days.\n"),
    ]


def test_what_did_not_change_is_shortened() -> None:
    far = "One line of many.\n" * 200
    shown = pieces(f"{far}old\n", f"{far}new\n")
    assert shown[0] == Piece("gap")
    assert sum(len(piece.text) for piece in shown) < 200


@pytest.mark.parametrize("size", [10_000, 200_000])
def test_a_huge_text_is_compared_in_no_time_and_cut(size: int) -> None:
    before = " ".join(f"word{number}" for number in range(size))
    started = datetime.now(tz=UTC)
    shown = pieces(before, before.replace("word7", "other"))
    assert (datetime.now(tz=UTC) - started).total_seconds() < 2
    assert sum(len(piece.text) for piece in shown) <= 50_000


def test_a_long_new_text_is_shown_by_its_beginning(client: Client, change: Change) -> None:
    organization = make_organization("Loch Arden")
    change(organization, note="A long story. " * 100)
    page = client.get(url_of(organization, "history"))
    (note,) = page.context["entries"][0].changes
    assert len(note.pieces[0].text) == BEGINNING
    assert note.pieces[1] == Piece("gap")
