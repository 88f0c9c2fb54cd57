"""Saved views and macros by the API: whose they are, what a view lists, what applying a macro does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import index_tickets, make_agent, make_note, make_team, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets.models import (
    Draft,
    Event,
    EventKind,
    Macro,
    Message,
    Note,
    SavedView,
    Scope,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
VIEWS, MACROS = "/api/v1/views/", "/api/v1/macros/"
ALL = (Scope.VIEWS_READ, Scope.MACROS_READ, Scope.TICKETS_READ, Scope.TICKETS_ACT)


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Whitfield", teams=[team])


@pytest.fixture
def hers(caller: MakeCaller, dana: User) -> Caller:
    """A key that acts for Dana."""
    return caller(*ALL, agent=dana)


def keep(name: str, owner: User, team: Team | None = None, **more: Any) -> SavedView:
    kept: dict[str, Any] = {"query": "status:open", "sort": "newest", **more}
    return SavedView.objects.create(name=name, owner=owner, team=team, **kept)


def listed(by: Caller, path: str) -> set[str]:
    return {one["name"] for one in by.get(path).json()["results"]}


# --- views ----------------------------------------------------------------------------------------


def test_a_key_reads_shared_views_and_its_agents_own(
    caller: MakeCaller, hers: Caller, dana: User, team: Team
) -> None:
    keep("Shared", make_agent(), team)
    own = keep("Own", dana)
    other = keep("Another's", make_agent())
    assert listed(hers, VIEWS) == {"Shared", "Own"}
    shop = caller(Scope.VIEWS_READ, Scope.TICKETS_READ)
    assert listed(shop, VIEWS) == {"Shared"}
    assert hers.get(f"{VIEWS}{own.pk}/tickets/").status_code == 200
    assert shop.get(f"{VIEWS}{own.pk}/tickets/").status_code == 404
    for missing in (other.pk, other.pk + 1000, 2**64):
        assert hers.get(f"{VIEWS}{missing}/tickets/").status_code == 404
    (shown,) = shop.get(VIEWS).json()["results"]
    assert (shown["team"], shown["query"], shown["sort"]) == (team.slug, "status:open", "newest")
    assert shown["tickets_url"].endswith(f"{VIEWS}{shown['id']}/tickets/")


def test_a_view_lists_its_tickets_page_by_page_and_looks_in_no_note(
    hers: Caller, dana: User, team: Team
) -> None:
    found = [make_ticket(team=team, body=f"The carbon pole {number} snapped.") for number in "abc"]
    noted = make_ticket(team=team, body="Where is my parcel?")
    make_note(noted, dana, "It is about a carbon pole.")
    index_tickets()
    view = keep("Poles", dana, query='"carbon pole"', sort="oldest")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = hers.get(f"{VIEWS}{view.pk}/tickets/", {"page_size": 2, "cursor": cursor}).json()
        seen += [one["reference"] for one in page["results"]]
        cursor = page["next_cursor"]
    assert seen == [ticket.reference for ticket in found]


def test_me_is_the_agent_for_whom_the_key_acts(
    caller: MakeCaller, hers: Caller, dana: User, team: Team
) -> None:
    mine = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_ticket(team=team)
    view = keep("Mine", dana, team, query="assignee:me")
    rows = hers.get(f"{VIEWS}{view.pk}/tickets/").json()["results"]
    assert [one["reference"] for one in rows] == [mine.reference]
    nobodys = caller(Scope.TICKETS_READ).get(f"{VIEWS}{view.pk}/tickets/")
    assert nobodys.status_code == 422 or nobodys.json()["results"] == []


# --- macros ---------------------------------------------------------------------------------------


def test_macros_are_those_that_the_agent_has_and_say_nothing_of_notes(
    caller: MakeCaller, hers: Caller, dana: User, team: Team
) -> None:
    Macro.objects.create(name="For all", body="Hello", note="Canary 5926", acts={"priority": 4})
    Macro.objects.create(name="Of the team", body="Hello", team=team)
    Macro.objects.create(name="Of others", body="Hello", team=make_team())
    Macro.objects.create(name="Own", body="Hello", owner=dana)
    Macro.objects.create(name="Another's", body="Hello", owner=make_agent())
    Macro.objects.create(name="Put away", body="Hello", is_active=False)
    assert {"For all", "Of the team", "Own"} <= listed(hers, MACROS)
    assert not {"Of others", "Another's", "Put away"} & listed(hers, MACROS)
    shop = caller(Scope.MACROS_READ)
    assert {"For all", "Of the team", "Of others"} <= listed(shop, MACROS)
    assert not {"Own", "Another's", "Put away"} & listed(shop, MACROS)
    assert "Canary" not in shop.get(MACROS).text
    shown = [one for one in shop.get(MACROS).json()["results"] if one["name"] == "For all"]
    assert (shown[0]["acts"], shown[0]["own"], shown[0]["team"]) == (["priority"], False, None)


def test_a_macro_without_a_reply_is_done_at_once_in_the_agents_name(
    hers: Caller, dana: User, team: Team
) -> None:
    ticket = make_ticket(team=team)
    macro = Macro.objects.create(name="Refund", note="Booked.", acts={"add_tags": ["refund"]})
    path = f"{TICKETS}{ticket.reference}/macros/"
    answer = hers.post(path, {"macro": macro.pk}, Idempotency_Key="once")
    assert (answer.status_code, answer.json()) == (201, {"outcome": "done"})
    again = hers.post(path, {"macro": macro.pk}, Idempotency_Key="once")
    assert again["Idempotent-Replayed"] == "true"
    assert Ticket.objects.get(pk=ticket.pk).tags == ["refund"]
    assert Note.objects.get().author == dana
    event = Event.objects.get(kind=EventKind.MACRO_APPLIED)
    assert (event.actor_user, event.actor_key is not None) == (dana, True)


def test_a_macros_reply_is_drafted_and_goes_to_nobody(hers: Caller, dana: User, team: Team) -> None:
    ticket = make_ticket(team=team)
    said = Message.objects.count()
    macro = Macro.objects.create(
        name="Told", body="Your refund left us.", acts={"add_tags": ["refund"]}, send_at_once=True
    )
    path = f"{TICKETS}{ticket.reference}/macros/"
    assert hers.post(path, {"macro": macro.pk}).json() == {"outcome": "drafted"}
    draft = Draft.objects.get()
    assert (draft.author, draft.body, draft.by_key) == (dana, "Your refund left us.", "Shop")
    assert draft.leaves_at is None
    assert Message.objects.count() == said
    assert Ticket.objects.get(pk=ticket.pk).tags == []
    refused = hers.post(path, {"macro": macro.pk})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "writing")
    assert Draft.objects.get().body == "Your refund left us."


def test_a_macro_that_was_changed_or_is_anothers_does_nothing(hers: Caller, team: Team) -> None:
    ticket = make_ticket(team=team)
    path = f"{TICKETS}{ticket.reference}/macros/"
    macro = Macro.objects.create(name="Refund", acts={"add_tags": ["refund"]}, version=3)
    changed = hers.post(path, {"macro": macro.pk, "version": 2})
    assert (changed.status_code, changed.json()["error"]["code"]) == (409, "changed")
    theirs = Macro.objects.create(name="X", acts={"add_tags": ["x"]}, owner=make_agent())
    assert hers.post(path, {"macro": theirs.pk}).status_code == 404
    assert hers.post(path, {"macro": "12"}).status_code == 400
    hidden = make_ticket(team=make_team())
    answer = hers.post(f"{TICKETS}{hidden.reference}/macros/", {"macro": macro.pk})
    assert answer.status_code == 404
    assert not Event.objects.filter(kind=EventKind.MACRO_APPLIED).exists()


def _view(number: int) -> None:
    keep(f"View {number}", make_agent(), make_team())


def _macro(number: int) -> None:
    Macro.objects.create(name=f"M {number}", body="x", team=make_team(), acts={"priority": 1})


@pytest.mark.parametrize(("path", "make"), [(VIEWS, _view), (MACROS, _macro)])
def test_ten_of_them_cost_what_one_costs(
    caller: MakeCaller, path: str, make: Callable[[int], None]
) -> None:
    key = caller(Scope.VIEWS_READ, Scope.MACROS_READ)

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert key.get(path).status_code == 200
        return len(caught)

    make(0)
    key.get(path)  # notes that the key was used
    one = statements()
    for number in range(1, 10):
        make(number)
    assert statements() == one == 2
