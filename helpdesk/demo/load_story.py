"""One conversation of the demo as rows with their times, in the order of `tickets.actions`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bots.understanding import feel
from helpdesk.demo import load_facts
from helpdesk.demo.load_articles import Source
from helpdesk.demo.load_content import Entry, share
from helpdesk.demo.load_facts import ToldFact
from helpdesk.demo.load_people import Cast
from helpdesk.demo.load_rows import Rows
from tickets.actions.closing import UNHELPFUL_LIMIT
from tickets.actors import Actor
from tickets.intake.text import first_line
from tickets.models import (
    Answer,
    AuthorKind,
    Channel,
    Citation,
    Decision,
    Event,
    EventKind,
    Fact,
    HandOver,
    Identity,
    Message,
    Note,
    Priority,
    Rating,
    Reason,
    Resolution,
    Ticket,
    Turn,
    User,
)
from tickets.service import hours, notices
from tickets.service.queues import Outlook

# How sure it was of what helped, did not help, was not judged; of what it offered, and of nothing.
JUDGED = {True: (0.76, 0.97), False: (0.75, 0.84), None: (0.76, 0.94)}
OFFERED, UNSURE = (0.34, 0.7), (0.02, 0.28)


@dataclass(frozen=True, slots=True)
class World:
    """What all conversations share: who is in them, what is cited, and the end of history."""

    cast: Cast
    sources: dict[str, Source]
    intros: dict[Decision, str]  # what the assistant says before the articles that it shows
    now: datetime


def tell(told: Entry, world: World, rows: Rows) -> None:
    """Add the rows of one conversation to `rows`.

    Raises ValueError if it does not end in the state that its file says, or not in the past.
    """
    _Story(told, world, rows).tell()


class _Story:
    """A conversation while it is told: `at` is the time that the telling has reached."""

    def __init__(self, told: Entry, world: World, rows: Rows) -> None:
        self.told, self.world, self.rows = told, world, rows
        self.at = self.begun = world.now - timedelta(days=told["days_ago"])
        self.times = list(_times(self.begun, told["messages"]))
        self.customer = world.cast.customers[told["customer"]]
        self.assignee = world.cast.staff.get(told.get("assignee", ""))
        self.handover: HandOver | None = None
        self.answers: list[tuple[Answer, list[Citation]]] = []
        self.unrated: Answer | None = None
        self.opener = self._opener()
        self.facts = load_facts.place(told)
        self.said: dict[int, Message] = {}  # by the index of the item in the file
        self.ticket = Ticket(
            subject=told["subject"],
            customer=self.customer,
            team=world.cast.teams[told["team"]],
            channel=Channel(told["channel"]),
            priority=Priority[told["priority"].upper()],
            turn=Turn.CUSTOMER,
            turn_since=self.begun,
            last_message_at=self.begun,
            created_at=self.begun,
        )

    def tell(self) -> None:
        self.rows.tickets.append(self.ticket)
        self._record(EventKind.TICKET_OPENED, self.opener, channel=self.ticket.channel)
        for index, item in enumerate(self.told["messages"]):
            before, self.at = self.at, max(self.at, self.times[index])
            self._item(index, item, before)
            for fact in self.facts[index]:
                self._note_fact(fact, self.said[index])
        if self.told["state"] == Turn.CLOSED:
            self._close()
        self._check()

    # --- what was said --------------------------------------------------------------------------

    def _item(self, index: int, item: Entry, before: datetime) -> None:
        match item["author"]:
            case "customer":
                self.said[index] = self._customer_writes(item["text"])
                if index == 0 and not self._has_the_assistant():
                    self._ask_for_a_person(Reason.CHANNEL, self.opener, {})
            case "assistant":
                self._assistant_writes(index, item)
            case kind:
                agent = self.world.cast.staff[item["by"]]
                if self.ticket.assignee is None and agent == self.assignee:
                    self._accept(agent, before)
                if kind == "note":
                    self._write_note(agent, item["text"])
                else:
                    self.said[index] = self._say(Actor.agent(agent), item["text"])
                    self.ticket.pass_turn(Turn.CUSTOMER, at=self.at)

    def _customer_writes(self, text: str) -> Message:
        message = self._say(Actor.of_customer(self.customer), text, recorded_by=self.opener)
        if not self.ticket.with_a_person:
            self.ticket.pass_turn(Turn.ASSISTANT, at=self.at)
            self.ticket.turn_since = self.at
        elif self.ticket.assignee is not None:
            self.ticket.pass_turn(Turn.AGENT, at=self.at)
        return message

    def _assistant_writes(self, index: int, item: Entry) -> None:
        decision = Decision(item["decision"])
        self._rate_unhelpful(last_straw=decision == Decision.HAND_OVER)
        sources = [self.world.sources[slug] for slug in item.get("sources", [])]
        shown = decision == Decision.OFFER or any(one.says(item["text"]) for one in sources[:1])
        text = self.world.intros[decision] if shown else item["text"]
        self.said[index] = message = self._say(Actor.assistant(), text)
        helpful = item.get("helpful")
        least, most = {"answer": JUDGED[helpful], "offer": OFFERED}.get(decision, UNSURE)
        at = share(self.told["customer"], self.told["subject"], index)
        score = least + at * (most - least)
        answer = Answer(
            message=message,
            decision=decision,
            confidence=round(score, 3),
            helpful=helpful,
            reasons=[_REASONS[decision]],
        )
        citations = [
            source.cite(answer, item["text"], rank=rank, score=round(score * 0.9 ** (rank - 1), 3))
            for rank, source in enumerate(sources, start=1)
        ]
        self.rows.answers.append(answer)
        self.rows.citations.extend(citations)
        self.answers.append((answer, citations))
        if report := item.get("reported"):
            self.rows.reported.append((answer, self.world.cast.staff[report["by"]], report["note"]))
        self.unrated = answer if helpful is not None else None
        if decision == Decision.HAND_OVER:
            brief = self.told["handover"]
            self._ask_for_a_person(Reason(brief["reason"]), Actor.assistant(), brief)
        else:
            self.ticket.clarified |= decision == Decision.CLARIFY
            self.ticket.pass_turn(Turn.CUSTOMER, at=self.at)

    def _rate_unhelpful(self, *, last_straw: bool) -> None:
        """The last answer did not help, as what the customer wrote next says."""
        if self.unrated is None:
            return
        if self.unrated.helpful:
            raise ValueError(f"{self.told['subject']}: an answer that helped is not the last one.")
        self.ticket.unhelpful_answers += 1
        last_straw = last_straw and self.ticket.unhelpful_answers >= UNHELPFUL_LIMIT
        self._rate_answer(handed_over=last_straw)

    def _rate_answer(self, *, handed_over: bool) -> None:
        assert self.unrated is not None
        event = self._record(
            EventKind.ANSWER_RATED,
            Actor.of_customer(self.customer),
            helpful=self.unrated.helpful,
            handed_over=handed_over,
        )
        self.rows.rated.append((event, self.unrated))
        self.unrated = None

    def _write_note(self, author: User, text: str) -> None:
        note = Note(
            ticket=self.ticket,
            position=self.ticket.next_position(),
            author=author,
            body=text,
            created_at=self.at,
        )
        self.rows.notes.append(note)
        self._record(EventKind.NOTE_WRITTEN, Actor.agent(author), position=note.position)

    def _say(self, author: Actor, text: str, *, recorded_by: Actor | None = None) -> Message:
        message = Message(
            ticket=self.ticket,
            position=self.ticket.next_position(),
            author_kind=author.kind,
            author_user=author.user,
            author_customer=author.customer,
            channel=self.ticket.channel,
            body=text,
            created_at=self.at,
        )
        self.rows.messages.append(message)
        if author.kind != AuthorKind.SYSTEM:
            self.ticket.last_message_at = self.at
        self._record(
            EventKind.MESSAGE_POSTED,
            recorded_by or author,
            position=message.position,
            author=author.kind,
        )
        return message

    def _record(
        self, kind: EventKind, actor: Actor, *, position: int | None = None, **data: object
    ) -> Event:
        event = Event(
            kind=kind,
            ticket=self.ticket,
            position=self.ticket.next_position() if position is None else position,
            actor_kind=actor.kind,
            actor_user=actor.user,
            actor_customer=actor.customer,
            actor_key=actor.api_key,
            data=data,
            created_at=self.at,
        )
        self.rows.events.append(event)
        return event

    # --- a person -------------------------------------------------------------------------------

    def _ask_for_a_person(self, reason: Reason, actor: Actor, brief: Entry) -> None:
        ticket, first = self.ticket, self.told["messages"][0]["text"]
        place = self.rows.place(ticket, self.at)
        wants = brief.get("wants") or first_line(first.replace("\n", " "), limit=240)
        asked_in = [
            message.position
            for message in self.said.values()
            if message.author_kind == AuthorKind.CUSTOMER
        ][:1]
        self.handover = HandOver(
            ticket=ticket,
            reason=reason,
            team=ticket.team,
            wants=wants,
            tried=brief.get("tried") or _("The assistant has shown nothing."),
            why=str(reason.label),
            feeling=brief.get("feeling") or feel(first).name,
            feeling_start=feel(first).name,
            identity=Identity.of(self.customer),
            statements=[{"kind": "wants", "text": wants, "positions": asked_in}],
            facts=load_facts.known(self.facts, self.said),
            articles=[
                {
                    "title": source.title,
                    "slug": source.slug,
                    "score": source.score,
                    "helpful": answer.helpful,
                }
                for answer, citations in self.answers
                for source in citations
            ],
            asked_at=self.at,
        )
        self.rows.handovers.append(self.handover)
        ticket.person_asked_at = self.at
        ticket.pass_turn(Turn.QUEUE, at=self.at)
        self._record(EventKind.PERSON_ASKED, actor, reason=reason, team=ticket.team.pk)
        self._say(Actor.system(), notices.queued(self._outlook(place), self.customer))

    def _outlook(self, place: int) -> Outlook:
        """What was said of the place. Whoever answered before opening time was there."""
        opens_at = hours.next_opening(self.ticket.team, self.at)
        said = zip(self.times, self.told["messages"], strict=True)
        answered = next((time for time, item in said if item["author"] == "agent"), None)
        if opens_at is None or opens_at <= self.at:
            return Outlook(place, open_now=True)
        return Outlook(place, False, opens_at, somebody_here=bool(answered and answered < opens_at))

    def _accept(self, agent: User, before: datetime) -> None:
        """The agent took it some time before what they did first."""
        acted_at = self.at
        self.at = before + (acted_at - before) * (
            0.4 + 0.5 * share("accepted", self.told["subject"])
        )
        assert self.handover is not None
        self.handover.accepted_at, self.handover.accepted_by = self.at, agent
        self.ticket.assignee = agent
        self.ticket.pass_turn(Turn.AGENT, at=self.at)
        self._record(EventKind.TICKET_ACCEPTED, Actor.agent(agent))
        self._say(Actor.system(), notices.accepted(agent))
        self.at = acted_at

    # --- the end --------------------------------------------------------------------------------

    def _close(self) -> None:
        ticket, customer = self.ticket, Actor.of_customer(self.customer)
        by_assistant = self.told["closed_by"] == "assistant"
        if not by_assistant:
            assert self.assignee is not None
            self._later(2, 30, "resolved")
            self._shut(Resolution.RESOLVED)
            self._record(EventKind.TICKET_RESOLVED, Actor.agent(self.assignee))
            self._say(Actor.system(), notices.resolved(self.assignee))
        if self.told["confirmed"]:
            self._later(1, 5 if by_assistant else 400, "confirmed")
            if self.unrated is not None:
                self._rate_answer(handed_over=False)
            ticket.solved_by_assistant = by_assistant
            self._shut(Resolution.CONFIRMED)
            self._record(EventKind.TICKET_CONFIRMED, customer, by_assistant=by_assistant)
            self._say(Actor.system(), notices.confirmed())
        if rating := self.told.get("rating"):
            self._later(1, 3, "rated")
            self.rows.ratings.append(Rating(ticket=ticket, created_at=self.at, **rating))
            numbers = {name: rating[name] for name in ("satisfaction", "effort")}
            self._record(EventKind.TICKET_RATED, customer, **numbers)

    def _shut(self, resolution: Resolution) -> None:
        self.ticket.pass_turn(Turn.CLOSED, at=self.at)
        self.ticket.resolution = resolution
        self.ticket.closed_at = self.ticket.closed_at or self.at
        if self.handover is not None:
            self.handover.ended_at = self.ticket.closed_at

    def _later(self, least: float, most: float, what: str) -> None:
        """Let some minutes pass, but never so many that the conversation ends in the future."""
        minutes = least + (most - least) * share(what, self.told["subject"])
        self.at += min(timedelta(minutes=minutes), (self.world.now - self.at) / 3)

    def _check(self) -> None:
        if self.ticket.turn != _TURNS[self.told["state"]] or self.at > self.world.now:
            raise ValueError(f"{self.told['subject']}: ends as {self.ticket.turn}, at {self.at}.")
        if self.told["state"] == "assistant" and self.ticket.with_a_person:
            raise ValueError(f"{self.told['subject']}: a person was asked for.")

    # --- facts ----------------------------------------------------------------------------------

    def _note_fact(self, told: ToldFact, message: Message) -> None:
        agent = message.author_user
        actor = Actor.agent(agent) if agent is not None else Actor.assistant()
        fact = Fact(
            customer=self.customer,
            ticket=self.ticket,
            message=message if told.stated else None,
            key=told.key,
            value=told.value,
            source=actor.kind,
            created_at=self.at,
        )
        self.rows.facts.append(fact)
        self._record(EventKind.FACT_NOTED, actor, key=fact.key)

    def _opener(self) -> Actor:
        """Who typed or sent the customer's words: an agent on the phone, the shop by the API."""
        if self.told["channel"] == Channel.API:
            return Actor.integrator(self.world.cast.shop)
        if self.told["channel"] == Channel.PHONE and self.assignee is not None:
            return Actor.agent(self.assignee)
        return Actor.of_customer(self.customer)

    def _has_the_assistant(self) -> bool:
        return any(item["author"] == "assistant" for item in self.told["messages"])


_REASONS = {
    Decision.ANSWER: "one article covers it",
    Decision.OFFER: "more than one article may cover it",
    Decision.CLARIFY: "no article covers it as it was put",
    Decision.HAND_OVER: "a person is wanted",
}

# A conversation whose last words are the assistant's waits for the customer like any other.
_TURNS = {**{turn.value: turn for turn in Turn}, "assistant": Turn.CUSTOMER}


def _times(begun: datetime, items: list[Entry]) -> list[datetime]:
    """When each item was written."""
    times, at = [], begun
    for item in items:
        at += timedelta(minutes=item["minutes"])
        times.append(at)
    return times
