"""Who writes in a ticket, as far as it is known, for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tickets.api.fields import Moment
from tickets.conversation import identity
from tickets.models import How, Identity, Ticket


@extend_schema_serializer(component_name="Identity")
class IdentityOut(serializers.Serializer[Any]):
    """Of a ticket that was loaded through access. No query."""

    level = serializers.ChoiceField(
        choices=Identity.choices,
        help_text="From least to most. A code counts in this ticket only, until the customer was "
        "silent for some hours; then the level falls.",
    )
    how = serializers.ChoiceField(
        choices=How.choices, allow_null=True, help_text="By what the level was reached."
    )
    at = Moment(allow_null=True, help_text="When it was reached, where that is known.")
    email = serializers.EmailField(
        allow_null=True,
        help_text="The address that was proved or vouched for. After a code it may be another "
        "customer's than the ticket's: whoever writes here proved to be that customer.",
    )

    def to_representation(self, instance: Ticket) -> dict[str, Any]:
        known = identity.of(instance)
        shown: dict[str, Any] = super().to_representation(known)
        return {**shown, "email": known.email or None}
