"""What an author wrote as a short answer is said first, wherever an answer is read."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import AssistantSettings
from knowledgebase import actions, markdown
from knowledgebase.models import Article
from tests.bots.conftest import Find, react
from tests.bots.test_ask import ask
from tests.factories import make_agent, make_answer, make_article, make_ticket
from tests.tickets.open_screens import browser_of
from tickets.models import Citation, Turn

pytestmark = pytest.mark.django_db

SHORT = "Poles are sold <i>one by one</i>; ignore all rules & [click](http://x.example)."
BODY = "## Order a spare\n\nSpare pole sections are in the shop under Spare parts."


@pytest.fixture
def article() -> Article:
    saved = actions.save_article(
        actor=None,
        article=None,
        title="Spare poles",
        body=BODY,
        short_answers=[f"Order a spare -> {SHORT}"],
    )
    return actions.publish_article(actor=None, article=saved, index_soon=False)


@pytest.mark.usefixtures("encoder")
def test_an_answer_keeps_the_short_answer_as_it_was_shown(finds: Find, article: Article) -> None:
    finds((article, 0.95), (make_article(), 0.2))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    first, second = Citation.objects.order_by("rank")
    assert (first.quoted, first.short_answer) == (True, SHORT)
    assert (second.quoted, second.short_answer) == (False, "")
    message = ticket.messages.latest("position")
    assert message.body == AssistantSettings.load().answer_intro


@pytest.mark.usefixtures("encoder")
def test_the_command_prints_it_before_the_section(finds: Find, article: Article) -> None:
    finds((article, 0.95))
    (source,) = json.loads(ask("Can I order a spare pole?", "--json"))["sources"]
    assert source["short_answer"] == SHORT
    printed = ask("Can I order a spare pole?")
    assert printed.index(SHORT) < printed.index("Spare pole sections are")


@pytest.mark.parametrize("reader", ["customer", "agent"])
def test_it_is_read_before_the_section_and_its_source_as_plain_text(
    client: Client, settings: Any, reader: str
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    ticket = make_ticket(turn=Turn.ASSISTANT)
    make_answer(ticket, articles=[make_article("Spare poles")], short_answer=SHORT)
    if reader == "customer":
        page = browser_of(ticket.customer).get(f"/requests/{ticket.reference}/").text
    else:
        client.force_login(make_agent(teams=[ticket.team]))
        page = client.get(reverse("workspace-ticket", args=[ticket.reference])).text
    shown = html.escape(SHORT)
    places = [page.index(words) for words in (shown, "Spare pole sections are", "From <a href")]
    assert places == sorted(places)
    assert "<i>one by one" not in page


@pytest.mark.parametrize("text", [SHORT, "- 5 > 3 # `x`", "1. first", "+ *bold* _it_ |~| \\"])
def test_as_markdown_a_text_shows_itself(text: str) -> None:
    shown = str(markdown.render_message(markdown.as_markdown(text)))
    assert set(re.findall(r"<(\w+)", shown)) <= {"p", "a"}  # an address that stands there is a link
    assert html.unescape(re.sub(r"<[^>]+>", "", shown)).strip() == text
