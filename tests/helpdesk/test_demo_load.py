"""The demo company as it is loaded: who is there, what was said, and what is owed for it: nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Avg, F, Max, Q
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from bots import calibrating, outcomes
from bots.calibrating import corrected, fitted, read_outcomes
from bots.endings import Ending
from bots.models import (
    AnswerReport,
    AssistantSettings,
    Calibration,
    Expected,
    Scenario,
    ScenarioTurn,
)
from bots.outcomes import TurnedOut
from helpdesk.demo import load, load_content
from helpdesk.demo.load_content import Content
from helpdesk.demo.logins import LOGINS, PASSWORD
from knowledgebase.models import Article, Category
from tickets import access
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Channel,
    Citation,
    Customer,
    Decision,
    Event,
    EventKind,
    Fact,
    HandOver,
    Message,
    Note,
    NoteKind,
    OpeningHours,
    Organization,
    Reaction,
    Reason,
    Resolution,
    Role,
    SiteSettings,
    SlaClock,
    Team,
    Ticket,
    TicketLink,
    TicketRecord,
    Turn,
    User,
    Visit,
)
from tickets.service.queues import pace_of

INTRO = "This is what our help articles say:"
OFFER = "I am not sure which of these you need. Does one of them fit?"
SORRY = (
    "I am sorry that this did not help. Tell me a little more, in other words, or talk to a human."
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Content]:
    """Loaded once for all tests here, and gone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load.fill()
        yield load_content.read()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _company(company: Content, settings: Any) -> None:
    """Every test here is about it, and about staff who log in by their password alone."""
    settings.STAFF_NEED_SECOND_FACTOR = False


def test_the_company_is_complete() -> None:
    assert Category.objects.count() == 6
    assert Counter(Article.objects.values_list("state", flat=True)) == {"published": 40, "draft": 2}
    assert Team.objects.count() == 3
    assert Organization.objects.count() == 8
    assert Customer.objects.count() == 29
    assert Ticket.objects.count() == 132
    assert Counter(User.objects.values_list("role", flat=True)) == {
        Role.AGENT: 4,
        Role.LEAD: 1,
        Role.ADMIN: 1,
        Role.CUSTOMER: 1,
    }
    assert set(Ticket.objects.values_list("channel", flat=True)) == set(Channel.values)
    assert set(Organization.objects.values_list("tier", flat=True)) == {
        "standard",
        "plus",
        "premier",
    }


def test_it_has_sixty_scenarios_that_count_and_says_of_the_others_why_they_do_not() -> None:
    counting = Scenario.objects.filter(is_active=True)
    assert counting.count() == 60
    assert not Scenario.objects.filter(is_active=False, note="").exists()
    turns = ScenarioTurn.objects.filter(scenario__in=counting)
    assert set(turns.values_list("expected", flat=True)) == set(Expected)
    assert {"premier", "standard"} == set(counting.values_list("tier", flat=True))


def test_whoever_the_demo_names_can_log_in_and_only_the_admin_enters_the_admin() -> None:
    for who, email in LOGINS:
        user = authenticate(None, email=email, password=PASSWORD)
        assert user is not None, email
        assert user.is_staff == user.is_superuser == (who == "Admin")
    proved = EmailAddress.objects.filter(verified=True, primary=True, email=F("user__email"))
    assert proved.count() == User.objects.count()
    assert User.objects.get(role=Role.CUSTOMER).customer.name == "Maya Lindqvist"


def test_the_first_team_became_the_default_one_and_all_keep_the_companys_hours() -> None:
    settings = SiteSettings.load()
    assert settings.company_name == "Kestrel & Moor"
    assert settings.phone == "+44 1632 960 000"
    assert settings.contact_email == "help@kestrelmoor.example"
    assert settings.default_team.slug == "front-desk"
    assert not Team.objects.filter(slug="support").exists()
    hours = OpeningHours.objects.get()
    assert hours.timezone == "Europe/London"
    assert (hours.spans.count(), hours.holidays.count()) == (5, 3)
    assert set(Team.objects.values_list("hours", flat=True)) == {hours.pk}


