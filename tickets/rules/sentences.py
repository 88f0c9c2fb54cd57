"""A rule in words: "When the feeling is angry or distressed, hand over to Support."."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets import acts
from tickets.conditions.sentences import ValueNames, group_in_words, joined, lowered
from tickets.models import (
    CustomField,
    EscalationRule,
    Priority,
    Status,
    Team,
    TicketType,
    Trigger,
    User,
)
from tickets.rules.content import Content, when
from tickets.rules.effects import Effects, HandOverTo


class Names(ValueNames):
    """The names of what rules point to, each kind asked for once, however many rules there are."""

    def __init__(self) -> None:
        super().__init__()
        self._teams: dict[int, str] | None = None
        self._people: dict[int, str] | None = None
        self._statuses: dict[int, str] | None = None
        self._types: dict[int, str] | None = None
        self._fields: dict[str, str] | None = None

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

    def status(self, pk: int) -> str:
        if self._statuses is None:
            self._statuses = dict(Status.objects.values_list("pk", "name"))
        return self._statuses.get(pk) or _("a status that is no longer there")

    def type(self, pk: int) -> str:
        if self._types is None:
            self._types = dict(TicketType.objects.values_list("pk", "name"))
        return self._types.get(pk) or _("a type that is no longer there")

    def field(self, key: str) -> str:
        if self._fields is None:
            self._fields = dict(CustomField.objects.values_list("key", "name"))
        return self._fields.get(key) or _("a field that is no longer there")

    def know_people(self, rules: Sequence[EscalationRule]) -> None:
        """Ask for everybody whom these rules call at once."""
        effects = [Effects.of(rule.actions) for rule in rules]
        wanted = [pk for each in effects for pk in people_in(each)]
        if wanted:
            self.person(wanted[0], wanted)


def describe(content: Content | EscalationRule, names: Names | None = None) -> str:
    """The whole rule in one sentence."""
    names = names or Names()
    conditions = group_in_words(when(content), names)
    thens = effects_in_words(Effects.of(content.actions), names)
    by_event = content.trigger not in (Trigger.TURN, Trigger.TIME)
    if not conditions and not by_event:
        return _("This rule never holds: it has no condition.")
    then = joined(thens, _("and")) if thens else _("nothing happens")
    if content.trigger == Trigger.TURN:
        return _("When %(conditions)s, %(actions)s.") % {"conditions": conditions, "actions": then}
    if content.trigger == Trigger.TIME:
        words = _("As soon as %(conditions)s, %(actions)s.")
        if not content.once:
            words = _(
                "As soon as %(conditions)s, %(actions)s; again whenever that comes about anew."
            )
        return words % {"conditions": conditions, "actions": then}
    occasion = lowered(str(Trigger(content.trigger).label))
    if conditions:
        occasion = _("%(this)s and %(that)s") % {"this": occasion, "that": conditions}
    words = _("When %(occasion)s, %(actions)s.")
    if content.once:
        words = _("When %(occasion)s, %(actions)s; once in a conversation.")
    return words % {"occasion": occasion, "actions": then}


def people_in(effects: Effects) -> list[int]:
    """The keys of everybody whom a rule calls, or assigns to."""
    assignee = effects.acts.get("assignee")
    return [*effects.page, *([assignee] if isinstance(assignee, int) else [])]


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
        found.append(_("call %(people)s") % {"people": joined(people, _("and"))})
    if effects.tags:
        tags = ", ".join(_("“%(value)s”") % {"value": tag} for tag in effects.tags)
        found.append(
            ngettext("add the tag %(tags)s", "add the tags %(tags)s", len(effects.tags))
            % {"tags": tags}
        )
    if effects.facts:
        facts = ", ".join(f"{key}: {value}" for key, value in effects.facts.items())
        found.append(_("note “%(facts)s”") % {"facts": facts})
    return [*found, *_acts_in_words(effects, names)]


def _acts_in_words(effects: Effects, names: Names) -> list[str]:
    done, found = effects.acts, []
    if tags := done.get("add_tags"):
        found.append(_("add the tags “%(tags)s”") % {"tags": ", ".join(tags)})
    if tags := done.get("remove_tags"):
        found.append(_("take off the tags “%(tags)s”") % {"tags": ", ".join(tags)})
    if "type" in done:
        found.append(_("set the type to “%(type)s”") % {"type": names.type(done["type"])})
    if done.get("priority") in Priority.values:
        label = lowered(str(Priority(done["priority"]).label))
        found.append(_("set the priority to %(priority)s") % {"priority": label})
    found += [
        _("set “%(field)s” to “%(value)s”") % {"field": names.field(key), "value": ", ".join(value)}
        for key, value in (done.get("fields") or {}).items()
    ]
    if effects.note:
        found.append(_("write the note “%(note)s”") % {"note": _short(effects.note)})
    if effects.message:
        words = _("tell the customer “%(message)s”, marked as automatic")
        found.append(words % {"message": _short(effects.message)})
    if "team" in done:
        found.append(_("pass it on to %(team)s") % {"team": names.team(done["team"])})
    if done.get("assignee") == acts.NOBODY:
        found.append(_("put it back into the queue of its team"))
    elif isinstance(done.get("assignee"), int):
        agent = names.person(done["assignee"], [done["assignee"]])
        found.append(_("assign it to %(name)s") % {"name": agent})
    if "status" in done:
        found.append(_("set the status to “%(status)s”") % {"status": names.status(done["status"])})
    if "end" in done:
        found.append(_("mark it as resolved"))
    if done.get("snooze") == acts.UNTIL_THEY_WRITE:
        found.append(_("put it aside until the customer writes"))
    elif isinstance(done.get("snooze"), int):
        long = acts.how_long(done["snooze"])
        found.append(_("put it aside for %(long)s") % {"long": long})
    return found


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"


def _route_in_words(route: HandOverTo, names: Names) -> str:
    words = _("hand over to a person")
    if route.team:
        words = _("hand over to %(team)s") % {"team": names.team(route.team)}
    if route.skill:
        words += " " + _("who knows “%(skill)s”") % {"skill": route.skill}
    if route.priority:
        words += " " + _("with %(priority)s priority") % {
            "priority": lowered(str(route.priority.label))
        }
    return words
