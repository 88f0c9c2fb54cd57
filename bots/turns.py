"""One turn, read before anything is said: what is understood, thought, and which rules hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.db.models import Q

from bots.dialogue import Question, Thought, think
from bots.doing import asker as askers
from bots.doing.asker import Asker
from bots.models import AssistantSettings
from bots.queries import Query, queries_of
from bots.understanding import by_words, encode_ahead, understand
from bots.understanding.detectors import Detectors
from knowledgebase import search
from knowledgebase.embeddings import Vectors
from knowledgebase.lately import Lately
from tickets import clock, conditions, rules
from tickets.conditions import Value
from tickets.conversation.unanswered import unanswered
from tickets.models import (
    Answer,
    AuthorKind,
    Citation,
    Decision,
    EscalationRule,
    Message,
    Reason,
    Ticket,
    Turn,
)
from tickets.rules import Fired, Verdict

CALL_BACK = "call_back"  # the shipped task of that key
REMEMBERED = 40  # messages of a conversation that are looked back on
# Whoever is upset, or asks for a person, is not told that no article was found.
UNASKED = (Reason.ANGER, Reason.ASKED)


Articles = Callable[[], AbstractContextManager[None]]

_settings = Lately(AssistantSettings.load)

# The model reads the question while the database is asked for what else is known. More threads than
# turns, so that behind an encoding that hangs the next gives up in time, and does not wait to start.
_beside = ThreadPoolExecutor(max_workers=6, thread_name_prefix="encoding")


@dataclass(frozen=True, slots=True)
class Past:
    """What went before the message, oldest first."""

    earlier: Sequence[str] = ()  # what the customer wrote
    answers: Sequence[str] = ()  # what the assistant said
    feelings: Sequence[str] = ()  # of the customer's earlier messages
    unhelpful_answers: int = 0
    language: str = ""  # as an agent corrected it; "" if nobody did


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn as it was read. `thought` is None where it is not the assistant's turn."""

    situation: dict[str, Value]
    verdict: Verdict
    thought: Thought | None = None
    message: Message | None = None
    vector: Vectors | None = field(default=None, repr=False)


def read(
    text: str,
    *,
    past: Past,
    around: Mapping[str, Value],
    settings: AssistantSettings,
    question: Question | None = None,
    queries: Callable[[], list[Query]] | None = None,
    active: Sequence[EscalationRule] | None = None,
    detectors: Detectors | None = None,
    known: Mapping[str, Vectors] | None = None,
    articles: Articles = nullcontext,
    asker: Asker | None = None,
) -> Turned:
    """Understand one message, think about the question (if there is one to answer), try the rules.

    A message without a question is read by what the understanding encodes of it. `around` is what
    is known of the ticket, `queries` and `active` what is looked for and the rules where they were
    asked for already, `known` the vectors of sentences; `detectors` are those to read with. While the
    articles are looked for, `articles` says which there are. `asker` is for whom a task may be done.
    Runs the encoder, so never inside a transaction, unless `queries` and `known` have all that it would make.
    """
    asked = queries() if queries else queries_of(question.text) if question else []
    vector = asked[0].vector if asked else None
    same = bool(asked) and asked[0].text == search.readable(text)
    seen = understand(
        text,
        earlier=past.earlier,
        answers=past.answers,
        vector=vector if same else None,
        known=known,
        detectors=detectors,
    ).values
    if past.language:
        seen = {**seen, "language": Value(past.language)}
    if asker is not None and _asks_to_be_called(text, seen, asker):
        seen = {**seen, "wants_person": Value(False)}
    thought = None
    if question:
        with articles():
            thought = think(question, seen, settings, asked, asker)
    situation = {**around, **seen, **_course(past, seen), **_of(thought, past)}
    return Turned(situation, rules.decide(situation, active), thought, vector=vector)


def _asks_to_be_called(text: str, seen: Mapping[str, Value], asker: Asker) -> bool:
    """Whether the words that ask for a person ask for a call, which a task sees to: it asks for the
    number and ends with a person, too.
    """
    if CALL_BACK not in (seen["tasks"].value or []) or not asker.offered([CALL_BACK]):
        return False
    called = by_words.quoted(CALL_BACK, text).casefold()
    asked = [words.casefold() for words in seen["wants_person"].evidence]
    return bool(called) and all(words in called or called in words for words in asked)


def read_past(
    text: str, *, past: Past, around: Mapping[str, Value], answer: Answer | None
) -> dict[str, Value]:
    """The situation of a message of long ago, with what was decided then as far as it is known."""
    seen = understand(text, earlier=past.earlier, answers=past.answers).values
    situation = {**around, **seen, **_course(past, seen)}
    situation["unhelpful_answers"] = Value(past.unhelpful_answers)
    if answer is not None:
        reasons = tuple(map(str, answer.reasons))
        situation["decision"] = Value(answer.decision, reasons)
        if 0 < answer.confidence < 1:
            situation["confidence"] = Value(answer.confidence, reasons)
    return situation


