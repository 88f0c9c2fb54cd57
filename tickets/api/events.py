"""Events, as the API tells of them; webhooks send the same object."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tickets.api.fields import Moment, Short, Text
from tickets.api.queries import PageQuery
from tickets.api.serializers import MAX_POSITION
from tickets.feed.kinds import TOLD
from tickets.feed.waiting import MOST_SECONDS
from tickets.models import AuthorKind
from tickets.models.tickets import REFERENCE_LETTERS

_KINDS = sorted(TOLD)
_ONE = "|".join(re.escape(kind) for kind in _KINDS)
_ACTORS = [*AuthorKind.values, "api", "nobody"]
NOW = "now"


@extend_schema_field({"type": "string", "pattern": f"^({_ONE})(,({_ONE}))*$"})
class Kinds(Text):
    """Names of kinds, with commas between them."""

    def to_internal_value(self, data: Any) -> Any:
        names = super().to_internal_value(data).split(",")
        if unknown := sorted(set(names) - set(_KINDS)):
            raise serializers.ValidationError(f"There is no type “{unknown[0][:60]}”.")
        return names


class EventQuery(PageQuery):
    after = Short(
        required=False,
        default="",
        max_length=200,
        help_text="Where you stopped: the `next` of the answer before. Without it, from as long ago as "
        f"is kept; `{NOW}` tells only what happens from now on.",
    )
    types = Kinds(
        required=False, help_text="Only of these types, with commas between them.", max_length=4000
    )
    ticket = serializers.RegexField(
        f"^[{REFERENCE_LETTERS}]{{8}}$",
        required=False,
        help_text="Only what happened in this ticket: its reference.",
    )
    wait = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=MOST_SECONDS,
        help_text="Seconds to wait for something, if there is nothing yet.",
    )


@extend_schema_serializer(component_name="EventActor")
class ActorOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=_ACTORS,
        help_text="`assistant` is a machine, `system` the helpdesk itself, `api` a program.",
    )
    name = serializers.CharField(
        allow_blank=True, help_text="Of a person or a key; empty for the others."
    )


@extend_schema_serializer(component_name="EventTicket")
class EventTicketOut(serializers.Serializer[Any]):
    reference = serializers.RegexField(f"^[{REFERENCE_LETTERS}]{{8}}$")
    url = serializers.URLField(help_text="Its address in this API.")
    workspace_url = serializers.URLField(help_text="Its page for agents.")


_VALUE: dict[str, Any] = {
    "nullable": True,
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}},
    ],
}


@extend_schema_field({"type": "object", "additionalProperties": _VALUE})
class Data(serializers.DictField):
    """What is told of a type, see the list of types."""


@extend_schema_serializer(component_name="Event")
class EventOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The same in the feed and as the `webhook-id`.")
    type = serializers.ChoiceField(choices=_KINDS)
    timestamp = Moment()
    position = serializers.IntegerField(
        min_value=0,
        max_value=MAX_POSITION,
        help_text="Its place in the ticket; of `message.posted` the message's.",
    )
    by = ActorOut()
    ticket = EventTicketOut()
    data = Data()  # type: ignore[assignment]  # the name of the JSON field


class EventPage(serializers.Serializer[Any]):
    results = EventOut(many=True)
    next = serializers.CharField(
        help_text="Ask with it as `after` the next time. It is there when there were no results, too."
    )
    more = serializers.BooleanField(help_text="Whether there is more already: then ask at once.")
