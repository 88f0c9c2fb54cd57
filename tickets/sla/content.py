"""What a policy says: as it is stored, checked before it is saved, and in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets.conditions import field_named
from tickets.conditions.clean import Problems, clean_conditions
from tickets.conditions.groups import conditions_of
from tickets.conditions.promise_fields import NAMES as OF_PROMISES
from tickets.conditions.sentences import ValueNames, group_in_words, lowered
from tickets.intake import text
from tickets.models import Match, Metric, Priority, SlaPolicy
from tickets.models.sla import LONGEST_MINUTES
from tickets.sla.words import length

Targets = dict[tuple[str, int], int]  # minutes by metric and priority
_TIME = re.compile(r"(?:(\d{1,5})\s*h)?\s*(?:(\d{1,5})\s*m(?:in)?)?", re.IGNORECASE)
LARGEST_POSITION = 32_000


@dataclass(frozen=True, slots=True)
class Content:
    """All that an admin decides of a policy."""

    name: str
    sentence: str = ""
    position: int = 100
    active: bool = True
    match: str = Match.ALL.value
    conditions: list[Any] = field(default_factory=list)
    business: bool = True
    warn_percent: int | None = 75
    targets: Targets = field(default_factory=dict)

    @classmethod
    def of(cls, policy: SlaPolicy) -> Self:
        """That of a stored policy. One query."""
        return cls(
            name=policy.name,
            sentence=policy.sentence,
            position=policy.position,
            active=policy.active,
            match=policy.match,
            conditions=policy.conditions,
            business=policy.business,
            warn_percent=policy.warn_percent,
            targets={(one.metric, one.priority): one.minutes for one in policy.targets.all()},
        )

    @property
    def group(self) -> dict[str, Any]:
        return {"match": self.match, "conditions": self.conditions}

    @property
    def version(self) -> str:
        """A short sign of it: another one after any change."""
        parts = {name: getattr(self, name) for name in self.__slots__ if name != "targets"}
        targets = [[*key, minutes] for key, minutes in sorted(self.targets.items())]
        plain = json.dumps([parts, targets], sort_keys=True)
        return sha256(plain.encode()).hexdigest()[:20]


def clean(values: Mapping[str, Any], *, policy: SlaPolicy | None = None) -> Content:
    """The content of a policy from what somebody wrote; `policy` is the one that it belongs to.

    Raises:
        ValidationError: it would make no sense, or not work; the messages are by place.
    """
    problems: Problems = {}
    content = Content(
        name=_name(values.get("name"), policy, problems),
        sentence=text.line(str(values.get("sentence", "")), limit=300),
        position=_number(values.get("position"), "position", 0, LARGEST_POSITION, problems) or 0,
        active=bool(values.get("active")),
        match=_match(values.get("match"), problems),
        conditions=_conditions(values.get("conditions"), problems),
        business=bool(values.get("business")),
        warn_percent=_number(values.get("warn_percent"), "warn_percent", 1, 99, problems)
        if values.get("warn_percent") not in ("", None)
        else None,
        targets=_targets(values.get("targets"), problems),
    )
    if not content.targets and not any(place.startswith("targets") for place in problems):
        problems["targets"] = [_("Promise at least one thing, for one priority.")]
    if problems:
        raise ValidationError(dict(problems))
    return content


def minutes_of(written: str) -> int | None:
    """What somebody wrote as a time, in minutes: "4 h", "30 min", "1h 30m"; None for what is none."""
    found = _TIME.fullmatch(written.strip()[:40])
    if found is None or not any(found.groups()):
        return None
    minutes = 60 * int(found[1] or 0) + int(found[2] or 0)
    return minutes if 1 <= minutes <= LONGEST_MINUTES else None


def as_written(minutes: int | None) -> str:
    """Minutes as a form shows them, to be read again."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]))


