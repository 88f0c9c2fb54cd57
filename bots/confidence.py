"""How likely what would be quoted answers: a logistic model over what the search found.

First how likely the first article is the right one. Fitted by `manage.py fit_confidence` on three
public question sets that may be learned from, each weighed the same, each indexed whole and with either
half of its articles left out, so that "near" does not pass for "answered": a third of the questions
have no article.

Then how likely its quoted section is the one that answers, which is another thing: of two sections that
nearly tie the wrong one is quoted as often. How far it leads the next section says so. Fitted on the
278 questions of tests/bench/questions/open.jsonl, a seventh of the articles left out in turn: area of
right against wrong .81, where the article alone gives .75; at the shipped value .81 of the answers are
right instead of .60.

What was tried and did not help on sets that it was not fitted on is in docs/measurements.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p, sqrt

from django.db.models import QuerySet

from bots.models import Calibration
from knowledgebase import answers
from knowledgebase.search import ArticleHit

CONSIDERED = 10  # articles that a search for an answer has to ask for
MOST_LEAD = 0.35
MOST_LEAD_ON_SECOND = 0.3
MOST_WORDS = 20
PHRASE_LEAD = (-0.3, 0.4)
NEAR_TIE = 0.05  # a lead on the second article, in score
CONTRADICTED = 1.5  # taken from the logarithm of the odds: .80 becomes .47
KEPT_SECONDS = 60
# From where an article may be meant: by its nearest passage alone, or with half of the question's words
# (the rare ones counting more) from less. How these were chosen is in docs/measurements.md.
NEAR = 0.5
NOT_FAR, HALF_OF_THE_WORDS = 0.4, 0.5

INTERCEPT = -5.55
LEAD, LEAD_ON_SECOND, CLOSEST, PHRASES, WORDS = 8.37, 1.40, 2.85, 1.48, 0.44
OF_ARTICLE, SECTION_LEAD, OF_SECTION = 0.71, 14.3, -1.16
MOST_SECTION_LEAD = 0.2


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for the first article; `score` and `second` are for the reasons only.

    The square roots of its lead on the mean score of the next three and on the second, the best
    cosine of its passages, how much more of the question's phrases it has than any other, and the
    logarithm of the question's length: a lead by one word of three is soon made.
    """

    lead: float
    lead_on_second: float
    closest: float
    phrase_lead: float
    words: float
    score: float = 0.0
    second: float = 0.0

    @property
    def values(self) -> tuple[float, ...]:
        return self.lead, self.lead_on_second, self.closest, self.phrase_lead, self.words


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely the quote answers, why, and where the second article contradicts the first."""

    probability: float
    features: Features
    reasons: list[str]
    contradiction: str = ""


def judge(
    hits: Sequence[ArticleHit], *, section_lead: float | None = None, as_shipped: bool = False
) -> Judgement:
    """The probability that the first hit answers, as this installation's outcomes correct it.

    `section_lead` is how far the section that would be quoted leads the next one of its article, in
    score; without one it is the article that is judged. One query a minute; none with `as_shipped`,
    which leaves the correction out.
    """
    found = features(hits)
    odds = logit(found)
    if section_lead is not None:
        odds = OF_ARTICLE * odds + SECTION_LEAD * min(section_lead, MOST_SECTION_LEAD) + OF_SECTION
    reasons = [
        f"score {found.score:.2f}, the next article {found.second:.2f}",
        f"closest passage {found.closest:.2f}, lead in phrases {found.phrase_lead:+.2f}",
    ]
    if section_lead is not None:
        reasons.append(f"its section leads the next one by {section_lead:.2f}")
    contradiction = ""
    if len(hits) > 1 and found.score - found.second < NEAR_TIE:
        reasons.append(f"nearly a tie with “{hits[1].title}”")
        contradiction = answers.contradiction(hits[0].passage, hits[1].passage)
    if contradiction:
        odds -= CONTRADICTED
        reasons.append(f"“{hits[1].title}” says otherwise: {contradiction}")
    slope, intercept = (1.0, 0.0) if as_shipped else _correction()
    if not hits:
        return Judgement(0.0, found, ["no article was found"])
    return Judgement(_share(slope * odds + intercept), found, reasons, contradiction)


def may_be_meant(hit: ArticleHit) -> bool:
    """Whether an article fits well enough by itself to be offered, however little else fits better.

    The probability says how much the first article stands out, and among articles that have nothing
    to do with the question one always does: whoever asks for kayaks was offered spare parts.
    """
    near = hit.closest >= NEAR
    return near or (hit.closest >= NOT_FAR and hit.lexical >= HALF_OF_THE_WORDS)


def features(hits: Sequence[ArticleHit]) -> Features:
    """The features of a ranked list; zero for an empty one."""
    if not hits:
        return Features(0.0, 0.0, 0.0, 0.0, 0.0)
    first, *others = hits[:CONSIDERED]
    next_three = [hit.score for hit in others[:3]] or [0.0]
    lead = first.score - sum(next_three) / len(next_three)
    phrases = first.phrases - max((hit.phrases for hit in others), default=0.0)
    return Features(
        lead=sqrt(min(max(lead, 0.0), MOST_LEAD)),
        lead_on_second=sqrt(min(max(first.score - next_three[0], 0.0), MOST_LEAD_ON_SECOND)),
        closest=first.closest,
        phrase_lead=min(max(phrases, PHRASE_LEAD[0]), PHRASE_LEAD[1]),
        words=log1p(min(first.question_words, MOST_WORDS)),
        score=first.score,
        second=next_three[0],
    )


def probability(found: Features) -> float:
    """The probability, 0 to 1, that the first hit answers the question, as shipped."""
    return _share(logit(found))


def logit(found: Features) -> float:
    """The same as logarithm of the odds, which a calibration corrects."""
    weights = LEAD, LEAD_ON_SECOND, CLOSEST, PHRASES, WORDS
    parts = zip(weights, found.values, strict=True)
    return INTERCEPT + sum(weight * value for weight, value in parts)


def odds_of(share: float) -> float:
    """The logarithm of the odds of a probability between 0 and 1."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return log(share / (1 - share))


def forget_correction() -> None:
    """Read the active calibration anew at the next judgement of this process."""
    _kept.clear()


_kept: dict[str, tuple[float, tuple[float, float]]] = {}


def _correction() -> tuple[float, float]:
    """Slope and intercept of the active calibration, read at most once a minute."""
    until, correction = _kept.get("active", (0.0, (1.0, 0.0)))
    if time.monotonic() >= until:
        active = _active().values_list("slope", "intercept").first()
        correction = active or (1.0, 0.0)
        _kept["active"] = time.monotonic() + KEPT_SECONDS, correction
    return correction


def _active() -> QuerySet[Calibration]:
    return Calibration.objects.filter(state=Calibration.State.ACTIVE)


def _share(odds: float) -> float:
    return 1 / (1 + exp(-max(min(odds, 30.0), -30.0)))
