"""Macros: one step for an answer, a note and acts; all of it or nothing, once, and undone at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from knowledgebase.models import Article
from tests.factories import (
    make_agent,
    make_article,
    make_customer,
    make_message,
    make_team,
    make_ticket,
)
from tests.tickets.ledger import kinds
from tests.tickets.macro_steps import apply, save
from tests.tickets.parallel import real_transactions, together
from tickets import actions, events
from tickets.actions import ActionError, Crossed
from tickets.actors import Actor
from tickets.acts import ME, NOBODY, RESOLVE, UNTIL_THEY_WRITE
from tickets.models import (
    Afterwards,
    AuthorKind,
    Draft,
    Event,
    EventKind,
    MacroUse,
    Message,
    Note,
    Reaction,
    Status,
    StatusCategory,
    Team,
    Ticket,
    TicketType,
    Turn,
    UndoStep,
    User,
)

pytestmark = pytest.mark.django_db
WAIT, AT_ONCE = timedelta(seconds=10), timedelta()
ACTS = {"add_tags": ["courier"], "priority": 3, "snooze": 48}


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def ticket(dana: User, team: Team) -> Ticket:
    customer = make_customer("Maya Lind")
    return make_ticket(team=team, turn=Turn.AGENT, agent=dana, customer=customer, subject="Pole")


def send(who: User, ticket: Ticket, body: str, **more: Any) -> Draft | None:
    more = {"wait": AT_ONCE, "with_macro": True, **more}
    return actions.send_reply(actor=Actor.agent(who), ticket=ticket, body=body, **more)


def let_time_pass() -> None:
    due = Reaction.objects.filter(name__in=["send_reply", "macros.count"], state="due")
    due.update(due_at=timezone.now())
    for pk in list(due.values_list("pk", flat=True)):
        events.run(pk)


def replies(ticket: Ticket) -> list[str]:
    said = ticket.messages.filter(author_kind=AuthorKind.AGENT).order_by("position")
    return list(said.values_list("body", flat=True))


def everything(ticket: Ticket) -> tuple[object, ...]:
    """What must be as before where nothing was done."""
    return (
        Ticket.objects.values().get(pk=ticket.pk),
        Event.objects.filter(ticket=ticket).count(),
        list(Draft.objects.values()),
        Message.objects.count(),
        Note.objects.count(),
    )


# --- applied ---------------------------------------------------------------------------------------


def test_a_text_goes_into_the_draft_and_nothing_is_sent(dana: User, ticket: Ticket) -> None:
    macro = save(dana, body="Dear {customer.first_name}, this is {agent.first_name}.")
    happened = kinds(ticket)
    draft = apply(dana, ticket, macro, typed="Hello.")
    assert isinstance(draft, Draft)
    assert (draft.body, draft.leaves_at) == ("Hello.\n\nDear Maya, this is Dana.", None)
    assert (kinds(ticket), replies(ticket)) == (happened, [])


def test_acts_and_a_note_are_done_in_the_moment_in_which_the_reply_leaves(
    dana: User, ticket: Ticket
) -> None:
    macro = save(dana, body="It is late.", note="Ask {company} about it", acts=ACTS)
    draft = apply(dana, ticket, macro)
    assert isinstance(draft, Draft)
    send(dana, ticket, draft.body + " Sorry.", wait=WAIT)
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.snoozed_at, Note.objects.count()) == ([], None, 0)
    let_time_pass()
    ticket.refresh_from_db()
    assert replies(ticket) == ["It is late. Sorry."]
    assert (ticket.tags, ticket.priority, ticket.snoozed_at is None) == (["courier"], 3, False)
    assert Note.objects.get().body == "Ask Helpdesk about it"
    assert not Draft.objects.exists()


def test_one_step_undoes_all_acts_of_a_macro(dana: User, ticket: Ticket) -> None:
    acts = {**ACTS, "type": TicketType.objects.earliest("pk").pk}
    macro = save(dana, body="It is late.", acts=acts, send_at_once=True)
    apply(dana, ticket, macro, wait=AT_ONCE)
    step = UndoStep.objects.get()
    assert (step.event.kind, step.told) == (EventKind.MACRO_APPLIED, False)
    actions.undo(actor=Actor.agent(dana), step=step)
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.priority, ticket.type, ticket.snoozed_at) == ([], 2, None, None)
    assert (replies(ticket), ticket.turn) == (["It is late."], Turn.CUSTOMER)


def test_what_sends_at_once_can_be_taken_back_and_then_nothing_of_it_was_done(
    dana: User, ticket: Ticket
) -> None:
    macro = save(dana, body="It is late.", note="Rang them", acts=ACTS, send_at_once=True)
    draft = apply(dana, ticket, macro)
    assert isinstance(draft, Draft)
    assert draft.leaves_at
    actions.take_back(actor=Actor.agent(dana), draft=draft)
    let_time_pass()
    ticket.refresh_from_db()
    assert (replies(ticket), ticket.tags, Note.objects.count()) == ([], [], 0)
    kept = Draft.objects.get()
    assert (kept.body, kept.macro["acts"]) == ("It is late.", ACTS)


def test_what_sends_at_once_sends_nothing_over_what_was_begun(dana: User, ticket: Ticket) -> None:
    macro = save(dana, body="It is late.", send_at_once=True)
    draft = apply(dana, ticket, macro, typed="Dear Maya")
    assert isinstance(draft, Draft)
    assert (draft.body, draft.leaves_at) == ("Dear Maya\n\nIt is late.", None)


def test_without_a_text_it_is_done_at_once_and_undone_by_one_step(
    dana: User, ticket: Ticket
) -> None:
    macro = save(dana, note="Waits for the courier", acts={"end": RESOLVE, "add_tags": ["done"]})
    apply(dana, ticket, macro)
    ticket.refresh_from_db()
    assert (ticket.is_closed, ticket.tags, Note.objects.count()) == (True, ["done"], 1)
    step = UndoStep.objects.get()
    assert step.told
    actions.undo(actor=Actor.agent(dana), step=step)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.tags) == (Turn.AGENT, [])


def test_every_act_does_what_it_says(dana: User, ticket: Ticket, team: Team) -> None:
    hold = Status.objects.create(name="With the workshop", category=StatusCategory.HOLD)
    orders = make_team("Orders")
    robin = make_agent("Robin", teams=[team])
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"assignee": robin.pk}, {"assignee": robin}),
        ({"assignee": ME}, {"assignee": dana}),
        ({"status": hold.pk}, {"status": hold}),
        ({"snooze": UNTIL_THEY_WRITE}, {"snoozed_until": None}),
        ({"add_tags": ["#Wet  Tent"]}, {"tags": ["wet tent"]}),
        ({"remove_tags": ["wet tent"]}, {"tags": []}),
        ({"assignee": NOBODY}, {"assignee": None, "turn": Turn.QUEUE}),
        ({"team": orders.pk}, {"team": orders, "turn": Turn.QUEUE}),
    ]
    for number, (acts, expected) in enumerate(cases):
        apply(dana, ticket, save(dana, name=f"Act {number}", acts=acts))
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert {name: getattr(ticket, name) for name in expected} == expected


def test_two_macros_in_one_reply_do_what_both_say_and_the_later_where_they_differ(
    dana: User, ticket: Ticket
) -> None:
    first = save(dana, name="One", body="One.", acts={"add_tags": ["a"], "end": RESOLVE})
    second = save(dana, name="Two", body="Two.", acts={"add_tags": ["b"], "snooze": 24})
    apply(dana, ticket, first)
    draft = apply(dana, ticket, second)
    assert isinstance(draft, Draft)
    assert draft.macro["acts"] == {"add_tags": ["a", "b"], "snooze": 24}
    send(dana, ticket, draft.body)
    applied = Event.objects.filter(ticket=ticket, kind=EventKind.MACRO_APPLIED)
    assert [event.data["name"] for event in applied] == ["One", "Two"]


def test_the_agents_own_choice_of_an_end_outranks_the_macros(dana: User, ticket: Ticket) -> None:
    apply(dana, ticket, save(dana, body="Late.", acts=ACTS))
    send(dana, ticket, "Late.", afterwards=Afterwards.RESOLVE)
    ticket.refresh_from_db()
    assert (ticket.is_closed, ticket.tags) == (True, ["courier"])


def test_a_macro_that_is_left_out_leaves_only_its_text(dana: User, ticket: Ticket) -> None:
    apply(dana, ticket, save(dana, body="Late.", note="x", acts=ACTS))
    actions.leave_macro_out(actor=Actor.agent(dana), ticket=ticket)
    send(dana, ticket, "Late.")
    ticket.refresh_from_db()
    assert (ticket.tags, replies(ticket), Note.objects.count()) == ([], ["Late."], 0)


def test_a_screen_that_does_not_show_the_macro_does_not_do_it(dana: User, ticket: Ticket) -> None:
    apply(dana, ticket, save(dana, body="Late.", acts=ACTS))
    send(dana, ticket, "Something else", with_macro=False)
    ticket.refresh_from_db()
    assert ticket.tags == []


# --- all or nothing --------------------------------------------------------------------------------


def test_whatever_is_gone_nothing_is_done_and_a_sentence_says_what(
    dana: User, ticket: Ticket, team: Team
) -> None:
    article = make_article("Late parcels")
    status = Status.objects.create(name="At the courier", category=StatusCategory.HOLD)
    orders, robin = make_team("Orders"), make_agent("Robin", teams=[team])
    kind = TicketType.objects.create(name="Odd")
    tags = {"add_tags": ["x"]}
    made = {
        "article": save(dana, name="1", body=f"See {{article:{article.slug}}}", acts=tags),
        "status": save(dana, name="2", body="Hi", acts={**tags, "status": status.pk}),
        "team": save(dana, name="3", note="Hi", acts={**tags, "team": orders.pk}),
        "Robin": save(dana, name="4", acts={**tags, "assignee": robin.pk}),
        "type": save(dana, name="5", acts={**tags, "type": kind.pk}),
    }
    Article.objects.update(state=Article.State.ARCHIVED, published=None)
    Status.objects.filter(pk=status.pk).update(offered=False)
    TicketType.objects.filter(pk=kind.pk).delete()
    orders.delete()
    User.objects.filter(pk=robin.pk).update(is_active=False)
    before = everything(ticket)
    for named, macro in made.items():
        with pytest.raises(ActionError) as refused:
            apply(dana, ticket, macro)
        assert named in refused.value.message
    assert everything(ticket) == before


def test_what_goes_while_the_reply_waits_gives_the_reply_back(dana: User, ticket: Ticket) -> None:
    status = Status.objects.create(name="At the courier", category=StatusCategory.HOLD)
    acts = {"add_tags": ["x"], "status": status.pk}
    apply(dana, ticket, save(dana, body="Late.", acts=acts, send_at_once=True))
    Status.objects.filter(pk=status.pk).update(offered=False)
    let_time_pass()
    ticket.refresh_from_db()
    held = Draft.objects.get()
    assert "The status that it sets" in held.held
    assert (held.body, held.leaves_at, replies(ticket), ticket.tags) == ("Late.", None, [], [])


def test_nothing_is_done_to_what_was_closed_meanwhile(dana: User, ticket: Ticket) -> None:
    macro = save(dana, body="Late.", acts=ACTS)
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    before = everything(ticket)
    with pytest.raises(ActionError, match="is closed"):
        apply(dana, ticket, macro)
    assert everything(ticket) == before


def test_one_act_that_is_refused_takes_the_others_back(dana: User, ticket: Ticket) -> None:
    outsider = make_agent("Kit Marlow", teams=[make_team("Orders")])
    macro = save(dana, note="Kit, please", acts={"add_tags": ["x"], "assignee": outsider.pk})
    before = everything(ticket)
    with pytest.raises(ActionError, match="Kit Marlow does not see"):
        apply(dana, ticket, macro)
    assert everything(ticket) == before


def test_what_was_edited_while_it_was_looked_at_is_looked_at_again(
    dana: User, ticket: Ticket
) -> None:
    macro = save(dana, body="Late.", send_at_once=True)
    seen = macro.version
    save(dana, macro, body="Never.", send_at_once=True)
    with pytest.raises(ActionError, match="changed meanwhile"):
        apply(dana, ticket, macro, version=seen)
    actions.remove_macro(actor=Actor.agent(dana), macro=macro)
    with pytest.raises(ActionError, match="not there any more"):
        apply(dana, ticket, macro, version=seen)
    assert not Draft.objects.exists()


def test_a_macro_without_a_text_crosses_nobody(dana: User, ticket: Ticket) -> None:
    macro = save(dana, acts={"end": RESOLVE})
    seen = ticket.last_position
    make_message(ticket, "Wait, one more thing")
    with pytest.raises(Crossed):
        apply(dana, ticket, macro, seen=seen)
    ticket.refresh_from_db()
    assert not ticket.is_closed


@pytest.mark.parametrize(
    "said",
    [
        {"body": "Late."},
        {"body": "Late.", "acts": ACTS, "send_at_once": True},
        {"note": "Rang them", "acts": ACTS},
    ],
)
@real_transactions
def test_applied_twice_at_once_it_is_applied_once(said: dict[str, Any]) -> None:
    dana = make_agent("Dana Osei", teams=[make_team()])
    ticket = make_ticket(team=dana.teams.get(), turn=Turn.AGENT, agent=dana)
    macro, client_id = save(dana, **said), uuid4()
    results = together(4, lambda _number: apply(dana, ticket, macro, client_id=client_id))
    assert not [found for found in results if isinstance(found, Exception)]
    let_time_pass()
    apply(dana, ticket, macro, client_id=client_id)
    drafts = list(Draft.objects.values_list("body", flat=True))
    sends, writes = "send_at_once" in said, "body" in said
    assert (replies(ticket), drafts) == (
        (["Late."], []) if sends else ([], ["Late."] if writes else [])
    )
    assert Note.objects.count() == ("note" in said)
    done = Event.objects.filter(ticket=ticket, kind=EventKind.MACRO_APPLIED)
    assert done.count() == (sends or not writes)


# --- counted ---------------------------------------------------------------------------------------


def test_a_use_is_counted_once_for_the_team_after_it_was_made(dana: User, ticket: Ticket) -> None:
    macro = save(dana, note="Rang them")
    apply(dana, ticket, macro)
    assert not MacroUse.objects.exists()
    let_time_pass()
    let_time_pass()
    use = MacroUse.objects.get()
    assert (use.macro, use.team, use.uses) == (macro, ticket.team, 1)
    actions.remove_macro(actor=Actor.agent(dana), macro=macro)
    assert not MacroUse.objects.exists()
