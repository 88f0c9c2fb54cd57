"""One turn of the assistant: answer, offer articles, ask back once, or hand over, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from bots import confidence
from bots.models import AssistantSettings
from bots.understanding import asks_whether_human, feel, wants_person
from bots.understanding.feeling import ANGRY
from knowledgebase import search
from knowledgebase.search import ArticleHit
from tickets.models import Decision, Reason

MOST_OFFERED = 3
ALSO_SHOWN = 2  # further articles beside an answer

_GREETING = re.compile(
    r"^\W*(hi|hello|hey|hallo|moin|good (morning|afternoon|evening)|guten (tag|morgen|abend))"
    r"( there| all| team)?\W*$",
    re.IGNORECASE,
)
_DID_NOT_HELP = re.compile(
    r"^\W*(no+|nope|nah|nein|wrong|(that|this|it) (did ?n.?t|does ?n.?t|did not|does not|is ?n.?t|is not) "
    r"(help|work|answer|right|what).*|not (helpful|what i (asked|meant|need)).*|that.?s not what i.*)\W*$",
    re.IGNORECASE,
)
_HAS_A_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Question:
    """What the customer said since they were last answered, and what was tried before."""

    text: str
    clarified: bool = False
    was_answered: bool = False
    unhelpful: frozenset[int] = frozenset()  # articles that did not help


@dataclass(frozen=True, slots=True)
class Thought:
    """What the assistant makes of a question. `reasons` say why, to agents and admins."""

    decision: Decision
    text: str
    confidence: float
    reasons: list[str] = field(default_factory=list)
    sources: list[ArticleHit] = field(default_factory=list)
    considered: list[ArticleHit] = field(default_factory=list)  # also what was not shown
    hand_over: Reason | None = None
    detail: str = ""
    did_not_help: bool = False  # the customer says so of the last answer


def think(question: Question, settings: AssistantSettings) -> Thought:
    """Decide one turn. Runs the encoder, so never inside a transaction."""
    asked = wants_person(question.text)
    if asked:
        return _hand_over(Reason.ASKED, _("wrote “%(words)s”") % {"words": asked}, "")
    feeling = feel(question.text)
    if feeling.name == ANGRY:
        return _hand_over(Reason.ANGER, ", ".join(f"“{word}”" for word in feeling.words[:4]), "")
    if not settings.enabled:
        return _hand_over(Reason.NO_ARTICLE, _("the assistant is switched off"), "")
    if asks_whether_human(question.text):
        text = _(
            "I am an AI assistant, not a person. I quote our help articles. "
            "If you would rather talk to a human, one click is enough."
        )
        return Thought(Decision.ANSWER, text, 1.0, ["asked whether this is a human"])
    if _GREETING.match(question.text):
        return Thought(Decision.ANSWER, settings.greeting, 1.0, ["a greeting without a question"])
    if question.was_answered and _DID_NOT_HELP.match(question.text):
        return Thought(
            Decision.CLARIFY, "", 0.0, ["says that the answer did not help"], did_not_help=True
        )
    if not _HAS_A_WORD.search(question.text):
        return _nothing_found(question, settings, 0.0, ["no words to look for"])
    return _look_up(question, settings)


def _look_up(question: Question, settings: AssistantSettings) -> Thought:
    found = search.search(question.text, limit=MOST_OFFERED + ALSO_SHOWN + len(question.unhelpful))
    if not found.by_meaning:
        return _hand_over(Reason.FAILED, _("the search by meaning is not available"), "")
    hits = [hit for hit in found.hits if hit.article_id not in question.unhelpful]
    return replace(_weigh(question, settings, hits), considered=hits)


def _weigh(question: Question, settings: AssistantSettings, hits: list[ArticleHit]) -> Thought:
    """Answer, offer or neither, by how likely the first article is the right one."""
    facts = confidence.features(hits)
    sure = confidence.probability(facts)
    reasons = [f"score {facts.score:.2f}, lead on the next article {facts.lead:.2f}"]
    if question.unhelpful:
        reasons.append(f"left out {len(question.unhelpful)} that did not help before")
    if hits and sure >= settings.answer_threshold:
        reasons.append(f"{sure:.2f} is at least {settings.answer_threshold:.2f}: answer")
        return Thought(
            Decision.ANSWER, settings.answer_intro, sure, reasons, hits[: 1 + ALSO_SHOWN]
        )
    if hits and sure >= settings.offer_threshold:
        reasons.append(f"{sure:.2f} is below {settings.answer_threshold:.2f}: offer articles")
        return Thought(Decision.OFFER, settings.offer_intro, sure, reasons, hits[:MOST_OFFERED])
    reasons.append(f"{sure:.2f} is below {settings.offer_threshold:.2f}: nothing fits")
    return _nothing_found(question, settings, sure, reasons)


def _nothing_found(
    question: Question, settings: AssistantSettings, sure: float, reasons: list[str]
) -> Thought:
    if settings.ask_back and not question.clarified and not question.unhelpful:
        return Thought(Decision.CLARIFY, settings.clarify_text, sure, reasons)
    reason = Reason.NOT_UNDERSTOOD if question.clarified else Reason.NO_ARTICLE
    return Thought(Decision.HAND_OVER, settings.no_answer_text, sure, reasons, hand_over=reason)


def _hand_over(reason: Reason, detail: str, text: str) -> Thought:
    return Thought(
        Decision.HAND_OVER, text, 0.0, [f"{reason}: {detail}"], hand_over=reason, detail=detail
    )
