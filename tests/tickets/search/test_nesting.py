"""OR, brackets and a minus before them; an operator for every field; what is bounded, and how it is told."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories import make_admin, make_customer, make_ticket, make_visitor
from tests.tickets.proofs import proved
from tests.tickets.search.conftest import Finds
from tickets import actions
from tickets.actors import Actor
from tickets.conditions import all_fields
from tickets.models import CustomField, Match, Priority, Team, Ticket, Turn, User
from tickets.search.field_operators import all_operators, operator_named
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.search.parts import Either, Term


def tag(name: str) -> dict[str, object]:
    return {"field": "tags", "op": "any_of", "value": [name]}


def test_or_stands_between_its_neighbours_and_brackets_keep_together() -> None:
    urgent = {"field": "priority", "op": "any_of", "value": ["4"]}
    assert read("tag:a OR tag:b priority:urgent").conditions == [
        {"match": "any", "conditions": [tag("a"), tag("b")]},
        urgent,
    ]
    assert read("tag:a OR (tag:b AND priority:urgent)").conditions == [
        {
            "match": "any",
            "conditions": [tag("a"), {"match": "all", "conditions": [tag("b"), urgent]}],
        }
    ]
    # What is no deeper than it looks is one group.
    assert read("(tag:a OR (tag:b OR tag:c))").conditions == [
        {"match": "any", "conditions": [tag("a"), tag("b"), tag("c")]}
    ]


def test_a_minus_before_brackets_is_the_opposite_of_all_in_them() -> None:
    assert read("-(tag:a OR -priority:urgent)").conditions == [
        {"field": "tags", "op": "none_of", "value": ["a"]},
        {"field": "priority", "op": "any_of", "value": ["4"]},
    ]
    assert read("-(turns:>=3 opened:<2026-10-01)").conditions == [
        {
            "match": "any",
            "conditions": [
                {"field": "turns", "op": "less_than", "value": 3},
                {"field": "opened", "op": "since", "value": "2026-10-01T00:00:00+00:00"},
            ],
        }
    ]


def test_words_may_stand_in_brackets_too_and_are_marked() -> None:
    query = read("(parcel OR tag:lost) -(tent pole)")
    assert query.mixed == [
        Either(Match.ANY, (Term(("parcel",)), tag("lost"))),
        Either(
            Match.ANY,
            (Term(("tent",), negative=True), Term(("pole",), negative=True)),
        ),
    ]
    assert query.wanted == [Term(("parcel",))]
    assert read("lost :) foo(bar) (x)").wanted[1].words == ("foo", "bar")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(tag:a", "A bracket is not closed"),
        ("(" * 200, "Nest brackets less"),
        ("tag:a OR (tag:b (tag:c OR (tag:d tag:e)))", "Nest brackets less"),
        ("OR tag:a", "OR stands between two"),
        ("tag:a OR", "OR stands between two"),
        ("(tag:a OR) x", "OR stands between two"),
        ("tag:a OR OR tag:b", "OR stands between two"),
        ("(from:customer x)", "Write from: outside of brackets"),
        ("x OR from:customer", "Write from: outside of brackets"),
        ("(a OR b) OR (c OR d) e f g h i j k l m n o p q", "Use at most 16 words"),
        ("turns:many", "Write a number, for example turns:>=3"),
        ("turns:1,2", "Write one value after turns:"),
        ("opened:2026-10-01", "opened:>=2026-10-01"),
        ("opened:>=nan", "year-month-day"),
        ("before:99999d", "year-month-day"),
        ("snoozed:perhaps", "Choose one of these: yes, no"),
        ("identity:king", "is nothing that identity: can be"),
        ("text:hello", "known while somebody writes only"),
        ("()", "Write a word"),
    ],
)
def test_what_cannot_be_read_is_told_kindly(text: str, says: str) -> None:
    with pytest.raises(Misread, match=says.replace("(", r"\(").replace("?", r"\?")):
        read(text)


@pytest.mark.django_db
def test_of_what_was_deleted_it_is_told_and_nothing_is_found(finds: Finds, team: Team) -> None:
    field = CustomField.objects.create(about="ticket", key="size", name="Size", kind="text")
    ticket = make_ticket(team=team)
    Ticket.objects.filter(pk=ticket.pk).update(custom={"size": "L"})
    assert finds("custom.size:L") == [ticket.reference]
    field.delete()
    with pytest.raises(Misread, match=r"There is no field custom\.sizes any more"):
        read("custom.sizes:L")


@pytest.mark.django_db
def test_every_field_that_a_list_can_be_asked_for_has_an_operator() -> None:
    shown = {operator.name for operator in all_operators()}
    for field in all_fields():
        operator = operator_named(field.name)
        assert operator is not None
        if field.query is not None and operator.name == field.name:
            said = {"turn": "status", "tags": "tag", "organization": "org", "has_files": "has"}
            assert said.get(field.name, field.name) in shown


@pytest.mark.django_db
def test_what_is_nested_finds_what_it_says_and_no_more(
    finds: Finds, team: Team, other_team: Team, dana: User
) -> None:
    urgent = make_ticket(team=team, priority=Priority.URGENT, body="A tent", subject="a")
    mine = make_ticket(team=team, turn=Turn.AGENT, agent=dana, body="A stove", subject="b")
    make_ticket(team=team, body="A lamp", subject="c")
    make_ticket(team=other_team, priority=Priority.URGENT, body="A tent", subject="d")
    both = {urgent.reference, mine.reference}
    for text in (
        "priority:urgent OR assignee:me",
        "tent OR stove",
        "tent OR assignee:me",
        "-(lamp) (priority:urgent OR stove)",
        "-(priority:normal assignee:nobody)",
        "opened:>=1d status:open (priority:urgent OR assignee:me)",
    ):
        assert set(finds(text)) == both, text
    assert finds("(tent OR stove) -(assignee:me OR lamp)") == [urgent.reference]
    assert finds("opened:<1d tent") == []
    assert (
        set(finds("turns:<2 snoozed:no identity:confirmed opened:>=today (tent OR stove)")) == both
    )


@pytest.mark.django_db
def test_who_writes_is_asked_for_by_level_and_from_a_level_on(finds: Finds, team: Team) -> None:
    make_customer(email="ines@walkers.example")
    unknown = make_ticket(team=team, customer=make_visitor())
    known = make_ticket(team=team)
    signed_in = make_ticket(team=team, customer=make_customer(login=True))
    verified = make_ticket(team=team, customer=make_visitor())
    proved(verified)
    for text, found in (
        ("identity:verified", [verified]),
        ("identity:unknown", [unknown]),
        ("identity:>=confirmed", [known, signed_in, verified]),
        ("identity:>confirmed", [signed_in, verified]),
        ("-identity:>=confirmed", [unknown]),
        ("identity:<=signed_in", [unknown, known, signed_in]),
        ('identity:"Signed in"', [signed_in]),
        ("identity:unknown,verified", [unknown, verified]),
    ):
        assert set(finds(text)) == {one.reference for one in found}, text


@pytest.mark.django_db
def test_a_rating_and_the_days_are_asked_for(finds: Finds, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    make_ticket(team=team)
    actions.rate(actor=Actor.of_customer(ticket.customer), ticket=ticket, satisfaction=2, effort=3)
    today = timezone.localdate().isoformat()
    for text in ("satisfaction:<=2", f"closed:>={today}", "satisfaction:<3 -closed:<7d"):
        assert finds(text) == [ticket.reference], text
    assert finds("-satisfaction:<=2") == []  # what is unknown is neither


@pytest.mark.django_db
def test_nothing_in_brackets_shows_more_than_an_agent_may_see(
    finds: Finds, other_team: Team
) -> None:
    hidden = make_ticket(team=other_team, body="canary", priority=Priority.URGENT)
    for text in (
        *("canary OR priority:urgent", "-(canary zzz)", "(canary OR tag:x) OR status:open"),
        *("-(priority:low OR tag:x)", "zzz OR -(tag:x status:closed)"),
    ):
        assert finds(text) == [], text
    assert finds("canary OR tag:x", Actor.agent(make_admin())) == [hidden.reference]