def read_message(ticket: Ticket, position: int | None) -> Turned | None:
    """Read the customer's message at `position`, or what is still unanswered if it is None.

    Only the newest message of the assistant's turn is thought about; the others are understood, and
    a rule may still fetch a person because of them. None if there is nothing to read.
    """
    recent = list(
        Message.objects.filter(ticket=ticket)
        .exclude(author_kind=AuthorKind.SYSTEM)
        .select_related("reading")
        .order_by("-position")[:REMEMBERED]
    )[::-1]
    said = [message for message in recent if message.author_kind == AuthorKind.CUSTOMER]
    open_ones = unanswered(recent) if ticket.turn == Turn.ASSISTANT else []
    if position is None:
        if not open_ones:
            return None
        message = open_ones[-1]
    else:
        found = [message for message in said if message.position == position]
        message = found[0] if found else Message.objects.get(ticket=ticket, position=position)
    message.ticket = ticket  # known, and not to be asked for again
    to_answer = open_ones if open_ones and open_ones[-1].pk == message.pk else [message]
    text = "\n".join(each.body for each in to_answer)
    question, encoding = None, None
    if to_answer is open_ones:
        encoding = _beside.submit(queries_of, text)
        answered = len(recent) == REMEMBERED or len(recent) > len(said)
        handed_back = position is None or _was_handed_back(ticket, recent, message)
        question = _question(ticket, text, answered=answered, handed_back=handed_back)
    around = conditions.of_ticket(ticket, text=message.body, now=clock.now())
    tier, open_now = str(around["tier"].value or ""), bool(around["open_now"].value)
    turned = read(
        message.body,
        past=_past(ticket, recent, message),
        around=around,
        settings=_settings(),
        question=question,
        queries=encoding.result if encoding else None,
        active=rules.lately_active(),
        asker=askers.of(ticket, tier=tier, open_now=open_now) if question else None,
    )
    return Turned(turned.situation, turned.verdict, turned.thought, message, turned.vector)


def read_ahead(places: Sequence[tuple[Ticket, int]]) -> None:
    """Encode messages, named by their positions, at once; each is then understood without waiting."""
    which = Q()
    for ticket, position in places:
        which |= Q(ticket=ticket, position=position)
    encode_ahead(
        list(Message.objects.filter(which).values_list("body", flat=True)) if places else []
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a turn: the decision after the rules, what is said, and the rule that decided."""

    decision: Decision
    text: str
    rule: Fired | None = None


def outcome(turned: Turned, settings: AssistantSettings) -> Outcome:
    """A rule that hands over comes before every answer, and is told kindly."""
    thought, fired = turned.thought, turned.verdict.hand_over
    if fired is None:
        if thought is None:
            return Outcome(Decision.HAND_OVER, "")
        return Outcome(Decision.HAND_OVER if thought.hand_over else thought.decision, thought.text)
    words = settings.words(str(turned.situation["language"].value))
    route = fired.route
    said = [words.emergency_text] if route and route.emergency else []
    if route and route.text:
        said.append(route.text)
    elif fired.rule.reason == Reason.SENSITIVE and not said:
        said.append(words.sensitive_text)
    elif thought is not None and thought.hand_over is not None and fired.rule.reason not in UNASKED:
        said.append(thought.text)
    return Outcome(Decision.HAND_OVER, "\n\n".join(text for text in said if text), fired)


def _was_handed_back(ticket: Ticket, recent: Sequence[Message], message: Message) -> bool:
    """Whether an agent gave it back while this message waited to be read."""
    by_agents = any(one.author_kind == AuthorKind.AGENT for one in recent)
    return by_agents and ticket.handovers.filter(ended_at__gt=message.created_at).exists()


def _question(ticket: Ticket, text: str, *, answered: bool, handed_back: bool) -> Question:
    tried = _tried(ticket) if answered else []
    last = tried[-1][0] if tried else 0
    return Question(
        text=text,
        handed_back=handed_back,
        clarified=ticket.clarified,
        was_answered=any(helpful is None for _at, _what, helpful, _article, _rank in tried),
        unhelpful=frozenset(
            article
            for _at, _what, helpful, article, rank in tried
            if helpful is False and rank == 1
        ),
        offered=frozenset(
            article
            for at, what, helpful, article, _rank in tried
            if at == last and what == Decision.OFFER and helpful is None
        ),
    )


def _tried(ticket: Ticket) -> list[tuple[int, str, bool | None, int, int]]:
    """For each article that was shown: where, how, whether it helped, which, and its rank."""
    shown = Citation.objects.filter(answer__message__ticket=ticket)
    return list(
        shown.values_list(
            "answer__message__position",
            "answer__decision",
            "answer__helpful",
            "article_id",
            "rank",
        ).order_by("answer__message__position")
    )


def _past(ticket: Ticket, recent: Sequence[Message], message: Message) -> Past:
    before = [other for other in recent if other.position < message.position]
    said = [other for other in before if other.author_kind == AuthorKind.CUSTOMER]
    readings = [other.reading for other in said if hasattr(other, "reading")]
    corrected = [reading for reading in readings if "language" in reading.corrected]
    return Past(
        earlier=[other.body for other in said],
        answers=[other.body for other in before if other.author_kind == AuthorKind.ASSISTANT],
        feelings=[str(reading.value("feeling")) for reading in readings],
        unhelpful_answers=ticket.unhelpful_answers,
        language=str(corrected[-1].value("language")) if corrected else "",
    )


def _course(past: Past, seen: Mapping[str, Value]) -> dict[str, Value]:
    """What shows only over several messages."""
    feeling = seen["feeling"]
    confused = [*past.feelings, feeling.value].count("confused")
    return {"times_confused": Value(confused, feeling.evidence if confused else ())}


def _of(thought: Thought | None, past: Past) -> dict[str, Value]:
    """What rules may ask about the assistant's own thought."""
    if thought is None or thought.returned:  # to its agent, which is for no rule to route
        return {"unhelpful_answers": Value(past.unhelpful_answers)}
    reasons = tuple(thought.reasons)
    values = {
        "decision": Value(thought.decision.value, reasons),
        "unhelpful_answers": Value(past.unhelpful_answers + thought.did_not_help),
    }
    if thought.looked_up:
        values["confidence"] = Value(round(thought.confidence, 4), reasons)
    return values
