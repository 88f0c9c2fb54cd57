"""Statuses of an admin's: a label that always fits where a conversation stands, or the act for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.transaction import atomic
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.factories import make_admin, make_agent, make_message, make_reply, make_team, make_ticket
from tests.tickets.ledger import bodies, kinds, last_event, since
from tests.tickets.parallel import real_transactions, together
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import access, actions, clock
from tickets.actions import ActionError, ChangedMeanwhile, NotAllowed
from tickets.actors import Actor
from tickets.conditions import matching
from tickets.lists.arranging import Sort
from tickets.live import nudges
from tickets.models import (
    Event,
    Reason,
    Resolution,
    Status,
    StatusCategory,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.search.finding import find
from tickets.search.language import read
from tickets.search.operators import Misread

pytestmark = pytest.mark.django_db
PHOTOS = "Waiting for your photos"


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def make_status(category: StatusCategory, name: str = "", **fields: Any) -> Status:
    return Status.objects.create(name=name or f"A {category} one", category=category, **fields)


def give(agent: User, ticket: Ticket, status: Status | None, **options: Any) -> Ticket:
    actions.set_status(actor=Actor.agent(agent), ticket=ticket, status=status, **options)
    ticket.refresh_from_db()
    return ticket


# --- a label --------------------------------------------------------------------------------------


def test_within_its_category_it_is_a_label_with_an_event_and_nothing_else(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    before, said, turn_since = len(kinds(ticket)), bodies(ticket, "system"), ticket.turn_since
    status = make_status(StatusCategory.OPEN, "Asked the workshop")
    give(dana, ticket, status)
    assert (ticket.status, ticket.status_category) == (status, "open")
    assert (ticket.turn, ticket.turn_since) == (Turn.AGENT, turn_since)
    assert since(ticket, before) == ["ticket.changed"]
    event = last_event(ticket)
    assert (event.data["before"], event.data["after"]) == ("", "Asked the workshop")
    assert bodies(ticket, "system") == said
    give(dana, ticket, None)
    assert (ticket.status, last_event(ticket).data["after"]) == (None, "")
    number = len(kinds(ticket))
    give(dana, ticket, None)
    assert len(kinds(ticket)) == number


def test_it_is_gone_when_the_conversation_stands_elsewhere(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    give(dana, ticket, make_status(StatusCategory.WAITING))
    make_message(ticket, "Here are the photos")
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.status, ticket.status_category) == (Turn.AGENT, None, "")


# --- the act of a category ------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [turn for turn in Turn if turn != Turn.SPAM])
@pytest.mark.parametrize("category", StatusCategory)
def test_one_of_another_category_brings_it_there(
    turn: Turn, category: StatusCategory, team: Team, dana: User
) -> None:
    agent = dana if turn in (Turn.AGENT, Turn.CUSTOMER, Turn.CLOSED) else None
    ticket = make_ticket(team=team, turn=turn, agent=agent)
    status = make_status(category)
    if turn == Turn.CLOSED and category == StatusCategory.CLOSED:
        with pytest.raises(ActionError, match="Reopen"):
            give(dana, ticket, status)
        return
    give(dana, ticket, status)
    assert (ticket.category, ticket.status) == (category, status)
    if category in (StatusCategory.WAITING, StatusCategory.HOLD):
        assert ticket.assignee == dana
    if category == StatusCategory.CLOSED:
        assert (ticket.resolution, ticket.solved_by_assistant) == (Resolution.CLOSED, False)


def test_on_hold_until_a_time(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    until = clock.now() + timedelta(days=2)
    give(dana, ticket, make_status(StatusCategory.HOLD), until=until)
    assert ticket.snoozed_until == until


def test_an_agent_closes_what_is_not_solved_and_the_customer_reads_so(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    before = len(kinds(ticket))
    give(dana, ticket, make_status(StatusCategory.CLOSED, "Not ours"))
    assert since(ticket, before) == ["ticket.closed", "message.posted", "ticket.changed"]
    assert "Dana closed this conversation" in bodies(ticket, "system")[-1]


# --- who, and what is refused ---------------------------------------------------------------------


def test_what_is_refused_leaves_everything_as_it_is(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    status, old = (
        make_status(StatusCategory.OPEN),
        make_status(StatusCategory.OPEN, "Old", offered=False),
    )
    number = Event.objects.count()
    for nobody in (Actor.assistant(), Actor.of_customer(ticket.customer)):
        with pytest.raises(NotAllowed):
            actions.set_status(actor=nobody, ticket=ticket, status=status)
    with pytest.raises(ValidationError):
        give(dana, ticket, old)
    with pytest.raises(ChangedMeanwhile):
        give(dana, ticket, status, seen=str(old.pk))
    assert Event.objects.count() == number
    actions.mark_spam(actor=Actor.agent(dana), ticket=ticket)
    with pytest.raises(ActionError):
        give(dana, ticket, status)


@pytest.mark.parametrize(
    "broken",
    [
        {"status_category": "waiting"},
        {"status_category": ""},
        {"status": None},
        {"snoozed_at": clock.now()},
        {"turn": Turn.CUSTOMER},
    ],
)
def test_the_database_refuses_a_status_that_does_not_fit(
    broken: dict[str, Any], team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    status = make_status(StatusCategory.OPEN)
    give(dana, ticket, status)
    with pytest.raises(IntegrityError), atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**broken)
    with pytest.raises(IntegrityError), atomic():
        Status.objects.filter(pk=status.pk).update(category=StatusCategory.WAITING)


@real_transactions
def test_two_who_set_one_at_once_the_second_is_told() -> None:
    team = make_team()
    agents = [make_agent(teams=[team]) for _number in range(2)]
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=agents[0])
    statuses = [make_status(StatusCategory.OPEN, f"Status {number}") for number in range(2)]
    done = together(2, lambda index: give(agents[index], ticket, statuses[index], seen=""))
    assert sum(isinstance(one, ChangedMeanwhile) for one in done) == 1
    ticket.refresh_from_db()
    assert ticket.status in statuses


# --- whatever is done -----------------------------------------------------------------------------

Act = Callable[[User, Ticket], object]


def _acts(statuses: dict[str, Status]) -> dict[str, Act]:
    def do(name: str, /, **options: Any) -> Act:
        action = getattr(actions, name)
        return lambda agent, ticket: action(actor=Actor.agent(agent), ticket=ticket, **options)

    named = ("accept", "hand_back", "resolve", "close", "reopen", "unsnooze", "mark_spam")
    return {
        **{name: do(name) for name in (*named, "not_spam")},
        "snooze": do("snooze", until=None),
        "queue": do("assign", agent=None),
        "reply": lambda agent, ticket: make_reply(ticket, agent),
        "customer": lambda agent, ticket: make_message(ticket),
        "solved": lambda agent, ticket: actions.confirm_solved(
            actor=Actor.of_customer(ticket.customer), ticket=ticket
        ),
        "asks": lambda agent, ticket: actions.hand_over(
            actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED
        ),
        **{f"status {name}": do("set_status", status=status) for name, status in statuses.items()},
        "no status": do("set_status", status=None),
    }


def test_whatever_is_done_in_whatever_order_a_status_always_fits(team: Team, dana: User) -> None:
    """And no act is refused by the database: what does not fit was taken off before."""
    statuses = {str(category): make_status(category) for category in StatusCategory}
    acts = _acts(statuses)
    had = set()

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(sorted(acts)), min_size=4, max_size=12))
    @example(["status open", "status waiting", "status hold", "status resolved", "no status"])
    @example(["status closed", "reopen", "status open", "mark_spam", "not_spam"])
    def play(names: list[str]) -> None:
        with atomic():
            ticket = make_ticket(team=team)
            for name in names:
                try:
                    with atomic():
                        acts[name](dana, ticket)
                except (ActionError, ValidationError):
                    continue
                ticket = Ticket.objects.select_related("status").get(pk=ticket.pk)
                status = ticket.status
                assert ticket.status_category == (status.category if status else "")
                assert status is None or status.category == ticket.category, name
                had.add(status and status.category)
            transaction.set_rollback(True)

    play()
    assert had == {None, *StatusCategory.values}


# --- where it is seen -----------------------------------------------------------------------------


def test_customers_read_their_own_words_for_it(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    give(dana, ticket, make_status(StatusCategory.WAITING, "Photos asked", customer_words=PHOTOS))
    client = Client()
    session = client.session
    access.remember(session, ticket.customer)
    session.save()
    for address in ("/requests/", f"/requests/{ticket.reference}/"):
        page = client.get(address).text
        assert PHOTOS in page
        assert "Photos asked" not in page
    give(dana, ticket, None)
    assert PHOTOS not in client.get("/requests/").text


def test_customers_screens_are_told_of_a_status_and_of_no_other_property(
    team: Team, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(nudges, "send", lambda groups, message: told.append(groups))
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    give(dana, ticket, make_status(StatusCategory.OPEN))
    nudges.nudge(last_event(ticket))
    assert nudges.customer_group(ticket.pk) in told[-1]
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["tent"])
    nudges.nudge(last_event(ticket))
    assert nudges.customer_group(ticket.pk) not in told[-1]


def test_it_is_found_by_condition_and_by_search(team: Team, dana: User) -> None:
    ticket, other = make_ticket(team=team), make_ticket(team=team)
    status = make_status(StatusCategory.OPEN, "Asked the workshop")
    give(dana, ticket, status)
    wanted = {"field": "status", "op": "any_of", "value": [str(status.pk)]}
    group = {"match": "all", "conditions": [wanted]}
    assert list(matching(Ticket.objects.all(), group)) == [ticket]

    def found(words: str) -> set[int]:
        query = read(words, dana)
        return set(find(Actor.agent(dana), query, sort=Sort.NEWEST, cursor="", size=9).tickets)

    assert found('status:"asked the workshop"') == {ticket.pk}
    assert found("status:open") == {ticket.pk, other.pk}
    with pytest.raises(Misread, match="Asked the workshop"):
        read("status:nonsense", dana)
    with pytest.raises(Misread):
        read('status:open,"asked the workshop"', dana)


def test_an_agent_chooses_it_in_the_panel_and_is_asked_before_an_end_over_open_words(
    team: Team, dana: User, client: Client
) -> None:
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    refunded = make_status(StatusCategory.RESOLVED, "Refunded")
    make_status(StatusCategory.HOLD, "Old", offered=False)
    address = f"/workspace/{ticket.reference}/"
    page = client.get(address).text
    assert '<optgroup label="Resolved">' in page
    assert "Old</option>" not in page
    sent = {"save": "status", "status": str(refunded.pk), "seen_status": ""}
    asked = client.post(f"{address}change/", sent, headers=BY_SCRIPT)
    assert (asked.status_code, asked.json()["error"]["code"]) == (409, "unanswered")
    done = client.post(f"{address}change/", {**sent, "anyway": "yes"}, headers=BY_SCRIPT)
    assert "Refunded" in done.json()["panels"]["head"]
    ticket.refresh_from_db()
    assert (ticket.resolution, ticket.status) == (Resolution.RESOLVED, refunded)
    assert "Refunded" in client.get("/workspace/?view=closed").text
    assert "changed the status" in client.get(f"{address}history/", headers=BY_SCRIPT).text
    offered = client.get("/workspace/search-words/", headers=BY_SCRIPT).json()["operators"]
    values = next(one["values"] for one in offered if one["name"] == "status")
    assert {"value": "Refunded", "label": ""} in values
    gone = client.post(f"{address}change/", {**sent, "status": "987654"}, headers=BY_SCRIPT)
    assert gone.status_code == 422


def test_an_admin_switches_off_what_is_in_use_and_does_not_delete_it(
    team: Team, dana: User, client: Client
) -> None:
    client.force_login(make_admin(is_superuser=True))
    ticket, status = make_ticket(team=team), make_status(StatusCategory.OPEN, "Asked the workshop")
    give(dana, ticket, status)
    page = f"/admin/tickets/status/{status.pk}"
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert Status.objects.filter(pk=status.pk).exists()
    assert 'name="category"' not in client.get(f"{page}/change/").text
    ticket.refresh_from_db()
    assert ticket.status == status
