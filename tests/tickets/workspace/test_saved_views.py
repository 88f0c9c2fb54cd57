"""Views that agents keep: who sees them, who changes them, what they show to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.factories import index_tickets, make_agent, make_lead, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tests.tickets.workspace.test_pages import queries
from tickets import actions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.models import Event, EventKind, SavedView, Team, Turn, User
from tickets.models.saved_views import MOST_VIEWS

AsUser = Callable[[User | None], Client]


def keep(
    owner: User, team: Team | None = None, *, name: str = "Tents", query: str = "tent"
) -> SavedView:
    return actions.save_view(
        actor=Actor.agent(owner), name=name, query=query, sort=Sort.NEWEST, team=team
    )


def test_a_search_is_kept_from_its_page_and_stands_in_the_navigation(danas: Client) -> None:
    page = danas.get("/workspace/?q=status:open+tent&sort=best").text
    assert "/workspace/views/keep/?view=waiting&amp;q=status%3Aopen+tent&amp;sort=best" in page
    sent = {"name": " Open  tents ", "q": "status:open tent", "sort": "best", "team": ""}
    page = danas.post("/workspace/views/keep/", sent, follow=True).text
    view = SavedView.objects.get()
    assert (view.name, view.query, view.sort, view.team) == (
        *("Open tents", "status:open tent", "best"),
        None,
    )
    assert '<h1 class="pane__title">Open tents</h1>' in page
    assert f"/workspace/views/{view.pk}/" in page
    event = Event.objects.filter(kind=EventKind.SETTING_ADDED).latest("pk")
    assert (event.subject, event.subject_id) == ("tickets.savedview", str(view.pk))
    assert "tent" not in str(event.data).replace("Open tents", "")


def test_a_view_is_seen_by_its_owner_or_by_its_team_and_by_nobody_else(
    team: Team, dana: User, robin: User, stranger: User, as_user: AsUser
) -> None:
    mine, ours = keep(dana, name="For me"), keep(dana, team, name="For us")
    for user, names in (
        (dana, ["For me", "For us"]),
        (robin, ["For us"]),
        (stranger, []),
    ):
        page = as_user(user).get("/workspace/").text
        assert [name for name in ("For me", "For us") if name in page] == names
        for view in (mine, ours):
            status = 200 if view.name in names else 404
            assert as_user(user).get(f"/workspace/views/{view.pk}/").status_code == status
            if status == 404:
                sent = {"name": "Stolen"}
                for address in (f"{view.pk}/", f"{view.pk}/remove/"):
                    answer = as_user(user).post(f"/workspace/views/{address}", sent)
                    assert answer.status_code == 404
    assert set(SavedView.objects.values_list("name", flat=True)) == {"For me", "For us"}


def test_a_view_shows_to_each_what_they_may_see_and_me_is_whoever_looks(
    team: Team, dana: User, robin: User, as_user: AsUser
) -> None:
    view = keep(dana, team, query="assignee:me")
    of_dana = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    of_robin = make_ticket(team=team, turn=Turn.AGENT, agent=robin)
    index_tickets()
    page = as_user(robin).get(f"/workspace/?q={view.query}").text
    assert of_robin.reference in page
    assert of_dana.reference not in page
    assert '<h1 class="pane__title">Tents</h1>' in page


def test_it_is_renamed_shared_and_removed(
    danas: Client, dana: User, robin: User, team: Team, as_user: AsUser
) -> None:
    view = keep(dana)
    answer = danas.post(f"/workspace/views/{view.pk}/", {"name": "Ours", "team": str(team.pk)})
    assert answer["Location"] == "/workspace/?view=waiting&q=tent"
    assert "Ours" in as_user(robin).get("/workspace/").text
    changed = Event.objects.filter(kind=EventKind.SETTING_CHANGED).latest("pk")
    assert changed.data["changes"] == {"name": ["Tents", "Ours"], "team": [None, team.pk]}
    assert danas.post(f"/workspace/views/{view.pk}/remove/").status_code == 302
    assert not SavedView.objects.exists()
    assert Event.objects.latest("pk").kind == EventKind.SETTING_REMOVED


def test_of_a_colleagues_view_a_member_changes_nothing_and_a_lead_does(
    dana: User, robin: User, team: Team, as_user: AsUser
) -> None:
    view, lead = keep(dana, team), make_lead(teams=[team])
    for address in (f"{view.pk}/", f"{view.pk}/remove/"):
        answer = as_user(robin).post(
            f"/workspace/views/{address}", {"name": "X", "team": str(team.pk)}
        )
        assert answer.status_code == 403
    view.refresh_from_db()
    assert view.name == "Tents"
    actions.change_view(actor=Actor.agent(lead), view=view, name="Shelters", team=team)
    view.refresh_from_db()
    assert (view.name, view.owner) == ("Shelters", dana)


def test_a_view_is_shared_with_teams_of_its_owner_only(
    danas: Client, dana: User, other_team: Team
) -> None:
    with pytest.raises(NotAllowed):
        keep(dana, other_team)
    sent = {"name": "Tents", "q": "tent", "team": str(other_team.pk)}
    assert danas.post("/workspace/views/keep/", sent).status_code == 422
    with pytest.raises(NotAllowed):
        actions.change_view(actor=Actor.agent(dana), view=keep(dana), name="X", team=other_team)
    with pytest.raises(NotAllowed):
        actions.save_view(actor=Actor.nobody(), name="X", query="tent", sort=Sort.NEWEST, team=None)


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "tent", "Write a name for the view."),
        ("\u200b", "tent", "Write a name for the view."),
        ("Tents", "nonsense:tent", "There is no operator nonsense:"),
        ("Tents", "team:Gone", "“Gone” is nothing that team: can be."),
        ("Tents", "", "Write a word or a number to look for."),
        ("Tents", "tent " * 100, "Keep a search under 400 characters"),
        ("T" * 61, "tent", "at most 60 characters"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(
    name: str, query: str, words: str, danas: Client
) -> None:
    answer = danas.post("/workspace/views/keep/", {"name": name, "q": query})
    assert answer.status_code == 422
    assert words in answer.text
    assert not SavedView.objects.exists()


def test_an_agent_keeps_thirty_and_a_team_has_thirty(dana: User, robin: User, team: Team) -> None:
    SavedView.objects.bulk_create(
        SavedView(owner=dana, team=team, name="x", query="x", sort="newest")
        for _number in range(MOST_VIEWS)
    )
    with pytest.raises(ValidationError, match="You keep 30 views already"):
        keep(dana)
    with pytest.raises(ValidationError, match="The team has 30 views already"):
        keep(robin, team)
    assert keep(robin).team is None


def test_a_view_whose_team_is_gone_opens_and_says_so(
    danas: Client, dana: User, other_team: Team
) -> None:
    view = keep(dana, query="team:Orders")
    other_team.delete()
    answer = danas.get(f"/workspace/?q={view.query}")
    assert answer.status_code == 200
    assert "“Orders” is nothing that team: can be." in answer.text
    assert f"/workspace/views/{view.pk}/" in answer.text


def test_a_view_of_a_team_that_is_gone_is_its_owners(other_team: Team, robin: User) -> None:
    owner = make_agent("Kim Berg", teams=[other_team])
    keep(owner, other_team)
    other_team.delete()
    assert SavedView.objects.get().team is None


def test_the_navigation_takes_the_same_queries_for_one_view_and_for_six(
    danas: Client, dana: User
) -> None:
    keep(dana)
    danas.get("/workspace/")
    one = queries(danas, "/workspace/")
    for number in range(5):
        keep(dana, name=f"View {number}")
    assert queries(danas, "/workspace/") == one


@real_transactions
def test_of_two_views_that_are_kept_at_once_none_is_one_too_many() -> None:
    dana = make_agent("Dana Osei", teams=[make_team("Gear care")])
    SavedView.objects.bulk_create(
        SavedView(owner=dana, name="x", query="x", sort="newest") for _n in range(MOST_VIEWS - 1)
    )
    results = together(3, lambda _index: keep(User.objects.get(pk=dana.pk)))
    assert sum(isinstance(result, ValidationError) for result in results) == 2
    assert dana.saved_views.count() == MOST_VIEWS
