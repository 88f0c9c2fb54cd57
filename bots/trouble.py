"""Signs of trouble: one field that follows from several others, for customers who must not wait.

It follows from a feeling, the assistant's decision, how often an answer did not help, repetition,
failure. Whatever is not there is no sign of trouble.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tickets.conditions import Field, Situation, Value

SIGNS = (
    ("upset", _("not calm")),
    ("unsure", _("the assistant is not sure")),
    ("unhelpful", _("an answer did not help")),
    ("repeats", _("says the same again")),
    ("failed", _("the assistant failed")),
)


def signs(situation: Situation) -> Value:
    """All signs of trouble in a situation, with the words that show them."""

    def value(name: str) -> object:
        found = situation.get(name)
        return found.value if found else None

    number = value("unhelpful_answers")
    found = {
        "upset": ("feeling", value("feeling") not in (None, "", "calm")),
        "unsure": ("decision", value("decision") not in (None, "", "answer")),
        "unhelpful": ("", isinstance(number, int | float) and number >= 1),
        "repeats": ("repeats", bool(value("repeats"))),
        "failed": ("failed", bool(value("failed"))),
    }
    there = {name: field for name, (field, holds) in found.items() if holds}
    words = [
        piece
        for field in there.values()
        if field in situation
        for piece in situation[field].evidence
    ]
    return Value(list(there), tuple(dict.fromkeys(words)))


TROUBLE = Field(
    "trouble",
    _("sign of trouble"),
    "list",
    SIGNS,
    says=(_("there is trouble (%(values)s)"), _("there is no trouble (%(values)s)")),
    help=_("Anything that does not go well: for customers who should reach a person early."),
    derive=signs,
    derived_from=("feeling", "decision", "unhelpful_answers", "repeats", "failed"),
)
