"""One turn of the assistant: answer, offer articles, ask back once, or hand over, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from bots import confidence, sources
from bots.confidence import Judgement
from bots.doing import deciding
from bots.doing.asker import Asker
from bots.doing.deciding import Step
from bots.models import AssistantSettings, Words
from bots.naming import name_of
from bots.queries import Query, not_encoded
from bots.sources import Source
from bots.understanding import is_courtesy, is_greeting
from bots.understanding.vocabulary import ANGRY, DISTRESSED, FRUSTRATED, NO, NOT_ASKED
from knowledgebase import search, sections
from knowledgebase.models import NORWEGIAN, Article
from knowledgebase.search import ArticleHit
from knowledgebase.sections import SectionHit
from tickets.conditions import Value
from tickets.models import Decision, Reason

MOST_OFFERED = 3
MOST_QUOTED = 3  # sections, where several things are asked
ALSO_SHOWN = 2  # further articles beside an answer
MOST_CONSIDERED = 5  # kept for whoever asks why
LONGEST_NO = 10  # words
NOTHING_TO_SAY = (Reason.NO_ARTICLE, Reason.NOT_UNDERSTOOD)
DISCONTENT = (FRUSTRATED, ANGRY, DISTRESSED)

_HAS_A_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Question:
    """What the customer said since they were last answered, and what was tried before."""

    text: str
    clarified: bool = False
    was_answered: bool = False
    unhelpful: frozenset[int] = frozenset()  # articles that did not help
    offered: frozenset[int] = frozenset()  # articles to choose from, offered right before
    handed_back: bool = False  # by an agent, a moment ago
    language: str = ""  # as it was understood, like `discontent`
    discontent: bool = False


@dataclass(frozen=True, slots=True)
class Thought:
    """What the assistant makes of a question. `reasons` say why, to agents and admins."""

    decision: Decision
    text: str
    confidence: float
    reasons: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    considered: list[ArticleHit] = field(default_factory=list)  # also what was not shown
    hand_over: Reason | None = None
    detail: str = ""
    did_not_help: bool = False  # the customer says so of the last answer
    looked_up: bool = False  # whether the confidence is about an article
    offers_person: bool = False  # whether a person is offered beside what is said
    partly: bool = False  # whether something else that was asked is left
    step: Step | None = None  # of a task
    choices: tuple[str, ...] = ()  # what may be answered by one press
    returned: bool = False  # to the agent who handed back: nothing of it is for the assistant


def think(
    question: Question,
    seen: Mapping[str, Value],
    settings: AssistantSettings,
    queries: Sequence[Query] = (),
    asker: Asker | None = None,
) -> Thought:
    """Decide one turn, as far as tasks and articles go; the rules have the last word.

    `seen` is what was understood of the message, `queries` what is looked for, if that was encoded
    already, `asker` for whom something may be done. What an agent handed back is theirs again where
    there is nothing to say, without a word to the customer.
    """
    thought = _think(question, seen, settings, queries, asker)
    if question.handed_back and (
        thought.decision == Decision.CLARIFY or thought.hand_over in NOTHING_TO_SAY
    ):
        reasons = [*thought.reasons, "handed back, and nothing of it is for the assistant"]
        return replace(
            thought,
            decision=Decision.HAND_OVER,
            text="",
            reasons=reasons,
            hand_over=Reason.TAKEN_OVER,
            detail=_("nothing that the assistant could answer"),
            did_not_help=False,
            returned=True,
        )
    return thought


def _think(
    question: Question,
    seen: Mapping[str, Value],
    settings: AssistantSettings,
    queries: Sequence[Query],
    asker: Asker | None,
) -> Thought:
    wants_person = seen["wants_person"]
    if wants_person.value:  # whatever an admin does to the rules
        quoted = ", ".join(f"“{words}”" for words in wants_person.evidence[:2])
        return _hand_over(Reason.ASKED, _("wrote %(words)s") % {"words": quoted} if quoted else "")
    if not settings.enabled:
        return _hand_over(Reason.NO_ARTICLE, _("the assistant is switched off"))
    language = str(seen["language"].value or "")
    words = settings.words(language)
    question = replace(question, language=language, discontent=seen["feeling"].value in DISCONTENT)
    if seen["asks_identity"].value:
        text = _(
            "I am an AI assistant, not a person. I quote our help articles. "
            "If you would rather talk to a human, one click is enough."
        )
        return Thought(Decision.ANSWER, text, 1.0, ["asked whether this is a human"])
    unclear: Step | None = None
    if asker is not None and (step := deciding.go_on(question.text, asker)) is not None:
        if not step.is_unclear:
            return _of_task(step)
        unclear = step
    if is_greeting(question.text):
        return Thought(Decision.ANSWER, words.greeting, 1.0, ["a greeting without a question"])
    if unclear is None and question.was_answered and _says_no(question, seen["repeats"].value):
        return Thought(
            Decision.CLARIFY, "", 0.0, ["says that the answer did not help"], did_not_help=True
        )
    if is_courtesy(question.text):
        return Thought(Decision.ANSWER, words.thanks_text, 1.0, ["thanks: nothing was asked"])
    if not _HAS_A_WORD.search(question.text):
        return _nothing_found(question, settings, words, 0.0, ["no words to look for"])
    return _do_or_look_up(question, seen, settings, words, queries, asker, unclear)


def _do_or_look_up(
    question: Question,
    seen: Mapping[str, Value],
    settings: AssistantSettings,
    words: Words,
    queries: Sequence[Query],
    asker: Asker | None,
    unclear: Step | None,
) -> Thought:
    """A task that is asked for, with the article that answers as well; else what the articles say.

    `unclear` is a task that was begun, to which the message answers nothing: it is left only for what
    is surely found.
    """
    # A task says its texts in one language, so whoever writes in another gets what is in theirs.
    here = not question.language or _same_language(question.language, django_settings.LANGUAGE_CODE)
    keys = seen["tasks"].value or [] if here and asker else []
    meant = deciding.meant(question.text, keys, asker) if asker else []
    if unclear is not None and unclear.task in meant:
        return _of_task(unclear)
    if unclear is not None and unclear.needs_a_person and not meant:
        return _of_task(unclear)
    article = _look_up(question, settings, words, queries)
    if asker is None or not meant:
        surely = article.decision == Decision.ANSWER
        return _of_task(unclear) if unclear is not None and not surely else article
    if len(meant) > 1 and not question.clarified:
        names = tuple(task.name for task in meant)
        text = _("I am not sure which of these you mean.")
        return Thought(Decision.CLARIFY, text, 0.0, ["two tasks fit"], choices=names)
    thought = _of_task(deciding.begin(meant[0], question.text, asker))
    if article.decision == Decision.ANSWER and thought.text:
        beside = [
            replace(one, quoted=False, text="", short_answer="", nearby=())
            for one in article.sources
            if one.quoted
        ]
        thought = replace(thought, sources=beside[:1], considered=article.considered)
    return thought


def _of_task(step: Step) -> Thought:
    """What a step of a task says, or that a person has to go on with it."""
    reasons = [f"task “{step.task.key}”: {step.state.label}"]
    if step.detail:
        reasons.append(step.detail)
    return Thought(
        Decision.TASK,
        step.says,
        1.0,
        reasons,
        hand_over=Reason.TASK if step.needs_a_person else None,
        detail=step.detail,
        step=step,
        choices=step.choices,
        offers_person=step.offers_person,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query found, without the articles that did not help before, and how sure that is."""

    query: Query
    hits: list[ArticleHit]
    sections: list[SectionHit]  # of the first article
    judged: Judgement
    by_meaning: bool


