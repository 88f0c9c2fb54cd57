"""What the assistant lets the rules look at: what it understood, and how sure it is."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from bots.models import Detector
from bots.trouble import TROUBLE
from bots.understanding.vocabulary import CORRECTABLE, FEELINGS, REPEATS, TOPICS, URGENCIES
from tickets.conditions import Field, register
from tickets.conversation import correctable
from tickets.models import Decision, Reason


def sensitive_topics() -> list[tuple[str, Any]]:
    """The topics that came with the helpdesk, and those that an admin added."""
    own = dict(TOPICS)
    return [
        *TOPICS,
        *(each for each in _detectors(Detector.Kind.SENSITIVE) if each[0] not in own),
    ]


def _detectors(kind: str) -> list[tuple[str, Any]]:
    rows = Detector.objects.filter(kind=kind, active=True).order_by("name")
    return [(slug, name) for slug, name in rows.values_list("slug", "name")]


MESSAGE, ANSWER = _("What was understood"), _("The assistant's answer")
_understood = partial(Field, group=MESSAGE)

FIELDS: Final = (
    _understood(
        "wants_person",
        _("asks for a person"),
        "bool",
        says=(_("they ask for a person"), _("they do not ask for a person")),
    ),
    _understood(
        "asks_hours",
        _("asks when people are there"),
        "bool",
        says=(
            _("they ask when people are there"),
            _("they do not ask when people are there"),
        ),
    ),
    _understood(
        "asks_identity",
        _("asks whether it is a human"),
        "bool",
        says=(_("they ask whether it is a human"), _("they do not ask whether it is a human")),
    ),
    _understood("feeling", _("feeling"), "choice", choices=FEELINGS),
    _understood(
        "frustration",
        _("frustration"),
        "number",
        low=0,
        high=1,
        help=_("From 0, content, to 1."),
    ),
    _understood(
        "times_confused",
        _("number of confused messages"),
        "number",
        low=0,
        help=_("Messages of this conversation that sounded confused."),
    ),
    _understood("sensitive", _("sensitive topic"), "list", choices=sensitive_topics),
    _understood("urgent", _("urgency"), "choice", choices=URGENCIES),
    _understood(
        "wants_to_cancel",
        _("wants to cancel"),
        "bool",
        says=(_("they want to cancel"), _("they do not want to cancel")),
    ),
    _understood(
        "billing_dispute",
        _("disputes a bill"),
        "bool",
        says=(_("they dispute a bill"), _("they do not dispute a bill")),
    ),
    _understood(
        "repeats",
        _("repetition"),
        "choice",
        choices=REPEATS,
        says=(
            _("the customer %(values)s"),
            _("it is not so that the customer %(values)s"),
        ),
    ),
    _understood("topic", _("topic"), "choice", choices=partial(_detectors, Detector.Kind.TOPIC)),
    _understood(
        "tasks",
        _("task that is asked for"),
        "list",
        choices=partial(_detectors, Detector.Kind.TASK),
        help=_("What they want done, whether the assistant does it or a person."),
    ),
    _understood("language", _("language"), "text", help=_("Its code, like en or de.")),
    Field(
        "confidence",
        _("confidence"),
        "number",
        low=0,
        high=1,
        group=ANSWER,
        help=_("How likely the first article is the right one, from 0 to 1."),
    ),
    Field("decision", _("decision"), "choice", choices=tuple(Decision.choices), group=ANSWER),
    Field(
        "unhelpful_answers",
        _("number of answers that did not help"),
        "number",
        low=0,
        group=ANSWER,
    ),
    Field(
        "failed",
        _("failure"),
        "choice",
        choices=(
            (Reason.FAILED.value, _("failed")),
            (Reason.TOO_SLOW.value, _("took too long")),
        ),
        says=(
            _("the assistant %(values)s"),
            _("it is not so that the assistant %(values)s"),
        ),
        group=ANSWER,
    ),
    TROUBLE,
)


def register_all() -> None:
    """Called once, at start."""
    for field in FIELDS:
        register(field)
    for name, title, nothing, label, choices in CORRECTABLE:
        values = tuple(correctable.Choice(*each) for each in choices)
        correctable.register(correctable.Correctable(name, title, values, nothing, label))
