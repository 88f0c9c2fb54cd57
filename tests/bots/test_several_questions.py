"""A message that asks several things: an answer to each, and a person for what is left."""

from __future__ import annotations

import pytest

from bots.models import AssistantSettings
from knowledgebase import search
from tests.bots.conftest import hit
from tests.bots.test_dialogue import decide
from tests.factories import make_article
from tickets.models import Answer, Decision
from tickets.templatetags.conversation import confidence_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


@pytest.fixture
def settings() -> AssistantSettings:
    return AssistantSettings.load()


POLE, NORWAY = "How do I mend a pole?", "Do you ship to Norway?"


def _finds_each(monkeypatch: pytest.MonkeyPatch, **found: tuple[str, float]) -> None:
    """Let each question that has a word find the article of that name with that score."""
    articles = {word: make_article(title) for word, (title, _score) in found.items()}

    def find(query: str, **_more: object) -> search.SearchResult:
        hits = [hit(articles[word], score) for word, (_t, score) in found.items() if word in query]
        others = [hit(article, 0.1) for word, article in articles.items() if word not in query]
        ranked = sorted([*hits, *others], key=lambda one: -one.score)
        return search.SearchResult(ranked, by_meaning=True)

    monkeypatch.setattr(search, "search", find)


@pytest.mark.parametrize(
    ("text", "titles"),
    [(f"{POLE} {NORWAY}", ["Poles", "Abroad"]), (f"{NORWAY} {POLE}", ["Abroad", "Poles"])],
)
def test_two_questions_get_an_answer_each_in_their_order(
    monkeypatch: pytest.MonkeyPatch, settings: AssistantSettings, text: str, titles: list[str]
) -> None:
    _finds_each(monkeypatch, pole=("Poles", 0.95), Norway=("Abroad", 0.9))
    thought = decide(text, settings)
    assert thought.decision == Decision.ANSWER
    assert [source.title for source in thought.sources if source.quoted] == titles
    assert (thought.text, thought.offers_person) == (settings.answer_intro, False)


def test_for_the_question_that_is_left_a_person_is_offered(
    monkeypatch: pytest.MonkeyPatch, settings: AssistantSettings
) -> None:
    _finds_each(monkeypatch, pole=("Poles", 0.95), Norway=("Abroad", 0.2))
    thought = decide(f"{POLE} {NORWAY}", settings)
    assert [source.title for source in thought.sources if source.quoted] == ["Poles"]
    assert thought.text.startswith(settings.partly_text)
    assert (thought.offers_person, thought.partly) == (True, True)


def test_a_story_beside_a_question_is_no_question_that_is_left(
    monkeypatch: pytest.MonkeyPatch, settings: AssistantSettings
) -> None:
    _finds_each(monkeypatch, pole=("Poles", 0.95))
    thought = decide(f"We took the tent to Wales in spring. {POLE}", settings)
    assert (thought.text, thought.offers_person) == (settings.answer_intro, False)


def test_no_more_than_three_sections_are_quoted(
    monkeypatch: pytest.MonkeyPatch, settings: AssistantSettings
) -> None:
    words = ("pole", "zip", "peg", "seam")
    _finds_each(monkeypatch, **{word: (word, 0.95) for word in words})
    thought = decide(" ".join(f"How do I mend a {word}?" for word in words), settings)
    assert sum(source.quoted for source in thought.sources) <= 3


@pytest.mark.parametrize("confidence", [0.95, 0.7, 0.3])
def test_of_a_part_it_is_sure_as_of_a_part(confidence: float) -> None:
    part = confidence_words(Answer(confidence=confidence, partly=True))
    assert "part of your question" in part
    assert part != confidence_words(Answer(confidence=confidence))
