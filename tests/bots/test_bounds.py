"""No text ties up a process: every analysis reads so much and no more, however it is written.

Counted, not timed: the calls that an analysis makes, and the steps that its expressions take.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType, ModuleType
from typing import Any

import pytest
from django.test import Client

from bots import briefs as bot_briefs
from bots import dialogue, telling
from bots.copilot import solved, suggesting, summary
from bots.understanding import (
    by_words,
    catalogue,
    facts,
    feeling,
    find_facts,
    is_courtesy,
    language,
    repetition,
    sentences,
    wants_person,
    words,
)
from knowledgebase import answers, embeddings, excerpts, markdown, ranking, search
from tests.factories import add_messages, make_ticket
from tests.steps import TooMany, hardest, steps
from tickets.conversation import suggested
from tickets.intake import text as tickets_text
from tickets.models import AuthorKind, HandOver, Reason, Turn

LENGTH = tickets_text.MESSAGE_LIMIT
TEXTS = {
    "emoji": "\U0001f600" * LENGTH,
    "emoji apart": "\U0001f600 " * (LENGTH // 2),
    "one letter": "a" * LENGTH,
    "one word": "great " * (LENGTH // 6),
    "punctuation": "!" * LENGTH,
    "full stops": "." * LENGTH,
    "spaces": " " * LENGTH,
    "numbers": "1." * (LENGTH // 2),
    "CJK": "退" * LENGTH,
    "marks": "a" + "\u0301\u0323" * (LENGTH // 2 - 1),
}
ANALYSES: dict[str, Callable[[str], object]] = {
    "feeling": feeling.feel,
    "course": lambda text: feeling.frustration(
        text, lambda slug: 0.5, earlier=[text] * 3, answers=[text], refused=True
    ),
    "repetition": lambda text: repetition.by_words_alone(text, [text[1:]] * 5),
    "sentences": sentences.split,
    "person": wants_person,
    "courtesy": is_courtesy,
    "share": lambda text: by_words.share("courtesy", text),
    "language": language.detect,
    "facts": find_facts,
    "wish": telling.wish,
    "tried": telling.tried,
    "message": tickets_text.message,
    "subject": tickets_text.first_line,
    "question": search.readable,
    "excerpt": lambda text: excerpts.excerpt(text[:2_000], text),
    "phrases": lambda text: ranking.shared(search.readable(text), [text[:2_000]] * 3),
    "contradiction": lambda text: answers.contradiction(text[:2_000], text[1:2_000]),
    "said again": lambda text: solved.general(text, names=["Greg"]),
    "share edited": lambda text: suggested.share_edited(text[: suggested.LONGEST], text),
    "is left": lambda text: suggested.is_left(text[: suggested.LONGEST], text),
    "message as HTML": lambda text: markdown._rendered(text),
}
MOST_CALLS = 80_000  # of functions, those of libraries and of C among them


def calls(work: Callable[[], object]) -> int:
    """How many functions were called meanwhile."""
    count = 0

    def called(_frame: FrameType, event: str, _what: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    except tickets_text.TextError:  # of spaces alone there is no message
        pass
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_makes_no_more_calls_for_20000_characters_than_it_may(name: str) -> None:
    ANALYSES[name]("Hello")  # what it loads once
    counted = {kind: calls(partial(ANALYSES[name], text)) for kind, text in TEXTS.items()}
    assert max(counted.values()) <= MOST_CALLS, counted


WORDY = {
    "different sentences": " ".join(
        f"I want number {one} of the agents." for one in range(LENGTH // 30)
    ),
    "one long sentence": "I want to talk to the person who " * (LENGTH // 33),
    "words that are none": " ".join(
        f"spaek{chr(97 + one % 26) * (one % 9)}x" for one in range(2_000)
    ),
    "a hundred wishes": "can I not talk to an agent, please? " * (LENGTH // 35),
}


@pytest.mark.parametrize("text", WORDY.values(), ids=WORDY)
def test_phrases_are_looked_for_in_steps_that_grow_with_the_words_only(text: str) -> None:
    """Not with the number of phrases: a word is looked up once for all of them."""
    book = catalogue.phrasebook()

    def match(text: str) -> int:
        parts = sentences.split(text)
        book.match.cache_clear()  # type: ignore[attr-defined]  # of the cache around it
        book.spelling.right.cache_clear()
        return calls(lambda: [book.match(one) for one in parts])

    match(text)
    half, whole = match(text[: LENGTH // 2]), match(text)
    assert whole <= 2.5 * half + 2_000
    assert whole <= 200 * len(text.split())


# --- regular expressions --------------------------------------------------------------------------

READERS: tuple[ModuleType, ...] = (
    *(facts, feeling, language, repetition, sentences, words),
    *(telling, dialogue, answers, tickets_text),
    *(solved, suggested, suggesting, summary),
)
# What is bounded counts as it grows only up to its bound, so the shorter text is longer than that.
SHORT, LONG = 66, 132


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """All expressions that read what customers write."""
    for module in READERS:
        for name, value in vars(module).items():
            many = value if isinstance(value, tuple | list) else [value]
            flat = [one for each in many for one in (each if isinstance(each, tuple) else [each])]
            for number, one in enumerate(flat):
                if isinstance(one, re.Pattern):
                    yield f"{module.__name__}.{name}.{number}", one


@pytest.mark.parametrize("pattern", [pytest.param(one, id=name) for name, one in patterns()])
def test_an_expression_takes_no_more_steps_than_the_text_has_characters(
    pattern: re.Pattern[str],
) -> None:
    texts = [(unit * LONG) for unit in ("a", "1.", "!", " ", "\n", "退", "no ")]
    pairs = [(text[:SHORT], text[:LONG]) for text in texts]
    pairs += zip(hardest(pattern, SHORT), hardest(pattern, LONG), strict=True)
    for short, long in pairs:
        taken = steps(pattern, short, at_most=50_000)
        try:
            again = steps(pattern, long, at_most=3 * taken + 1_500)
        except TooMany as error:
            pytest.fail(f"{short[:20]!r} takes {taken} steps, twice as much of it {error}")
        assert again


def test_the_steps_of_an_expression_that_goes_back_too_far_are_seen() -> None:
    assert steps(re.compile(r"\s*\n"), " " * 200) > 4 * steps(re.compile(r"\s*\n"), " " * 90)
    assert steps(re.compile(r"a+b?c"), "a" * 200) > 4 * steps(re.compile(r"a+b?c"), "a" * 90)
    assert steps(re.compile(r"(?<!a)a++b"), "a" * 200) < 3 * steps(re.compile("a++b"), "a" * 90)


# --- the brief, which a request waits for ---------------------------------------------------------


@pytest.mark.django_db
def test_a_brief_asks_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="This is ridiculous. You are useless!!")
    monkeypatch.setattr(embeddings, "encode", lambda *_a, **_k: pytest.fail("asked the model"))
    brief = bot_briefs.write(ticket, Reason.ASKED, "")
    assert brief.wants.startswith("This is ridiculous")
    assert brief.feeling == "angry"  # by its words


@pytest.mark.django_db
def test_a_brief_of_a_long_conversation_reads_its_start_and_its_end_only() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend the second pole?")
    add_messages(ticket, 300)
    said = bot_briefs._read(ticket)
    most = bot_briefs.FIRST_READ + bot_briefs.LAST_READ
    assert len(said.customers) == most
    assert said.customers[0].body == "How do I mend the second pole?"
    assert said.customers[-1].position == ticket.last_position
    assert bot_briefs.write(ticket, Reason.ASKED, "").wants == "How do I mend the second pole?"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["emoji", "one letter", "punctuation", "CJK"])
def test_whoever_posts_such_a_text_and_asks_for_a_person_gets_one(
    kind: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "encode", lambda *_a, **_k: pytest.fail("asked the model"))
    asked = client.post("/ask/", {"body": TEXTS[kind]})
    assert asked.status_code == 302
    reference = asked["location"].rstrip("/").rsplit("/", 1)[1]
    count = calls(lambda: client.post("/talk-to-a-human/", {"ticket": reference}))
    assert count <= 4 * MOST_CALLS
    handover = HandOver.objects.get(ticket__reference=reference)
    assert handover.reason == Reason.ASKED
    said = handover.ticket.messages.filter(author_kind=AuthorKind.CUSTOMER)
    assert [message.body for message in said] == [TEXTS[kind]]
