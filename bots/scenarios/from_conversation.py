"""A scenario made from a real conversation: what was said, masked, and what really came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bots.actions.scenarios import NewTurn
from bots.models import Expected, Scenario, TaskRun
from bots.models.scenarios import LONGEST_TURN, MOST_TURNS
from bots.scenarios.masking import mask
from knowledgebase.models import Article
from tickets import conditions
from tickets.models import (
    Answer,
    AuthorKind,
    Decision,
    EscalationRule,
    HandOver,
    Message,
    Reason,
    RuleFiring,
    Ticket,
)

READ = 200  # messages, from the first; a person had the conversation long before
# Why a person came without a word of the customer's being read for it: no play has these.
NOT_BY_WORDS = (
    *(Reason.ONLY_FILES, Reason.FAILED, Reason.TOO_SLOW, Reason.CHANNEL),
    *(Reason.TAKEN_OVER, Reason.TRANSFERRED, Reason.REOPENED),
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A scenario that is not kept yet. `turns` are empty where nothing can be played."""

    scenario: Scenario
    turns: list[NewTurn]


def propose(ticket: Ticket) -> Proposed:
    """The customer's turns until a person had the conversation, with what came of each."""
    recent = list(
        Message.objects.filter(ticket=ticket)
        .exclude(author_kind=AuthorKind.SYSTEM)
        .select_related("answer", "author_user")
        .prefetch_related("answer__citations__article")
        .order_by("position")[:READ]
    )
    names = _names(ticket, recent)
    turns: list[NewTurn] = []
    for said, answer in _pairs(recent):
        text = mask("\n".join(one.body for one in said), names=names)[:LONGEST_TURN]
        turn = _outcome(ticket, text, said, answer)
        if turn is not None:
            turns.append(turn)
        if turn is None or turn.expected == Expected.HANDED_OVER or len(turns) == MOST_TURNS:
            break
    values = conditions.of_ticket(ticket, text="", now=ticket.created_at)
    who = {
        name: values[name].value
        for name in ("channel", "tier", "identity", "prefers_person")
        if name in values and values[name].value not in (None, "")
    }
    is_open = values["open_now"].value is not False if "open_now" in values else True
    name = mask(ticket.subject or ticket.reference, names=names)
    note = _("Made from %(reference)s, with what came of it then.") % {
        "reference": ticket.reference
    }
    scenario = Scenario(name=name[:110], note=note, ticket=ticket, is_open=is_open, **who)
    return Proposed(scenario, turns)


def _pairs(messages: Sequence[Message]) -> Iterator[tuple[list[Message], Answer | None]]:
    """What the customer said in one go, and the assistant's answer to it; until an agent writes."""
    said: list[Message] = []
    for message in messages:
        if message.author_kind == AuthorKind.CUSTOMER:
            said.append(message)
            continue
        if message.author_kind == AuthorKind.AGENT:
            break
        answer = getattr(message, "answer", None)
        if said and answer is not None:
            yield said, answer
            said = []
    if said:
        yield said, None


def _outcome(
    ticket: Ticket, text: str, said: Sequence[Message], answer: Answer | None
) -> NewTurn | None:
    """A turn with what came of it; None where nothing came that can be played."""
    if not text.strip():
        return None
    if answer is None or answer.decision == Decision.HAND_OVER:
        return _handed_over(ticket, text, said, spoke=answer is not None)
    if answer.decision == Decision.CLARIFY:
        return NewTurn(text, Expected.ASKED_BACK)
    if answer.decision == Decision.TASK:
        return _task(ticket, text, answer)
    first = min(answer.citations.all(), key=lambda one: one.rank, default=None)
    article: Article | None = first.article if first is not None else None
    if answer.decision == Decision.OFFER:
        expected = Expected.OFFERED if article is not None else Expected.NOT_ANSWERED
    else:
        expected = Expected.ANSWERED if article is not None else Expected.REPLIED
    return NewTurn(text, expected, article=article)


def _task(ticket: Ticket, text: str, answer: Answer) -> NewTurn | None:
    """By the task that was the newest then; what it knew is personal, and is left out."""
    runs = TaskRun.objects.filter(ticket=ticket, started_at__lte=answer.message.created_at)
    key = runs.filter(agent=None).order_by("-pk").values_list("task__key", flat=True).first()
    return NewTurn(text, Expected.TASK, task_key=key) if key else None


def _handed_over(
    ticket: Ticket, text: str, said: Sequence[Message], *, spoke: bool
) -> NewTurn | None:
    """By the rule that fired, or for the reason of the hand-over; a button is no word of theirs."""
    firing = (
        RuleFiring.objects.filter(message__in=[one.pk for one in said], decided=True)
        .select_related("rule")
        .first()
    )
    rule: EscalationRule | None = firing.rule if firing is not None else None
    if rule is not None:
        return NewTurn(text, Expected.HANDED_OVER, rule=rule)
    if firing is None and not spoke:
        return None
    after = HandOver.objects.filter(ticket=ticket, asked_at__gte=said[0].created_at)
    handover = after.order_by("pk").first()
    if handover is None or handover.reason in NOT_BY_WORDS:
        return None
    return NewTurn(text, Expected.HANDED_OVER, reason=handover.reason)


def _names(ticket: Ticket, messages: Sequence[Message]) -> list[str]:
    """Whose names may stand in it: the customer's, their company's, and those who wrote."""
    customer = ticket.customer
    people = {one.author_user for one in messages if one.author_user is not None}
    found = [customer.name, (customer.email or "").split("@")[0]]
    found += [customer.claimed_email.split("@")[0], customer.phone]
    if customer.organization is not None:
        found.append(customer.organization.name)
    found += [one.value for one in customer.contacts.all()]
    return [name for name in [*found, *(person.name for person in people)] if name]
