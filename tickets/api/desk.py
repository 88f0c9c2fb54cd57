"""How the desk is set up, as the API shows it: teams, agents, tags, fields, segments, hours, promises."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tickets.api.acting import PRIORITIES
from tickets.api.fields import Short
from tickets.api.paging import PageOut
from tickets.api.queries import CursorQuery
from tickets.models import SlaPolicy, User
from tickets.models.custom_fields import About, CustomField, FieldKind
from tickets.models.properties import TAG_LENGTH
from tickets.models.states import Metric
from tickets.models.users import STAFF_ROLES, Method

Priority = Literal["low", "normal", "high", "urgent"]
_PRIORITY: dict[int, Any] = {number: name for name, number in PRIORITIES.items()}


class Member(TypedDict):
    """Somebody of a team: `email` is what `assignee` of a change takes."""

    email: str
    name: str


@extend_schema_serializer(component_name="Team")
class TeamOut(serializers.Serializer[Any]):
    """Of a team with its members loaded, where `members` of the context says that they are told."""

    slug = serializers.SlugField(max_length=50, help_text="As `team` of a ticket names it.")
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=200)
    gives_out = serializers.ChoiceField(
        source="method", choices=Method.choices, help_text="How its queue is given out."
    )
    opening_hours = serializers.IntegerField(
        source="hours_id", allow_null=True, help_text="Their `id`; null: somebody is always there."
    )
    members = serializers.SerializerMethodField(
        help_text="For a key that has `agents:read`; null for others."
    )

    def get_members(self, team: Any) -> list[Member] | None:
        if not self.context["members"]:
            return None
        return [{"email": one.email, "name": one.name} for one in team.members.all()]


@extend_schema_serializer(component_name="Agent")
class AgentOut(serializers.Serializer[Any]):
    """Somebody who works here, with `presence` in the context, by their keys."""

    email = serializers.EmailField(help_text="As `assignee` of a change takes it.")
    name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=[(role.value, role.label) for role in STAFF_ROLES])
    teams = serializers.SerializerMethodField(help_text="Their short names.")
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="Beside that of the helpdesk, as codes."
    )
    skills = serializers.ListField(child=serializers.CharField())
    presence = serializers.SerializerMethodField(
        help_text="`here`: takes conversations now. `away`: says so, or touched nothing for a while. "
        "`offline`: has no workspace open."
    )

    def get_teams(self, user: User) -> list[str]:
        return [team.slug for team in user.teams.all()]

    def get_presence(self, user: User) -> Literal["here", "busy", "away", "offline"]:
        found: Literal["here", "busy", "away", "offline"] = self.context["presence"][user.pk]
        return found


@extend_schema_serializer(component_name="Tag")
class TagOut(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=TAG_LENGTH)


@extend_schema_serializer(component_name="CustomField")
class CustomFieldOut(serializers.Serializer[Any]):
    """A field that an admin added. Values stand in `custom_fields` of what it is about."""

    key = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=60)
    about = serializers.ChoiceField(choices=About.choices)
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    options = serializers.ListField(
        child=serializers.CharField(), help_text="What can be chosen; empty for other kinds."
    )
    needed_to_resolve = serializers.SerializerMethodField()
    shown_to_customer = serializers.BooleanField()

    def get_needed_to_resolve(self, field: CustomField) -> bool:
        return field.required


@extend_schema_serializer(component_name="Segment")
class SegmentOut(serializers.Serializer[Any]):
    """Customers for whom something holds; `in_words` comes with the row."""

    key = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=60)
    in_words = serializers.CharField(help_text="Who is in it.")


@extend_schema_serializer(component_name="OpeningSpan")
class SpanOut(serializers.Serializer[Any]):
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")
    opens = serializers.TimeField(format="%H:%M", help_text="By the clock of its time zone.")
    closes = serializers.TimeField(format="%H:%M", help_text="23:59 is the end of the day.")


@extend_schema_serializer(component_name="Holiday")
class HolidayOut(serializers.Serializer[Any]):
    day = serializers.DateField()
    name = serializers.CharField(max_length=80)


@extend_schema_serializer(component_name="OpeningHours")
class HoursOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1)
    name = serializers.CharField(max_length=80)
    timezone = serializers.CharField(max_length=64)
    country = serializers.CharField(
        max_length=2, help_text="Whose public holidays are free, too; may be empty."
    )
    region = serializers.CharField(max_length=10, help_text="The part of it; may be empty.")
    spans = SpanOut(many=True, source="spans.all")
    holidays = HolidayOut(many=True, source="holidays.all", help_text="Further days that are free.")


@extend_schema_serializer(component_name="SlaTarget")
class TargetOut(serializers.Serializer[Any]):
    metric = serializers.ChoiceField(choices=Metric.choices)
    priority = serializers.SerializerMethodField()
    minutes = serializers.IntegerField(min_value=1)

    def get_priority(self, target: Any) -> Priority:
        found: Priority = _PRIORITY[target.priority]
        return found


@extend_schema_serializer(component_name="SlaPolicy")
class PolicyOut(serializers.Serializer[Any]):
    """A service level; `in_words` comes with the row."""

    name = serializers.CharField(max_length=80)
    sentence = serializers.CharField(max_length=300, help_text="What it is for; may be empty.")
    active = serializers.BooleanField()
    position = serializers.IntegerField(
        min_value=0, help_text="Of several that fit, the one with the lowest applies."
    )
    in_words = serializers.CharField(
        help_text="To which tickets it applies; empty: to all of them."
    )
    business = serializers.BooleanField(
        help_text="Whether only the opening hours of the ticket's team count."
    )
    warn_percent = serializers.IntegerField(
        min_value=1,
        max_value=99,
        allow_null=True,
        help_text="Of the time, after which people are warned; null: they are not.",
    )
    targets = TargetOut(many=True, source="targets.all")


class TeamPage(PageOut):
    results = TeamOut(many=True)


class AgentPage(PageOut):
    results = AgentOut(many=True)


class TagPage(PageOut):
    results = TagOut(many=True)


class CustomFieldPage(PageOut):
    results = CustomFieldOut(many=True)


class SegmentPage(PageOut):
    results = SegmentOut(many=True)


class HoursPage(PageOut):
    results = HoursOut(many=True)


class PolicyPage(PageOut):
    results = PolicyOut(many=True)


class TagQuery(CursorQuery):
    q = Short(required=False, max_length=TAG_LENGTH, help_text="Only those that begin with this.")


class FieldQuery(CursorQuery):
    about = serializers.ChoiceField(choices=About.choices, required=False)


def policy_group(policy: SlaPolicy) -> dict[str, Any]:
    """When it applies, as a group of the condition language."""
    return {"match": policy.match, "conditions": policy.conditions}