def _find(query: Query, question: Question) -> _Found:
    found = search.search(
        query.text,
        limit=confidence.CONSIDERED + len(question.unhelpful),
        vector=query.vector,
        for_assistant=True,
    )
    hits = [hit for hit in found.hits if hit.article_id not in question.unhelpful]
    return _judged(query, hits, by_meaning=found.by_meaning)


def _judged(query: Query, hits: list[ArticleHit], *, by_meaning: bool) -> _Found:
    parts: list[SectionHit] = []
    if hits and query.vector is not None:
        parts = sections.find(hits[0].article_id, query.text, query.vector)
    judged = confidence.judge(hits, section_lead=sections.lead(parts))
    return _Found(query, hits, parts, judged, by_meaning)


def _look_up(
    question: Question, settings: AssistantSettings, words: Words, queries: Sequence[Query]
) -> Thought:
    """The surest finding counts: of the whole message, or of one of its sentences."""
    queries = queries or not_encoded(question.text)
    findings = [_find(query, question) for query in queries]
    if not all(found.by_meaning for found in findings):
        return _hand_over(Reason.FAILED, _("the search by meaning is not available"))
    surest = max(findings, key=lambda found: found.judged.probability)
    hits = surest.hits
    thought = _weigh(question, settings, words, surest)
    if thought.decision == Decision.ANSWER:
        thought = _with_the_rest(thought, settings, words, surest, findings)
    if thought.decision != Decision.ANSWER and _has_no_articles(question.language, hits):
        thought = _without_articles(question, words, hits, thought)
    elif thought.sources and (other := _other_language(thought.sources[0], question, words)):
        said = words.other_language_text.replace("%(language)s", other)
        thought = replace(thought, text=said, reasons=[*thought.reasons, f"only in {other}"])
    return replace(thought, considered=hits[:MOST_CONSIDERED], looked_up=True)


