"""Questions without a good answer are grouped by meaning, once each, for authors to write about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from bots import actions as teach
from bots import tasks
from bots.learning import gaps, usage
from bots.models import GapQuestion, KnowledgeGap
from knowledgebase import actions as articles
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article, Encoder
from tests.bots import meanings
from tests.factories import (
    make_admin,
    make_agent,
    make_answer,
    make_article,
    make_message,
    make_reply,
    make_ticket,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import AuthorKind, Decision, Event, Message, Reading, Reason, Ticket, Turn

pytestmark = pytest.mark.django_db
State = KnowledgeGap.State


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if "model" not in request.keywords:
        meanings.instead_of_the_model(monkeypatch)


def in_vain(body: str, reason: Reason = Reason.NO_ARTICLE) -> Ticket:
    """A question for which a person was asked because there was no answer."""
    ticket = make_ticket(turn=Turn.ASSISTANT, body=body)
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=reason)
    return ticket


def read(ticket: Ticket, **values: Any) -> None:
    message = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).latest("position")
    kept = {name: {"value": value} for name, value in values.items()}
    Reading.objects.create(message=message, ticket=ticket, values=kept)


def groups() -> dict[str, int]:
    return {gap.label: gap.questions.count() for gap in KnowledgeGap.objects.order_by("pk")}


# --- what is filed --------------------------------------------------------------------------------


def test_questions_of_one_meaning_are_one_gap() -> None:
    in_vain("Can you mend the zip of my Drift?")
    in_vain("How do I get an invoice with my VAT number?", Reason.UNSURE)
    in_vain("Hello, my zip is broken. What can I do?", Reason.NOT_UNDERSTOOD)
    assert gaps.file_new() == 3
    assert sorted(groups().values()) == [1, 2]
    assert KnowledgeGap.objects.get(label__contains="invoice").questions.count() == 1
    assert gaps.file_new() == 0
    assert GapQuestion.objects.count() == 3


def test_an_answer_that_did_not_help_and_a_question_back_count_too() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I wash my Drift by hand?")
    answer = make_answer(ticket, articles=[make_article()]).answer
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    unclear = make_ticket(turn=Turn.ASSISTANT, body="Is the stove allowed in the porch?")
    make_answer(unclear, decision=Decision.CLARIFY)
    gaps.file_new()
    assert sorted(groups()) == [
        "How do I wash my Drift by hand?",
        "Is the stove allowed in the porch?",
    ]


@pytest.mark.parametrize(
    "reason", [Reason.ASKED, Reason.ANGER, Reason.SENSITIVE, Reason.FAILED, Reason.CHANNEL]
)
def test_what_had_another_reason_is_no_gap(reason: Reason) -> None:
    in_vain("Can you mend the zip of my Drift?", reason)
    assert gaps.file_new() == 0


@pytest.mark.parametrize(
    "values",
    [{"sensitive": ["self_harm"]}, {"repeats": "no"}, {"repeats": "not_asked"}],
)
def test_what_is_no_articles_business_is_not_filed(values: dict[str, Any]) -> None:
    read(in_vain("I need help with the zip of my Drift, please?"), **values)
    assert gaps.file_new() == 0


@pytest.mark.parametrize("body", ["Hello", "?", "ok thanks", "I want to talk to a human"])
def test_what_asks_nothing_is_not_filed(body: str) -> None:
    in_vain(body)
    assert gaps.file_new() == 0


def test_an_answer_that_helped_is_no_gap() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I wash my Drift by hand?")
    answer = make_answer(ticket, articles=[make_article()]).answer
    actions.rate_answer(actor=Actor.of_customer(ticket.customer), answer=answer, helpful=True)
    assert gaps.file_new() == 0


def test_the_language_of_the_question_is_the_gaps() -> None:
    read(in_vain("Kann ich den Zip meines Drift umtauschen?"), language="de")
    gaps.file_new()
    assert KnowledgeGap.objects.get().language == "de"


def test_a_question_in_a_language_without_articles_is_no_gap_between_the_articles() -> None:
    make_article("Mend a zip")
    read(in_vain("Wie repariere ich einen zip?"), language="de")
    read(in_vain("How do I wash a tent?"), language="en")
    in_vain("How do I dry a stove?")  # it could not be told which it is
    assert gaps.file_new() == 2
    assert "Wie repariere ich einen zip?" not in groups()


def test_each_question_of_a_conversation_is_filed_by_itself() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend the zip?")
    make_answer(ticket, decision=Decision.CLARIFY)
    make_message(ticket, "I mean the zip of the sleeping bag, how do I mend it?")
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.NOT_UNDERSTOOD)
    assert gaps.file_new() == 2
    assert list(groups().values()) == [2]


# --- how it goes on -------------------------------------------------------------------------------


def test_what_was_dismissed_takes_in_more_and_stays_dismissed() -> None:
    in_vain("Can you mend the zip of my Drift?")
    gaps.file_new()
    ada = Actor.agent(make_admin())
    teach.dismiss_gap(actor=ada, gap=KnowledgeGap.objects.get())
    in_vain("The zip is broken, what now?")
    gaps.file_new()
    gap = KnowledgeGap.objects.get()
    assert (gap.state, gap.questions.count()) == (State.DISMISSED, 2)
    assert Event.objects.get(subject="bots.knowledgegap").actor_user == ada.user


def test_what_an_article_covers_comes_back_if_it_is_asked_in_vain_again() -> None:
    in_vain("Can you mend the zip of my Drift?")
    gaps.file_new()
    teach.cover_gap(actor=Actor.agent(make_admin()), gap=KnowledgeGap.objects.get())
    in_vain("The zip is broken, what now?")
    gaps.file_new()
    assert list(KnowledgeGap.objects.order_by("pk").values_list("state", flat=True)) == [
        State.COVERED,
        State.OPEN,
    ]


def test_the_centre_is_the_mean_of_the_questions() -> None:
    asked = [
        "Can you mend the zip of my Drift?",
        "The zip is broken, what now?",
        "Why is my zip stuck?",
    ]
    for body in asked:
        in_vain(body)
        gaps.file_new()
    mean = meanings.encode(asked).sum(axis=0)
    centre = np.asarray(KnowledgeGap.objects.get().centroid)
    assert np.isclose(np.linalg.norm(centre), 1, atol=1e-5)
    assert float(centre @ (mean / np.linalg.norm(mean))) > 0.99


def test_gaps_survive_another_encoder() -> None:
    in_vain("Can you mend the zip of my Drift?")
    gaps.file_new()
    old = Encoder.objects.create(name="old-model", dimension=3)
    KnowledgeGap.objects.update(encoder=old, centroid=[1.0, 0.0, 0.0])
    in_vain("The zip is broken, what now?")
    gaps.file_new()
    gap = KnowledgeGap.objects.get()
    assert gap.encoder != old
    assert len(gap.centroid) == meanings.DIMENSION
    assert gap.questions.count() == 2


def test_without_the_encoder_questions_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(texts: object, timeout: float = 1.0, **_how: object) -> None:
        raise EncoderUnavailable("It is being exchanged.")

    in_vain("Can you mend the zip of my Drift?")
    with monkeypatch.context() as patched:
        patched.setattr(embeddings, "encode", away)
        tasks.file_gaps()
        assert not KnowledgeGap.objects.exists()
    tasks.file_gaps()
    assert KnowledgeGap.objects.count() == 1


def test_filing_takes_the_same_few_statements_to_look(django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        in_vain(f"Can you mend zip number {number}?")
    with django_assert_max_num_queries(3):
        assert len(gaps.unanswered()) == 5


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_the_threshold_keeps_meanings_together_and_others_apart() -> None:
    for body in (
        "Can I pay my order in three instalments?",
        "Do you offer payment in instalments?",
        "Is it possible to pay in monthly instalments?",
        "Does the Ember stove work with a gas cartridge from another maker?",
        "Which gas cartridges of other makers fit the Ember stove?",
    ):
        in_vain(body)
        gaps.file_new()
    assert sorted(groups().values()) == [2, 3]


# --- what an author makes of it -------------------------------------------------------------------


def solved_by(ticket: Ticket, words: str, *, confirmed: bool = True) -> Message:
    agent = make_agent(teams=[ticket.team])
    message = make_reply(ticket, agent, words)
    if confirmed:
        actions.confirm_solved(actor=Actor.of_customer(ticket.customer), ticket=ticket)
    else:
        actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    return message


def test_an_article_is_started_from_the_questions_and_the_answers_that_solved_them() -> None:
    first = in_vain("Can you mend the zip of my Drift?")
    second = in_vain("The zip is broken, what now?")
    unsolved = in_vain("Why is my zip stuck?")
    solved_by(first, "Send it to our repair bench; a new slider is free within five years.")
    solved_by(second, "Our bench mends it.", confirmed=False)
    make_reply(unsolved, make_agent(teams=[unsolved.team]), "I do not know yet.")
    gaps.file_new()
    gap = KnowledgeGap.objects.get()
    ada = make_admin()

    answers = usage.answers_of_agents(gap)
    article = teach.start_article(
        actor=Actor.agent(ada),
        gap=gap,
        questions=[question.text for question in gap.questions.all()],
        texts=[message.body for message in answers],
    )

    version = article.versions.get()
    assert [message.ticket for message in answers] == [first, second]
    assert (article.state, version.title, version.author) == (
        Article.State.DRAFT,
        gap.label,
        ada,
    )
    assert "repair bench" in version.body
    assert "I do not know" not in version.body
    assert len(version.questions) == 3
    gap.refresh_from_db()
    assert gap.article == article
    again = teach.start_article(actor=Actor.agent(ada), gap=gap, questions=[], texts=[])
    assert again == article

    articles.publish_article(actor=ada, article=article, index_soon=False)
    gaps.file_new()
    gap.refresh_from_db()
    assert gap.state == State.COVERED


@pytest.fixture
def ada(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin())
    return client


def test_authors_see_groups_with_their_numbers(ada: Client) -> None:
    for body in ("Can you mend the zip of my Drift?", "The zip is <b>broken</b>, what now?"):
        in_vain(body)
    old = in_vain("Why is my zip stuck?")
    month = timezone.now() - timedelta(days=20)
    old.messages.update(created_at=month)
    gaps.file_new()
    gap = KnowledgeGap.objects.get()
    page = ada.get("/admin/bots/knowledgegap/").text
    assert gap.label in page
    assert "2 ↗ (1)" in page
    assert 'class="weeks"' in page
    detail = ada.get(f"/admin/bots/knowledgegap/{gap.pk}/change/").text
    assert old.reference in detail
    assert "&lt;b&gt;broken" in detail
    assert "Start an article from these" in detail


def test_the_list_takes_the_same_queries_for_one_gap_and_for_five(
    ada: Client, django_assert_max_num_queries: Any
) -> None:
    for topic in meanings.TOPICS:
        in_vain(f"What about the {topic} of my Fell 2?")
    gaps.file_new()
    assert KnowledgeGap.objects.count() == 5
    with django_assert_max_num_queries(14):
        ada.get("/admin/bots/knowledgegap/")


def test_the_buttons_of_a_gap_do_what_they_say(ada: Client) -> None:
    in_vain("Can you mend the zip of my Drift?")
    gaps.file_new()
    gap = KnowledgeGap.objects.get()

    def press(name: str) -> Any:
        return ada.post(f"/admin/bots/knowledgegap/{gap.pk}/do/{name}/")

    started = press("start")
    article = Article.objects.get()
    assert started["Location"] == f"/admin/knowledgebase/article/{article.pk}/change/"
    for name, state in (
        ("dismiss", State.DISMISSED),
        ("reopen", State.OPEN),
        ("cover", State.COVERED),
    ):
        press(name)
        gap.refresh_from_db()
        assert gap.state == state
    assert ada.get(f"/admin/bots/knowledgegap/{gap.pk}/do/reopen/").status_code == 405


@pytest.mark.parametrize("path", ["knowledgegap/", "knowledgegap/articles/", "answerreport/"])
def test_agents_find_no_page_for_authors(client: Client, settings: Any, path: str) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_agent())
    assert client.get(f"/admin/bots/{path}").status_code == 404


# --- needless questions ----------------------------------------------------------------------------


def test_needless_questions_are_counted_by_what_and_by_whom(ada: Client) -> None:
    ticket = make_ticket(body="My order KM-20418 is late.")
    dana = make_agent("Dana Osei", teams=[ticket.team])
    actions.reply_asking(
        actor=Actor.agent(dana),
        ticket=ticket,
        body="Could you send me your order number?",
        asked_again=["order_number"],
    )
    counted = usage.asked_again()
    assert (counted.total, counted.facts, counted.people) == (
        1,
        [("order number", 1)],
        [("Dana Osei", 1)],
    )
    page = ada.get("/admin/bots/knowledgegap/asked-again/").text
    assert "Order number" in page
    assert ticket.reference in page
