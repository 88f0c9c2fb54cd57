"""One conversation of the demo as steps: what somebody did in it, by which action, and when.

A file says who wrote what after how many minutes, and what the assistant decided. What follows from
that (places in the queue, the system's lines, briefs, facts that the assistant finds) is written by
the actions, as in a conversation of today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bots import reactions
from bots.actions import report_answer
from bots.dialogue import Thought
from helpdesk.demo import load_facts, load_identity
from helpdesk.demo.load_articles import Told
from helpdesk.demo.load_content import Entry, share
from helpdesk.demo.load_people import Cast
from tickets import actions
from tickets.actions import reply_asking
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Channel,
    Customer,
    Decision,
    Message,
    Priority,
    Reason,
    Ticket,
    Turn,
    User,
)
from tickets.service.hours import Hours

# How sure it was of what helped, did not help, was not judged; of what it offered, and of nothing.
JUDGED = {True: (0.8, 0.97), False: (0.75, 0.82), None: (0.81, 0.94)}
OFFERED, UNSURE = (0.34, 0.7), (0.02, 0.28)


@dataclass(frozen=True, slots=True)
class World:
    """What all conversations share: who is in them, what is cited, and the end of history."""

    cast: Cast
    sources: dict[str, Told]
    intros: dict[Decision, str]  # what the assistant says before the articles that it shows
    now: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done at a moment, and the agents who then were here out of hours."""

    at: datetime
    act: Callable[[], object]
    agents_here: frozenset[int] = frozenset()


