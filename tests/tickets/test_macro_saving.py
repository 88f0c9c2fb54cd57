"""Macros are kept by whoever may, with placeholders and acts that exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.factories import make_admin, make_agent, make_lead, make_team
from tests.tickets.macro_steps import save
from tickets import actions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.acts import RESOLVE
from tickets.models import Event, Macro, Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def test_who_may_share_and_change_which(team: Team, dana: User) -> None:
    orders = make_team("Orders")
    lead, admin = make_lead("Lena", teams=[team]), make_admin("Ada")
    for who, whom in ((dana, team), (dana, None), (lead, None), (lead, orders)):
        with pytest.raises(NotAllowed):
            save(who, note="x", shared=True, team=whom)
    shared = save(lead, note="x", shared=True, team=team)
    save(admin, note="x", shared=True, team=None)
    own = save(dana, note="x")
    for who, macro in ((dana, shared), (lead, own), (admin, own)):
        with pytest.raises(NotAllowed):
            save(who, macro, note="y")
        with pytest.raises(NotAllowed):
            actions.remove_macro(actor=Actor.agent(who), macro=macro)
    assert save(admin, shared, note="z", shared=True, team=team).note == "z"
    assert Macro.objects.filter(note="y").count() == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"body": "Dear {customer.nmae}"}, "{customer.nmae}"),
        ({"note": "{fact.shoe_size}"}, "{fact.shoe_size}"),
        ({"body": "{article:none-such}"}, "{article:none-such}"),
        ({}, "Write a text"),
        ({"name": " \u200b", "note": "x"}, "Write a name"),
        ({"note": "x", "acts": {"priority": 9}}, "no such priority"),
        ({"note": "x", "acts": {"snooze": 0}}, "put aside"),
        ({"note": "x", "acts": {"snooze": 10**9}}, "put aside"),
        ({"note": "x", "acts": {"snooze": 4, "end": RESOLVE}}, "cannot be put aside"),
        ({"note": "x", "acts": {"add_tags": ["a"], "remove_tags": ["a"]}}, "added and removed"),
        ({"note": "x", "acts": {"team": 2**40}}, "not there any more"),
        ({"note": "x", "acts": {"add_tags": [str(n) for n in range(30)]}}, "At most 20 tags"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(
    dana: User, said: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        save(dana, **said)
    assert words in " ".join(refused.value.messages)
    assert not Macro.objects.exists()


def test_names_are_told_apart_among_those_of_the_same_people(dana: User, team: Team) -> None:
    name = "🏕️" * 40
    save(dana, name=name, note="x")
    with pytest.raises(ValidationError):
        save(dana, name=name, note="y")
    save(make_agent(teams=[team]), name=name, note="z")
    assert Macro.objects.count() == 2


def test_what_changed_since_its_form_was_shown_is_not_overwritten(dana: User) -> None:
    macro = save(dana, note="one")
    save(dana, macro, note="two", seen=1)
    with pytest.raises(ValidationError, match="meanwhile"):
        save(dana, macro, note="three", seen=1)
    macro.refresh_from_db()
    assert macro.note == "two"


@pytest.mark.parametrize(
    "row",
    [
        {"body": ""},
        {"body": "x", "name": ""},
        {"note": "x", "send_at_once": True},
    ],
)
def test_the_database_refuses_what_no_macro_can_be(row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Macro.objects.create(**{"name": "x", **row})


def test_no_words_of_a_macro_are_kept_in_events(dana: User) -> None:
    macro = save(dana, body="A secret reply", note="A secret note")
    save(dana, macro, body="Another secret", note="")
    assert "secret" not in str(list(Event.objects.values_list("data", flat=True)))