def _weigh(question: Question, settings: AssistantSettings, words: Words, found: _Found) -> Thought:
    """Answer, offer or neither, by how likely what would be quoted answers."""
    hits, judged = found.hits, found.judged
    sure, reasons = judged.probability, list(judged.reasons)
    if question.unhelpful:
        reasons.append(f"left out {len(question.unhelpful)} that did not help before")
    if hits and sure >= settings.answer_threshold:
        quoted = sources.quoted(hits[0], found.query.text, found.sections)
        if quoted is None:  # it was unpublished a moment ago
            others = _judged(found.query, hits[1:], by_meaning=found.by_meaning)
            return _weigh(question, settings, words, others)
        reasons.append(f"{sure:.2f} is at least {settings.answer_threshold:.2f}: answer")
        shown = [quoted, *(sources.listed(hit) for hit in hits[1 : 1 + ALSO_SHOWN])]
        return Thought(Decision.ANSWER, words.answer_intro, sure, reasons, shown)
    if question.offered.intersection(hit.article_id for hit in hits[:MOST_OFFERED]):
        reasons.append("the same articles would be offered again")
        return _no_answer(words, sure, reasons, Reason.NOT_UNDERSTOOD)
    fitting = [hit for hit in hits[:MOST_OFFERED] if confidence.may_be_meant(hit)]
    if fitting and sure >= settings.offer_threshold:
        reasons.append(f"{sure:.2f} is below {settings.answer_threshold:.2f}: offer articles")
        offered = [sources.listed(hit, found.sections if hit is hits[0] else ()) for hit in fitting]
        return Thought(Decision.OFFER, words.offer_intro, sure, reasons, offered)
    if sure >= settings.offer_threshold:
        reasons.append("none of the articles is near enough to be offered")
    else:
        reasons.append(f"{sure:.2f} is below {settings.offer_threshold:.2f}: nothing fits")
    return _nothing_found(question, settings, words, sure, reasons)