def test_every_conversation_holds_the_words_of_its_file_in_their_order(company: Content) -> None:
    tickets = Ticket.objects.order_by("pk")
    assert [told["subject"] for told in company.conversations] == [t.subject for t in tickets]
    for told, ticket in zip(company.conversations, tickets, strict=True):
        # What the assistant says beside its answers: that it is sorry that one did not help.
        beside = Q(author_kind=AuthorKind.ASSISTANT, answer=None)
        assert set(ticket.messages.filter(beside).values_list("body", flat=True)) <= {SORRY}
        said = ticket.messages.exclude(beside | Q(author_kind=AuthorKind.SYSTEM))
        items = list(said.values_list("position", "author_kind", "body"))
        notes = ticket.notes.filter(kind=NoteKind.NOTE)  # what leads whispered stands elsewhere
        items += [(p, "note", body) for p, body in notes.values_list("position", "body")]
        for (_, author, body), item in zip(sorted(items), told["messages"], strict=True):
            assert author == item["author"]
            assert body == item["text"] or (body in (INTRO, OFFER) and item["sources"])


def test_the_assistant_says_nothing_twice() -> None:
    """Where the passage it quotes has all the words of the file, it only introduces it."""
    introduced = Citation.objects.filter(answer__message__body__in=(INTRO, OFFER))
    assert introduced.count() > 50
    told = Citation.objects.exclude(answer__message__body__in=(INTRO, OFFER))
    for citation in told.filter(rank=1):
        assert citation.answer.message.body not in citation.passage


def test_every_conversation_is_in_the_state_of_its_file(company: Content) -> None:
    wanted = Counter(told["state"] for told in company.conversations)
    wanted["customer"] += wanted.pop("assistant")  # answered, and nobody reacted
    wanted["queue"] -= 1  # of two that one customer wrote one was merged into the other
    wanted["closed"] += 1
    assert Counter(Ticket.objects.values_list("turn", flat=True)) == wanted
    assert not Ticket.objects.filter(turn=Turn.ASSISTANT).exists()
    answered = Ticket.objects.filter(turn=Turn.CUSTOMER, assignee=None)
    assert answered.count() == 2
    assert not answered.filter(person_asked_at__isnull=False).exists()
    closed = [told for told in company.conversations if told["state"] == "closed"]
    assert Ticket.objects.filter(resolution=Resolution.CONFIRMED).count() == sum(
        told["confirmed"] for told in closed
    )
    assert Ticket.objects.filter(solved_by_assistant=True).count() == sum(
        told["closed_by"] == "assistant" for told in closed
    )


def test_history_is_over_and_owes_nothing() -> None:
    now = timezone.now()
    assert not Reaction.objects.exists()
    assert not Event.objects.filter(created_at__gt=now).exists()
    assert not Message.objects.filter(created_at__gt=now).exists()
    assert not Ticket.objects.filter(Q(closed_at__gt=now) | Q(turn_since__gt=now)).exists()
    assert not Customer.objects.filter(created_at__gt=F("tickets__created_at")).exists()
    changed = Ticket.objects.annotate(last=Max("events__created_at"))
    assert not changed.exclude(updated_at=F("last")).exists()


def test_positions_run_without_a_gap_and_with_the_time() -> None:
    for ticket in Ticket.objects.prefetch_related("events", "messages", "notes"):
        events = sorted(ticket.events.all(), key=lambda event: event.position or 0)
        assert [event.position for event in events] == [*range(1, ticket.last_position + 1)]
        assert events == sorted(events, key=lambda event: (event.created_at, event.pk))
        items = [*ticket.messages.all(), *ticket.notes.all()]
        written = {EventKind.MESSAGE_POSTED, EventKind.NOTE_WRITTEN}
        assert sorted((item.position, item.created_at) for item in items) == [
            (event.position, event.created_at) for event in events if event.kind in written
        ]


