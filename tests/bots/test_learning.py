"""What agents teach: wrong answers are reported and reviewed, corrections become examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from bots import actions as teach
from bots.models import AnswerReport, Detector, DetectorExample
from knowledgebase.models import Article, ArticleEvent
from tests.bots.conftest import react
from tests.factories import (
    make_admin,
    make_agent,
    make_answer,
    make_article,
    make_team,
    make_ticket,
)
from tests.tickets.ledger import kinds
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import Answer, AuthorKind, Event, EventKind, Reading, Team, Ticket, Turn, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


@pytest.fixture(autouse=True)
def _with_a_password_alone() -> Iterator[None]:
    with override_settings(STAFF_NEED_SECOND_FACTOR=False):
        yield


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def danas(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


@pytest.fixture
def article() -> Article:
    return make_article("Mend a pole")


@pytest.fixture
def answer(team: Team, article: Article) -> Answer:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    return make_answer(ticket, articles=[article]).answer


def url(answer: Answer) -> str:
    message = answer.message
    return f"/workspace/{message.ticket.reference}/answers/{message.position}/report/"


def reported(ticket: Ticket) -> list[Event]:
    return list(ticket.events.filter(kind=EventKind.ANSWER_REPORTED).order_by("pk"))


def may_use(article: Article) -> bool:
    return Article.objects.values_list("assistant_may_use", flat=True).get(pk=article.pk)


# --- reporting ------------------------------------------------------------------------------------


def test_one_click_reports_an_answer(
    danas: Client, dana: User, answer: Answer, article: Article
) -> None:
    ticket = answer.message.ticket
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert "Wrong answer" in page
    for _ in range(2):  # a double click reports once
        sent = danas.post(url(answer), {"wrong": "yes"}, headers={**BY_SCRIPT, "X-After": "3"})
        assert sent.status_code == 200
    report = AnswerReport.objects.get()
    assert (report.answer, report.reporter, report.state) == (answer, dana, "open")
    (event,) = reported(ticket)
    assert event.data == {
        "answer": answer.pk,
        "message": answer.message.position,
        "held_back": False,
    }
    assert may_use(article)
    assert any("Reported as wrong." in item["html"] for item in sent.json()["items"])


def test_more_may_be_said_and_the_article_held_back_at_once(
    danas: Client, dana: User, answer: Answer, article: Article
) -> None:
    other = make_article()
    danas.post(url(answer))
    form = danas.get(url(answer), headers=BY_SCRIPT).text
    assert "Hold “Mend a pole” back now" in form
    sent = danas.post(url(answer), {"note": "Wrong pole.\n", "hold_back": "yes"})
    assert sent.status_code == 302
    report = AnswerReport.objects.get()
    assert (report.note, report.held_back) == ("Wrong pole.", True)
    assert not may_use(article)
    assert may_use(other)
    event = ArticleEvent.objects.get(article=article, kind=ArticleEvent.Kind.HELD_BACK)
    assert event.actor == dana
    assert [event.data["held_back"] for event in reported(answer.message.ticket)] == [False, True]
    article.refresh_from_db()
    assert article.state == Article.State.PUBLISHED, "customers still find it"


def test_a_report_neither_answers_nor_moves_the_conversation(danas: Client, answer: Answer) -> None:
    ticket = answer.message.ticket
    before = (ticket.messages.count(), ticket.turn, ticket.last_message_at)
    danas.post(url(answer))
    ticket.refresh_from_db()
    assert (ticket.messages.count(), ticket.turn, ticket.last_message_at) == before
    answer.refresh_from_db()
    assert answer.helpful is None


def test_strangers_and_customers_find_nothing_to_report(
    client: Client, answer: Answer, article: Article
) -> None:
    for user in (make_agent(teams=[make_team()]), answer.message.ticket.customer.user):
        client.logout()
        if user is not None:
            client.force_login(user)
            assert client.get(url(answer)).status_code == 404
            assert client.post(url(answer), {"hold_back": "yes"}).status_code == 404
    for actor in (Actor.of_customer(answer.message.ticket.customer), Actor.assistant()):
        with pytest.raises(NotAllowed):
            teach.report_answer(actor=actor, answer=answer, hold_back=True)
    assert not AnswerReport.objects.exists()
    assert may_use(article)


def test_only_an_answer_can_be_reported(danas: Client, answer: Answer) -> None:
    ticket = answer.message.ticket
    asked = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    wrong = f"/workspace/{ticket.reference}/answers/{asked.position}/report/"
    assert danas.post(wrong).status_code == 404


# --- reviewing ------------------------------------------------------------------------------------


@pytest.fixture
def report(dana: User, answer: Answer) -> AnswerReport:
    return teach.report_answer(actor=Actor.agent(dana), answer=answer, hold_back=True)


def test_a_report_that_was_right_keeps_the_article_held_back_until_released(
    report: AnswerReport, article: Article
) -> None:
    ada = Actor.agent(make_admin())
    teach.decide_report(actor=ada, report=report, upheld=True)
    report.refresh_from_db()
    assert (report.state, report.decided_by) == (AnswerReport.State.UPHELD, ada.user)
    assert not may_use(article)
    teach.release_article(actor=ada, report=report)
    assert may_use(article)
    assert ArticleEvent.objects.filter(kind=ArticleEvent.Kind.RELEASED).count() == 1
    assert Event.objects.filter(subject="bots.answerreport").count() == 2
    with pytest.raises(ActionError):
        teach.decide_report(actor=ada, report=report, upheld=False)


def test_a_report_that_was_wrong_releases_the_article(
    report: AnswerReport, article: Article, dana: User
) -> None:
    teach.decide_report(actor=Actor.agent(make_admin()), report=report, upheld=False)
    assert may_use(article)
    with pytest.raises(ActionError):
        teach.report_answer(actor=Actor.agent(dana), answer=report.answer, note="Still wrong")


def test_an_article_that_two_reports_hold_back_stays_so_until_both_are_done(
    report: AnswerReport, article: Article, dana: User, team: Team
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    second = teach.report_answer(
        actor=Actor.agent(dana),
        answer=make_answer(ticket, articles=[article]).answer,
        hold_back=True,
    )
    ada = Actor.agent(make_admin())
    teach.decide_report(actor=ada, report=report, upheld=False)
    assert not may_use(article)
    teach.decide_report(actor=ada, report=second, upheld=False)
    assert may_use(article)


# --- corrections ----------------------------------------------------------------------------------


@pytest.fixture
def fraud() -> Detector:
    found, _new = Detector.objects.get_or_create(
        slug="fraud_security", defaults={"name": "Fraud", "kind": Detector.Kind.SENSITIVE}
    )
    return found


Correct = Callable[..., Reading]


@pytest.fixture
def correct(team: Team, dana: User) -> Correct:
    def do(body: str, values: dict[str, object], *changes: tuple[str, object]) -> Reading:
        ticket = make_ticket(team=team, body=body)
        message = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
        reading = Reading.objects.create(message=message, ticket=ticket, values=values)
        for field, to in changes:
            actions.correct_reading(actor=Actor.agent(dana), reading=reading, field=field, to=to)
            react()
        return reading

    return do


def examples(detector: Detector) -> list[tuple[str, bool, str]]:
    found = detector.examples.order_by("pk")
    return list(found.values_list("text", "positive", "source"))


def test_what_is_not_fraud_is_an_example_of_what_not_to_notice(
    fraud: Detector, correct: Correct
) -> None:
    values = {"sensitive": {"value": ["fraud_security"], "evidence": ["stole the show"]}}
    reading = correct(
        "The new tent is great. It stole the show on the campsite!", values, ("sensitive", [])
    )
    assert examples(fraud) == [("It stole the show on the campsite!", False, "correction")]
    assert DetectorExample.objects.get().message == reading.message


def test_what_was_missed_is_an_example_of_what_to_notice(fraud: Detector, correct: Correct) -> None:
    values: dict[str, object] = {"sensitive": {"value": [], "evidence": []}}
    correct("Somebody used my card in your shop", values, ("sensitive", ["fraud_security"]))
    assert examples(fraud) == [("Somebody used my card in your shop", True, "correction")]


def test_the_last_word_of_the_agents_counts(fraud: Detector, correct: Correct) -> None:
    values: dict[str, object] = {"sensitive": {"value": [], "evidence": []}}
    body = "Somebody used my card in your shop"
    correct(body, values, ("sensitive", ["fraud_security"]), ("sensitive", []))
    assert examples(fraud) == [(body, False, "correction")]


def test_what_an_admin_wrote_by_hand_is_not_changed(fraud: Detector, correct: Correct) -> None:
    body = "Somebody used my card in your shop"
    DetectorExample.objects.create(detector=fraud, text=body, positive=True)
    values = {"sensitive": {"value": ["fraud_security"], "evidence": [body]}}
    correct(body, values, ("sensitive", []))
    assert examples(fraud) == [(body, True, "admin")]


def test_a_corrected_topic_is_an_example_of_it_and_none_of_the_other(correct: Correct) -> None:
    repairs, rental, silent = (
        Detector.objects.create(slug=slug, name=slug, kind=kind)
        for slug, kind in (
            ("repairs", Detector.Kind.TOPIC),
            ("rental", Detector.Kind.TOPIC),
            ("topic_rental", Detector.Kind.SIGNAL),
        )
    )
    values = {"topic": {"value": "repairs", "evidence": ["forty tents"]}}
    reading = correct("We need forty tents in June. Thank you.", values, ("topic", "rental"))
    assert examples(repairs) == [("We need forty tents in June.", False, "correction")]
    assert examples(rental) == [("We need forty tents in June. Thank you.", True, "correction")]
    assert examples(silent) == []
    assert EventKind.READING_CORRECTED in kinds(reading.ticket)
    assert Reading.objects.get(pk=reading.pk).value("topic") == "rental"


def test_a_feeling_teaches_no_topic_that_has_its_name(correct: Correct) -> None:
    topic = Detector.objects.create(slug="calm", name="Calm music", kind=Detector.Kind.TOPIC)
    values = {"feeling": {"value": "angry", "evidence": []}}
    correct("The record has sold out again", values, ("feeling", "calm"))
    assert examples(topic) == []


@pytest.mark.parametrize(("field", "to"), [("language", "de"), ("repeats", "question")])
def test_language_and_repetition_teach_no_detector(correct: Correct, field: str, to: str) -> None:
    reading = correct("Zelt kaputt", {}, (field, to))
    assert EventKind.READING_CORRECTED in kinds(reading.ticket)
    assert not DetectorExample.objects.exists()


def test_a_feeling_and_a_wish_that_were_not_there_are_learned(correct: Correct) -> None:
    values = {"feeling": {"value": "angry", "evidence": ["damn"]}, "wants_person": {"value": True}}
    body = "These damn midges"
    correct(body, values, ("feeling", "calm"), ("wants_person", False))
    for slug in ("angry", "wants_person"):
        assert examples(Detector.objects.get(slug=slug)) == [(body, False, "correction")]


# --- the queue in the admin -----------------------------------------------------------------------


def test_the_review_queue_shows_what_was_asked_and_answered(
    client: Client, report: AnswerReport, article: Article
) -> None:
    client.force_login(make_admin())
    assert "Mend a pole" in client.get("/admin/bots/answerreport/").text
    page = client.get(f"/admin/bots/answerreport/{report.pk}/change/").text
    ticket = report.answer.message.ticket
    for words in ("Can I get a spare one?", "Spare pole sections", ticket.reference, "Dana Osei"):
        assert words in page
    for button, state, usable in (
        ("uphold", AnswerReport.State.UPHELD, False),
        ("dismiss", AnswerReport.State.UPHELD, False),  # decided already: nothing is left to do
        ("release", AnswerReport.State.UPHELD, True),
    ):
        assert client.post(f"/admin/bots/answerreport/{report.pk}/do/{button}/").status_code == 302
        report.refresh_from_db()
        assert (report.state, may_use(article)) == (state, usable), button
    assert "Mend a pole" not in client.get("/admin/bots/answerreport/").text.split("<tbody")[-1]


def test_the_queue_takes_the_same_queries_for_one_report_and_for_many(
    client: Client, team: Team, dana: User, report: AnswerReport
) -> None:
    client.force_login(make_admin())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/bots/answerreport/").status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _ in range(5):
        ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
        answer = make_answer(ticket, articles=[make_article()]).answer
        teach.report_answer(actor=Actor.agent(dana), answer=answer)
    assert queries() == one
