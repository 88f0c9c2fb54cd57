"""Who is blocked may read and not write, is told so and how else to reach us; only people block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic
from django.test import Client
from django.utils import timezone

from tests.factories import (
    make_admin,
    make_agent,
    make_answer,
    make_customer,
    make_lead,
    make_message,
    make_reply,
    make_team,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.ledger import kinds, last_event
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions, clock
from tickets.actions import Blocked, NotAllowed
from tickets.actors import Actor
from tickets.models import (
    Block,
    Channel,
    Customer,
    Event,
    EventKind,
    Message,
    Reason,
    SiteSettings,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
WHY = "Insulted Robin three times."


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def block(agent: User, customer: Customer | None = None, **options: Any) -> Block:
    wanted = {"reason": WHY, "customer": customer, **options}
    return actions.block(actor=Actor.agent(agent), **wanted)


def writes(ticket: Ticket) -> Message:
    return actions.continue_conversation(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, body="And another thing"
    )


def may_write(customer: Customer) -> bool:
    try:
        with atomic():
            actions.open_ticket(
                actor=Actor.of_customer(customer),
                customer=customer,
                channel=Channel.PORTAL,
                body="Is anybody there?",
            )
    except Blocked:
        return False
    return True


# --- all doors ------------------------------------------------------------------------------------

DOORS: dict[str, Callable[[Actor, Ticket], object]] = {
    "a new conversation": lambda actor, ticket: actions.open_ticket(
        actor=actor, customer=ticket.customer, channel=Channel.PORTAL, body="Me again"
    ),
    "a person, outside any conversation": lambda actor, ticket: actions.ask_for_a_person(
        actor=actor, customer=ticket.customer
    ),
    "a person, in a conversation": lambda actor, ticket: actions.hand_over(
        actor=actor, ticket=ticket, reason=Reason.ASKED
    ),
    "writing": lambda actor, ticket: actions.post_message(actor=actor, ticket=ticket, body="Hey"),
    "going on": lambda actor, ticket: actions.continue_conversation(
        actor=actor, ticket=ticket, body="Hey"
    ),
    "reopening": lambda actor, ticket: actions.reopen(actor=actor, ticket=ticket),
    "rating": lambda actor, ticket: actions.rate(
        actor=actor, ticket=ticket, satisfaction=1, effort=1, comment="Rotten"
    ),
    "leaving an address": lambda actor, ticket: actions.leave_email(
        actor=actor, ticket=ticket, email="new@walkers.example"
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_is_closed_to_who_is_blocked_and_nothing_is_written(
    door: str, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED)
    block(dana, ticket.customer)
    before = Event.objects.count(), Ticket.objects.count(), Message.objects.count()
    with pytest.raises(Blocked) as refused:
        DOORS[door](Actor.of_customer(ticket.customer), ticket)
    assert refused.value.code == "blocked"
    assert WHY not in refused.value.message
    assert (Event.objects.count(), Ticket.objects.count(), Message.objects.count()) == before


def test_an_answer_is_not_rated_by_who_is_blocked(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    answer = make_answer(ticket).answer
    block(dana, ticket.customer)
    with pytest.raises(Blocked):
        actions.rate_answer(actor=Actor.of_customer(ticket.customer), answer=answer, helpful=False)


def test_they_read_what_they_have_and_agents_still_answer(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    block(dana, ticket.customer)
    assert make_reply(ticket, dana)
    seen = access.ticket_for(Actor.of_customer(ticket.customer), ticket.reference)
    assert seen == ticket


def test_an_agent_notes_for_them_what_they_say_by_telephone(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    block(dana, ticket.customer)
    said = actions.post_message(
        actor=Actor.agent(dana), ticket=ticket, body="They apologise.", channel=Channel.PHONE
    )
    assert said.author_customer == ticket.customer


def test_what_they_wrote_before_is_still_looked_after(team: Team, dana: User) -> None:
    """The assistant, who reads it a moment later, may still fetch a person for it."""
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    block(dana, ticket.customer)
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.ANGER)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE


# --- who ------------------------------------------------------------------------------------------


def test_only_a_person_who_works_here_blocks_with_a_reason(team: Team, dana: User) -> None:
    customer = make_customer()
    for nobody in (Actor.assistant(), Actor.system(), Actor.of_customer(customer)):
        with pytest.raises(NotAllowed):
            actions.block(actor=nobody, customer=customer, reason=WHY)
    for nothing in ("", "  \n", "\u200b"):
        with pytest.raises(ValidationError):
            block(dana, customer, reason=nothing)
    assert not Block.objects.exists()


def test_an_address_is_meant_letter_by_letter_and_no_look_alike(dana: User) -> None:
    mallory = make_customer(email="mallory@spam.example")
    others = [
        make_customer(email="mallory+2@spam.example"),
        make_customer(email="mal.lory@spam.example"),
        make_customer(email="mallory@spam.example.org"),
        make_customer(email="mallory@mail.spam.example"),
    ]
    block(dana, email=" Mallory@SPAM.example ")
    assert Block.objects.get().email == "mallory@spam.example"
    assert not may_write(mallory)
    assert all(map(may_write, others))
    with pytest.raises(ValidationError):
        block(dana, email="ma\u0131lory@spam.example")


def test_a_domain_is_everybody_at_it_and_a_leads_to_block(team: Team, dana: User) -> None:
    inside, below = make_customer(email="a@spam.example"), make_customer(email="a@x.spam.example")
    near, nobody = make_customer(email="a@notspam.example"), make_customer(email=None)
    with pytest.raises(NotAllowed):
        block(dana, domain="spam.example")
    lead = make_lead(teams=[team])
    found = block(lead, domain="@Spam.example")
    assert found.domain == "spam.example"
    assert not may_write(inside)
    assert all(map(may_write, (below, near, nobody)))
    with pytest.raises(NotAllowed):
        actions.unblock(actor=Actor.agent(dana), block=found)
    actions.unblock(actor=Actor.agent(lead), block=found)
    assert may_write(inside)


def test_an_address_that_is_only_claimed_blocks_nobody(dana: User) -> None:
    visitor = make_visitor()
    visitor.claimed_email = "mallory@spam.example"
    visitor.save()
    block(dana, email="mallory@spam.example")
    assert may_write(visitor)


def test_a_block_goes_along_when_the_same_person_gets_a_log_in(dana: User) -> None:
    holder = make_customer(email="mallory@spam.example")
    block(dana, holder)
    account = make_customer(login=True, email="other@walkers.example")
    assert account.user is not None
    User.objects.filter(pk=account.user.pk).update(email="mallory@spam.example")
    account.user.refresh_from_db()
    actions.follow_login_address(actor=Actor.of_customer(account), user=account.user)
    account.refresh_from_db()
    assert not may_write(account)


# --- how long, and back ---------------------------------------------------------------------------


def test_it_ends_by_itself_where_a_time_was_given(dana: User) -> None:
    customer = make_customer()
    block(dana, customer, until=clock.now() + timedelta(days=7))
    with pytest.raises(Blocked, match="until"):
        actions.ask_for_a_person(actor=Actor.of_customer(customer), customer=customer)
    with clock.at(timezone.now() + timedelta(days=8)):
        assert may_write(customer)
        again = block(dana, customer)  # the first is history by then
    assert Block.objects.count() == 2
    assert again.is_over is False
    with pytest.raises(ValidationError):
        block(dana, make_customer(), until=clock.now())


def test_it_is_taken_back_and_stays_as_history(team: Team, dana: User) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    ticket = make_ticket(team=team)
    found = block(dana, ticket.customer, ticket=ticket)
    event = last_event(ticket)
    assert (event.kind, event.actor_user) == (EventKind.CUSTOMER_BLOCKED, dana)
    assert (event.subject, event.subject_id) == ("tickets.block", str(found.pk))
    assert "Robin" not in str(event.data)
    actions.unblock(actor=Actor.agent(robin), block=found, ticket=ticket)
    found.refresh_from_db()
    assert (found.by, found.lifted_by, found.reason) == (dana, robin, WHY)
    assert found.lifted_at is not None
    assert last_event(ticket).kind == EventKind.CUSTOMER_UNBLOCKED
    number = len(kinds(ticket))
    actions.unblock(actor=Actor.agent(dana), block=found, ticket=ticket)
    assert len(kinds(ticket)) == number
    assert make_message(ticket)


@pytest.mark.parametrize(
    "broken",
    [
        {"email": "a@b.example"},
        {"customer": None},
        {"reason": ""},
        {"until": timezone.now() - timedelta(days=9)},
        {"lifted_at": None, "lifted_by": True},
    ],
)
def test_the_database_refuses_a_block_that_says_nothing(
    broken: dict[str, object], dana: User
) -> None:
    found = block(dana, make_customer())
    if "lifted_by" in broken:
        broken = {**broken, "lifted_by": dana}
    with pytest.raises(IntegrityError), atomic():
        Block.objects.filter(pk=found.pk).update(**broken)


def _block_by_one_of(agents: list[User], whom: dict[str, Any], index: int) -> Block:
    return block(agents[index], **whom)


@real_transactions
def test_two_who_block_at_once_make_one_block() -> None:
    team = make_team()
    agents = [make_agent(teams=[team]) for _number in range(2)]
    customer = make_customer()
    everybody: list[dict[str, Any]] = [{"customer": customer}, {"email": "mallory@spam.example"}]
    for whom in everybody:
        Block.objects.all().delete()
        made = together(2, partial(_block_by_one_of, agents, whom))
        assert {one.pk for one in made if isinstance(one, Block)} == {Block.objects.get().pk}
        assert Event.objects.filter(subject_id=str(Block.objects.get().pk)).count() == 1


@real_transactions
def test_a_message_that_meets_a_block_is_either_stored_or_refused() -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    ticket = make_ticket(team=team)
    before = ticket.messages.filter(author_kind="customer").count()
    done = together(2, lambda index: block(dana, ticket.customer) if index else writes(ticket))
    assert isinstance(done[1], Block)
    stored = ticket.messages.filter(author_kind="customer").count() - before
    assert stored == (0 if isinstance(done[0], Blocked) else 1)
    with pytest.raises(Blocked):
        writes(ticket)


# --- what is read of it ---------------------------------------------------------------------------


def test_the_words_name_the_other_ways(dana: User) -> None:
    customer = make_customer()
    block(dana, customer)
    actor = Actor.of_customer(customer)

    def told() -> str:
        with pytest.raises(Blocked) as refused:
            actions.ask_for_a_person(actor=actor, customer=customer)
        return refused.value.message

    SiteSettings.objects.update(phone="", contact_email="")
    assert "You can still read" in told()
    SiteSettings.objects.update(phone="+44 1632 960 000", contact_email="post@kestrel.example")
    assert "+44 1632 960 000" in told()
    assert "post@kestrel.example" in told()
    SiteSettings.objects.update(blocked_text="Write a letter to Mill Lane 3.")
    assert told().endswith("Write a letter to Mill Lane 3.")


def test_an_admin_sees_lifts_and_makes_blocks(client: Client, dana: User) -> None:
    admin = make_admin(is_superuser=True)
    client.force_login(admin)
    found = block(dana, make_customer(name="Mallory Rook"))
    page = client.get("/admin/tickets/block/")
    assert "Mallory Rook" in page.text
    assert WHY in page.text
    client.post(f"/admin/tickets/block/{found.pk}/do/lift/")
    found.refresh_from_db()
    assert found.lifted_by == admin
    sent = {"email": "Pills@Spam.example", "domain": "", "customer": "", "reason": "Pills"}
    client.post("/admin/tickets/block/add/", {**sent, "until_0": "", "until_1": ""})
    made = Block.objects.get(email="pills@spam.example")
    assert made.by == admin
    both = client.post("/admin/tickets/block/add/", {**sent, "domain": "spam.example"})
    assert "Name one of the three" in both.text
    assert client.get(f"/admin/tickets/block/{made.pk}/delete/").status_code == 403
    assert "Taken back by" in client.get("/admin/tickets/block/?state=over").text


def test_staff_who_are_customers_too_are_not_let_off(dana: User) -> None:
    """Somebody who works here and looks at the portal is a customer there."""
    user = make_user("Somebody")
    customer = Customer.objects.create(user=user, email=user.email)
    block(dana, customer)
    assert not may_write(customer)