def test_every_change_has_its_event() -> None:
    count = Counter(Event.objects.exclude(ticket=None).values_list("kind", flat=True))
    assert count == {
        EventKind.TICKET_OPENED: 132,
        EventKind.EMAIL_LEFT: 1,
        EventKind.IDENTITY_WANTED: 1,
        EventKind.IDENTITY_CODE_ASKED: 1,
        EventKind.IDENTITY_PROVED: 1,
        EventKind.RECORD_LINKED: TicketRecord.objects.linked().count(),
        EventKind.MESSAGE_POSTED: Message.objects.count(),
        EventKind.NOTE_WRITTEN: Note.objects.count(),
        EventKind.FACT_NOTED: Fact.objects.count(),
        EventKind.PERSON_ASKED: HandOver.objects.count(),
        EventKind.TICKET_ACCEPTED: HandOver.objects.filter(accepted_at__isnull=False).count(),
        EventKind.ANSWER_REPORTED: AnswerReport.objects.count(),
        EventKind.ANSWER_RATED: Answer.objects.filter(helpful__isnull=False).count(),
        EventKind.TICKET_RESOLVED: Ticket.objects.filter(
            turn=Turn.CLOSED, solved_by_assistant=False, merged_into=None
        ).count(),
        EventKind.TICKET_CONFIRMED: Ticket.objects.filter(resolution=Resolution.CONFIRMED).count(),
        EventKind.TICKET_RATED: Ticket.objects.filter(rating__isnull=False).count(),
        # A type and tags, and some a status, by those that the desk's file names.
        EventKind.TICKET_CHANGED: 2 * Ticket.objects.exclude(type=None).exclude(tags=[]).count()
        + Ticket.objects.exclude(status=None).count(),
        # What is linked or merged stands in the history of both.
        EventKind.TICKET_LINKED: 2 * TicketLink.objects.count(),
        EventKind.TICKET_MERGED: 2 * Ticket.objects.exclude(merged_into=None).count(),
        EventKind.TICKET_SNOOZED: Ticket.objects.exclude(snoozed_at=None).count(),
        EventKind.ASKED_AGAIN: 1,
        # Those that were found as somebody acted too late; the sweep says the others.
        EventKind.SLA_BREACHED: SlaClock.objects.exclude(breached_at=None).count(),
    }
    for event in Event.objects.filter(kind=EventKind.ANSWER_RATED):
        answer = Answer.objects.get(pk=event.data["answer"])
        assert (answer.message.ticket_id, answer.helpful) == (
            event.ticket_id,
            event.data["helpful"],
        )


def test_a_hand_over_says_what_is_wanted_and_who_took_it() -> None:
    for handover in HandOver.objects.select_related("ticket"):
        ticket = handover.ticket
        assert handover.wants
        assert handover.tried
        assert handover.why
        assert handover.feeling
        assert handover.asked_at == ticket.person_asked_at
        assert (handover.ended_at is not None) == ticket.is_closed
        assert handover.accepted_by_id == ticket.assignee_id
        if handover.accepted_at:
            first = ticket.messages.filter(author_kind=AuthorKind.AGENT).earliest("position")
            assert handover.asked_at < handover.accepted_at < first.created_at
        if ticket.channel in (Channel.PHONE, Channel.API):
            assert handover.reason == Reason.CHANNEL
    for team in Team.objects.all():
        assert pace_of(team).reactions  # from which customers are told how long it takes


def test_an_agent_sees_what_their_teams_have_and_a_customer_their_own() -> None:
    amara = User.objects.get(email="amara@kestrelmoor.example")
    seen = access.tickets_for(Actor.agent(amara))
    assert set(seen.values_list("team__slug", flat=True)) == {"billing", "front-desk"}
    maya = Customer.objects.get(email="maya@lindqvist.example")
    assert access.tickets_for(Actor.of_customer(maya)).count() == 7


