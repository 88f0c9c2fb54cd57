"""The history and the transcript of a conversation: what they say, to whom, at what cost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    make_agent,
    make_answer,
    make_article,
    make_note,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions, clock
from tickets.actions import Property
from tickets.actors import Actor
from tickets.models import Event, EventKind, Reason, RuleFiring, Team, Ticket, Turn, User
from tickets.workspace import history


def words(page: str) -> str:
    """A page as it is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main", 1)[-1]))


def change(agent: User, ticket: Ticket, name: Property, value: str) -> None:
    actions.change_ticket(actor=Actor.agent(agent), ticket=ticket, name=name, value=value)


def test_a_line_says_who_what_before_and_after(
    danas: Client, team: Team, dana: User, robin: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    change(dana, ticket, Property.PRIORITY, "4")
    change(dana, ticket, Property.SUBJECT, "A canary")
    actions.change_tags(actor=Actor.agent(robin), ticket=ticket, add=["pole"])
    actions.assign(actor=Actor.agent(dana), ticket=ticket, agent=robin)
    actions.snooze(actor=Actor.agent(robin), ticket=ticket, until=clock.now() + timedelta(hours=3))
    actions.transfer(actor=Actor.agent(robin), ticket=ticket, team=make_team("Orders"))
    hidden = danas.get(f"/workspace/{ticket.reference}/history/")
    assert hidden.status_code == 404  # it is another team's by now
    entries = history.page(ticket).entries
    said = [
        (one.who, one.what, one.change and (one.change.before, one.change.after)) for one in entries
    ]
    assert said[0] == (
        "Robin Vale",
        "transferred to another team",
        ("Gear care", "Orders"),
    )
    assert entries[1].detail.startswith("until ")
    assert said[2][2] == ("Dana Osei", "Robin Vale")
    assert said[3] == ("Robin Vale", "changed the tags", ("none", "pole"))
    assert said[4] == ("Dana Osei", "changed the subject", None)
    assert said[5] == ("Dana Osei", "changed the priority", ("Normal", "Urgent"))
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)


def test_each_line_leads_to_its_message_and_a_rule_shows_its_evidence(
    danas: Client, team: Team
) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    message = ticket.messages.get()
    firing = RuleFiring.objects.create(
        ticket=ticket,
        message=message,
        rule_name="Sea freight",
        version=1,
        decided=True,
        evidence=["snapped at the joint"],
    )
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.RULE, firing=firing)
    page = danas.get(f"/workspace/{ticket.reference}/history/").text
    assert f"?before={message.position + 1}#m{message.position}" in page
    assert "The assistant asked for a person : A rule" in words(page)
    assert "Rule “Sea freight”, version 1: “ snapped at the joint ”" in words(page)
    assert "The helpdesk wrote" not in words(
        page
    )  # what the system announces is no line of its own


def test_every_kind_of_event_is_a_line(danas: Client, team: Team, dana: User) -> None:
    """Also those of kinds that come later: what is not known says its label."""
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    said = {str(EventKind(kind).label) for kind in ticket.events.values_list("kind", flat=True)}
    page = words(danas.get(f"/workspace/{ticket.reference}/history/").text)
    assert all(label in page for label in said)


def test_it_is_paged_and_costs_the_same_for_one_line_and_for_fifty(
    danas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert danas.get(f"/workspace/{ticket.reference}/history/").status_code == 200
        return len(captured)

    cost()
    change(dana, ticket, Property.PRIORITY, "4")
    few = cost()
    for number in range(70):
        change(dana, ticket, Property.PRIORITY, "14"[number % 2])
        make_note(ticket, dana, f"Note {number}")
    assert cost() <= few <= 7
    seen: list[datetime] = []
    before: int | None = None
    while True:
        found = history.page(ticket, before)
        seen += [one.at for one in found.entries]
        before = found.earlier
        if before is None:
            break
        assert len(found.entries) == history.PAGE
    system = ticket.messages.filter(author_kind="system").count()
    assert len(seen) == Event.objects.filter(ticket=ticket).count() - system
    assert danas.get(f"/workspace/{ticket.reference}/history/?before=x").status_code == 400
    fragment = danas.get(f"/workspace/{ticket.reference}/history/", headers=BY_SCRIPT).text
    assert "<html" not in fragment
    assert "data-close" in fragment


# --- the transcript -------------------------------------------------------------------------------


@pytest.fixture
def talk(team: Team) -> Ticket:
    """A question, an answer of the assistant, a person's reply, and a note."""
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT, body="It <b>broke</b>")
    make_answer(ticket, articles=[make_article("Mend a pole")])
    amara = make_agent("Amara Nwosu", teams=[team])
    make_reply(ticket, amara, "I am sending a pole.")
    make_note(ticket, amara, "canary-of-the-note")
    return ticket


@pytest.mark.parametrize("way", ["", "as=text", "as=html"])
def test_a_transcript_says_who_is_a_person_and_who_is_not(
    danas: Client, talk: Ticket, way: str
) -> None:
    page = danas.get(f"/workspace/{talk.reference}/transcript/?{way}").text
    shown = page if way == "as=text" else words(page)
    for said in (
        f"{talk.customer}",
        "AI, not a person",
        "a person of our team",
        "Spare pole sections are in the shop",
        "Mend a pole",
        "I am sending a pole.",
    ):
        assert said in shown
    assert ("It <b>broke</b>" in page) is (way == "as=text")
    assert "canary" not in page


@pytest.mark.parametrize("way", ["", "as=text&", "as=html&"])
def test_notes_come_along_only_when_asked_for_and_are_marked(
    danas: Client, talk: Ticket, way: str
) -> None:
    page = danas.get(f"/workspace/{talk.reference}/transcript/?{way}notes=1").text
    assert "canary-of-the-note" in page
    assert "Holds notes that the customer does not see." in page
    assert "internal note" in page


def test_a_file_is_named_by_the_reference_and_shows_the_zone_of_its_reader(
    danas: Client, talk: Ticket, dana: User
) -> None:
    dana.timezone = "Asia/Tokyo"
    dana.save()
    with clock.at(datetime(2026, 3, 1, 20, 0, tzinfo=UTC)):
        answer = danas.get(f"/workspace/{talk.reference}/transcript/?as=text")
    assert answer["Content-Disposition"] == f'attachment; filename="{talk.reference}.txt"'
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "(Asia/Tokyo)" in answer.text
