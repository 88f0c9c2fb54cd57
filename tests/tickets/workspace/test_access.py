"""Who may open what: every address of the workspace, for everybody, in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client

from bots.workspace import urls as assistant_urls
from tests.factories import (
    index_tickets,
    make_admin,
    make_customer,
    make_lead,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets.models import Event, Note, Role, Team, Ticket, Turn, User
from tickets.workspace import urls

ROUTES = {path.name: str(path.pattern) for path in [*urls.urlpatterns, *assistant_urls.urlpatterns]}
WHO = ["anonymous", "customer", "agent of another team", "agent", "lead", "admin"]
# For a conversation of the agent's and the lead's team. 302 is the log-in for who is anonymous, and
# for the others what a form without script comes back with.
TABLE = {
    ("GET", "workspace"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-search-words"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-keep-view"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-keep-view"): [302, 404, 422, 422, 422, 422],  # without a search
    # A view that there is not.
    ("GET", "workspace-change-view"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-change-view"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-remove-view"): [302, 404, 404, 404, 404, 404],
    ("GET", "workspace-macro-list"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-add-macro"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-add-macro"): [302, 404, 422, 422, 422, 422],  # without a name
    # A macro that there is not.
    ("GET", "workspace-change-macro"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-change-macro"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-remove-macro"): [302, 404, 404, 404, 404, 404],
    ("GET", "workspace-segments"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-add-segment"): [302, 404, 404, 404, 200, 200],  # leads keep them
    ("POST", "workspace-add-segment"): [302, 404, 404, 404, 422, 422],  # without a name
    ("GET", "workspace-customer-choices"): [302, 404, 200, 200, 200, 200],
    # A customer, an organisation, a segment that there is not: see test_customers.
    **{
        ("GET", f"workspace-{name}"): [302, 404, 404, 404, 404, 404]
        for name in (
            *("customer", "duplicates", "merge-customers", "organization"),
            *("segment", "change-segment", "customer-records", "record"),
        )
    },
    **{
        ("POST", f"workspace-{name}"): [302, 404, 404, 404, 404, 404]
        for name in (
            *("change-customer", "add-contact", "change-contact", "external-id"),
            *("merge-customers", "part-customers", "change-organization"),
            *("organization-domains", "change-segment", "remove-segment"),
        )
    },
    ("GET", "workspace-macros"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-apply-macro"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-leave-macro-out"): [302, 404, 404, 302, 302, 302],  # nothing is left in it
    ("GET", "workspace-leads"): [302, 404, 404, 404, 200, 200],
    ("POST", "workspace-stop-seeing"): [302, 404, 302, 302, 302, 302],  # of nobody
    ("GET", "workspace-day"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-whisper"): [302, 404, 404, 403, 200, 200],
    ("POST", "workspace-whisper"): [302, 404, 404, 403, 302, 302],
    ("GET", "workspace-ask-approval"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-ask-approval"): [302, 404, 404, 422, 422, 422],  # without a reason
    # An approval that there is not: see test_approving.
    ("GET", "workspace-approval"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-approval"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-withdraw-approval"): [302, 404, 404, 404, 404, 404],
    # Nothing that the assistant said: there is nothing to keep.
    ("POST", "workspace-keep-scenario"): [302, 404, 404, 403, 422, 422],
    ("POST", "workspace-join"): [302, 404, 404, 403, 302, 302],
    ("POST", "workspace-step-out"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-take-over"): [302, 404, 404, 403, 302, 302],
    ("POST", "workspace-give-back"): [302, 404, 404, 409, 409, 409],  # nobody had it
    ("GET", "workspace-filter"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-counts"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-jobs"): [302, 404, 200, 200, 200, 200],
    # An act on many that somebody else began.
    ("GET", "workspace-job"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-stop-job"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-undo-job"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-bulk"): [302, 404, 302, 302, 302, 302],  # back: nothing is selected
    ("GET", "workspace-push-worker"): [200] * 6,  # a script, the same for everybody
    ("GET", "workspace-notifications"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-read-all"): [302, 404, 302, 302, 302, 302],
    ("GET", "workspace-account"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-end-log-in"): [302, 404, 404, 404, 404, 404],  # none of theirs
    ("POST", "workspace-end-other-log-ins"): [302, 404, 302, 302, 302, 302],
    ("GET", "workspace-notification-settings"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-notification-settings"): [
        302,
        404,
        422,
        422,
        422,
        422,
    ],  # no answer to when
    ("POST", "workspace-add-browser"): [302, 404, 422, 422, 422, 422],  # without a browser
    ("POST", "workspace-remove-browser"): [302, 404, 302, 302, 302, 302],
    ("POST", "workspace-read"): [302, 404, 404, 302, 302, 302],
    ("GET", "workspace-completions"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-preview"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-ask-proof"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-follow"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-unfollow"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-copy"): [302, 404, 404, 422, 422, 422],  # without an address
    ("POST", "workspace-presence"): [302, 404, 302, 302, 302, 302],
    ("GET", "workspace-by-name"): [302, 404, 200, 200, 200, 200],
    ("GET", "workspace-ticket"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-news"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-transfer"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-transfer"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-write"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-draft"): [302, 404, 404, 422, 422, 422],  # without the id of a sending
    # Of a draft that has left, or was never theirs.
    ("POST", "workspace-take-back"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-send-now"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-remove-file"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-known"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-questions"): [302, 404, 200, 200, 200, 200],
    # A question that is no longer proposed.
    ("POST", "workspace-decide-question"): [302, 404, 404, 404, 404, 404],
    # A message that is no answer of the assistant, and one that was not read.
    ("GET", "workspace-report"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-report"): [302, 404, 404, 404, 404, 404],
    ("GET", "workspace-correct"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-correct"): [302, 404, 404, 404, 404, 404],
    ("GET", "workspace-snooze"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-snooze"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-unsnooze"): [302, 404, 404, 302, 302, 302],
    ("GET", "workspace-link"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-link"): [302, 404, 404, 422, 422, 422],  # without another one
    # A link that there is not.
    ("POST", "workspace-unlink"): [302, 404, 404, 404, 404, 404],
    ("GET", "workspace-records"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-fetch-record"): [302, 404, 404, 404, 404, 404],  # none that there is
    ("POST", "workspace-link-record"): [302, 404, 404, 422, 422, 422],  # without one
    ("POST", "workspace-unlink-record"): [302, 404, 404, 404, 404, 404],  # none that is linked
    ("GET", "workspace-merge"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-merge"): [302, 404, 404, 422, 422, 422],  # without another one
    ("POST", "workspace-unmerge"): [302, 404, 404, 302, 302, 302],
    ("GET", "workspace-split"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-split"): [302, 404, 404, 302, 302, 302],
    ("GET", "workspace-affected"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-affected"): [302, 404, 404, 409, 409, 409],  # nothing is affected
    ("POST", "workspace-stop"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-mail-again"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-mail-hold"): [302, 404, 404, 404, 404, 404],
    ("POST", "workspace-mail-open"): [302, 404, 404, 404, 404, 404],
    ("GET", "workspace-history"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-similar"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-tasks"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-do-task"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-do-task"): [302, 404, 404, 302, 302, 302],
    ("GET", "workspace-copilot"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-ask"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-summary"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-use-suggestion"): [302, 404, 404, 400, 400, 400],  # without one
    ("POST", "workspace-language"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-transcript"): [302, 404, 404, 200, 200, 200],
    ("GET", "workspace-tags"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-change"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-accept"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-hand-back"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-resolve"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-reopen"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-sensitive"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-spam"): [302, 404, 404, 302, 302, 302],
    ("POST", "workspace-not-spam"): [302, 404, 404, 302, 302, 302],
    ("GET", "workspace-block"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-block"): [302, 404, 404, 422, 422, 422],  # without whom and why
    ("POST", "workspace-undo"): [302, 404, 302, 302, 302, 302],  # nothing of theirs
    ("GET", "workspace-new-call"): [302, 404, 200, 200, 200, 200],
    ("POST", "workspace-new-call"): [302, 404, 422, 422, 422, 422],  # without a call
    ("GET", "workspace-call"): [302, 404, 404, 200, 200, 200],
    ("POST", "workspace-call"): [302, 404, 404, 422, 422, 422],  # without a call
    ("GET", "workspace-mails"): [302, 404, 200, 200, 200, 200],
    # A mail that there is not.
    **{
        ("GET", f"workspace-{name}"): [302, 404, 404, 404, 404, 404]
        for name in ("mail", "mail-original", "mail-source")
    },
    **{
        ("POST", f"workspace-{name}"): [302, 404, 404, 404, 404, 404]
        for name in ("let-mail-in", "open-mail", "dismiss-mail", "read-mail-again")
    },
    ("POST", "workspace-unblock"): [302, 404, 404, 302, 302, 302],  # none that concerns them
}


@pytest.fixture
def people(dana: User, stranger: User, team: Team) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "customer": make_customer(login=True).user,
        "agent of another team": stranger,
        "agent": dana,
        "lead": make_lead(teams=[team]),
        "admin": make_admin(),
    }


def ask(
    client: Client, method: str, name: str, reference: str, other_team: Team
) -> tuple[int, str]:
    """The status and the page, without what is random in it."""
    url = "/workspace/" + ROUTES[name].replace("<str:reference>", reference)
    url = url.replace("<int:position>", "2").replace("<int:pk>", "2")
    url = url.replace("<int:contact>", "2").replace("<int:other>", "3")
    url = url.replace("<uuid:file>", "00000000-0000-4000-8000-000000000002")
    url = url.replace("<slug:key>", "login_help")
    data = {"kind": "note", "anyway": "yes", "body": "A note", "state": "here"}
    data |= {"team": str(other_team.pk), "detail": "x"}
    data |= {"save": "priority", "priority": "4", "until": "3h", "act": "mine"}
    answer = client.get(url) if method == "GET" else client.post(url, data)
    tokens = r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|nonce-)[\w+/=]+'
    return answer.status_code, re.sub(tokens, "", answer.text)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is gone afterwards, so that the next one finds what this one found."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_table_names_every_address() -> None:
    assert {name for _method, name in TABLE} == ROUTES.keys()


@pytest.mark.parametrize(("method", "name"), TABLE)
def test_everybody_gets_what_the_table_says(
    method: str,
    name: str,
    people: dict[str, User | None],
    team: Team,
    other_team: Team,
    as_user: Callable[[User | None], Client],
) -> None:
    ticket = make_ticket(team=team)
    got = []
    for who in WHO:
        with taken_back():
            answer = ask(as_user(people[who]), method, name, ticket.reference, other_team)
            got.append(answer[0])
    assert got == TABLE[method, name]


@pytest.mark.parametrize(
    ("method", "name"), [case for case in TABLE if "<str:reference>" in ROUTES[case[1]]]
)
def test_hidden_looks_the_same_as_missing_and_changes_nothing(
    method: str,
    name: str,
    people: dict[str, User | None],
    team: Team,
    other_team: Team,
    as_user: Callable[[User | None], Client],
) -> None:
    """Byte for byte."""
    ticket = make_ticket(team=team)
    before = Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    for who in ("customer", "agent of another team"):
        client = as_user(people[who])
        hidden = ask(client, method, name, ticket.reference, other_team)
        missing = ask(client, method, name, "ZZZZZZZZ", other_team)
        assert hidden == missing
        assert hidden[0] == 404
    assert (Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)) == before
    assert not Note.objects.exists()


@pytest.mark.parametrize("turn", [Turn.QUEUE, Turn.AGENT])
@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize("who", ["customer", "agent of another team"])
def test_who_may_not_see_it_neither_replies_nor_notes(
    who: str,
    kind: str,
    turn: Turn,
    people: dict[str, User | None],
    team: Team,
    as_user: Callable[[User | None], Client],
) -> None:
    ticket = make_ticket(team=team, turn=turn)
    before = Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    words = {"kind": kind, "body": "I am the shop", "anyway": "1"}
    answer = as_user(people[who]).post(f"/workspace/{ticket.reference}/write/", words)
    assert answer.status_code == 404
    assert (Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)) == before
    assert not Note.objects.exists()
    assert not ticket.messages.filter(body="I am the shop").exists()


ONLY_ACTS = [name for method, name in TABLE if method == "POST" and ("GET", name) not in TABLE]


@pytest.mark.parametrize("name", ONLY_ACTS)
def test_a_link_changes_nothing(name: str, danas: Client, team: Team) -> None:
    """GET on what changes state, and shows no form."""
    ticket = make_ticket(team=team)
    before = Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    assert ask(danas, "GET", name, ticket.reference, team)[0] == 302  # to the conversation
    assert (Event.objects.count(), Ticket.objects.values().get(pk=ticket.pk)) == before


def test_a_post_from_another_site_is_refused(dana: User, team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    ticket = make_ticket(team=team)
    for method, name in TABLE:
        if method == "POST":
            assert ask(client, method, name, ticket.reference, team)[0] == 403
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_a_script_of_somebody_who_was_logged_out_is_told_so(
    team: Team, as_user: Callable[[User | None], Client]
) -> None:
    ticket = make_ticket(team=team)
    answer = as_user(None).get(f"/workspace/{ticket.reference}/news/", headers=BY_SCRIPT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "logged_out")


def test_whoever_stops_working_here_is_out_at_once(danas: Client, dana: User, team: Team) -> None:
    """Also in a session that was open before."""
    ticket = make_ticket(team=team)
    assert danas.get(f"/workspace/{ticket.reference}/").status_code == 200
    User.objects.filter(pk=dana.pk).update(role=Role.CUSTOMER)
    assert danas.get(f"/workspace/{ticket.reference}/").status_code == 404
    assert danas.post(f"/workspace/{ticket.reference}/accept/").status_code == 404


def test_pages_are_kept_by_no_cache(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    for url in ("/workspace/", f"/workspace/{ticket.reference}/"):
        assert "no-store" in danas.get(url)["Cache-Control"]
        assert "private" in danas.get(url)["Cache-Control"]


def test_search_counts_and_earlier_conversations_stay_within_the_teams(
    danas: Client, team: Team, other_team: Team
) -> None:
    customer = make_customer("Maja Olsen")
    ticket = make_ticket(team=team, customer=customer)
    hidden = [make_ticket(team=other_team, customer=customer, subject="canary") for _n in range(8)]
    index_tickets()
    pages = [
        danas.get(address).text
        for address in (
            "/workspace/",
            "/workspace/?view=open",
            "/workspace/?q=canary",
            "/workspace/?q=canary&sort=best",
            "/workspace/?q=status:open+-zzz",
            "/workspace/?q=Maja",
            f"/workspace/?q={hidden[0].reference}",
            f"/workspace/{ticket.reference}/",
        )
    ]
    for page in pages:
        assert not any(
            other.reference in page for other in hidden if f"“{other.reference}”" not in page
        )
        assert "more</a>" not in page
