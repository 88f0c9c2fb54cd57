"""A rule in words: "When the feeling is angry or distressed, hand over to Support."."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.models import EscalationRule, Match, Team, User
from tickets.rules.content import Content
from tickets.rules.effects import Effects, HandOverTo
from tickets.rules.fields import Field, field_named


class Names:
    """The names of what rules point to, each kind asked for once, however many rules there are."""

    def __init__(self) -> None:
        self._choices: dict[str, dict[str, str]] = {}
        self._teams: dict[int, str] | None = None
        self._people: dict[int, str] | None = None

    def value(self, field: Field, value: Any) -> str:
        """A value of a field as people say it, in quotation marks if it is free."""
        if not field.has_choices:
            return str(value) if field.kind == "number" else _("“%(value)s”") % {"value": value}
        if field.name not in self._choices:
            self._choices[field.name] = dict(field.all_choices())
        found = self._choices[field.name].get(str(value))
        return _lower(found) if found else _("“%(value)s” (no longer there)") % {"value": value}

    def team(self, pk: int) -> str:
        if self._teams is None:
            self._teams = dict(Team.objects.values_list("pk", "name"))
        return self._teams.get(pk) or _("a team that is no longer there")

    def person(self, pk: int, wanted: Sequence[int]) -> str:
        if self._people is None or pk not in self._people:
            known = self._people or {}
            found = {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)}
            self._people = known | {key: found.get(key, "") for key in wanted}
        return self._people[pk] or _("somebody who is no longer here")

    def know_people(self, rules: Sequence[EscalationRule]) -> None:
        """Ask for everybody whom these rules call at once."""
        wanted = [pk for rule in rules for pk in Effects.of(rule.actions).page]
        if wanted:
            self.person(wanted[0], wanted)


def describe(content: Content | EscalationRule, names: Names | None = None) -> str:
    """The whole rule in one sentence."""
    names = names or Names()
    conditions = content.conditions if isinstance(content.conditions, list) else []
    whens = [condition_in_words(each, names) for each in conditions]
    thens = effects_in_words(Effects.of(content.actions), names)
    if not whens:
        return _("This rule never holds: it has no condition.")
    every = content.match != Match.ANY
    return _("When %(conditions)s, %(actions)s.") % {
        "conditions": _joined(whens, _("and") if every else _("or")),
        "actions": _joined(thens, _("and")) if thens else _("nothing happens"),
    }


def condition_in_words(condition: Any, names: Names) -> str:
    """One condition: "the feeling is angry or distressed"."""
    condition = condition if isinstance(condition, Mapping) else {}
    field, op, value = (condition.get(key) for key in ("field", "op", "value"))
    known = field_named(field)
    if known is None:
        return _("“%(name)s”, which is no longer there, holds (so never)") % {"name": field}
    if known.kind == "bool":
        return _bool_in_words(known, bool(value) is (op == "is"))
    values = value if isinstance(value, list) else [value]
    shown = [names.value(known, each) for each in values]
    words = {"field": known.label, "values": _joined(shown, _("or"))}
    if known.says:
        return str(known.says[1 if op in ("is_not", "none_of") else 0]) % words
    if known.kind in ("list", "words") or op == "contains":
        return _contents_in_words(known, str(op), words)
    if op == "at_least":
        return _("the %(field)s is at least %(values)s") % words
    if op == "at_most":
        return _("the %(field)s is at most %(values)s") % words
    if op in ("is_not", "none_of"):
        return _("the %(field)s is not %(values)s") % words
    return _("the %(field)s is %(values)s") % words


def effects_in_words(effects: Effects, names: Names) -> list[str]:
    """What the rule does, piece by piece."""
    found = []
    route = effects.hand_over
    if route is not None:
        if route.emergency:
            found.append(_("show the emergency text"))
        found.append(_route_in_words(route, names))
    if effects.offer_person:
        found.append(_("offer a person with the answer"))
    if effects.flag:
        found.append(_("answer and flag it (“%(flag)s”)") % {"flag": effects.flag})
    if effects.page:
        people = [names.person(pk, effects.page) for pk in effects.page]
        found.append(_("call %(people)s") % {"people": _joined(people, _("and"))})
    if effects.tags:
        tags = ", ".join(_("“%(value)s”") % {"value": tag} for tag in effects.tags)
        found.append(
            ngettext("add the tag %(tags)s", "add the tags %(tags)s", len(effects.tags))
            % {"tags": tags}
        )
    if effects.facts:
        facts = ", ".join(f"{key}: {value}" for key, value in effects.facts.items())
        found.append(_("note “%(facts)s”") % {"facts": facts})
    return found


def _route_in_words(route: HandOverTo, names: Names) -> str:
    words = _("hand over to a person")
    if route.team:
        words = _("hand over to %(team)s") % {"team": names.team(route.team)}
    if route.skill:
        words += " " + _("who knows “%(skill)s”") % {"skill": route.skill}
    if route.priority:
        words += " " + _("with %(priority)s priority") % {
            "priority": _lower(str(route.priority.label))
        }
    return words


def _bool_in_words(field: Field, holds: bool) -> str:
    if field.says:
        return str(field.says[0 if holds else 1])
    words = {"field": field.label}
    return _("“%(field)s” is so") % words if holds else _("“%(field)s” is not so") % words


def _contents_in_words(field: Field, op: str, words: dict[str, Any]) -> str:
    if field.kind == "list":
        if op == "none_of":
            return _("no %(field)s is %(values)s") % words
        return _("a %(field)s is %(values)s") % words
    if op == "none_of":
        return _("the %(field)s does not contain %(values)s") % words
    return _("the %(field)s contains %(values)s") % words


def _joined(parts: Sequence[str], word: str) -> str:
    """ "a, b and c"."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _lower(label: str) -> str:
    """A label inside a sentence; names like "API" stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