def in_words(content: Content) -> str:
    """The whole policy in a few sentences."""
    promised = [said for metric in Metric if (said := _promised(content, metric))]
    if not promised:
        return _("It promises nothing yet.")
    kind = _("business time") if content.business else _("time by the clock")
    values = {"what": "; ".join(promised), "kind": kind}
    when = group_in_words(content.group, ValueNames()) if content.conditions else ""
    if when:
        said = _("When %(when)s: %(what)s (%(kind)s).") % {"when": when, **values}
    else:
        said = _("For every conversation: %(what)s (%(kind)s).") % values
    if content.warn_percent is None:
        return f"{said} {_('Nobody is warned before.')}"
    warns = _("Who has it is warned after %(percent)d %% of the time.")
    return f"{said} {warns % {'percent': content.warn_percent}}"


def unusable(group: Any) -> list[str]:
    """The fields by which a policy can never apply: that are gone, or known at a turn only."""
    names = {str(one.get("field")) for one in conditions_of(group)}
    known = {name: field_named(name) for name in names}
    return sorted(name for name, found in known.items() if found is None or found.query is None)


def _promised(content: Content, metric: Metric) -> str:
    """ "first response within 4 h (urgent 30 min)": the usual one, and which priorities differ."""
    times = {
        priority: content.targets[metric, priority]
        for priority in Priority
        if (metric, priority) in content.targets
    }
    if not times:
        return ""
    usual = times.get(Priority.NORMAL, next(iter(times.values())))
    others = [
        f"{lowered(str(priority.label))} {as_written(minutes)}"
        for priority, minutes in times.items()
        if minutes != usual
    ]
    missing = [lowered(str(one.label)) for one in Priority if one not in times]
    others += [_("%(priority)s never") % {"priority": one} for one in missing]
    values = {"what": lowered(str(metric.label)), "time": length(usual)}
    said = _("%(what)s within %(time)s") % values
    return f"{said} ({', '.join(others)})" if others else said


def _name(value: Any, policy: SlaPolicy | None, problems: Problems) -> str:
    name = text.line(str(value or ""), limit=400)
    same = SlaPolicy.objects.filter(name=name[:80])
    if policy is not None:
        same = same.exclude(pk=policy.pk)
    if not name:
        problems["name"] = [_("Give it a name.")]
    elif len(name) > 80:
        problems["name"] = [_("Keep the name under 80 characters.")]
    elif same.exists():
        problems["name"] = [_("Another service level has this name. Choose another.")]
    return name[:80]


def _match(value: Any, problems: Problems) -> str:
    if value not in Match.values:
        problems["match"] = [_("Choose one of the values that are offered.")]
        return Match.ALL.value
    return str(value)


def _conditions(value: Any, problems: Problems) -> list[Any]:
    """None at all: then it is for everything."""
    if not value:
        return []
    found = clean_conditions(value, problems)
    for index, condition in enumerate(found):
        group = {"match": Match.ALL.value, "conditions": [condition]}
        names = {str(one.get("field")) for one in conditions_of(group)}
        was = any(one.get("was") for one in conditions_of(group))
        if was or names & set(OF_PROMISES) or unusable(group):
            problems.setdefault(f"conditions.{index}", []).append(
                _("A service level cannot depend on this. Choose something else to look at.")
            )
    return found


def _targets(value: Any, problems: Problems) -> Targets:
    found: Targets = {}
    for key, written in (value or {}).items():
        if not str(written).strip():
            continue
        minutes = minutes_of(str(written))
        if minutes is None:
            metric, priority = key
            problems[f"targets.{metric}-{priority}"] = [
                _("Write hours and minutes, at most a year: 4 h, 30 min or 1 h 30 min.")
            ]
            continue
        found[key] = minutes
    return found


def _number(value: Any, place: str, low: int, high: int, problems: Problems) -> int | None:
    written = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,6}", written) or not low <= int(written) <= high:
        problems[place] = [
            _("Write a number from %(low)d to %(high)d.") % {"low": low, "high": high}
        ]
        return None
    return int(written)
