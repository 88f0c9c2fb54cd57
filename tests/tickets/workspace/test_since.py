"""What happened since a brief was written: quoted and counted under its frozen lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import (
    QUESTION,
    make_agent,
    make_message,
    make_note,
    make_reply,
    make_ticket,
    make_visitor,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.intake.attachments import Upload
from tickets.models import AuthorKind, Event, EventKind, Message, Reason, Team, Ticket, Turn, User
from tickets.workspace import brief as briefs
from tickets.workspace import news
from tickets.workspace.brief import ShownBrief
from tickets.workspace.since import LOOKED_AT

Count = Callable[..., Any]
NOTHING = "Nothing written yet"


def brief_of(ticket: Ticket) -> ShownBrief:
    found = briefs.newest(Ticket.objects.get(pk=ticket.pk))
    assert found is not None
    return found


def wants(brief: ShownBrief) -> list[str]:
    return [part.text for line in brief.lines if line.title == "Wants" for part in line.parts]


def wrote(brief: ShownBrief) -> list[str]:
    return [line.text for line in brief.since.wrote]


def asked_without_a_word(team: Team) -> Ticket:
    visitor = make_visitor()
    ticket = actions.ask_for_a_person(actor=Actor.of_customer(visitor), customer=visitor)
    Ticket.objects.filter(pk=ticket.pk).update(team=team)
    return ticket


def test_right_after_a_hand_over_there_is_nothing_since(team: Team) -> None:
    for reason in (Reason.ASKED, Reason.ANGER):
        brief = brief_of(make_ticket(team=team, reason=reason))
        assert not brief.since
        assert wants(brief) == [QUESTION]


def test_nothing_written_yet_never_stands_above_what_was_written(danas: Client, team: Team) -> None:
    ticket = asked_without_a_word(team)
    page = f"/workspace/{ticket.reference}/"
    assert NOTHING in danas.get(page).text
    make_message(ticket, "Hello?")
    make_message(ticket, "The zip of my Drift is stuck.")
    brief = brief_of(ticket)
    assert (wants(brief), wrote(brief)) == (["Hello?"], ["The zip of my Drift is stuck."])
    assert NOTHING not in danas.get(page).text
    assert brief.handover.wants.startswith(NOTHING), "what was frozen is still frozen"


def test_a_transfer_takes_no_nothing_written_yet_along(team: Team, other_team: Team) -> None:
    ticket = asked_without_a_word(team)
    make_message(ticket, "The zip of my Drift is stuck.")
    actions.transfer(actor=Actor.agent(make_agent(teams=[team])), ticket=ticket, team=other_team)
    passed_on = ticket.handovers.get(ended_at=None)
    assert passed_on.wants == "The zip of my Drift is stuck."
    assert NOTHING not in str(brief_of(ticket))


def test_what_the_customer_wrote_since_is_quoted_and_counted(team: Team) -> None:
    ticket = make_ticket(team=team)
    for number in range(1, 6):
        make_message(ticket, f"Thought number {number}.\nAnd a second line.")
    since = brief_of(ticket).since
    assert [line.text for line in since.wrote] == [
        "Thought number 4. And a second line.",
        "Thought number 5. And a second line.",
    ]
    assert since.more == 3
    positions = [line.position for line in since.wrote]
    quoted = Message.objects.filter(ticket=ticket, position__in=positions)
    assert {one.body[:16] for one in quoted} == {"Thought number 4", "Thought number 5"}


def test_files_that_came_since_are_counted(team: Team, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    ticket = make_ticket(team=team)
    for number in range(3):
        actions.post_message(
            actor=Actor.of_customer(ticket.customer),
            ticket=ticket,
            body="",
            uploads=[_text_file(f"log-{number}.txt")],
        )
    since = brief_of(ticket).since
    assert (since.wrote, since.more, since.files) == ([], 3, 3)


def test_the_last_reply_is_quoted_where_it_says_what_will_be_done(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(ticket, dana, "Let me look.")
    for body, quoted in (
        ("Hi Maja,\nthanks for the photo. We will send the pole by Friday. Best, Dana", True),
        ("Hallo Maja,\nwir schicken die Stange bis morgen. Viele Grüße", True),
        ("Good morning. The pole is at the joint. Is it the long one?", False),
    ):
        reply = make_reply(ticket, dana, body)
        replied = brief_of(ticket).since.replied
        assert replied is not None
        assert (replied.who, replied.position) == ("Dana", reply.position)
        assert replied.text in " ".join(body.split()), "quoted, not invented"
        assert ("Friday" in replied.text or "morgen" in replied.text) == quoted
        assert not replied.text.startswith(("Hi", "Hallo", "Good"))


def test_what_was_done_is_told_in_its_order(
    team: Team, other_team: Team, dana: User, stranger: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.QUEUE)
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    make_note(ticket, dana)
    make_note(ticket, dana, "Asked the workshop.")
    actions.note_fact(actor=Actor.agent(dana), ticket=ticket, key="order_number", value="KM-1024")
    actions.transfer(actor=Actor.agent(dana), ticket=ticket, team=other_team, detail="An invoice")
    actions.accept(actor=Actor.agent(stranger), ticket=ticket)
    told = [act.text for act in brief_of(ticket).since.done]
    assert told == [
        "Dana accepted it",
        "Dana passed it on to Orders",
        "Kit accepted it",
        "noted: order number",
        "2 notes",
    ]


def test_after_a_transfer_it_is_told_since_the_lines_were_frozen(
    team: Team, other_team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team)
    make_message(ticket, "It is the longer pole.")
    actions.transfer(actor=Actor.agent(dana), ticket=ticket, team=other_team)
    brief = brief_of(ticket)
    assert wants(brief) == [QUESTION]
    assert wrote(brief) == ["It is the longer pole."]


def test_a_second_hand_over_begins_anew(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_message(ticket, "It is the longer pole.")
    actions.hand_back(actor=Actor.agent(dana), ticket=ticket)
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    assert not brief_of(ticket).since


def test_it_comes_to_an_open_screen_with_the_news(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    place = Ticket.objects.get(pk=ticket.pk).last_position
    make_message(ticket, "It is the longer pole.")
    for frame in (
        news.news(Ticket.objects.get(pk=ticket.pk), dana, place),
        danas.get(f"/workspace/{ticket.reference}/news/?after={place}", headers=BY_SCRIPT).json(),
    ):
        panel = frame["panels"]["brief"]
        assert "Since then" in panel
        assert "It is the longer pole." in panel.split("Since then")[1]


def test_what_others_write_is_shown_as_text(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    make_message(ticket, "<img src=x onerror=alert(1)> & more")
    panel = danas.get(f"/workspace/{ticket.reference}/").text.split("Since then")[1]
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; more" in panel
    assert "<img src=x" not in panel


def test_it_costs_the_same_after_thousands_of_messages(
    team: Team, dana: User, django_assert_num_queries: Count
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_message(ticket)
    make_reply(ticket, dana)
    ticket.refresh_from_db()
    with django_assert_num_queries(1):
        briefs.newest(ticket)
    _write_thousands(ticket, 3000)
    with django_assert_num_queries(1):
        brief = briefs.newest(ticket)
    assert brief is not None
    assert 0 < brief.since.more < LOOKED_AT


def _write_thousands(ticket: Ticket, number: int) -> None:
    places = [ticket.next_position() for _ in range(number)]
    Message.objects.bulk_create(
        Message(
            ticket=ticket,
            position=place,
            author_kind=AuthorKind.CUSTOMER,
            author_customer=ticket.customer,
            channel=ticket.channel,
            body="And another thing. " * 20,
        )
        for place in places
    )
    Event.objects.bulk_create(
        Event(
            ticket=ticket,
            position=place,
            kind=EventKind.MESSAGE_POSTED,
            actor_kind=AuthorKind.CUSTOMER,
            actor_customer=ticket.customer,
            data={"author": "customer"},
        )
        for place in places
    )
    ticket.save()


def _text_file(name: str) -> Upload:
    return attachments.check([SimpleUploadedFile(name, b"a line of text", "text/plain")])[0]
