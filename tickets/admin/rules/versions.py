"""The versions of a rule as people read them: who wrote each, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tickets.admin.audit import history
from tickets.admin.audit.history import Change
from tickets.models import EscalationRule, EscalationRuleVersion, Reason
from tickets.rules import Content, Effects, Names, describe
from tickets.rules.sentences import people_in


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version, and how it differs from the one before."""

    version: EscalationRuleVersion
    who: str
    in_words: str
    changes: list[Change]
    is_newest: bool


def entries(rule: EscalationRule, versions: Iterable[EscalationRuleVersion]) -> list[VersionEntry]:
    """A page of versions; one more query for those before them, and the names that they use."""
    rows = list(versions)
    wanted = {row.number - 1 for row in rows} - {row.number for row in rows}
    known = {row.number: row for row in rows} | {
        row.number: row for row in rule.versions.filter(number__in=wanted)
    }
    names = Names()
    contents = {number: Content.of_snapshot(row.snapshot) for number, row in known.items()}
    people = [pk for one in contents.values() for pk in people_in(Effects.of(one.actions))]
    if people:
        names.person(people[0], people)
    return [
        VersionEntry(
            version=row,
            who=str(row.author or history.KINDS_OF_ACTORS["system"]),
            in_words=describe(contents[row.number], names),
            changes=list(_changes(contents.get(row.number - 1), contents[row.number], names)),
            is_newest=row.number == rule.version,
        )
        for row in rows
    ]


def _changes(before: Content | None, after: Content, names: Names) -> Iterator[Change]:
    if before is None:
        return
    pairs = [
        ("name", _("Name"), before.name, after.name),
        ("words", _("Rule"), describe(before, names), describe(after, names)),
        ("sentence", _("What for"), before.sentence, after.sentence),
        ("text", _("Said to the customer"), _said(before), _said(after)),
        ("reason", _("Reason in the brief"), _reason(before), _reason(after)),
    ]
    for name, label, was, now in pairs:
        if was != now:
            yield history.change(label, name, was, now)


def _said(content: Content) -> str:
    route = Effects.of(content.actions).hand_over
    return route.text if route else ""


def _reason(content: Content) -> str:
    return str(Reason(content.reason).label) if content.reason in Reason.values else content.reason
