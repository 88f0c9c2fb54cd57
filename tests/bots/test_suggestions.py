"""Customers' wordings are proposed as sample questions, and become part of an article if approved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bots import actions as teach
from bots import tasks
from bots.learning import suggestions
from bots.models import QuestionSuggestion
from knowledgebase import actions as articles
from knowledgebase.models import Article, Embedding, Encoder, Passage
from tests.bots import meanings
from tests.factories import (
    make_admin,
    make_agent,
    make_answer,
    make_article,
    make_reply,
    make_ticket,
)
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import Decision, Event, Ticket, Turn

pytestmark = pytest.mark.django_db
State = QuestionSuggestion.State


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def article() -> Article:
    return make_article("Mend a zip")


def asked(body: str, article: Article, *, helpful: bool | None = True) -> Ticket:
    ticket = make_ticket(turn=Turn.ASSISTANT, body=body)
    answer = make_answer(ticket, articles=[article]).answer
    if helpful is not None:
        customer = Actor.of_customer(ticket.customer)
        actions.rate_answer(actor=customer, answer=answer, helpful=helpful)
    return ticket


def proposed() -> list[str]:
    return list(QuestionSuggestion.objects.order_by("pk").values_list("text", flat=True))


# --- proposing ------------------------------------------------------------------------------------


def test_a_question_that_was_solved_is_proposed_once(article: Article) -> None:
    ticket = asked("Hi there, the slider of my sleeping bag came off. What can I do?", article)
    assert suggestions.propose_new() == 1
    row = QuestionSuggestion.objects.get()
    assert row.text == "the slider of my sleeping bag came off. What can I do?"
    assert (row.article, row.ticket, row.source, row.state) == (
        article,
        ticket,
        QuestionSuggestion.Source.SOLVED,
        State.PROPOSED,
    )
    tasks.propose_questions()
    assert len(proposed()) == 1
    assert article.versions.count() == 1, "nothing changes before somebody agrees"


def test_what_says_whose_question_it_was_is_left_out(article: Article) -> None:
    asked(
        "My zip broke, order KM-48120, write to ada@kestrelmoor.example or +44 20 7946 0958.",
        article,
    )
    asked("Order number 4812077 has a stuck slider, is a spare £4?", article)
    asked("KM-48120 ada@kestrelmoor.example", article)
    suggestions.propose_new()
    assert sorted(proposed()) == [
        "My zip broke.",
        "Order has a stuck slider, is a spare £4?",
    ]


@pytest.mark.parametrize("helpful", [False, None])
def test_what_was_not_solved_is_not_proposed(article: Article, helpful: bool | None) -> None:
    asked("The slider of my sleeping bag came off. What can I do?", article, helpful=helpful)
    assert suggestions.propose_new() == 0


def test_articles_to_choose_from_prove_nothing(article: Article) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend the slider?")
    answer = make_answer(ticket, articles=[article], decision=Decision.OFFER).answer
    actions.rate_answer(actor=Actor.of_customer(ticket.customer), answer=answer, helpful=True)
    assert suggestions.propose_new() == 0


def test_what_the_article_has_already_is_not_proposed(article: Article) -> None:
    assert article.published is not None
    passage = Passage.objects.create(
        article=article,
        version=article.published,
        position=1,
        kind=Passage.Kind.QUESTION,
        language="en",
        title="Mend a zip",
        text="How do I mend the zip?",
    )
    (vector,) = meanings.encode(["How do I mend the zip?"])
    encoder = Encoder.objects.get()
    Embedding.objects.create(passage=passage, encoder=encoder, vector=vector.tolist())
    asked("How do I mend the zip?", article)
    asked("What about the invoice for the repair?", article)
    assert suggestions.propose_new() == 1
    assert proposed() == ["What about the invoice for the repair?"]


def test_the_same_twice_is_proposed_once_and_never_after_it_was_declined(article: Article) -> None:
    asked("How do I mend the zip?", article)
    asked("How do I mend the zip?", article)
    suggestions.propose_new()
    (row,) = QuestionSuggestion.objects.all()
    teach.decline_question(actor=Actor.agent(make_agent()), suggestion=row)
    asked("How do I mend the zip?", article)
    assert suggestions.propose_new() == 0
    assert proposed() == ["How do I mend the zip?"]


def test_what_an_agent_solved_with_a_link_to_an_article_is_proposed(article: Article) -> None:
    ticket = make_ticket(body="My sleeping bag does not close any more. What now?")
    agent = make_agent(teams=[ticket.team])
    make_reply(ticket, agent, f"This helps: https://kestrelmoor.example/help/{article.slug}/#how")
    assert suggestions.propose_new() == 0, "it is not solved yet"
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    assert suggestions.propose_new() == 1
    assert QuestionSuggestion.objects.get().source == QuestionSuggestion.Source.TICKET


def test_a_link_to_what_is_no_public_article_proposes_nothing(article: Article) -> None:
    articles.unpublish_article(actor=None, article=article)
    ticket = make_ticket(body="My sleeping bag does not close any more. What now?")
    agent = make_agent(teams=[ticket.team])
    make_reply(ticket, agent, f"See /help/{article.slug}/ and /help/missing/")
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    assert suggestions.propose_new() == 0


def test_an_article_is_not_flooded(article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "WAITING", 2)
    for body in ("How do I mend the zip?", "What about the invoice?"):
        asked(body, article)
    suggestions.propose_new()
    asked("Can I use the stove inside?", article)
    assert suggestions.propose_new() == 0


# --- deciding -------------------------------------------------------------------------------------


@pytest.fixture
def row(article: Article) -> QuestionSuggestion:
    asked("How do I mend the zip?", article)
    suggestions.propose_new()
    return QuestionSuggestion.objects.get()


def test_approving_makes_a_new_version_that_is_public(
    row: QuestionSuggestion, article: Article
) -> None:
    dana = make_agent("Dana Osei")
    teach.approve_question(actor=Actor.agent(dana), suggestion=row)
    article.refresh_from_db()
    assert article.published is not None
    assert (article.published.number, article.published.questions) == (
        2,
        ["How do I mend the zip?"],
    )
    assert (article.published.title, article.published.author) == ("Mend a zip", dana)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (State.APPROVED, dana)
    assert Event.objects.get(subject="bots.questionsuggestion").actor_user == dana
    with pytest.raises(ActionError):
        teach.approve_question(actor=Actor.agent(dana), suggestion=row)
    assert article.versions.count() == 2


def test_a_draft_that_waits_gets_the_question_and_stays_a_draft(
    row: QuestionSuggestion, article: Article
) -> None:
    public = article.published_id
    articles.save_article(actor=None, article=article, title="Mend a zip, new", body="Rewritten.")
    teach.approve_question(actor=Actor.agent(make_agent()), suggestion=row)
    article.refresh_from_db()
    latest = article.versions.first()
    assert latest is not None
    assert (latest.title, latest.questions) == ("Mend a zip, new", ["How do I mend the zip?"])
    assert article.published_id == public


def test_only_who_works_here_decides(row: QuestionSuggestion, article: Article) -> None:
    assert row.ticket is not None
    for actor in (Actor.of_customer(row.ticket.customer), Actor.assistant(), Actor.nobody()):
        for decide in (teach.approve_question, teach.decline_question):
            with pytest.raises(NotAllowed):
                decide(actor=actor, suggestion=row)
    assert article.versions.count() == 1


@pytest.fixture
def browser(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    return client


def test_agents_decide_in_the_workspace(
    browser: Client, row: QuestionSuggestion, article: Article
) -> None:
    agent = make_agent()
    browser.force_login(agent)
    page = browser.get("/workspace/questions/").text
    assert "How do I mend the zip?" in page
    assert row.ticket is not None
    assert row.ticket.reference not in page, "a conversation of another team"
    url = f"/workspace/questions/{row.pk}/"
    assert browser.post(url, {"decision": "perhaps"}).status_code == 400
    assert browser.post(url, {"decision": "approve"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (State.APPROVED, agent)
    assert "How do I mend the zip?" not in browser.get("/workspace/questions/").text
    assert browser.post(url, {"decision": "decline"}).status_code == 302
    row.refresh_from_db()
    assert row.state == State.APPROVED


def test_customers_find_no_such_page(browser: Client, row: QuestionSuggestion) -> None:
    from tests.factories import make_customer

    user = make_customer(login=True).user
    assert user is not None
    browser.force_login(user)
    assert browser.get("/workspace/questions/").status_code == 404
    assert (
        browser.post(f"/workspace/questions/{row.pk}/", {"decision": "approve"}).status_code == 404
    )
    row.refresh_from_db()
    assert row.state == State.PROPOSED


def test_admins_decide_several_at_once(
    browser: Client, row: QuestionSuggestion, article: Article
) -> None:
    asked("What about the invoice?", article)
    suggestions.propose_new()
    browser.force_login(make_admin())
    page = browser.get("/admin/bots/questionsuggestion/").text
    assert "What about the invoice?" in page
    browser.post(
        "/admin/bots/questionsuggestion/",
        {
            "action": "approve_all",
            "_selected_action": list(QuestionSuggestion.objects.values_list("pk", flat=True)),
        },
    )
    article.refresh_from_db()
    assert article.published is not None
    assert sorted(article.published.questions) == [
        "How do I mend the zip?",
        "What about the invoice?",
    ]
    detail = browser.get(f"/admin/bots/questionsuggestion/{row.pk}/change/")
    assert detail.status_code == 200