class Story:
    """A conversation as its file tells it; `ticket` is there once its first step was played."""

    ticket: Ticket
    customer: Customer

    def __init__(self, told: Entry, world: World) -> None:
        self.told, self.world = told, world
        self.items: list[Entry] = told["messages"]
        self.times = list(_times(world.now - timedelta(days=told["days_ago"]), self.items))
        # Of a visitor nothing is known: they are there once they wrote.
        self.is_visitor = "visitor" in told
        if not self.is_visitor:
            self.customer = world.cast.customers[told["customer"]]
        self.team = world.cast.teams[told["team"]]
        self.assignee = world.cast.staff.get(told.get("assignee", ""))
        self.facts = load_facts.place(told)
        self.answers: dict[int, Answer] = {}  # by the index of their item

    def steps(self) -> Iterator[Step]:
        """What was done, in the order of time, none of it in the future.

        Raises ValueError if the file lets something happen after now.
        """
        accepted, before = False, self.times[0]
        for index, (at, item) in enumerate(zip(self.times, self.items, strict=True)):
            match item["author"]:
                case "customer" if index == 0:
                    yield Step(at, partial(self._open, item), self._here(index))
                case "customer":
                    if self._clicked_no(index - 1):
                        yield Step(_between(before, at, 0.5), partial(self._says_no, index - 1))
                    yield Step(at, partial(self._write, index, item))
                case "assistant":
                    yield Step(at, partial(self._think, index, item), self._here(index))
                case kind:
                    agent = self.world.cast.staff[item["by"]]
                    if not accepted and agent == self.assignee:
                        accepted, passed = True, 0.4 + 0.5 * share("accepted", self.told["subject"])
                        yield Step(_between(before, at, passed), partial(self._accept, agent))
                    write = self._write_note if kind == "note" else partial(self._reply, index)
                    yield Step(at, partial(write, agent, item))
            before = at
        if before > self.world.now:
            raise ValueError(f"{self.told['subject']}: goes on until {before}.")
        yield from self._end()

    def check(self) -> None:
        """Raises ValueError if it did not end in the state that its file says, by whom it says."""
        ticket, told = self.ticket, self.told
        ticket.refresh_from_db()
        if ticket.turn != _TURNS[told["state"]]:
            raise ValueError(f"{told['subject']}: ends as {ticket.turn}.")
        if told["state"] == "assistant" and ticket.with_a_person:
            raise ValueError(f"{told['subject']}: a person was asked for.")
        if ticket.solved_by_assistant != (told.get("closed_by") == "assistant"):
            raise ValueError(f"{told['subject']}: closed by {told['closed_by']}, it says.")

    # --- what was said --------------------------------------------------------------------------

    def _open(self, item: Entry) -> None:
        if self.is_visitor:
            self.customer = actions.new_visitor(actor=Actor.nobody())
        self.ticket = actions.open_ticket(
            actor=self._opener(),
            customer=self.customer,
            channel=Channel(self.told["channel"]),
            body=item["text"],
            subject=self.told["subject"],
            team=self.team,
            priority=Priority[self.told["priority"].upper()],
        )
        self._note_facts(0, self.ticket.messages.get(author_kind=AuthorKind.CUSTOMER))
        load_identity.say_who(self.ticket, item)

    def _write(self, index: int, item: Entry) -> None:
        message = actions.post_message(actor=self._opener(), ticket=self.ticket, body=item["text"])
        self._note_facts(index, message)
        load_identity.say_who(self.ticket, item)

    def _reply(self, index: int, agent: User, item: Entry) -> None:
        actor = Actor.agent(agent)
        message = reply_asking(
            actor=actor,
            ticket=self.ticket,
            body=item["text"],
            asked_again=item.get("asked_again", ()),
        )
        self._note_told(index, message)
        if item.get("asks_proof"):
            actions.ask_to_prove(actor=actor, ticket=self.ticket)

    def _write_note(self, agent: User, item: Entry) -> None:
        actions.write_note(actor=Actor.agent(agent), ticket=self.ticket, body=item["text"])

    def _accept(self, agent: User) -> None:
        actions.accept(actor=Actor.agent(agent), ticket=self.ticket)

    def _note_facts(self, index: int, message: Message) -> None:
        """As the assistant does when it reads what a customer wrote."""
        reactions.note_facts(self.ticket, message)
        self._note_told(index, message)

    def _note_told(self, index: int, message: Message) -> None:
        agent = message.author_user
        for fact in self.facts[index]:
            actions.note_fact(
                actor=Actor.agent(agent) if agent is not None else Actor.assistant(),
                ticket=self.ticket,
                key=fact.key,
                value=fact.value,
                message=message if fact.stated else None,
            )

    # --- the assistant --------------------------------------------------------------------------

    def _think(self, index: int, item: Entry) -> None:
        by_customer = self.ticket.messages.filter(author_kind=AuthorKind.CUSTOMER)
        message = by_customer.latest("position")
        reactions.carry_out(self.ticket, message, self._thought(index, item))
        self.answers[index] = Answer.objects.select_related("message__ticket").get(
            message__ticket=self.ticket, message__position__gt=message.position
        )

    def _thought(self, index: int, item: Entry) -> Thought:
        """What it made of the customer's last message, as the file says."""
        decision, text = Decision(item["decision"]), item["text"]
        sources = [self.world.sources[slug] for slug in item.get("sources", [])]
        if decision == Decision.ANSWER and not sources:
            return Thought(decision, text, 1.0, ["thanks: nothing was asked"])
        least, most = {
            Decision.ANSWER: JUDGED[item.get("helpful")],
            Decision.OFFER: OFFERED,
        }.get(decision, UNSURE)
        at = share(self.told.get("customer"), self.told["subject"], index)
        score = least + at * (most - least)
        quoted = decision == Decision.OFFER or any(one.says(text) for one in sources[:1])
        reason = Reason(self.told["reason"]) if decision == Decision.HAND_OVER else None
        return Thought(
            decision,
            self.world.intros[decision] if quoted else text,
            round(score, 3),
            [_REASONS[decision]],
            [
                source.shown(
                    text,
                    score=round(score * 0.9**further, 3),
                    quoted=decision == Decision.ANSWER and not further,
                )
                for further, source in enumerate(sources)
            ],
            hand_over=reason,
            did_not_help=reason == Reason.UNHELPFUL,
        )

    def _clicked_no(self, index: int) -> bool:
        """Whether the customer clicked that the answer did not help.

        Of the last one before a person comes because of it, their words say so.
        """
        in_words = self.told.get("reason") == Reason.UNHELPFUL and any(
            later.get("decision") == Decision.HAND_OVER for later in self.items[index : index + 3]
        )
        return self.items[index].get("helpful") is False and not in_words

    def _says_no(self, index: int) -> None:
        customer = Actor.of_customer(self.customer)
        actions.rate_answer(actor=customer, answer=self.answers[index], helpful=False)
        reactions.be_sorry(self.ticket)

    # --- the end --------------------------------------------------------------------------------

    def _end(self) -> Iterator[Step]:
        """How it was closed and rated; each some minutes later, but never in the future."""
        at = self.times[-1]

        def later(least: float, most: float, what: str) -> datetime:
            nonlocal at
            minutes = least + (most - least) * share(what, self.told["subject"])
            at += min(timedelta(minutes=minutes), (self.world.now - at) / 3)
            return at

        helped = [index for index, item in enumerate(self.items) if item.get("helpful")]
        if helped:
            yield Step(later(1, 5, "confirmed"), partial(self._says_yes, helped[-1]))
        elif self.told["state"] == Turn.CLOSED:
            yield Step(later(2, 30, "resolved"), self._resolve)
            if self.told["confirmed"]:
                yield Step(later(1, 400, "confirmed"), self._confirm)
        if rating := self.told.get("rating"):
            yield Step(later(1, 3, "rated"), partial(self._rate, rating))
        for index, item in enumerate(self.items):
            if report := item.get("reported"):
                yield Step(later(5, 60, "reported"), partial(self._report, index, report))

    def _says_yes(self, index: int) -> None:
        customer = Actor.of_customer(self.customer)
        actions.rate_answer(actor=customer, answer=self.answers[index], helpful=True)

    def _resolve(self) -> None:
        assert self.assignee is not None
        actions.resolve(actor=Actor.agent(self.assignee), ticket=self.ticket)

    def _confirm(self) -> None:
        actions.confirm_solved(actor=Actor.of_customer(self.customer), ticket=self.ticket)

    def _rate(self, rating: Entry) -> None:
        actions.rate(actor=Actor.of_customer(self.customer), ticket=self.ticket, **rating)

    def _report(self, index: int, report: Entry) -> None:
        agent = Actor.agent(self.world.cast.staff[report["by"]])
        report_answer(actor=agent, answer=self.answers[index], note=report["note"])

    # --- who ------------------------------------------------------------------------------------

    def _here(self, index: int) -> frozenset[int]:
        """Where a person is asked for out of hours: whoever answered before the hours began."""
        asked_at_once = index == 0 and not self._has_the_assistant()
        if not asked_at_once and self.items[index].get("decision") != Decision.HAND_OVER:
            return frozenset()
        at = self.times[index]
        hours = Hours.load(self.team)
        opens_at = hours.next_opening(at) if hours else at
        return frozenset(
            self.world.cast.staff[item["by"]].pk
            for time, item in zip(self.times, self.items, strict=True)
            if item["author"] == "agent" and opens_at and at < time < opens_at
        )

    def _opener(self) -> Actor:
        """Who typed or sent the customer's words: an agent on the phone, the shop by the API."""
        if self.told["channel"] == Channel.API:
            return Actor.integrator(self.world.cast.shop)
        if self.told["channel"] == Channel.PHONE and self.assignee is not None:
            return Actor.agent(self.assignee)
        return Actor.of_customer(self.customer)

    def _has_the_assistant(self) -> bool:
        return any(item["author"] == "assistant" for item in self.items)


_REASONS = {
    Decision.ANSWER: "one article covers it",
    Decision.OFFER: "more than one article may cover it",
    Decision.CLARIFY: "no article covers it as it was put",
    Decision.HAND_OVER: "a person is wanted",
}

# A conversation whose last words are the assistant's waits for the customer like any other.
_TURNS = {**{turn.value: turn for turn in Turn}, "assistant": Turn.CUSTOMER}


def _times(begun: datetime, items: list[Entry]) -> Iterator[datetime]:
    """When each item was written."""
    at = begun
    for item in items:
        at += timedelta(minutes=item["minutes"])
        yield at


def _between(one: datetime, other: datetime, share_of: float) -> datetime:
    return one + (other - one) * share_of
