"""One act on several conversations: what is done to which, and what is said of the others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_reply, make_ticket
from tickets.models import (
    CustomField,
    Event,
    EventKind,
    Priority,
    Resolution,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.workspace.bulk import MOST


def send(client: Client, act: str, tickets: list[Ticket], **values: str) -> tuple[int, str]:
    """The status, and the words of the page in one line."""
    references = [ticket.reference for ticket in tickets]
    sent = {"act": act, "reference": references, "filled_in": "yes", **values}
    answer = client.post("/workspace/bulk/", sent)
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return answer.status_code, " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def three(team: Team) -> list[Ticket]:
    return [make_ticket(team=team) for _number in range(3)]


def fresh(tickets: list[Ticket]) -> list[Ticket]:
    return [Ticket.objects.get(pk=ticket.pk) for ticket in tickets]


def test_each_act_does_what_its_action_does(
    danas: Client, dana: User, robin: User, three: list[Ticket], other_team: Team
) -> None:
    assert "3 done." in send(danas, "mine", three)[1]
    assert {ticket.assignee for ticket in fresh(three)} == {dana}
    assert "3 done." in send(danas, "assign", three, agent=str(robin.pk))[1]
    assert {ticket.assignee for ticket in fresh(three)} == {robin}
    assert "3 done." in send(danas, "priority", three, priority="4")[1]
    assert {ticket.priority for ticket in fresh(three)} == {Priority.URGENT}
    assert "3 done." in send(danas, "tag", three, tag="refund, Tent")[1]
    assert [ticket.tags for ticket in fresh(three)] == [["refund", "tent"]] * 3
    assert "3 done." in send(danas, "snooze", three, until="3h", note="Waits for stock")[1]
    assert all(ticket.snoozed_until for ticket in fresh(three))
    assert "3 done." in send(danas, "transfer", three, team=str(other_team.pk), detail="Theirs")[1]
    assert {ticket.team for ticket in fresh(three)} == {other_team}
    kinds = Event.objects.filter(ticket=three[0], actor_user=dana).values_list("kind", flat=True)
    assert set(kinds) >= {
        *(EventKind.TICKET_ACCEPTED, EventKind.TICKET_ASSIGNED, EventKind.TICKET_CHANGED),
        *(EventKind.TICKET_SNOOZED, EventKind.TICKET_TRANSFERRED),
    }


def test_an_act_that_needs_to_know_more_asks_first_and_does_nothing(
    danas: Client, three: list[Ticket]
) -> None:
    for act in ("assign", "priority", "tag", "snooze", "transfer"):
        references = [ticket.reference for ticket in three]
        page = danas.post("/workspace/bulk/", {"act": act, "reference": references})
        assert page.status_code == 200
        assert "3 conversations" in page.text
        assert all(f'name="reference" value="{one}"' in page.text for one in references)
    assert not Event.objects.filter(ticket__in=three, actor_user__isnull=False).exists()


@pytest.mark.parametrize(
    ("act", "values", "words"),
    [
        ("assign", {"agent": "999999"}, "Choose somebody."),
        ("priority", {"priority": "9"}, "Select a valid choice."),
        ("tag", {"tag": " "}, "Write a tag first."),
        ("snooze", {"until": "at"}, "Choose a date and a time."),
        ("transfer", {"team": "999999", "detail": "x"}, "Select a valid choice."),
    ],
)
def test_what_is_no_value_is_asked_for_again(
    act: str, values: dict[str, str], words: str, danas: Client, three: list[Ticket]
) -> None:
    status, said = send(danas, act, three, **values)
    assert status == 422
    assert words in said


def test_what_cannot_be_done_is_told_and_the_others_are_done(
    danas: Client, dana: User, team: Team, three: list[Ticket]
) -> None:
    closed = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    said = send(danas, "mine", [three[0], closed, three[1]])[1]
    assert "2 done, 1 not:" in said
    assert f"{closed.reference} The conversation {closed.reference} is closed." in said
    assert [ticket.assignee for ticket in fresh(three)] == [dana, dana, None]


def test_of_what_an_agent_may_not_see_nothing_is_told_and_nothing_done(
    danas: Client, other_team: Team, three: list[Ticket]
) -> None:
    hidden = make_ticket(team=other_team, subject="canary")
    before = Event.objects.filter(ticket=hidden).count()
    missing = Ticket(reference="ZZZZZZZZ")
    for act, values in (("mine", {}), ("tag", {"tag": "x"}), ("resolve", {"anyway": "yes"})):
        said = send(danas, act, [hidden, missing, three[0]], **values)[1]
        assert f"{hidden.reference} Not found. ZZZZZZZZ Not found." in said
        assert "canary" not in said
    page = danas.post("/workspace/bulk/", {"act": "mine", "reference": [hidden.reference]}).text
    assert f"/workspace/{hidden.reference}/" not in page
    assert Event.objects.filter(ticket=hidden).count() == before


def test_an_unanswered_message_is_resolved_only_when_asked_for_once_more(
    danas: Client, dana: User, team: Team
) -> None:
    answered = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(answered, dana)
    owed = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    waits = make_ticket(team=team)
    said = send(danas, "resolve", [answered, owed, waits])[1]
    assert "1 done, 2 not:" in said
    assert f"{owed.reference} The last message is not answered." in said
    assert f"{waits.reference} Somebody waits for a person in it." in said
    assert "Resolve the 2 unanswered ones all the same" in said
    assert [ticket.turn for ticket in fresh([answered, owed])] == [Turn.CLOSED, Turn.AGENT]
    assert "1 done." in send(danas, "resolve", [owed], anyway="yes")[1]
    assert fresh([owed])[0].resolution == Resolution.RESOLVED
    assert "It is closed already." in send(danas, "resolve", [owed])[1]


def test_a_field_that_is_needed_to_resolve_is_needed_here_too(
    danas: Client, three: list[Ticket]
) -> None:
    CustomField.objects.create(
        about="ticket", key="size", name="Size", kind="choice", options=["S"], required=True
    )
    said = send(danas, "resolve", three, anyway="yes")[1]
    assert "0 done, 3 not:" in said
    assert not Ticket.objects.filter(turn=Turn.CLOSED).exists()


def test_a_colleague_who_would_not_see_it_does_not_get_it(
    danas: Client, dana: User, stranger: User, team: Team, other_team: Team
) -> None:
    theirs = make_ticket(team=team)
    dana.teams.add(other_team)
    said = send(danas, "assign", [theirs], agent=str(stranger.pk))[1]
    assert "Kit Marlow does not see the conversations of Gear care." in said


def test_what_is_with_the_team_already_keeps_its_agent(
    danas: Client, dana: User, team: Team
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    said = send(danas, "transfer", [ticket], team=str(team.pk), detail="x")[1]
    assert "It is with this team already." in said
    assert fresh([ticket])[0].assignee == dana


def test_a_time_that_is_over_is_no_time_to_snooze_until(danas: Client, three: list[Ticket]) -> None:
    past = timezone.localtime() - timedelta(days=1)
    said = send(danas, "snooze", three, until="at", at=past.strftime("%Y-%m-%dT%H:%M"))[1]
    assert "0 done, 3 not:" in said
    assert "Choose a time that is still to come." in said


def test_too_many_none_and_twice_the_same(danas: Client, three: list[Ticket]) -> None:
    many = [Ticket(reference=f"{number:08d}") for number in range(MOST + 1)]
    for tickets, words in (([], "Select some"), (many, f"Select at most {MOST}")):
        references = [ticket.reference for ticket in tickets]
        sent = {"act": "mine", "reference": references, "list": "view=open"}
        answer = danas.post("/workspace/bulk/", sent, follow=True)
        assert answer.redirect_chain == [("/workspace/?view=open", 302)]
        assert words in answer.text
    assert "1 done." in send(danas, "mine", [three[0], three[0]])[1]
    assert danas.post("/workspace/bulk/", {"act": "delete", "reference": "x"}).status_code == 400


def test_hostile_references_and_lists_are_harmless(danas: Client) -> None:
    for reference in ("\x00", "<script>", "../admin", "é" * 5000):
        sent = {"act": "mine", "reference": reference, "list": "from=%00&view=\x00&q=" + "x" * 9000}
        answer = danas.post("/workspace/bulk/", sent)
        assert answer.status_code == 200
        assert "Not found." in answer.text
        assert "<script>\n" not in answer.text


def test_every_row_of_a_list_and_of_a_search_can_be_selected(
    danas: Client, three: list[Ticket]
) -> None:
    for address in ("/workspace/", "/workspace/?q=status:open"):
        page = danas.get(address).text
        for ticket in three:
            assert (
                f'<input type="checkbox" name="reference" value="{ticket.reference}" form="bulk"'
                in page
            )