def _with_the_rest(
    thought: Thought,
    settings: AssistantSettings,
    words: Words,
    surest: _Found,
    findings: Sequence[_Found],
) -> Thought:
    """What else a message asks is answered as well where that is as sure, else a person is offered."""
    quoted = [source for source in thought.sources if source.quoted]
    asked = [found for found in findings if found.query.is_sentence and found.hits]
    for found in asked:
        if found is not surest and found.judged.probability >= settings.answer_threshold:
            source = sources.quoted(found.hits[0], found.query.text, found.sections)
            if source and source.place not in [one.place for one in quoted]:
                quoted.append(source)
    asked_at = [found.hits[0].article_id for found in asked]
    quoted.sort(key=lambda one: _place(asked_at, one.article_id))  # in the order of the questions
    there = {source.article_id for source in quoted}
    met = [found.hits[0].article_id in there for found in asked]
    left = any(met) and any(
        not is_met and found.query.text.endswith("?")
        for found, is_met in zip(asked, met, strict=True)
    )
    beside = [one for one in thought.sources if not one.quoted and one.article_id not in there]
    thought = replace(thought, sources=[*quoted[:MOST_QUOTED], *beside])
    if not left:
        return thought
    reasons = [*thought.reasons, "another question of the message is not answered"]
    said = f"{words.partly_text}\n\n{thought.text}"
    return replace(thought, text=said, reasons=reasons, offers_person=True, partly=True)


def _place(order: Sequence[int], article_id: int) -> int:
    return order.index(article_id) if article_id in order else len(order)


def _says_no(question: Question, repeats: object) -> bool:
    """Whether it is no more than a no; whoever says more is read for what more they say."""
    return repeats in (NO, NOT_ASKED) and len(question.text.split()) <= LONGEST_NO


def _nothing_found(
    question: Question,
    settings: AssistantSettings,
    words: Words,
    sure: float,
    reasons: list[str],
) -> Thought:
    asks = settings.ask_back and not question.clarified and not question.unhelpful
    if asks and question.discontent:
        reasons = [*reasons, "not content: not asked to put it differently"]
    elif asks:
        return Thought(Decision.CLARIFY, words.clarify_text, sure, reasons)
    reason = Reason.NOT_UNDERSTOOD if question.clarified else Reason.NO_ARTICLE
    return _no_answer(words, sure, reasons, reason)


def _no_answer(words: Words, sure: float, reasons: list[str], reason: Reason) -> Thought:
    return Thought(Decision.HAND_OVER, words.no_answer_text, sure, reasons, hand_over=reason)


def _hand_over(reason: Reason, detail: str) -> Thought:
    return Thought(
        Decision.HAND_OVER, "", 0.0, [f"{reason}: {detail}"], hand_over=reason, detail=detail
    )


# --- other languages ------------------------------------------------------------------------------


def _has_no_articles(language: str, hits: Sequence[ArticleHit]) -> bool:
    """Whether no article is in the customer's language. One query, where none of those found is."""
    if not language or any(_same_language(hit.language, language) for hit in hits):
        return False
    public = Article.objects.public()
    return public.exists() and not public.has_language(language)


def _without_articles(
    question: Question, words: Words, hits: Sequence[ArticleHit], thought: Thought
) -> Thought:
    """Say so in that language: with the nearest article, as what it is, or with a person at once.

    To put it differently would not help them, and would not be theirs to do.
    """
    mine = name_of(question.language, words.language)
    reasons = [*thought.reasons, f"there are no articles in {name_of(question.language, 'en')}"]
    nearest = [hit for hit in hits[:1] if confidence.may_be_meant(hit)]
    if nearest and nearest[0].article_id not in question.offered:
        other = name_of(nearest[0].language, words.language)
        said = words.nearest_text.replace("%(other)s", other).replace("%(language)s", mine)
        return Thought(
            *(Decision.OFFER, said, thought.confidence, reasons),
            sources=[sources.listed(hit) for hit in nearest],
            offers_person=True,
        )
    said = words.no_articles_text.replace("%(language)s", mine)
    return Thought(
        *(Decision.HAND_OVER, said, thought.confidence, reasons),
        hand_over=Reason.NO_ARTICLE,
        detail=_("writes in %(language)s") % {"language": name_of(question.language)},
    )


def _other_language(source: Source, question: Question, words: Words) -> str:
    """The name of the article's language, if it is not the customer's; else ""."""
    if not question.language or _same_language(source.language, question.language):
        return ""
    return name_of(source.language, words.language)


def _same_language(one: str, other: str) -> bool:
    return not one or one[:2] == other[:2] or {one[:2], other[:2]} <= set(NORWEGIAN)
