"""How articles do: what was quoted, what came of it, by which questions; and who may read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bots.learning import article_use
from bots.learning.article_use import SectionUse
from knowledgebase.models import Article
from tests.factories import make_admin, make_agent, make_answer, make_article, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Citation, Message, Reason, Ticket, Turn

pytestmark = pytest.mark.django_db

BODY = "At the start.\n\n## Order a spare\n\nSpare pole sections are in the shop.\n\n## Mend it\n\nTape."
PAGES = "/admin/bots/knowledgegap/articles/"


@pytest.fixture
def ada(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin("Ada"))
    return client


def asked(body: str, *articles: Article, helpful: bool | None = None) -> Ticket:
    """A question that the first of these articles answered; the others stood beside it."""
    ticket = make_ticket(turn=Turn.ASSISTANT, body=body)
    answer = make_answer(ticket, articles=articles).answer
    answer.citations.update(anchor="section-order-a-spare")
    if helpful is not None:
        customer = Actor.of_customer(ticket.customer)
        actions.rate_answer(actor=customer, answer=answer, helpful=helpful)
    return ticket


def section(page: article_use.Page, heading: str) -> SectionUse:
    (found,) = [one for one in page.sections if one.heading == heading]
    return found


def test_first_stands_what_would_help_most_customers(ada: Client) -> None:
    bad, fair, good = make_article("Mend a zip"), make_article("Poles"), make_article("Wash it")
    for article, helpful in [(good, True)] * 3 + [(bad, False)] * 2 + [(bad, True), (fair, False)]:
        asked("How do I mend the zip?", article, helpful=helpful)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = article_use.articles()
    assert len(queries) == 1
    assert [(row.title, row.use.quoted, row.use.helped, row.use.did_not_help) for row in rows] == [
        ("Mend a zip", 3, 1, 2),
        ("Poles", 1, 0, 1),
        ("Wash it", 3, 3, 0),
    ]
    page = ada.get(PAGES).text
    assert page.index("Mend a zip") < page.index("Poles") < page.index("Wash it")
    assert f'href="{PAGES}{bad.pk}/"' in page


def test_what_was_only_listed_or_is_long_ago_is_not_counted_as_quoted() -> None:
    quoted, beside = make_article("Quoted"), make_article("Beside")
    asked("Poles?", quoted, beside)
    old = asked("Poles of long ago?", beside)
    Message.objects.filter(ticket=old).update(created_at=timezone.now() - timedelta(days=91))
    assert [row.title for row in article_use.articles()] == ["Quoted"]


def test_what_customers_say_counts_for_the_section_they_read() -> None:
    article, other = make_article("Poles", body=BODY), make_article()
    asked("Can I order a pole?", article, helpful=True)
    refused = asked("Where do I buy a pole?", article, helpful=False)
    actions.hand_over(actor=Actor.assistant(), ticket=refused, reason=Reason.UNHELPFUL)
    asked("Do you have zips?", other, article)  # listed beside another answer
    ada = Actor.agent(make_admin("Ada"))
    page = article_use.of(article, actor=ada)
    assert [one.heading for one in page.sections] == ["", "Order a spare", "Mend it"]
    use = section(page, "Order a spare").use
    assert (use.quoted, use.helped, use.did_not_help, use.to_a_person) == (2, 1, 1, 1)
    assert use.listed == 1
    assert page.whole == use
    words = [one.words for one in section(page, "Order a spare").asked]
    assert words[0] == "Where do I buy a pole?"  # what did not help first
    assert set(words) == {"Where do I buy a pole?", "Can I order a pole?", "Do you have zips?"}
    assert section(page, "Mend it").asked == []


def test_an_answer_that_quotes_two_sections_counts_once_for_the_article() -> None:
    article = make_article("Poles", body=BODY)
    ticket = asked("Can I order a pole?", article, helpful=True)
    answer = Citation.objects.get().answer
    Citation.objects.create(
        answer=answer,
        article=article,
        rank=2,
        title="Poles",
        slug=article.slug,
        heading="Mend it",
        anchor="section-mend-it",
        passage="Tape.",
        quoted=True,
        score=0.5,
    )
    page = article_use.of(article, actor=Actor.agent(make_admin()))
    assert page.whole.helped == 1
    assert [section(page, heading).use.helped for heading in ("Order a spare", "Mend it")] == [1, 1]
    assert ticket.reference


def test_a_section_that_was_renamed_since_is_kept_apart(ada: Client) -> None:
    article = make_article("Poles", body="## Buy a spare\n\nIn the shop.")
    asked("Can I order a pole?", article)
    page = article_use.of(article, actor=Actor.agent(make_admin()))
    assert [(one.heading, one.is_there) for one in page.sections] == [
        ("Buy a spare", True),
        ("Order a spare", False),
    ]
    assert "no longer in the text" in ada.get(f"{PAGES}{article.pk}/").text


def test_questions_are_shown_without_what_is_personal_and_only_to_who_may_see_them(
    ada: Client,
) -> None:
    article = make_article("Poles", body=BODY)
    ticket = asked(
        "My order number is KM-48213, my mail is jo@example.com. Can I order a pole?", article
    )
    page = ada.get(f"{PAGES}{article.pk}/").text
    assert "Can I order a pole?" in page
    assert ticket.reference in page
    assert "48213" not in page
    assert "jo@example.com" not in page
    stranger = Actor.agent(make_agent("Sam"))
    found = section(article_use.of(article, actor=stranger), "Order a spare")
    assert (found.use.quoted, found.asked) == (1, [])


def test_the_page_takes_the_same_queries_for_one_answer_and_for_many(
    django_assert_max_num_queries: Any,
) -> None:
    article, actor = make_article("Poles", body=BODY), Actor.agent(make_admin())
    for number in range(12):
        asked(f"Can I order pole number {number}?", article)
    with django_assert_max_num_queries(6):
        page = article_use.of(article, actor=actor)
    assert len(section(page, "Order a spare").asked) == article_use.QUESTIONS


def test_only_the_newest_are_counted_and_the_page_says_so(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_use, "READ_OF_ONE", 2)
    article = make_article("Poles", body=BODY)
    for number in range(3):
        asked(f"Can I order pole number {number}?", article)
    assert article_use.of(article, actor=Actor.agent(make_admin())).whole.quoted == 2
    assert "Only the newest answers are counted." in ada.get(f"{PAGES}{article.pk}/").text


def test_a_page_of_no_article_is_missing(ada: Client) -> None:
    assert ada.get(f"{PAGES}999999/").status_code == 404
    assert ada.get(f"{PAGES}999999/try/").status_code == 404


def test_an_articles_citations_are_found_newest_first_by_an_index() -> None:
    newest = Citation.objects.filter(article=1).order_by("-pk")[:10]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    assert "citation_of_article" in newest.explain()
