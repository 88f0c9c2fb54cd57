"""The one condition language: fields, operators and groups, for a situation or as a query.

A condition is data. Rules evaluate it on the situation of a ticket at one turn; lists of tickets
are asked for by it. Both say the same.
"""

from tickets.conditions import desk_fields, fields_of_customers, promise_fields, ticket_fields
from tickets.conditions.clean import clean_group
from tickets.conditions.fields import (
    Field,
    all_fields,
    customer_field,
    customer_fields,
    field_named,
    register,
)
from tickets.conditions.groups import NotAskable, as_query, at_most, evaluate, fields_of, matching
from tickets.conditions.situation import complete, of_reading, of_ticket, of_values, to_store
from tickets.conditions.values import Situation, Value

__all__ = [
    "Field",
    "NotAskable",
    "Situation",
    "Value",
    "all_fields",
    "as_query",
    "at_most",
    "clean_group",
    "complete",
    "customer_field",
    "customer_fields",
    "desk_fields",
    "evaluate",
    "field_named",
    "fields_of",
    "fields_of_customers",
    "matching",
    "of_reading",
    "of_ticket",
    "of_values",
    "promise_fields",
    "register",
    "ticket_fields",
    "to_store",
]
