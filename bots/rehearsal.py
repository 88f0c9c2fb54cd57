"""A conversation that is only played: what the assistant would do, and why. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from bots import openings
from bots.dialogue import Question
from bots.doing import asker as askers
from bots.models import AssistantSettings, Task, TaskRun
from bots.models.tasks import OPEN
from bots.queries import Query
from bots.sources import Source
from bots.turns import Articles, Outcome, Past, Turned, outcome, read
from bots.understanding import installed
from bots.understanding.detectors import Detectors
from knowledgebase.embeddings import Vectors
from tickets import rules
from tickets.conditions import Value
from tickets.models import Channel, Decision, EscalationRule, Identity, Tier


@dataclass(frozen=True, slots=True)
class Setup:
    """All that decides a conversation: as it is now, or with a draft of one part in its place.

    A draft is in this value and nowhere else, so nobody but the play that it is given to sees it.
    `articles` says which articles there are while they are looked for.
    """

    settings: AssistantSettings
    rules: Sequence[EscalationRule]
    detectors: Detectors
    tasks: Sequence[Task] = ()
    articles: Articles = nullcontext

    @classmethod
    def now(cls) -> Setup:
        """As everything is. Four queries, and one every five seconds."""
        return cls(
            AssistantSettings.load(),
            rules.active_rules(),
            installed.detectors(),
            askers.active_tasks(),
        )


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of a message: what is looked for, and the sentences that are read."""

    queries: list[Query]
    sentences: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class Played:
    """One turn of the play: what was typed, what came of it, and everything that was seen."""

    text: str
    outcome: Outcome
    turned: Turned

    @property
    def sources(self) -> list[int]:
        """The articles that were shown, unless a rule handed over instead."""
        return [hit.article_id for hit in self.shown]

    @property
    def task(self) -> str | None:
        """The key of the task that is asked for, unless a rule hands over instead."""
        thought = self.turned.thought
        if thought is None or thought.step is None or self.outcome.rule is not None:
            return None
        return thought.step.task.key

    @property
    def shown(self) -> list[Source]:
        """The sections that were shown, unless a rule handed over instead."""
        if self.turned.thought is None or self.outcome.rule is not None:
            return []
        return self.turned.thought.sources

    @property
    def reasons(self) -> list[str]:
        """Why: what the thought says, and every rule that held with what showed it."""
        thought = self.turned.thought
        fired = [
            f"rule “{each.rule.name}”: {', '.join(each.evidence)}"
            for each in self.turned.verdict.firings
        ]
        return [*(thought.reasons if thought else []), *fired]

    @property
    def says(self) -> str:
        """All that the customer reads: a hand-over may begin with a sentence of an admin's."""
        said = self.outcome.text
        if self.outcome.decision != Decision.HAND_OVER:
            return said
        opening = openings.of_situation(self.turned.situation)
        return "\n\n".join(filter(None, [opening.text, said])) if opening else said


def somebody(
    *,
    channel: str = Channel.PORTAL,
    tier: str = Tier.STANDARD,
    identity: str = Identity.UNKNOWN,
    prefers_person: bool = False,
    open_now: bool = True,
) -> dict[str, Value]:
    """A customer who might ask, as the rules would see their ticket."""
    return {
        "channel": Value(str(channel)),
        "tier": Value(str(tier)),
        "identity": Value(str(identity)),
        "prefers_person": Value(prefers_person),
        "open_now": Value(open_now),
        "waiting_minutes": Value(0),
        "earlier_tickets": Value(0),
        "tenure_days": Value(0),
    }


def play(
    texts: Sequence[str],
    around: Mapping[str, Value] | None = None,
    *,
    setup: Setup | None = None,
    encoded: Sequence[Encoded] = (),
) -> list[Played]:
    """Play a conversation, turn by turn, until a person has it; one `Played` for each turn.

    Without a `setup` everything is as it is now. `encoded` is what the encoder made of each text, if
    it was asked before; without it, it is asked, so never inside a transaction.
    """
    setup = setup or Setup.now()
    known = {one: vector for each in encoded for one, vector in each.sentences.items()}
    turns: list[Played] = []
    for place, text in enumerate(texts):
        around_now = {
            **(somebody() if around is None else around),
            "text": Value(text),
            "turns": Value(len(turns) + 1),
        }
        turned = read(
            text,
            past=_past(turns),
            around=around_now,
            settings=setup.settings,
            question=_question(text, turns),
            queries=partial(list, encoded[place].queries) if encoded else None,
            active=setup.rules,
            detectors=setup.detectors,
            known=known,
            articles=setup.articles,
            asker=askers.played(
                setup.tasks,
                level=str(around_now["identity"].value),
                tier=str(around_now["tier"].value),
                open_now=bool(around_now["open_now"].value),
                run=_run(turns),
            ),
        )
        turns.append(Played(text, outcome(turned, setup.settings), turned))
        if turns[-1].outcome.decision == Decision.HAND_OVER:
            break
    return turns


def _run(turns: Sequence[Played]) -> TaskRun | None:
    """The task that the last turn left open, as a row that is kept nowhere."""
    thought = turns[-1].turned.thought if turns else None
    if thought is None or thought.step is None or thought.step.state not in OPEN:
        return None
    step = thought.step
    return TaskRun(
        task=step.task,
        state=step.state,
        facts=dict(step.facts),
        asked=step.asked,
        tries=step.tries,
    )


def _past(turns: Sequence[Played]) -> Past:
    return Past(
        earlier=[turn.text for turn in turns],
        answers=[turn.outcome.text for turn in turns if turn.outcome.text],
        feelings=[str(turn.turned.situation["feeling"].value) for turn in turns],
        unhelpful_answers=sum(_did_not_help(turn) for turn in turns),
    )


def _question(text: str, turns: Sequence[Played]) -> Question:
    shown = [turn.sources[0] for turn in turns if turn.sources]
    refused = sum(_did_not_help(turn) for turn in turns)
    return Question(
        text=text,
        clarified=any(
            turn.outcome.decision == Decision.CLARIFY and not _did_not_help(turn) for turn in turns
        ),
        was_answered=len(shown) > refused,
        unhelpful=frozenset(shown[:refused]),
        offered=frozenset(
            turns[-1].sources if turns and turns[-1].outcome.decision == Decision.OFFER else ()
        ),
    )


def _did_not_help(turn: Played) -> bool:
    return turn.turned.thought is not None and turn.turned.thought.did_not_help
