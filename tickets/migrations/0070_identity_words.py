"""What was kept in the former words for how well somebody is known, in today's.

"visitor" is "unknown". "confirmed" was the highest there was, and meant everybody with an address: what
asked for it asks for "at least confirmed" now, so that it goes on to find those who are signed in.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import migrations

KNOWN = {"visitor": "unknown", "confirmed": "confirmed", "claimed": "claimed"}
LONGEST_QUERY = 400
# As people typed them, or chose them by the names that they had.
PIECES = (
    (re.compile(r'\bidentity:(?:visitor|"unknown visitor")(?=[\s)]|$)', re.I), "identity:unknown"),
    (
        re.compile(r'\bidentity:"left an address, not confirmed"(?=[\s)]|$)', re.I),
        "identity:claimed",
    ),
    (
        re.compile(r'\bidentity:(?:confirmed|"confirmed address")(?=[\s)]|$)', re.I),
        "identity:>=confirmed",
    ),
)


def renamed(condition: Any) -> Any:
    """A condition, a group or a list of them, in today's words."""
    if isinstance(condition, list):
        return [renamed(one) for one in condition]
    if not isinstance(condition, dict):
        return condition
    if "conditions" in condition:
        return {**condition, "conditions": renamed(condition["conditions"])}
    if condition.get("field") != "identity":
        return condition
    op, value = condition.get("op"), condition.get("value")
    asked = [KNOWN.get(one, one) for one in (value if isinstance(value, list) else [value])]
    if asked == ["confirmed"] and op in ("is", "any_of"):
        return {**condition, "op": "at_least", "value": "confirmed"}
    if asked == ["confirmed"] and op in ("is_not", "none_of"):
        return {**condition, "op": "less_than", "value": "confirmed"}
    if "confirmed" in asked and op in ("any_of", "none_of"):
        asked += ["signed_in", "verified"]
    return {**condition, "value": asked if isinstance(value, list) else asked[0]}


def rename(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model
    model("tickets", "HandOver").objects.filter(identity="visitor").update(identity="unknown")
    for name, column in (
        ("EscalationRule", "conditions"),
        ("EscalationRuleVersion", "snapshot"),
        ("Segment", "conditions"),
    ):
        for row in model("tickets", name).objects.all():
            before = getattr(row, column)
            after = renamed(before)
            if after != before:
                model("tickets", name).objects.filter(pk=row.pk).update(**{column: after})
    for view in model("tickets", "SavedView").objects.filter(query__icontains="identity:"):
        query = view.query
        for piece, instead in PIECES:
            query = piece.sub(instead, query)
        if query != view.query and len(query) <= LONGEST_QUERY:
            model("tickets", "SavedView").objects.filter(pk=view.pk).update(query=query)
    # What was seen with each message: the rules are tried on it.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tickets_reading SET "values" = jsonb_set("values", '{identity,value}', '"unknown"')
            WHERE "values" -> 'identity' ->> 'value' = 'visitor'
            """
        )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0069_identity_levels")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop, elidable=True)]
