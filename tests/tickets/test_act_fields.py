"""Custom fields that macros and rules fill in: written by name, kept by key, undone with the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.factories import make_admin, make_agent, make_message, make_team, make_ticket
from tests.tickets.macro_steps import apply, save
from tests.tickets.ruled import happens, kinds, rule
from tickets import act_fields, actions, acts
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.models import CustomField, EventKind, RuleFiring, Ticket, Turn, UndoStep, User
from tickets.models.custom_fields import About, FieldKind
from tickets.rules.content import Content
from tickets.rules.sentences import describe

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_agent("Dana Osei", teams=[make_team("Gear care")])


@pytest.fixture
def ticket(dana: User) -> Ticket:
    return make_ticket(team=dana.teams.get(), turn=Turn.AGENT, agent=dana)


@pytest.fixture
def why() -> CustomField:
    return a_field("reason", "Reason", FieldKind.CHOICE, ["too late", "wrong size"])


def a_field(
    key: str,
    name: str,
    kind: FieldKind,
    options: list[str] | None = None,
    about: About = About.TICKET,
) -> CustomField:
    return CustomField.objects.create(
        key=key, name=name, kind=kind, options=options or [], about=about
    )


def custom(ticket: Ticket) -> dict[str, Any]:
    found: dict[str, Any] = Ticket.objects.get(pk=ticket.pk).custom
    return found


def test_lines_are_read_by_the_name_or_the_key_and_kept_by_the_key(why: CustomField) -> None:
    a_field("sizes", "Sizes", FieldKind.CHOICES, ["S", "M", "L"])
    a_field("weight", "Weight in kg", FieldKind.NUMBER)
    sent = act_fields.sent("REASON: too late\n\nsizes: S,  L\nWeight in kg: 4,5")
    assert acts.cleaned({"fields": sent})["fields"] == {
        "reason": ["too late"],
        "sizes": ["S", "L"],
        "weight": ["4,5"],
    }
    kept = acts.cleaned({"fields": sent})
    assert acts.cleaned(kept) == kept
    CustomField.objects.filter(key="reason").update(name="Why")
    assert act_fields.written(kept["fields"]) == "Why: too late\nSizes: S, L\nWeight in kg: 4,5"


def test_what_is_kept_is_filled_into_its_field_whatever_another_one_is_called(
    why: CustomField,
) -> None:
    kept = acts.cleaned({"fields": act_fields.sent("Reason: too late")})
    CustomField.objects.filter(pk=why.pk).update(name="Why", position=200)
    a_field("other", "Reason", FieldKind.CHOICE, ["too late"])
    [(field, values)] = acts.load(kept).fields
    assert (field.pk, values) == (why.pk, ["too late"])


def test_a_value_with_a_comma_in_it_is_one_of_several_too() -> None:
    a_field("lost", "Lost", FieldKind.CHOICES, ["poles, pegs", "bag"])
    kept = acts.cleaned({"fields": act_fields.sent("Lost: poles, pegs")})
    assert kept["fields"] == {"lost": ["poles, pegs"]}


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("Colour: red", "There is no field “Colour” of conversations."),
        ("Shop: Leeds", "There is no field “Shop” of conversations."),
        ("Reason: because", "Reason: Choose one of the values."),
        ("Reason:", "Write what “Reason” is to be."),
        ("Reason", "Write what “Reason” is to be."),
        ("\n".join(f"f{number}: x" for number in range(11)), "Fill in at most 10 fields."),
    ],
)
def test_what_is_no_field_or_no_value_is_refused_in_a_sentence(
    why: CustomField, lines: str, problem: str
) -> None:
    a_field("shop", "Shop", FieldKind.TEXT, about=About.CUSTOMER)
    with pytest.raises(ValidationError) as refused:
        acts.cleaned({"fields": act_fields.sent(lines)})
    assert refused.value.messages == [problem]


def test_a_macro_fills_in_and_one_step_undoes_it(
    dana: User, ticket: Ticket, why: CustomField
) -> None:
    macro = save(dana, acts={"fields": {"Reason": "too late"}, "priority": 3})
    apply(dana, ticket, macro)
    assert custom(ticket) == {"reason": "too late"}
    assert ticket.events.filter(kind=EventKind.TICKET_CHANGED, data__name="Reason").count() == 1
    actions.undo(actor=Actor.agent(dana), step=UndoStep.objects.get(user=dana))
    assert custom(ticket) == {}
    assert Ticket.objects.get(pk=ticket.pk).priority == ticket.priority


def test_a_macro_whose_field_is_gone_does_nothing_and_says_which(
    dana: User, ticket: Ticket, why: CustomField
) -> None:
    macro = save(dana, acts={"fields": {"Reason": "too late"}, "priority": 3})
    why.delete()
    before = Ticket.objects.values().get(pk=ticket.pk)
    with pytest.raises(ActionError, match="There is no field “reason”"):
        apply(dana, ticket, macro)
    assert Ticket.objects.values().get(pk=ticket.pk) == before


def test_a_rule_fills_in_once_and_its_sentence_says_what(
    dana: User, ticket: Ticket, why: CustomField
) -> None:
    admin = Actor.agent(make_admin())
    made = rule(
        admin, trigger="customer_wrote", actions={"acts": {"fields": {"Reason": "wrong size"}}}
    )
    assert "set “Reason” to “wrong size”" in describe(Content.of(made))
    make_message(ticket)
    after = ticket.last_position
    ticket = happens(ticket, EventKind.MESSAGE_POSTED)
    assert custom(ticket) == {"reason": "wrong size"}
    assert RuleFiring.objects.get(ticket=ticket).trouble == ""
    changed = ticket.events.get(kind=EventKind.TICKET_CHANGED)
    assert (changed.actor_kind, changed.data["after"]) == ("system", "wrong size")
    make_message(ticket)
    happens(ticket, EventKind.MESSAGE_POSTED)
    assert kinds(ticket, after).count(EventKind.TICKET_CHANGED) == 1


def test_a_rule_whose_value_is_offered_no_more_does_nothing_and_tells_an_admin(
    dana: User, ticket: Ticket, why: CustomField
) -> None:
    admin = Actor.agent(make_admin())
    filled = {"acts": {"fields": {"Reason": "wrong size"}}, "tags": ["size"]}
    rule(admin, trigger="customer_wrote", actions=filled)
    CustomField.objects.filter(pk=why.pk).update(options=["too late"])
    make_message(ticket)
    ticket = happens(ticket, EventKind.MESSAGE_POSTED)
    assert (custom(ticket), ticket.tags) == ({}, [])
    assert "Reason: Choose one of the values." in RuleFiring.objects.get(ticket=ticket).trouble


def test_the_form_of_a_macro_offers_it_only_where_there_are_fields(
    client: Client, dana: User, ticket: Ticket
) -> None:
    client.force_login(dana)
    page = reverse("workspace-add-macro")
    assert "Fill in fields" not in client.get(page).content.decode()
    a_field("reason", "Reason", FieldKind.CHOICE, ["too late", "wrong size"])
    shown = client.get(page).content.decode()
    assert "Fill in fields" in shown
    assert "Reason (too late, wrong size)" in shown
