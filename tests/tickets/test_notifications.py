"""Who is told of what: once, never of their own acts, and only of what they may see."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_note,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions, together
from tests.tickets.telling import tell, told, untell
from tickets import access, actions, clock, events
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import (
    Event,
    EventKind,
    Follower,
    MailWait,
    Mention,
    Notification,
    NotificationSettings,
    NotificationTarget,
    Reaction,
    Reason,
    Role,
    Team,
    Ticket,
    Turn,
    User,
    Way,
)
from tickets.models.notifications import CHOICES

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def robin(team: Team) -> User:
    return make_agent("Robin Vale", teams=[team])


@pytest.fixture
def kit() -> User:
    """An agent of another team."""
    return make_agent("Kit Marlow", teams=[make_team("Orders")])


@pytest.fixture
def ticket(team: Team, dana: User, robin: User) -> Ticket:
    """Dana has it, and nobody was told of anything yet."""
    found = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    untell()
    return found


def choose(user: User, *choices: str, **options: Any) -> NotificationSettings:
    chosen = {"mail_wait": MailWait.QUARTER, "quiet_from": None, "quiet_until": None, **options}
    return actions.choose_notifications(actor=Actor.agent(user), choices=choices, **chosen)


def test_a_mention_tells_the_colleague_once_and_makes_them_a_follower(
    ticket: Ticket, dana: User, robin: User
) -> None:
    note = make_note(ticket, dana, "Could you look, @robin vale? @Robin Vale, it is the joint.")
    assert list(Mention.objects.values_list("note", "user", "name")) == [
        (note.pk, robin.pk, "Robin Vale")
    ]
    assert told(robin) == ["mentioned"]
    assert told(dana) == [], "whoever wrote it is not told"
    assert Follower.objects.filter(ticket=ticket).get().user == robin
    event = Event.objects.filter(kind=EventKind.NOTE_WRITTEN).latest("pk")
    assert event.data == {"mentioned": [robin.pk]}


def test_a_mention_of_somebody_who_may_not_see_it_is_refused_in_words(
    ticket: Ticket, dana: User, kit: User
) -> None:
    before = ticket.notes.count(), Event.objects.count()
    with pytest.raises(ActionError, match="Kit Marlow cannot see this conversation"):
        make_note(ticket, dana, "Ask @Kit Marlow.")
    assert (ticket.notes.count(), Event.objects.count()) == before
    assert not Mention.objects.exists()
    assert told(kit) == []


@pytest.mark.parametrize(
    "words",
    [
        "robin vale without a sign",
        "to robin@Robin Vale",
        "@Robin Valerie",
        "@Robin",
        "@@ @",
        "@" * 999,
    ],
)
def test_what_only_looks_like_a_mention_names_nobody(
    ticket: Ticket, dana: User, robin: User, words: str
) -> None:
    make_note(ticket, dana, words)
    assert not Mention.objects.exists()


def test_of_two_of_one_name_the_one_is_meant_who_may_see_it(
    ticket: Ticket, dana: User, robin: User
) -> None:
    other = make_agent("Robin Vale", teams=[make_team()])
    make_note(ticket, dana, "@Robin Vale, please.")
    assert (told(robin), told(other)) == (["mentioned"], [])


def test_a_message_never_mentions_anybody(ticket: Ticket, dana: User, robin: User) -> None:
    make_reply(ticket, dana, "Ask @Robin Vale.")
    make_message(ticket, "Dear @Robin Vale")
    assert not Mention.objects.exists()
    assert told(robin) == []


def test_the_agent_of_a_conversation_is_told_of_their_customer_and_of_colleagues(
    ticket: Ticket, dana: User, robin: User, kit: User
) -> None:
    make_message(ticket)
    make_note(ticket, robin)
    make_reply(ticket, robin)
    make_reply(ticket, dana)
    assert told(dana) == ["wrote", "followed", "followed"]
    assert told(robin) == told(kit) == []


def test_whoever_follows_is_told_of_what_is_said_until_they_unfollow(
    ticket: Ticket, dana: User, robin: User
) -> None:
    robins = Actor.agent(robin)
    assert actions.follow(actor=robins, ticket=ticket)
    assert not actions.follow(actor=robins, ticket=ticket), "twice is once"
    make_message(ticket)
    make_reply(ticket, dana)
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    assert told(robin) == ["followed"] * 3
    assert actions.unfollow(actor=robins, ticket=ticket)
    assert not actions.unfollow(actor=robins, ticket=ticket)
    make_message(ticket)
    assert told(robin) == ["followed"] * 3
    kinds = Event.objects.filter(ticket=ticket, kind__contains="follow").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["ticket.followed", "ticket.unfollowed"]


def test_nobody_but_an_agent_follows(ticket: Ticket) -> None:
    for actor in (Actor.of_customer(ticket.customer), Actor.nobody(), Actor.assistant()):
        for act in (actions.follow, actions.unfollow):
            with pytest.raises(NotAllowed):
                act(actor=actor, ticket=ticket)


def test_giving_bringing_back_and_holding_tell_whom_they_concern(
    ticket: Ticket, dana: User, robin: User
) -> None:
    actions.assign(actor=Actor.agent(dana), ticket=ticket, agent=robin)
    assert told(robin) == ["assigned"]
    soon = timezone.now() + timedelta(hours=1)
    actions.snooze(actor=Actor.agent(robin), ticket=ticket, until=soon)
    with clock.at(soon):
        actions.unsnooze(actor=Actor.system(), ticket=ticket, due=soon)
    assert told(robin) == ["assigned", "back"]
    assert told(dana) == []


def test_a_waiting_customer_is_told_of_only_where_wanted_and_until_somebody_has_them(
    team: Team, dana: User, robin: User
) -> None:
    choose(robin, "queue.app")
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    assert (told(dana), told(robin)) == ([], ["queue"])
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    tell()
    assert Notification.objects.get(user=robin).read_at is not None, "nobody waits any more"


def test_whoever_may_not_see_it_any_more_is_not_told_and_is_shown_nothing(
    ticket: Ticket, dana: User, robin: User
) -> None:
    actions.follow(actor=Actor.agent(robin), ticket=ticket)
    make_message(ticket)
    assert told(robin) == ["followed"]
    assert access.notifications_for(Actor.agent(robin)).count() == 1
    robin.teams.clear()
    robins = Actor.agent(User.objects.get(pk=robin.pk))
    make_message(ticket)
    assert told(robin) == ["followed"]
    assert access.notifications_for(robins).count() == 0
    for role in (Role.CUSTOMER, Role.AGENT):
        User.objects.filter(pk=robin.pk).update(role=role, is_active=role == Role.CUSTOMER)
        make_message(ticket)
        assert told(robin) == ["followed"]


def test_a_kind_that_somebody_does_not_want_is_not_written_for_them(
    ticket: Ticket, dana: User
) -> None:
    choose(dana, "mentioned.app", "wrote.sound")
    make_message(ticket)
    assert told(dana) == []
    choose(dana, "wrote.push")
    make_message(ticket)
    assert told(dana) == ["wrote"]
    assert not Notification.objects.get().in_app, "it is pushed, and not in the centre"


def test_an_event_that_is_told_again_tells_nobody_twice(ticket: Ticket, dana: User) -> None:
    make_message(ticket)
    assert told(dana) == ["wrote"]
    event = Event.objects.filter(kind=EventKind.MESSAGE_POSTED).latest("pk")
    assert actions.notify(actor=Actor.system(), event=event) == []
    assert told(dana) == ["wrote"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.create(user=dana, event=event, ticket=ticket, kind="wrote")


def test_a_crash_before_the_end_loses_nothing(
    ticket: Ticket, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_message(ticket)
    with monkeypatch.context() as broken:
        broken.setattr(actions.notifications, "_tell_screens", lambda changed: 1 / 0)
        tell()
    assert not Notification.objects.exists(), "all of it or nothing"
    Reaction.objects.filter(name="notify").update(due_at=timezone.now())
    assert told(dana) == ["wrote"]


def test_the_assistant_and_the_system_tell_nobody(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    actions.follow(actor=Actor.agent(dana), ticket=ticket)
    untell()
    actions.hand_over(actor=Actor.system(), ticket=ticket, reason=Reason.ASKED)
    owed = Reaction.objects.filter(name="notify", event__data__author__in=["system", "assistant"])
    assert not owed.exists()


def test_reading_a_conversation_reads_what_is_new_in_it_and_nothing_else(
    ticket: Ticket, dana: User, team: Team
) -> None:
    other = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    untell()
    make_message(ticket)
    make_message(other)
    tell()
    assert actions.mark_read(actor=Actor.agent(dana), ticket=ticket) == 1
    assert Notification.objects.unread().filter(user=dana).get().ticket == other
    upto = Notification.objects.latest("pk").pk
    make_message(other)
    tell()
    assert actions.mark_all_read(actor=Actor.agent(dana), upto=upto) == 1
    assert Notification.objects.unread().count() == 1, "what came after the page was shown stays"


def test_what_was_read_long_ago_is_forgotten_and_what_is_unread_stays(
    ticket: Ticket, dana: User
) -> None:
    for _ in range(3):
        make_message(ticket)
    tell()
    old, lately, _unread = Notification.objects.order_by("pk")
    now = timezone.now()
    Notification.objects.filter(pk=old.pk).update(read_at=now - timedelta(days=91))
    Notification.objects.filter(pk=lately.pk).update(read_at=now - timedelta(days=89))
    assert Notification.objects.forget_old() == 1
    assert not Notification.objects.filter(pk=old.pk).exists()
    assert Notification.objects.count() == 2


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-06-01T17:59", None),
        ("2026-06-01T18:00", "2026-06-02T05:00"),  # 20:00 in Berlin
        ("2026-06-02T04:59", "2026-06-02T05:00"),
        ("2026-06-02T05:00", None),
    ],
)
def test_quiet_hours_are_those_of_the_persons_zone_and_pass_midnight(
    dana: User, at: str, ends: str | None
) -> None:
    dana.timezone = "Europe/Berlin"
    chosen = NotificationSettings(user=dana, quiet_from=time(20), quiet_until=time(7))
    found = chosen.quiet_end(datetime.fromisoformat(at).replace(tzinfo=UTC))
    expected = datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None
    assert found == expected


def test_settings_that_make_no_sense_are_refused_by_the_action_and_by_the_database(
    dana: User,
) -> None:
    for quiet in ((time(8), None), (time(8), time(8))):
        with pytest.raises(ValidationError):
            choose(dana, quiet_from=quiet[0], quiet_until=quiet[1])
        with pytest.raises(IntegrityError), transaction.atomic():
            NotificationSettings.objects.create(
                user=dana, quiet_from=quiet[0], quiet_until=quiet[1]
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationSettings.objects.create(user=dana, choices=["mentioned.pigeon"])
    assert choose(dana, "mentioned.pigeon", "mentioned.app").choices == ["mentioned.app"]
    assert set(NotificationSettings().choices) <= set(CHOICES)
    assert NotificationSettings().wants("mentioned", Way.PUSH)


def test_an_absence_is_what_lies_before_the_first_act_after_half_an_hour(dana: User) -> None:
    begin = timezone.now()
    for minutes in (0, 10, 25, 100, 101, 105):
        with clock.at(begin + timedelta(minutes=minutes)):
            actions.be_here(actor=Actor.agent(dana))
    kept = NotificationSettings.objects.get(user=dana)
    assert kept.left_at == begin + timedelta(minutes=25)
    assert kept.here_at == begin + timedelta(minutes=105)


@real_transactions
def test_many_events_at_once_tell_each_person_once_and_lose_nothing() -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    tickets = [
        make_ticket(team=team, turn=Turn.AGENT, agent=dana, customer=make_customer())
        for _ in range(4)
    ]
    untell()
    for ticket in tickets:
        make_message(ticket)
    owed = list(Reaction.objects.filter(name="notify", state="due").values_list("pk", flat=True))
    # Each of them is run by two workers at the same moment.
    together(8, lambda index: events.run(owed[index % 4]))
    assert Notification.objects.filter(user=dana, kind="wrote").count() == 4
    assert NotificationTarget.objects.filter(user=dana, endpoint="").count() <= 1
