"""What speaks for an answer, what speaks against it, and the installation's own correction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bots import confidence
from bots.models import Calibration
from knowledgebase.search import ArticleHit

pytestmark = pytest.mark.django_db

FIRST = ArticleHit(
    article_id=1,
    slug="send-back",
    title="Send something back",
    heading="",
    anchor="",
    passage="You can send tents back within 30 days of delivery.",
    cosine=0.7,
    lexical=0.6,
    score=0.7,
    matched="body",
    closest=0.7,
    phrases=0.5,
    language="en",
)


def others(score: float, count: int = 4, phrases: float = 0.2) -> list[ArticleHit]:
    return [
        replace(
            FIRST,
            article_id=number,
            title=f"Other {number}",
            passage="Something else entirely.",
            score=score,
            phrases=phrases,
        )
        for number in range(2, 2 + count)
    ]


@pytest.fixture(autouse=True)
def _no_correction_is_kept() -> None:
    confidence.forget_correction()


def test_nothing_found_is_no_confidence_at_all() -> None:
    judged = confidence.judge([])
    assert judged.probability == 0
    assert judged.reasons == ["no article was found"]


def test_a_clear_lead_says_more_than_a_near_tie() -> None:
    clear = confidence.judge([FIRST, *others(0.2)])
    tie = confidence.judge([FIRST, *others(0.68)])
    assert clear.probability > 0.75 > tie.probability
    assert any("nearly a tie" in reason for reason in tie.reasons)
    assert not any("nearly a tie" in reason for reason in clear.reasons)


def test_a_closer_passage_and_more_phrases_say_more() -> None:
    rest = others(0.5)
    plain = confidence.judge([FIRST, *rest]).probability
    assert confidence.judge([replace(FIRST, closest=0.9), *rest]).probability > plain
    assert confidence.judge([replace(FIRST, phrases=0.8), *rest]).probability > plain


def test_a_lead_on_the_second_says_more_than_the_same_lead_on_the_third() -> None:
    level = confidence.judge([FIRST, *others(0.5)]).probability
    close = confidence.judge([FIRST, *others(0.6, count=1), *others(0.45, count=2)]).probability
    assert close < level


def test_the_same_lead_says_more_in_a_longer_question() -> None:
    hits = [FIRST, *others(0.5)]
    short, long, longer = (
        confidence.judge([replace(hit, question_words=words) for hit in hits]).probability
        for words in (2, 20, 200)
    )
    assert short < long == longer


def test_only_the_first_ten_articles_are_considered() -> None:
    some = [FIRST, *others(0.5, count=9)]
    more = [*some, *others(0.5, count=5, phrases=1.0)]
    assert confidence.features(some) == confidence.features(more)


def test_a_near_tie_that_contradicts_is_doubt() -> None:
    rival = replace(
        FIRST,
        article_id=2,
        title="Rentals",
        passage="You can send tents back within 14 days of delivery.",
        score=0.68,
    )
    agrees = replace(rival, passage=FIRST.passage)
    doubted = confidence.judge([FIRST, rival, *others(0.3)])
    assert doubted.contradiction
    assert "Rentals" in doubted.reasons[-1]
    assert doubted.probability < confidence.judge([FIRST, agrees, *others(0.3)]).probability
    far = confidence.judge([FIRST, replace(rival, score=0.4), *others(0.3)])
    assert not far.contradiction


def test_the_active_calibration_corrects_and_is_read_once_a_minute(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hits = [FIRST, *others(0.4)]
    shipped = confidence.judge(hits).probability
    Calibration.objects.create(
        slope=1.0, intercept=-1.0, state=Calibration.State.ACTIVE, used_from=timezone.now()
    )
    assert confidence.judge(hits).probability == shipped  # kept for a while
    confidence.forget_correction()
    with django_assert_num_queries(1):
        corrected = confidence.judge(hits).probability
        confidence.judge(hits)
    assert confidence.odds_of(corrected) == pytest.approx(confidence.odds_of(shipped) - 1)
    with django_assert_num_queries(0):
        assert confidence.judge(hits, as_shipped=True).probability == shipped


@pytest.mark.parametrize("state", ["proposed", "dismissed", "past"])
def test_a_calibration_that_is_not_in_use_corrects_nothing(state: str) -> None:
    hits = [FIRST, *others(0.4)]
    shipped = confidence.judge(hits).probability
    Calibration.objects.create(slope=0.5, intercept=2.0, state=state, used_from=timezone.now())
    confidence.forget_correction()
    assert confidence.judge(hits).probability == shipped
