"""What the assistant does after the commit: it answers, notes facts, and is sorry once.

Whoever waits comes first: a message that nobody waits to have answered by the assistant (it came by
the API, or a person has the conversation) is read in a queue of its own, several at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from bots import actions as bot_actions
from bots import briefs as bot_briefs
from bots import openings as bot_openings
from bots import pace
from bots.dialogue import Thought
from bots.models import AssistantSettings
from bots.sources import Source
from bots.turns import Turned, outcome, read_ahead, read_message
from bots.understanding import find_facts
from tickets import actions, clock, events, watch
from tickets.actors import Actor
from tickets.conversation import briefs, openings
from tickets.conversation.unanswered import assistant_may_answer
from tickets.models import (
    Answer,
    AuthorKind,
    Citation,
    Event,
    EventKind,
    Message,
    Reason,
    RuleFiring,
    Ticket,
    Turn,
    User,
)
from tickets.rules import Fired, HandOverTo

LIVE, READING = "assistant", "reading"  # queues


def subscribe() -> None:
    briefs.use(bot_briefs.write)
    openings.use(bot_openings.choose)
    # One attempt: an assistant that failed fetches a person at once, it does not try in silence.
    events.subscribe(
        EventKind.MESSAGE_POSTED,
        EventKind.TICKET_HANDED_BACK,
        name="assistant.turn",
        queue=queue_of_turn,
        when=is_a_turn,
        ahead=read_several,
        work=consider,
        settle=speak,
        failed=give_up,
        max_attempts=1,
    )
    events.subscribe(
        EventKind.ANSWER_RATED,
        name="assistant.unhelpful",
        queue=LIVE,
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


def queue_of_turn(event: Event) -> str:
    """Whether somebody waits for what the assistant says to it, or it is only to be read."""
    awaited = event.ticket is not None and event.ticket.turn == Turn.ASSISTANT
    return LIVE if awaited and event.actor_key_id is None else READING


def read_several(several: Sequence[Event]) -> None:
    """Let the model read several messages at once, where nobody waits for them."""
    places = [
        (event.ticket, event.position)
        for event in several
        if event.kind == EventKind.MESSAGE_POSTED and event.ticket and event.position
    ]
    read_ahead(places)


def consider(event: Event) -> Turned | None:
    """Read the customer's newest words, and think about them if it is the assistant's turn."""
    ticket = event.ticket
    if ticket is None or event.position is None or ticket.is_spam:
        return None
    if ticket.turn == Turn.ASSISTANT and ticket.turn_since < clock.now() - watch.DEADLINE:
        # Too late for an answer: the customer is told at once, and the words are read in peace.
        queue = queue_of_turn(event)
        actions.hand_over_failed(actor=Actor.assistant(), ticket=ticket, reason=Reason.TOO_SLOW)
        ticket.refresh_from_db()
        if queue_of_turn(event) != queue:
            raise events.Elsewhere
    if ticket.turn == Turn.ASSISTANT:
        pace.begins()
    handed_back = event.kind == EventKind.TICKET_HANDED_BACK
    return read_message(ticket, None if handed_back else event.position)


def speak(event: Event, turned: Turned | None) -> None:
    """Keep what was understood, and say what was thought, if the turn is still the assistant's."""
    if event.ticket is None or turned is None or turned.message is None:
        return
    if turned.thought is not None:
        pace.ends()
    assistant, ticket, message = Actor.assistant(), event.ticket, turned.message
    note_facts(ticket, message)
    firing = actions.keep_reading(
        actor=assistant, message=message, situation=turned.situation, verdict=turned.verdict
    )
    if turned.verdict.hand_over is not None:
        if ticket.turn == Turn.ASSISTANT:
            _hand_over_by_rule(ticket, turned, turned.verdict.hand_over, firing)
        else:
            route = turned.verdict.hand_over.route or HandOverTo()
            actions.warn(actor=assistant, ticket=ticket, priority=route.priority)
    elif turned.thought is not None and turned.thought.returned:
        if event.kind == EventKind.TICKET_HANDED_BACK and event.actor_user is not None:
            _return(ticket, turned, turned.thought, event.actor_user)
    elif turned.thought is not None:
        carry_out(
            ticket,
            message,
            turned.thought,
            flagged=turned.verdict.flag,
            offers_person=turned.verdict.offer_person,
        )


