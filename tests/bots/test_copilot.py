"""What the co-pilot finds, suggests and sums up: words that somebody wrote, and nothing held back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots import queries
from bots.copilot import articles, solved, suggesting, summary, wanted
from bots.copilot.articles import Found
from bots.copilot.solved import Solved
from bots.models import Moment, ReplyPhrase
from bots.sources import Source
from bots.understanding.language import detect
from knowledgebase.models import Article
from tests.bots import meanings
from tests.bots.conftest import Find
from tests.factories import (
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_message,
    make_reply,
    make_team,
    make_ticket,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import Reason, Ticket, Turn, User

pytestmark = pytest.mark.django_db
STEPS = "1. Take the pole out.\n2. Slide the sleeve over the break.\n3. Tape both ends."


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def agent() -> User:
    return make_agent("Ada Brook", teams=[make_team()])


def asked(
    agent: User, body: str = "How do I mend a broken pole?", name: str = "Maya Lind"
) -> Ticket:
    customer = make_customer(name)
    return make_ticket(
        team=agent.teams.get(), turn=Turn.AGENT, agent=agent, customer=customer, body=body
    )


def found(article: Article, *, sure: float | None = 0.8, held_back: bool = False) -> Found:
    source = Source(article.pk, article.slug, "Mend a pole", "en", "Mend it", "mend-it", STEPS, 0.7)
    assert article.published_id is not None
    return Found(
        source=source,
        version=article.published_id,
        query="how do i mend a pole?",
        sure=sure,
        near=True,
        held_back=held_back,
    )


def reply_to(
    ticket: Ticket, agent: User, *fits: Found, like: Solved | None = None
) -> suggesting.Suggested:
    wants = wanted.of(ticket)
    assert wants is not None
    return suggesting.suggest(ticket, agent, wants, fits, like)


# --- what they want -------------------------------------------------------------------------------


def test_the_latest_message_that_says_something_is_looked_for_first(agent: User) -> None:
    ticket = asked(agent, "How do I mend a broken pole?")
    latest = make_message(ticket, "And how long does a refund take after the return?")
    make_message(ticket, "Thanks!")
    wants = wanted.of(ticket)
    assert wants is not None
    assert wants.position == latest.position
    assert "refund" in wants.queries[0]
    assert any("pole" in query for query in wants.queries[1:])  # and what it goes on about


def test_a_short_message_is_read_together_with_what_it_goes_on_about(agent: User) -> None:
    ticket = asked(agent, "How do I mend a broken pole?")
    make_message(ticket, "Is it free?")
    wants = wanted.of(ticket)
    assert wants is not None
    assert "pole" in wants.queries[0]
    assert "free" in wants.queries[0]


@pytest.mark.parametrize(
    ("body", "moment"),
    [
        ("How do I mend a broken pole?", Moment.CALM),
        ("This is a disgrace, I am furious with you people!!", Moment.ANGRY),
        ("Thank you so much!", Moment.THANKFUL),
    ],
)
def test_the_state_of_mind_is_that_of_the_last_messages(
    agent: User, body: str, moment: Moment
) -> None:
    wants = wanted.of(asked(agent, body))
    assert wants is not None
    assert wants.moment == moment


# --- what fits ------------------------------------------------------------------------------------


def test_articles_held_back_are_shown_to_agents_and_marked(finds: Find) -> None:
    public, held = make_article("Mend a pole"), make_article("Order a pole")
    Article.objects.filter(pk=held.pk).update(assistant_may_use=False)
    finds((public, 0.9), (held, 0.8))
    shown = articles.find(queries.queries_of("How do I mend a pole?"))
    assert [(one.source.article_id, one.held_back) for one in shown] == [
        (public.pk, False),
        (held.pk, True),
    ]
    assert shown[0].sure is not None
    assert shown[1].sure is None  # only of the first of a query it is known


def test_what_is_unpublished_meanwhile_is_not_shown(finds: Find) -> None:
    article = make_article("Mend a pole")
    finds((article, 0.9))
    Article.objects.filter(pk=article.pk).update(state="draft", published=None)
    assert articles.find(queries.queries_of("How do I mend a pole?")) == []


# --- what is suggested ----------------------------------------------------------------------------


def test_a_reply_greets_by_name_fits_the_mood_has_whole_steps_and_ends(agent: User) -> None:
    article = make_article()
    ticket = asked(agent, "I am furious, the pole broke again and nobody helps me!!")
    suggestion = reply_to(ticket, agent, found(article)).suggestion
    assert suggestion is not None
    angry = ReplyPhrase.objects.get(about="angry", language="en").text
    assert suggestion.text.startswith(f"Hi Maya,\n\n{angry}\n\n{STEPS}\n\nMend a pole: http")
    assert suggestion.text.endswith("Kind regards\nAda")
    (source,) = suggestion.sources
    assert (source["kind"], source["article"]) == ("section", article.pk)


def test_the_short_answer_comes_first_and_stands_alone_where_there_are_no_steps() -> None:
    with_steps = Source(1, "a", "Title", "en", "", "", STEPS, 0.7, short_answer="Yes.")
    assert suggesting.told(with_steps).startswith(f"Yes.\n\n{STEPS}")
    prose = replace(with_steps, text="A long story of how it came to be.")
    assert suggesting.told(prose).startswith("Yes.\n\nTitle: http")


def test_a_table_is_told_as_a_list() -> None:
    table = "| Country | Days | Price |\n|---|---|---|\n| Norway | 5 | £18 |\n| Spain | 4 | £9 |"
    told = suggesting.told(Source(1, "a", "Title", "en", "", "", table, 0.7))
    assert told.startswith("- Norway: days 5, price £18\n- Spain: days 4, price £9\n")


def test_marks_of_markdown_are_told_as_one_types() -> None:
    text = "Open **Account > Orders**, see [Invoices](/help/invoices/) and `SO-1`."
    told = suggesting.told(Source(1, "a", "Title", "en", "", "", text, 0.7))
    address = "http://localhost:8000/help/invoices/"
    assert told.startswith(f"Open Account > Orders, see Invoices ({address}) and SO-1.\n")


def test_an_admins_phrases_are_said_and_not_twice(agent: User) -> None:
    ReplyPhrase.objects.filter(about="calm", language="en").update(text="Good of you to ask.")
    ticket = asked(agent)
    first = reply_to(ticket, agent, found(make_article())).suggestion
    assert first is not None
    assert "Good of you to ask." in first.text
    make_reply(ticket, agent, first.text)
    make_message(ticket, "And how do I mend the other pole?")
    again = reply_to(ticket, agent, found(make_article())).suggestion
    assert again is not None
    assert "Good of you to ask." not in again.text


def test_without_a_name_nobody_is_called_by_one(agent: User) -> None:
    ticket = asked(agent)
    ticket.customer.name = ""
    suggestion = reply_to(ticket, agent, found(make_article())).suggestion
    assert suggestion is not None
    assert suggestion.text.startswith("Hello,")
    assert "‹" not in suggestion.text


def test_nothing_is_suggested_where_nothing_is_sure_and_it_says_so(agent: User) -> None:
    ticket = asked(agent)
    unsure = reply_to(ticket, agent, found(make_article(), sure=0.2))
    assert unsure.suggestion is None
    assert "sure enough" in unsure.why_none


def test_nothing_is_taken_from_an_article_that_is_held_back(agent: User) -> None:
    told = reply_to(asked(agent), agent, found(make_article(), held_back=True))
    assert told.suggestion is None
    assert "held back" in told.why_none


def test_nothing_is_suggested_in_another_language_than_the_customers(agent: User) -> None:
    ticket = asked(agent, "Wie kann ich die gebrochene Stange meines Zeltes wieder reparieren?")
    told = reply_to(ticket, agent, found(make_article()))
    assert told.suggestion is None
    assert "German" in told.why_none


def test_what_solved_the_like_is_added_unless_it_says_the_same(agent: User) -> None:
    ticket, article = asked(agent), make_article()
    other = Solved("A tent peg holds it until the spare arrives at your door.", "MR7K2WQD", 3, 0.8)
    told = reply_to(ticket, agent, found(article), like=other).suggestion
    assert told is not None
    assert other.text in told.text
    assert [one["kind"] for one in told.sources] == ["section", "conversation"]
    same = replace(
        other, text="Take the pole out, slide the sleeve over the break, tape both ends."
    )
    without = reply_to(ticket, agent, found(article), like=same).suggestion
    assert without is not None
    assert [one["kind"] for one in without.sources] == ["section"]


def test_of_another_customers_reply_only_what_holds_for_others_is_said_again() -> None:
    body = (
        "Hi Greg, sorry about that. Rub a candle along both sides of the zip until it runs freely. "
        "Greg, the zip is a good one. I've sent you a new slider for KM-48213 today. "
        "Write to greg@postbox.example if it sticks.\n\nKind regards\nBethan"
    )
    told = solved.general(body, names=["Greg", "Pike"])
    assert "Rub a candle along both sides of the zip until it runs freely." in told
    for personal in ("Greg", "KM-48213", "postbox", "slider", "regards"):
        assert personal not in " ".join(told)


# --- the summary ----------------------------------------------------------------------------------


def test_a_summary_has_only_words_that_stand_in_its_messages(agent: User) -> None:
    ticket = make_ticket(
        team=agent.teams.get(),
        turn=Turn.ASSISTANT,
        body="Hello! How do I mend a broken pole? I've tried tape already.",
    )
    article = make_article("Order a spare pole")
    answer = make_answer(ticket, articles=[article]).answer
    actions.rate_answer(actor=Actor.of_customer(ticket.customer), answer=answer, helpful=False)
    ticket = Ticket.objects.get(pk=ticket.pk)
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    make_reply(
        ticket, agent, "Hi! We'll send you a spare pole by Friday. Is the address still right?"
    )
    make_message(ticket, "Yes it is. Can I get my money back for the tape, too?")
    lines = summary.of(Ticket.objects.get(pk=ticket.pk))
    assert {line.kind for line in lines} == {"wanted", "tried", "promised", "open"}
    assert len(lines) <= summary.MOST
    bodies = {one.position: one.body for one in ticket.messages.all()}
    for line in lines:
        titles = [one.title for one in answer.citations.all()]
        assert line.text in bodies[line.position] or line.text in titles, line
    assert [line.text for line in lines if line.kind == "promised"] == [
        "We'll send you a spare pole by Friday."
    ]
    assert "money back" in next(line.text for line in lines if line.kind == "open")


@pytest.mark.parametrize("long", [2, 60])
def test_a_summary_costs_the_same_for_a_long_conversation(
    agent: User, long: int, django_assert_max_num_queries: object
) -> None:
    ticket = asked(agent)
    for number in range(long):
        make_message(ticket, f"How do I mend pole number {number}?")
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert 0 < len(summary.of(ticket)) <= summary.MOST


# --- languages ------------------------------------------------------------------------------------


def test_the_language_is_that_in_which_they_wrote_last(agent: User) -> None:
    ticket = asked(agent, "How do I mend a broken pole of my tent?")
    assert wanted.language_of(ticket) == "en"
    make_message(
        ticket, "Das war leider nicht verständlich, können Sie es bitte auf Deutsch sagen?"
    )
    assert wanted.language_of(ticket) == "de"
    assert detect("ok") == ""  # too short to tell
