"""The form on which a rule is built: rows of field, comparison and value, and what then happens.

It is filled from a stored rule or from what a browser sent, and gives the values to be saved. What
it shows depends on the field of each row only, so that the page works without any script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from tickets import act_fields, acts
from tickets.acts import NOBODY, UNTIL_THEY_WRITE
from tickets.admin.rules.rows import ConditionsForm, Option, Row, options, parts
from tickets.models import EscalationRule, Priority, Reason, Status, Team, TicketType, Trigger, User
from tickets.models.users import STAFF_ROLES
from tickets.rules import Content, Effects

# Where a problem is put right, for the list at the top of the page.
_CONTROLS: Mapping[str, str] = {
    "name": "rule-name",
    "sentence": "rule-sentence",
    "conditions": "rule-conditions",
    "actions": "rule-actions",
    "actions.team": "rule-team",
    "actions.priority": "rule-priority",
    "actions.text": "rule-text",
    "actions.page": "rule-page",
    "actions.tags": "rule-tags",
    "actions.facts": "rule-facts",
    "actions.acts": "rule-acts",
    "actions.message": "rule-message",
    "actions.note": "rule-own-note",
    "trigger": "rule-trigger",
}


@dataclass(slots=True, kw_only=True)
class RuleForm(ConditionsForm):
    """A rule as it is edited. `errors` are by place, as `tickets.rules.clean` has them."""

    page_name: ClassVar[str] = "tickets_escalationrule"
    controls: ClassVar[Mapping[str, str]] = _CONTROLS

    may_look_back: ClassVar[bool] = True

    name: str = ""
    sentence: str = ""
    trigger: str = Trigger.TURN.value
    once: bool = True
    last: bool = False
    reason: str = Reason.RULE.value
    hand_over: bool = False
    team: str = ""
    skill: str = ""
    priority: str = ""
    text: str = ""
    emergency: bool = False
    offer_person: bool = False
    flag: str = ""
    page: list[str] = field(default_factory=list)
    tags: str = ""
    facts: str = ""
    note: str = ""  # what changed, for colleagues
    to_team: str = ""
    assignee: str = ""
    set_priority: str = ""
    type: str = ""
    status: str = ""
    remove_tags: str = ""
    fields_to_fill: str = ""
    end: bool = False
    snooze: str = ""  # hours
    snooze_until_they_write: bool = False
    message: str = ""
    own_note: str = ""

    @classmethod
    def of(cls, content: Content) -> RuleForm:
        """The form of a stored rule."""
        effects = Effects.of(content.actions)
        form = cls(
            name=content.name,
            sentence=content.sentence,
            trigger=content.trigger,
            once=content.once,
            last=content.last,
            match=content.match,
            reason=content.reason,
            hand_over=effects.hand_over is not None,
            offer_person=effects.offer_person,
            flag=effects.flag,
            page=[str(pk) for pk in effects.page],
            tags=", ".join(effects.tags),
            facts="\n".join(f"{key}: {value}" for key, value in effects.facts.items()),
        )
        form.show(content.conditions)
        if (route := effects.hand_over) is not None:
            form.team, form.skill = str(route.team or ""), route.skill
            form.priority = str(route.priority.value) if route.priority else ""
            form.text, form.emergency = route.text, route.emergency
        form._show_acts(effects)
        return form

    def _show_acts(self, effects: Effects) -> None:
        done = effects.acts
        self.message, self.own_note = effects.message, effects.note
        for control, name in _ACTS.items():
            setattr(self, control, str(done.get(name) or ""))
        both = [*effects.tags, *done.get("add_tags", ())]
        self.tags, self.remove_tags = ", ".join(both), ", ".join(done.get("remove_tags", ()))
        self.fields_to_fill = act_fields.written(done.get("fields"))
        self.end = "end" in done
        self.snooze_until_they_write = done.get("snooze") == UNTIL_THEY_WRITE
        self.snooze = str(done["snooze"]) if isinstance(done.get("snooze"), int) else ""

    @classmethod
    def sent(cls, data: QueryDict) -> RuleForm:
        """The form as a browser sent it, with the row that was added or taken out."""
        form = cls()
        for name in _LINES:
            setattr(form, name, data.get(name, ""))
        form.trigger = data.get("trigger", Trigger.TURN.value)
        form.hand_over, form.emergency = "hand_over" in data, "emergency" in data
        form.offer_person, form.page = "offer_person" in data, data.getlist("page")
        # A browser sends nothing of a box that is not ticked: the trigger says that they were shown.
        form.once, form.last = "once" in data or "trigger" not in data, "last" in data
        form.end, form.snooze_until_they_write = "end" in data, "until_they_write" in data
        form.read_rows(data)
        return form

    def values(self) -> dict[str, Any]:
        """What `actions.save_rule` takes."""
        by_itself = self.trigger != Trigger.TURN
        done: dict[str, Any] = {
            **(self._by_itself() if by_itself else self._at_a_turn()),
            "page": self.page,
            "tags": parts(self.tags),
            "facts": _facts(self.facts),
        }
        if self.hand_over:
            route = ("team", "skill", "priority", "text", "emergency")
            done["hand_over"] = {name: getattr(self, name) for name in route}
        return {
            "name": self.name,
            "sentence": self.sentence,
            "trigger": self.trigger,
            "match": self.match,
            "conditions": self.conditions,
            "actions": done,
            "reason": self.reason,
            "once": self.once,
            "last": self.last,
        }

    def _at_a_turn(self) -> dict[str, Any]:
        return {"offer_person": self.offer_person, "flag": self.flag}

    def _by_itself(self) -> dict[str, Any]:
        done: acts.Acts = {name: _key(getattr(self, control)) for control, name in _ACTS.items()}
        done["remove_tags"] = parts(self.remove_tags)
        done["fields"] = act_fields.sent(self.fields_to_fill)
        done["end"] = acts.RESOLVE if self.end else None
        done["snooze"] = UNTIL_THEY_WRITE if self.snooze_until_they_write else _key(self.snooze)
        return {"acts": done, "message": self.message, "note": self.own_note}

    @property
    def may_be_empty(self) -> bool:
        """What an event sets off needs no condition."""
        return self.trigger not in (Trigger.TURN, Trigger.TIME)

    # --- what is offered

    @property
    def triggers(self) -> list[Option]:
        return options(Trigger.choices, self.trigger)

    @property
    def to_teams(self) -> list[Option]:
        there = Team.objects.values_list("pk", "name")
        return options([("", _("no other team")), *there], self.to_team)

    @property
    def assignees(self) -> list[Option]:
        there = User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("name", "email")
        others = [("", _("whoever has it")), (NOBODY, _("nobody: back into the queue"))]
        return options([*others, *((user.pk, str(user)) for user in there)], self.assignee)

    @property
    def set_priorities(self) -> list[Option]:
        return options([("", _("as it is")), *Priority.choices], self.set_priority)

    @property
    def types(self) -> list[Option]:
        there = TicketType.objects.offered().values_list("pk", "name")
        return options([("", _("as it is")), *there], self.type)

    @property
    def statuses(self) -> list[Option]:
        there = Status.objects.offered().values_list("pk", "name")
        return options([("", _("as it is")), *there], self.status)

    @property
    def fields_help(self) -> str:
        """How custom fields are filled in; "" where there are none to fill in."""
        there = act_fields.offered()
        return act_fields.help_text(there) if there or self.fields_to_fill else ""

    @property
    def reasons(self) -> list[Option]:
        return options(Reason.choices, self.reason)

    @property
    def priorities(self) -> list[Option]:
        return options([("", _("as it is")), *Priority.choices], self.priority)

    @property
    def teams(self) -> list[Option]:
        there = Team.objects.values_list("pk", "name")
        return options([("", _("the team that has it")), *there], self.team)

    @property
    def people(self) -> list[Option]:
        there = User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("name", "email")
        found = [(str(user.pk), str(user), str(user.pk) in self.page) for user in there]
        known = {value for value, _label, _chosen in found}
        gone = [(pk, _("No longer here"), True) for pk in self.page if pk not in known]
        return found + gone


_LINES = (
    *("name", "sentence", "match", "reason", "team", "skill", "priority", "text"),
    *("flag", "tags", "facts", "note", "message", "own_note", "remove_tags", "snooze"),
    *("to_team", "assignee", "set_priority", "type", "status", "fields_to_fill"),
)
# The control of each act that is one value, and its name in `tickets.acts`.
_ACTS = {
    "to_team": "team",
    "assignee": "assignee",
    "set_priority": "priority",
    "type": "type",
    "status": "status",
}


def opened_form(rule: EscalationRule | None) -> RuleForm:
    """The form as the page opens: the rule, or an empty one with one row that hands over."""
    if rule is not None:
        form = RuleForm.of(Content.of(rule))
        form.rows = form.rows or [Row(0)]
        return form
    return RuleForm(rows=[Row(0)], hand_over=True)


def _key(sent: str) -> int | str | None:
    """A key as it was chosen; what is none stays as it was sent, so that it is complained about."""
    if not sent:
        return None
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else sent


def _facts(text: str) -> dict[str, str]:
    """Lines of "name: value"; a line without a value is kept, so that it is complained about."""
    lines = (line.partition(":") for line in text.splitlines() if line.strip())
    return {key.strip(): value.strip() for key, _colon, value in lines}