def carry_out(
    ticket: Ticket,
    message: Message,
    thought: Thought,
    *,
    flagged: str = "",
    offers_person: bool = False,
) -> None:
    """Do what was thought of a customer's message, if it still is the assistant's turn.

    It answers, offers articles or asks back, or fetches a person. `flagged` and `offers_person` are
    what the rules have to say of an answer.
    """
    position = message.position
    if thought.step is not None:
        bot_actions.take_step(
            actor=Actor.assistant(),
            ticket=ticket,
            step=thought.step,
            to_position=position,
            message=message,
            sources=[_citation(source) for source in thought.sources],
            flagged=flagged,
            offers_person=offers_person,
        )
        return
    if thought.text:
        spoken = actions.answer(
            actor=Actor.assistant(),
            ticket=ticket,
            to_position=position,
            body=thought.text,
            decision=thought.decision,
            confidence=thought.confidence,
            reasons=thought.reasons,
            citations=[_citation(source) for source in thought.sources],
            flagged=flagged,
            offers_person=offers_person or thought.offers_person,
            partly=thought.partly,
            choices=thought.choices,
        )
        if spoken is None:
            return
    elif not assistant_may_answer(Ticket.objects.locked(ticket), position):
        return
    if thought.did_not_help:
        _take_as_unhelpful(ticket)
    elif thought.hand_over is not None:
        actions.hand_over(
            actor=Actor.assistant(),
            ticket=ticket,
            reason=thought.hand_over,
            detail=thought.detail,
        )


def _return(ticket: Ticket, turned: Turned, thought: Thought, agent: User) -> None:
    """What an agent handed back is no question for an article: it is theirs again."""
    assert turned.message is not None
    if assistant_may_answer(Ticket.objects.locked(ticket), turned.message.position):
        actions.return_to_agent(
            actor=Actor.assistant(), ticket=ticket, agent=agent, detail=thought.detail
        )


def _hand_over_by_rule(
    ticket: Ticket, turned: Turned, fired: Fired, firing: RuleFiring | None
) -> None:
    """A rule wants a person: no answer is given, and whoever writes is told so kindly."""
    ticket = Ticket.objects.locked(ticket)
    if ticket.turn != Turn.ASSISTANT:
        return
    if turned.thought is not None and turned.thought.did_not_help:
        _note_as_unhelpful(ticket)
        ticket = Ticket.objects.locked(ticket)
        if ticket.somebody_has_it:  # it was the last straw
            return
    route, thought = fired.route or HandOverTo(), turned.thought
    reason = Reason(fired.rule.reason)
    if reason == Reason.UNSURE and thought is not None and thought.hand_over is not None:
        reason = thought.hand_over  # says more: no article, still unclear, the search is away
    actions.hand_over(
        actor=Actor.assistant(),
        ticket=ticket,
        reason=reason,
        detail=_detail(fired, turned.message),
        team=route.load_team(),
        skill=route.skill,
        priority=route.priority,
        firing=firing,
        evidence=fired.evidence,
        words=outcome(turned, AssistantSettings.load()).text,
        warns=route.emergency,
    )


def _detail(fired: Fired, message: Message | None) -> str:
    """Why: the customer's own words in quotes, else what was seen."""
    said = message.body if message else ""
    return ", ".join(
        f"“{words}”" if words.casefold() in said.casefold() else words
        for words in fired.evidence[:4]
    )


def give_up(event: Event, error: str) -> None:
    """The assistant failed: a person is asked for."""
    if event.ticket is None:
        return
    actions.hand_over_failed(actor=Actor.assistant(), ticket=event.ticket, reason=Reason.FAILED)


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
    if event.ticket is not None:
        be_sorry(event.ticket)


def be_sorry(ticket: Ticket) -> None:
    """Say what to do next, unless a person was asked for or the customer went on by themselves."""
    ticket = Ticket.objects.locked(ticket)
    if ticket.with_a_person or ticket.turn != Turn.CUSTOMER:
        return
    actions.follow_up(
        actor=Actor.assistant(), ticket=ticket, body=AssistantSettings.load().unhelpful_text
    )


def _take_as_unhelpful(ticket: Ticket) -> None:
    """ "No, that's not it" in words counts like the button."""
    if not _note_as_unhelpful(ticket):
        actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.UNHELPFUL)


def _note_as_unhelpful(ticket: Ticket) -> bool:
    """Rate the newest answer that nobody has rated; whether there was one."""
    answer = _open_answers(ticket).order_by("-message__position").first()
    if answer is not None:
        customer = Actor.of_customer(ticket.customer)
        actions.rate_answer(actor=customer, answer=answer, helpful=False, in_words=True)
    return answer is not None


def _open_answers(ticket: Ticket) -> QuerySet[Answer]:
    """The answers that showed an article and of which nobody has said whether it helped."""
    showed = Exists(Citation.objects.filter(answer=OuterRef("pk")))
    return Answer.objects.select_related("message__ticket").filter(
        showed, message__ticket=ticket, helpful=None
    )


def _citation(source: Source) -> Citation:
    return Citation(
        article_id=source.article_id,
        title=source.title[:300],
        slug=source.slug,
        heading=source.heading[:300],
        anchor=source.anchor[:300],
        short_answer=source.short_answer,
        passage=source.text,
        quoted=source.quoted,
        section=source.section,
        nearby=[{"heading": one.heading, "anchor": one.anchor} for one in source.nearby],
        score=source.score,
    )
