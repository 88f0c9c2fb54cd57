"""`manage.py ask`: what the assistant would say, and why. Nothing is stored."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.bots.conftest import Find
from tests.factories import make_article
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db


def ask(*arguments: str) -> str:
    out = StringIO()
    call_command("ask", *arguments, stdout=out)
    return out.getvalue()


def test_as_json_it_is_one_object_on_one_line(finds: Find) -> None:
    article = make_article("Order a spare pole")
    finds((article, 0.95))
    printed = ask("Can I order a spare pole?", "--json")
    assert printed.count("\n") == 1
    found = json.loads(printed)
    assert found.keys() >= {"decision", "text", "confidence", "reasons", "sources"}
    assert found["decision"] == "answer"
    assert 0 <= found["confidence"] <= 1
    (source,) = found["sources"]
    assert source["article_id"] == article.pk
    assert source["title"] == "Order a spare pole"
    assert source["passage"]
    assert source["score"] == 0.95


@pytest.mark.parametrize(
    ("question", "decision"), [("agemt pls", "hand_over"), ("Do you sell kayaks?", "clarify")]
)
def test_every_decision_has_its_name(question: str, decision: str, asked: list[str]) -> None:
    assert json.loads(ask(question, "--json"))["decision"] == decision


def test_for_people_it_is_readable(finds: Find) -> None:
    finds((make_article("Order a spare pole"), 0.95))
    printed = ask("Can I order a spare pole?")
    assert "Order a spare pole" in printed
    assert "confidence" in printed


@pytest.mark.parametrize("question", ["", " \u200b", "x" * 100_000])
def test_what_is_no_question_is_one_clear_sentence(question: str) -> None:
    with pytest.raises(CommandError, match=r"\w+ \w+"):
        ask(question)


def test_nothing_is_stored(finds: Find) -> None:
    finds((make_article(), 0.95))
    ask("Can I order a spare pole?")
    assert not Ticket.objects.exists()
    assert not Event.objects.exists()