def test_an_answer_quotes_a_passage_of_its_article() -> None:
    answers = Answer.objects.filter(decision=Decision.ANSWER)
    thanked = answers.filter(citations=None)
    assert set(thanked.values_list("confidence", flat=True)) == {1.0}  # nothing was asked
    quoting = answers.exclude(citations=None)
    assert not quoting.exclude(confidence__range=(0.75, 0.97)).exists()
    for citation in Citation.objects.select_related("article__published"):
        assert citation.article.published is not None
        assert citation.title == citation.article.published.title
        assert citation.passage
        assert 0.25 < citation.score <= 0.97


def test_answers_that_helped_were_the_surer_ones_and_some_that_did_not_wait_for_review() -> None:
    sure = {
        helpful: Answer.objects.filter(decision=Decision.ANSWER, helpful=helpful).aggregate(
            mean=Avg("confidence")
        )["mean"]
        for helpful in (True, False)
    }
    assert sure[True] > sure[False] + 0.05
    reports = AnswerReport.objects.filter(state=AnswerReport.State.OPEN)
    assert reports.count() == 3
    assert {report.answer.helpful for report in reports} == {False}
    assert all(report.note for report in reports)


def test_customers_read_and_searched_before_they_wrote_and_without_writing() -> None:
    visits = Visit.objects.exclude(customer=None)
    assert Visit.objects.count() == visits.count() > 40
    before = visits.filter(
        customer__tickets__created_at__gt=F("at"),
        customer__tickets__created_at__lt=F("at") + timedelta(hours=1),
    )
    assert 20 < before.distinct().count() < visits.count()
    assert visits.filter(hits=0).count() > 5
    assert not visits.filter(at__gt=timezone.now()).exists()


def test_a_fact_names_the_message_that_states_it() -> None:
    told = Fact.objects.exclude(message=None)
    assert told.count() > 90
    for fact in told.select_related("message"):
        assert fact.message is not None
        assert fact.value.lower() in fact.message.body.lower()


def test_what_is_loaded_would_also_pass_as_input() -> None:
    lists = {"facts", "articles"}  # an empty list is what a brief may well have
    for model in (Ticket, Message, Note, Answer, Citation, HandOver, Fact, Customer, User, Team):
        for row in model._default_manager.order_by("pk")[:8]:
            row.full_clean(exclude=lists)


# --- its history shows an assistant that works, and calibrating by it leaves it at work ------------


@pytest.fixture
def turns() -> list[TurnedOut]:
    return outcomes.recent(calibrating.MOST)


def test_most_of_its_answers_that_somebody_spoke_of_were_right(turns: list[TurnedOut]) -> None:
    answers = [turn for turn in turns if turn.decision == Decision.ANSWER]
    endings = {turn.ending for turn in answers}
    assert {Ending.CONFIRMED, Ending.REFUSED, Ending.PERSON_FOR_OTHER} <= endings
    bins = outcomes.reliability(answers)
    assert [found.actual for found in bins] == sorted(found.actual for found in bins)
    for found in bins:
        if found.count >= 10:
            assert found.actual == pytest.approx(found.stated, abs=0.15), found


def test_calibrating_by_it_leaves_the_assistant_answering(turns: list[TurnedOut]) -> None:
    settings = AssistantSettings.load()
    known = read_outcomes(turns)
    after = fitted(known)
    assert corrected(0.93, after) >= 0.85
    change = calibrating.changed(turns, calibrating.AS_SHIPPED, after, settings.answer_threshold)
    assert change.share_before > 0.4
    assert change.share_after > 0.75 * change.share_before


def test_the_weekly_task_never_moves_its_share_of_answers_by_more_than_the_set_step(
    turns: list[TurnedOut],
) -> None:
    with transaction.atomic():
        settings = AssistantSettings.load()
        before = calibrating.in_use()
        calibrating.calibrate()
        in_use = calibrating.in_use()
        change = calibrating.changed(turns, before, in_use, settings.answer_threshold)
        assert change.step <= settings.calibration_step
        assert Calibration.objects.count() <= 1
        transaction.set_rollback(True)
