"""Of what solved a similar conversation only that is said again which is about the question, by the model."""

from __future__ import annotations

import pytest

from bots.copilot import solved
from bots.queries import encoded

pytestmark = pytest.mark.model


def test_what_was_said_to_another_customer_about_something_else_is_not_said_again() -> None:
    told = solved.about(
        [
            "A new zip on a tent is £45, a new slider £15.",
            "You're the importer, and our carrier calls you one day before.",
            "Tell us the first number by 1 March, the last day for changes of up to 20 %.",
        ],
        encoded(["What does a new zip on my tent cost?"]),
    )
    assert told == ["A new zip on a tent is £45, a new slider £15."]


def test_without_a_question_that_is_understood_nothing_is_said_again() -> None:
    assert solved.about(["A new zip on a tent is £45."], []) == []
