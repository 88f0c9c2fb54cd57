"""A rule in words: "When the feeling is angry or distressed, hand over to Support."."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.conditions.sentences import ValueNames, group_in_words, joined, lowered
from tickets.models import EscalationRule, Team, User
from tickets.rules.content import Content, when
from tickets.rules.effects import Effects, HandOverTo


class Names(ValueNames):
    """The names of what rules point to, each kind asked for once, however many rules there are."""

    def __init__(self) -> None:
        super().__init__()
        self._teams: dict[int, str] | None = None
        self._people: dict[int, str] | None = None

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
    conditions = group_in_words(when(content), names)
    thens = effects_in_words(Effects.of(content.actions), names)
    if not conditions:
        return _("This rule never holds: it has no condition.")
    return _("When %(conditions)s, %(actions)s.") % {
        "conditions": conditions,
        "actions": joined(thens, _("and")) if thens else _("nothing happens"),
    }


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
    return found


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
