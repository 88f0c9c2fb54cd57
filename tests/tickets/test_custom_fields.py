"""Fields that an admin added: what they take, who is told, what needs them, what conditions see."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_customer,
    make_organization,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.tickets.ledger import kinds, last_event, since
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions, conditions
from tickets.actions import ActionError, ChangedMeanwhile, NotAllowed
from tickets.actors import Actor
from tickets.api.serializers import TicketOut
from tickets.conversation import custom_fields
from tickets.models import (
    Customer,
    CustomField,
    EventKind,
    Organization,
    Team,
    Ticket,
    Turn,
    UndoStep,
    User,
)
from tickets.models.custom_fields import About, FieldKind, as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def field(
    kind: FieldKind = FieldKind.TEXT, about: About = About.TICKET, **more: Any
) -> CustomField:
    number = CustomField.objects.count()
    given = {"key": f"field_{number}", "name": f"Field {number}", **more}
    if kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        given.setdefault("options", ["Small", "Large", "Huge"])
    return CustomField.objects.create(about=about, kind=kind, **given)


def fill(
    agent: User, ticket: Ticket, one: CustomField, *value: str, seen: list[str] | None = None
) -> Ticket:
    return actions.fill_in(
        actor=Actor.agent(agent), ticket=ticket, field=one, value=value, seen=seen
    )


def kept(ticket: Ticket, one: CustomField) -> Any:
    return Ticket.objects.get(pk=ticket.pk).custom.get(one.key)


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        (FieldKind.TEXT, ["  a \n b "], "a b"),
        (FieldKind.NUMBER, ["2,5"], 2.5),
        (FieldKind.NUMBER, ["40"], 40),
        (FieldKind.CHOICE, ["Large"], "Large"),
        (FieldKind.CHOICES, ["Large", "Small"], ["Large", "Small"]),
        (FieldKind.DATE, ["2026-03-01"], "2026-03-01"),
        (FieldKind.CHECKBOX, ["no"], False),
    ],
)
def test_each_kind_keeps_its_value_and_nothing_clears_it(
    team: Team, dana: User, kind: FieldKind, sent: list[str], value: Any
) -> None:
    ticket, one = make_ticket(team=team), field(kind)
    fill(dana, ticket, one, *sent)
    assert kept(ticket, one) == value
    fill(dana, ticket, one, "", seen=as_sent(value))
    assert one.key not in Ticket.objects.get(pk=ticket.pk).custom


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        *((FieldKind.NUMBER, bad) for bad in ("x", "nan", "1e999", "9" * 500)),
        *((FieldKind.CHOICE, bad) for bad in ("Tiny", "small")),
        *((FieldKind.DATE, bad) for bad in ("soon", "2026-02-30")),
        (FieldKind.CHECKBOX, "true"),
        (FieldKind.TEXT, "x" * 400),
    ],
)
def test_what_is_no_value_is_refused(team: Team, dana: User, kind: FieldKind, sent: str) -> None:
    ticket, one = make_ticket(team=team), field(kind)
    before = len(kinds(ticket))
    with pytest.raises(ValidationError):
        fill(dana, ticket, one, sent)
    assert since(ticket, before) == []


def test_a_change_is_an_event_and_no_words_of_a_text_are_in_it(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    size, words = field(FieldKind.CHOICE, name="Size"), field(name="Serial number")
    fill(dana, ticket, size, "Large")
    assert last_event(ticket).data == {
        "field": f"custom.{size.key}",
        "name": "Size",
        "before": None,
        "after": "Large",
    }
    fill(dana, ticket, words, "canary")
    assert "canary" not in str(last_event(ticket).data)


def test_what_is_the_customers_is_there_in_all_their_conversations(team: Team, dana: User) -> None:
    customer = make_customer(organization=make_organization())
    ticket = make_ticket(team=team, customer=customer)
    other = make_ticket(team=team, customer=customer)
    shop, contract = field(about=About.CUSTOMER), field(about=About.ORGANIZATION)
    fill(dana, ticket, shop, "Leeds")
    fill(dana, ticket, contract, "K-4711")
    assert Customer.objects.get(pk=customer.pk).custom == {shop.key: "Leeds"}
    assert Organization.objects.get().custom == {contract.key: "K-4711"}
    loaded = access.ticket_for(Actor.agent(dana), other.reference)
    assert [one.words for one in custom_fields.of(loaded)] == ["Leeds", "K-4711"]
    alone = make_ticket(team=team)
    with pytest.raises(ActionError, match="no organisation"):
        fill(dana, alone, contract, "x")
    loaded = access.ticket_for(Actor.agent(dana), alone.reference)
    assert [one.key for one in custom_fields.of(loaded)] == [shop.key]


@pytest.mark.parametrize("about", About)
def test_an_agent_undoes_what_they_filled_in_and_nothing_else(
    about: About, team: Team, dana: User
) -> None:
    customer = make_customer(organization=make_organization("Ridge"))
    ticket = make_ticket(team=team, customer=customer)
    one, other = field(about=about), field(about=about)
    by_dana, robin = Actor.agent(dana), Actor.agent(make_agent("Robin Vale", teams=[team]))

    def fill(actor: Actor, which: CustomField, value: str) -> None:
        actions.fill_in(actor=actor, ticket=ticket, field=which, value=[value])

    def there() -> dict[str, Any]:
        found = Ticket.objects.select_related("customer__organization").get(pk=ticket.pk)
        owners = {About.TICKET: found, About.CUSTOMER: found.customer}
        owner: Any = owners.get(about, found.customer.organization)
        return {key: owner.custom.get(key) for key in (one.key, other.key)}

    fill(by_dana, one, "L")
    fill(by_dana, one, "XL")
    fill(robin, other, "red")
    actions.undo(actor=by_dana, step=UndoStep.objects.get(user=dana))
    assert there() == {one.key: "L", other.key: "red"}
    assert last_event(ticket).kind == EventKind.TICKET_UNDONE
    fill(by_dana, one, "S")
    fill(robin, one, "M")
    with pytest.raises(ActionError, match="Robin Vale went on since"):
        actions.undo(actor=by_dana, step=UndoStep.objects.get(user=dana))
    assert there()[one.key] == "M"
    actions.undo(actor=robin, step=UndoStep.objects.get(user=robin.user))
    assert there()[one.key] == "S"


def test_only_agents_fill_in_and_the_second_is_told(team: Team, dana: User) -> None:
    ticket, one = make_ticket(team=team), field(FieldKind.CHOICE, name="Size")
    with pytest.raises(NotAllowed):
        actions.fill_in(
            actor=Actor.of_customer(ticket.customer), ticket=ticket, field=one, value=["Large"]
        )
    fill(dana, ticket, one, "Large", seen=[])
    with pytest.raises(ChangedMeanwhile) as told:
        fill(make_agent(teams=[team]), ticket, one, "Small", seen=[])
    assert told.value.message.startswith("Dana Osei changed the Size meanwhile.")
    assert "Large" in told.value.message


@real_transactions
def test_two_who_fill_in_two_fields_at_the_same_moment_lose_neither() -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    ticket = make_ticket(team=team)
    both = [field(), field()]
    together(2, lambda n: fill(dana, ticket, both[n], f"value {n}", seen=[]))
    assert [kept(ticket, one) for one in both] == ["value 0", "value 1"]


# --- what needs them ------------------------------------------------------------------------------


def test_what_is_needed_is_filled_in_before_it_is_resolved(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    one = field(name="Size", required=True)
    field(name="Contract", about=About.ORGANIZATION, required=True)  # they have no organisation
    with pytest.raises(ActionError) as told:
        actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    assert (told.value.code, told.value.message) == ("incomplete", "Fill in first: Size.")
    fill(dana, ticket, one, "Large")
    assert actions.resolve(actor=Actor.agent(dana), ticket=ticket).is_closed


def test_the_customer_may_say_that_it_is_solved_whatever_is_missing(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    field(required=True)
    customer = Actor.of_customer(ticket.customer)
    assert actions.confirm_solved(actor=customer, ticket=ticket).is_closed


# --- who sees them --------------------------------------------------------------------------------


def test_the_customer_sees_what_is_shown_to_them_and_nothing_else(team: Team, dana: User) -> None:
    customer = make_customer(login=True)
    assert customer.user is not None
    ticket = make_ticket(team=team, customer=customer)
    shown, hidden = field(name="Serial", shown_to_customer=True), field(name="Hidden")
    fill(dana, ticket, shown, "SN-1")
    fill(dana, ticket, hidden, "canary")
    browser = Client()
    browser.force_login(customer.user, backend="tickets.web.logins.LogIns")
    page = browser.get(f"/requests/{ticket.reference}/").text
    assert "SN-1" in page
    assert "canary" not in page
    assert "Hidden" not in page


def test_the_api_has_them_as_texts(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    sizes, paid = field(FieldKind.CHOICES), field(FieldKind.CHECKBOX)
    fill(dana, ticket, sizes, "Large", "Small")
    fill(dana, ticket, paid, "yes")
    ticket.refresh_from_db()
    assert TicketOut(ticket).data["custom_fields"] == [
        {"key": sizes.key, "values": ["Large", "Small"]},
        {"key": paid.key, "values": ["yes"]},
    ]


# --- conditions -----------------------------------------------------------------------------------

CASES: list[tuple[FieldKind, list[str], str, Any, bool]] = [
    (FieldKind.TEXT, ["Leeds"], "is", "leeds", True),
    (FieldKind.NUMBER, ["12"], "at_least", 10, True),
    (FieldKind.NUMBER, ["12"], "at_most", 10, False),
    (FieldKind.CHOICE, ["Large"], "any_of", ["Small", "Large"], True),
    (FieldKind.CHOICE, ["Huge"], "is", "Small", False),
    (FieldKind.CHOICES, ["Large", "Small"], "any_of", ["Small"], True),
    (FieldKind.CHECKBOX, ["no"], "is", False, True),
    (FieldKind.DATE, ["2026-03-01"], "is", "2026-03-01", True),
]


def both_say(ticket: Ticket, condition: dict[str, Any]) -> list[bool]:
    """What the situation says, and what the database says."""
    group = {"match": "all", "conditions": [condition]}
    now = timezone.now()
    situation = conditions.of_ticket(ticket, text="", now=now)
    found = conditions.matching(Ticket.objects.filter(pk=ticket.pk), group, now=now)
    return [conditions.evaluate(group, situation) is not None, found.exists()]


@pytest.mark.parametrize("about", list(About))
@pytest.mark.parametrize(("kind", "sent", "op", "wanted", "holds"), CASES)
def test_a_condition_says_the_same_of_a_ticket_and_in_the_database(
    about: About, kind: FieldKind, sent: list[str], op: str, wanted: Any, holds: bool
) -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    customer = make_customer(organization=make_organization())
    ticket, one = make_ticket(team=team, customer=customer), field(kind, about)
    condition = {"field": f"custom.{one.key}", "op": op, "value": wanted}
    group = conditions.clean_group({"match": "all", "conditions": [condition]})
    assert both_say(ticket, group["conditions"][0]) == [False, False]  # unknown never counts
    fill(dana, ticket, one, *sent)
    assert both_say(ticket, group["conditions"][0]) == [holds, holds]


def test_what_is_not_of_the_fields_kind_never_counts_and_breaks_nothing(team: Team) -> None:
    number = field(FieldKind.NUMBER)
    condition = {"field": f"custom.{number.key}", "op": "at_least", "value": 1}
    ticket = make_ticket(team=team)
    for wrong in ("x", [1], {"a": 1}, None, True):
        Ticket.objects.filter(pk=ticket.pk).update(custom={number.key: wrong})
        assert both_say(ticket, condition) == [False, False]


def test_a_condition_on_a_field_that_was_deleted_never_holds_and_says_so(
    team: Team, dana: User
) -> None:
    ticket, one = make_ticket(team=team), field()
    fill(dana, ticket, one, "x")
    condition = {"field": f"custom.{one.key}", "op": "is", "value": "x"}
    assert both_say(ticket, condition) == [True, True]
    one.delete()
    assert both_say(ticket, condition) == [False, False]
    with pytest.raises(ValidationError) as told:
        conditions.clean_group({"match": "all", "conditions": [condition]})
    assert "There is nothing called" in str(told.value)


def test_a_turn_costs_no_statement_more_with_fifty_fields(team: Team) -> None:
    ticket = make_ticket(team=team, customer=make_visitor())

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            conditions.of_ticket(ticket, text="", now=timezone.now())
        return len(captured)

    before = cost()
    for _number in range(50):
        field()
    assert cost() == before
