"""The form of a service level: to what it applies, and in how much time what is promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import QueryDict

from tickets.admin.rules.rows import ConditionsForm
from tickets.conditions import Field, all_fields
from tickets.conditions.promise_fields import NAMES as OF_PROMISES
from tickets.models import Metric, Priority, SlaPolicy
from tickets.sla.content import Content, as_written

_LINES = ("name", "sentence", "position", "warn_percent")
_CONTROLS: Mapping[str, str] = {
    "name": "rule-name",
    "sentence": "rule-sentence",
    "position": "sla-position",
    "warn_percent": "sla-warn",
    "conditions": "rule-conditions",
    "targets": "sla-targets",
    **{f"targets.{metric}-{one}": f"sla-{metric}-{one}" for metric in Metric for one in Priority},
}


@dataclass(frozen=True, slots=True)
class Cell:
    """The time of one promise for one priority, as it is written."""

    name: str
    label: str
    written: str
    wrong: bool


@dataclass(slots=True, kw_only=True)
class PromiseForm(ConditionsForm):
    """A service level as it is edited; without conditions it applies to everything."""

    page_name: ClassVar[str] = "tickets_slapolicy"
    controls: ClassVar[Mapping[str, str]] = _CONTROLS

    name: str = ""
    sentence: str = ""
    position: str = "100"
    warn_percent: str = "75"
    active: bool = True
    business: bool = True
    targets: dict[tuple[str, int], str] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: SlaPolicy) -> PromiseForm:
        """The form of a stored one."""
        content = Content.of(policy)
        percent = content.warn_percent
        form = cls(
            name=content.name,
            sentence=content.sentence,
            position=str(content.position),
            warn_percent="" if percent is None else str(percent),
            active=content.active,
            business=content.business,
            match=content.match,
            targets={key: as_written(minutes) for key, minutes in content.targets.items()},
        )
        form.show(content.conditions)
        return form

    @classmethod
    def sent(cls, data: QueryDict) -> PromiseForm:
        """The form as a browser sent it, with the row that was added or taken out."""
        form = cls()
        for name in _LINES:
            setattr(form, name, data.get(name, ""))
        form.active, form.business = "active" in data, "business" in data
        for metric in Metric:
            for priority in Priority:
                written = data.get(f"target-{metric}-{priority}", "")[:40]
                form.targets[metric.value, priority.value] = written
        form.read_rows(data)
        return form

    def values(self) -> dict[str, Any]:
        """What `actions.save_service_level` takes."""
        return {
            **{name: getattr(self, name) for name in (*_LINES, "active", "business", "match")},
            "conditions": self.conditions,
            "targets": self.targets,
        }

    @property
    def may_be_empty(self) -> bool:
        return True

    @property
    def offered(self) -> list[Field]:
        """What a list can be asked for, but for what follows from service levels themselves."""
        return [
            each
            for each in all_fields()
            if each.query is not None and each.kind != "moment" and each.name not in OF_PROMISES
        ]

    @property
    def priorities(self) -> list[str]:
        return [str(one.label) for one in _PRIORITIES]

    @property
    def table(self) -> Iterator[tuple[str, list[Cell]]]:
        """A row for each thing that may be promised, a cell for each priority, the highest first."""
        for metric in Metric:
            yield str(metric.label), [self._cell(metric, priority) for priority in _PRIORITIES]

    def _cell(self, metric: Metric, priority: Priority) -> Cell:
        written = self.targets.get((metric.value, priority.value), "")
        name = f"{metric}-{priority}"
        label = f"{metric.label}, {priority.label}"
        return Cell(name, label, written, f"targets.{name}" in self.errors)


_PRIORITIES = sorted(Priority, reverse=True)


def opened_form(policy: SlaPolicy | None) -> PromiseForm:
    """The form as the page opens: the policy, or an empty one that applies to everything."""
    return PromiseForm.of(policy) if policy is not None else PromiseForm()
