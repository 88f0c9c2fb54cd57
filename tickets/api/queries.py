"""What may stand in an address of the API: pages, filters and searches, parameter by parameter."""

from __future__ import annotations

from rest_framework import serializers

from tickets.api.fields import Address, Moment, Short, Strict, Words
from tickets.api.serializers import MAX_POSITION
from tickets.models import Turn

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100


class NoQuery(Strict):
    """No parameter in the address."""


class PageQuery(Strict):
    page_size = serializers.IntegerField(
        required=False,
        default=PAGE_SIZE,
        min_value=1,
        help_text=f"How many at most; more than {MAX_PAGE_SIZE} count as {MAX_PAGE_SIZE}.",
    )

    def validate_page_size(self, value: int) -> int:
        return min(value, MAX_PAGE_SIZE)


class CursorQuery(PageQuery):
    cursor = Short(
        required=False,
        default="",
        max_length=200,
        help_text="Where the page begins: the one of a `next` link.",
    )


class TicketQuery(CursorQuery):
    turn = serializers.ChoiceField(
        choices=Turn.choices, required=False, help_text="Only those in whose turn it is now."
    )
    customer = Address(required=False, help_text="Only those of the customer with this address.")
    external_id = Short(
        required=False, max_length=100, help_text="Only the one that your system knows by this."
    )
    last_message_after = Moment(
        required=False, help_text="Only those with a message after this time."
    )
    updated_after = Moment(
        required=False,
        help_text="Only those that changed after this time, in the order of their changes.",
    )


class MessageQuery(PageQuery):
    after = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=MAX_POSITION,
        help_text="Only messages after this position: the last one that you have.",
    )


class TicketSearchQuery(CursorQuery):
    q = Words(
        max_length=400,
        help_text="What agents type into their search: words, phrases, and `status:open team:billing "
        "-tag:refund`. `OR` and brackets as there.",
    )


class SearchQuery(Strict):
    q = Words(max_length=500, help_text="What is looked for, in anybody's own words.")
    limit = serializers.IntegerField(
        required=False, default=10, min_value=1, max_value=20, help_text="How many at most."
    )
