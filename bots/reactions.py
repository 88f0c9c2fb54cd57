"""What the assistant does after the commit: it answers, notes facts, and is sorry once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bots import briefs as bot_briefs
from bots.dialogue import Question, Thought, think
from bots.models import AssistantSettings
from bots.understanding import find_facts
from knowledgebase.search import ArticleHit
from tickets import actions, briefs, events
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Citation,
    Event,
    EventKind,
    Message,
    Reason,
    Ticket,
    Turn,
)


def subscribe() -> None:
    briefs.use(bot_briefs.write)
    # One attempt: an assistant that failed fetches a person at once, it does not try in silence.
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        EventKind.TICKET_HANDED_BACK,
        name="assistant.turn",
        queue="assistant",
        when=is_a_turn,
        work=consider,
        settle=speak,
        failed=give_up,
        max_attempts=1,
    )
    events.subscribe(
        EventKind.ANSWER_RATED,
        name="assistant.unhelpful",
        queue="assistant",
        when=is_a_first_no,
        settle=say_sorry,
    )


def is_a_turn(event: Event) -> bool:
    """The customer wrote, or an agent handed back."""
    by_customer = event.data.get("author") == AuthorKind.CUSTOMER
    return event.kind == EventKind.TICKET_HANDED_BACK or by_customer


def is_a_first_no(event: Event) -> bool:
    """ "It didn't", and no person was asked for because of it."""
    return not event.data["helpful"] and not event.data["handed_over"]


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of reading: the message that was read, and what the assistant thinks of it."""

    message: Message | None = None
    thought: Thought | None = None


def consider(event: Event) -> Turned:
    """Read the customer's newest words, and think about them if it is the assistant's turn."""
    ticket = event.ticket
    if ticket is None or event.position is None:
        return Turned()
    said = list(_unanswered(ticket)) if ticket.turn == Turn.ASSISTANT else []
    if event.kind == EventKind.MESSAGE_POSTED and (not said or said[-1].position != event.position):
        # Somebody else's turn, or a newer message has a turn of its own.
        return Turned(Message.objects.get(ticket=ticket, position=event.position))
    if not said:
        return Turned()
    shown = Citation.objects.filter(answer__message__ticket=ticket, rank=1)
    tried = list(shown.values_list("answer__helpful", "article_id"))
    question = Question(
        text="\n".join(message.body for message in said),
        clarified=ticket.clarified,
        was_answered=any(helpful is None for helpful, _article in tried),
        unhelpful=frozenset(article for helpful, article in tried if helpful is False),
    )
    return Turned(said[-1], think(question, AssistantSettings.load()))


def speak(event: Event, result: Turned) -> None:
    """Note what was stated, and say what was thought, if the turn is still the assistant's."""
    if event.ticket is None or result.message is None:
        return
    note_facts(event.ticket, result.message)
    if result.thought is None:
        return
    position, thought = result.message.position, result.thought
    if thought.text:
        spoken = actions.answer(
            actor=Actor.assistant(),
            ticket=event.ticket,
            to_position=position,
            body=thought.text,
            decision=thought.decision,
            confidence=thought.confidence,
            reasons=thought.reasons,
            citations=[_citation(hit) for hit in thought.sources],
        )
        if spoken is None:
            return
    elif not _still_to_answer(event.ticket, position):
        return
    if thought.did_not_help:
        _take_as_unhelpful(event.ticket)
    elif thought.hand_over is not None:
        actions.hand_over(
            actor=Actor.assistant(),
            ticket=event.ticket,
            reason=thought.hand_over,
            detail=thought.detail,
        )


def give_up(event: Event, error: str) -> None:
    """The assistant failed: a person is asked for."""
    if event.ticket is None:
        return
    ticket = Ticket.objects.locked(event.ticket)
    if ticket.turn == Turn.ASSISTANT:
        actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.FAILED)


def note_facts(ticket: Ticket, message: Message) -> None:
    """Keep what the customer's message states, so that nobody asks for it again."""
    for fact in find_facts(message.body):
        actions.note_fact(
            actor=Actor.assistant(),
            ticket=ticket,
            key=fact.key,
            value=fact.value,
            message=message,
        )


def say_sorry(event: Event, result: object) -> None:
    """After the first "It didn't": what to do next. After the second, a person is on the way."""
    if event.ticket is None:
        return
    ticket = Ticket.objects.locked(event.ticket)
    if ticket.with_a_person or ticket.turn != Turn.CUSTOMER:
        return
    actions.follow_up(
        actor=Actor.assistant(), ticket=ticket, body=AssistantSettings.load().unhelpful_text
    )


def _unanswered(ticket: Ticket) -> QuerySet[Message]:
    """What the customer said since anybody answered, oldest first."""
    answered = (
        Message.objects.filter(
            ticket=ticket, author_kind__in=[AuthorKind.ASSISTANT, AuthorKind.AGENT]
        )
        .order_by("-position")
        .values("position")[:1]
    )
    said = Message.objects.filter(ticket=ticket, author_kind=AuthorKind.CUSTOMER)
    return said.filter(position__gt=Coalesce(Subquery(answered), 0)).order_by("position")


def _still_to_answer(ticket: Ticket, position: int) -> bool:
    """Whether it is the assistant's turn, and this the newest message; held until the end."""
    ticket = Ticket.objects.locked(ticket)
    newest = _unanswered(ticket).last()
    return ticket.turn == Turn.ASSISTANT and newest is not None and newest.position == position


def _take_as_unhelpful(ticket: Ticket) -> None:
    """ "No, that's not it" in words counts like the button."""
    answer = _open_answers(ticket).order_by("-message__position").first()
    if answer is None:
        actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.UNHELPFUL)
        return
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False, in_words=True)


def _open_answers(ticket: Ticket) -> QuerySet[Answer]:
    """The answers that showed an article and of which nobody has said whether it helped."""
    showed = Exists(Citation.objects.filter(answer=OuterRef("pk")))
    return Answer.objects.select_related("message__ticket").filter(
        showed, message__ticket=ticket, helpful=None
    )


def _citation(hit: ArticleHit) -> Citation:
    return Citation(
        article_id=hit.article_id,
        title=hit.title[:300],
        slug=hit.slug,
        heading=hit.heading[:300],
        anchor=hit.anchor[:300],
        passage=hit.passage,
        score=hit.score,
    )
