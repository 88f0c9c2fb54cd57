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
from bots.understanding import (
    detectors,
    facts,
    feeling,
    find_facts,
    garbled,
    language,
    person,
    repetition,
    sentences,
    shipped,
    wants_person,
    wording,
)
from knowledgebase import answers, excerpts, markdown, ranking, search
from tests.factories import add_messages, make_ticket
from tests.steps import TooMany, hardest, steps
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
    "feeling at a glance": feeling.feel_at_a_glance,
    "tone": feeling.tone_of_words.__wrapped__,
    "course": lambda text: feeling.frustration(1.0, text, [text] * 3, [text]),
    "repetition": lambda text: repetition.of(text, [text[1:]] * 5, [text], {}),
    "sentences": sentences.split,
    "person": wants_person,
    "hours": person.asks_when,
    "identity": person.asks_whether_human,
    "letters": lambda text: garbled.asks(text[: person.LONGEST]),
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


def test_the_tone_is_read_from_few_words_also_after_emoji_became_words() -> None:
    analyser = feeling._analyzer()
    read: list[str] = []

    class Counting:
        emojis = analyser.emojis

        def polarity_scores(self, text: str) -> Any:
            read.append(text)
            return analyser.polarity_scores(text)

    feeling.tone_of_words.cache_clear()
    patched = pytest.MonkeyPatch()
    patched.setattr(feeling, "_analyzer", Counting)
    for text in TEXTS.values():
        feeling.tone_of_words(text)
        words = sum(len(analyser.emojis.get(one, one).split()) for one in read[-1])
        spaces = read[-1].count(" ")
        assert words <= feeling.READ + 10 * feeling.MOST_EMOJI
        assert spaces < feeling.MOST_WORDS
        assert sum(one in analyser.emojis for one in read[-1]) <= feeling.MOST_EMOJI
    patched.undo()
    feeling.tone_of_words.cache_clear()


# --- regular expressions --------------------------------------------------------------------------

READERS: tuple[ModuleType, ...] = (
    *(facts, feeling, garbled, language, person, repetition, sentences, wording),
    *(telling, dialogue, answers, tickets_text),
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
    for definition in shipped.SHIPPED:
        if pattern := detectors._pattern(definition):
            yield f"detector.{definition.slug}", pattern


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
def test_a_brief_asks_no_lexicon_and_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="This is ridiculous. You are useless!!")
    monkeypatch.setattr(feeling, "tone_of_words", lambda _text: pytest.fail("asked the lexicon"))
    brief = bot_briefs.write(ticket, Reason.ASKED, "")
    assert brief.wants.startswith("This is ridiculous")
    assert brief.feeling == "angry"  # by our own lists


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
    monkeypatch.setattr(feeling, "tone_of_words", lambda _text: pytest.fail("asked the lexicon"))
    asked = client.post("/ask/", {"body": TEXTS[kind]})
    assert asked.status_code == 302
    reference = asked["location"].rstrip("/").rsplit("/", 1)[1]
    count = calls(lambda: client.post("/talk-to-a-human/", {"ticket": reference}))
    assert count <= 4 * MOST_CALLS
    handover = HandOver.objects.get(ticket__reference=reference)
    assert handover.reason == Reason.ASKED
    said = handover.ticket.messages.filter(author_kind=AuthorKind.CUSTOMER)
    assert [message.body for message in said] == [TEXTS[kind]]
