"""On a phone: answers are read from their top, writing takes one line, and words stay whole."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.test_story import ask, in_sight

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]

BROKEN_WORDS = """() => [...document.querySelectorAll("table :is(th, td)")].flatMap((cell) => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const broken = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const word of node.data.matchAll(/[^\\s\\-–\\/]+/g)) {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
            if (lines.size > 1) broken.push(word[0]);
        }
    }
    return broken;
})"""


def box(place: Locator) -> dict[str, Any]:
    found = place.bounding_box()
    assert found is not None
    return dict(found)


@pytest.fixture
def customer(somebody: Somebody) -> Person:
    """Somebody on a phone who was answered at length."""
    person = somebody(PHONE)
    ask(person, "How do I wash my sleeping bag?")
    person.sees("Did this solve it?")
    return person


def test_an_answer_is_read_from_its_top_and_whether_it_helped_is_asked_in_sight(
    customer: Person,
) -> None:
    page = customer.page
    answer = page.locator(".message[data-author=assistant]").last
    head = answer.locator(".message__head")
    expect(head).to_be_in_viewport()
    status = box(page.locator("#turn-status"))
    assert box(head)["y"] >= status["y"] + status["height"]  # nothing lies upon it
    for name in ("That solved it", "It didn’t", "Talk to a human"):
        assert in_sight(page, name), name
    page.reload()
    expect(head).to_be_in_viewport()
    assert in_sight(page, "That solved it")


def test_the_composer_is_one_line_until_somebody_writes(customer: Person) -> None:
    page = customer.page
    composer, text = page.locator("[data-composer]"), page.get_by_label("Your message")
    hint = page.locator("#file-limits")
    attach, send = composer.locator(".composer__files > label"), composer.get_by_text("Send")
    assert box(composer)["height"] < 60
    expect(hint).not_to_be_visible()
    before = box(attach)["x"], box(send)["x"]
    text.focus()
    assert 80 < box(composer)["height"] < 140
    assert box(text)["width"] > 0.9 * box(composer)["width"]
    # Whoever presses a button meets it where they saw it.
    assert (box(attach)["x"], box(send)["x"]) == pytest.approx(before, abs=1)
    page.locator("[data-composer] input[type=file]").focus()
    expect(hint).to_be_visible()
    text.fill("One line.\nAnother.\nAnd one more.")
    page.get_by_role("heading", level=1).click()
    assert box(composer)["height"] > 120  # what was begun stays in sight
    text.fill("")
    page.get_by_role("heading", level=1).click()
    assert box(composer)["height"] < 60


def test_no_table_breaks_a_word(somebody: Somebody) -> None:
    reader = somebody(PHONE)
    reader.opens("/help/delivery-times-and-costs/")
    expect(reader.page.locator("table").first).to_be_visible()
    assert reader.page.evaluate(BROKEN_WORDS) == []
    assert reader.page.evaluate("document.scrollingElement.scrollWidth") == PHONE["width"]
    ask(reader, "How much is delivery to Norway and how long does it take?")
    expect(reader.page.locator(".passage table").first).to_be_visible()
    assert reader.page.evaluate(BROKEN_WORDS) == []
    assert reader.page.evaluate("document.scrollingElement.scrollWidth") == PHONE["width"]


def test_without_script_one_writes_and_finds_the_answer(somebody: Somebody) -> None:
    customer = somebody(PHONE, script=False)
    page = customer.page
    customer.opens("/ask/")
    page.get_by_label("Your question").fill("How do I wash my sleeping bag?")
    customer.presses("Ask the assistant")
    page.wait_for_url(re.compile(r"/requests/\w+/"))
    solved = page.get_by_role("button", name="That solved it")
    given_up = time.monotonic() + 20
    while not solved.count() and time.monotonic() < given_up:
        page.get_by_role("link", name="Show what is new").click()
    expect(solved).to_be_visible()
    page.get_by_label("Your message").fill("And how do I dry it?")
    page.get_by_role("button", name="Send").click()
    customer.sees("And how do I dry it?")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("How do I wash my sleeping bag?", ["Wash it", "front-loading machine", "both arms"]),
        ("Hi, my order number is KM-48213. How long is the warranty? Thanks!", ["5 years"]),
    ],
)
def test_the_section_that_answers_is_read_whole_whatever_stands_beside_the_question(
    somebody: Somebody, asked: str, shown: list[str]
) -> None:
    person = somebody(PHONE)
    ask(person, asked)
    person.sees("Did this solve it?")
    quoted = person.page.locator(".passage")
    expect(quoted).to_have_count(1)
    for words in shown:
        expect(quoted).to_contain_text(words)
    assert person.page.evaluate("document.scrollingElement.scrollWidth") == PHONE["width"]


def test_two_questions_are_answered_in_one_message(somebody: Somebody) -> None:
    person = somebody(PHONE)
    ask(person, "How long is the warranty? How do I wash my sleeping bag?")
    person.sees("Did this solve it?")
    expect(person.page.locator(".passage")).to_have_count(2)
    expect(person.page.locator(".passage").filter(has_text="5 years")).to_be_visible()
    expect(person.page.locator(".passage").filter(has_text="front-loading")).to_be_visible()
