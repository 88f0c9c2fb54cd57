"""What a browser sends of the page on which a rule is built."""

from __future__ import annotations

from typing import Any

ADD = "/admin/tickets/escalationrule/add/"
PARTS = ("rows", "words", "trial")  # what the page's script asks for


def built(**changed: Any) -> dict[str, Any]:
    """What a browser sends of a new rule with one condition."""
    sent = {
        "name": "Premier",
        "sentence": "They pay for it.",
        "match": "all",
        "rows": "1",
        "field-0": "tier",
        "was-0": "tier",
        "op-0": "any_of",
        "value-0": ["premier"],
        "hand_over": "on",
        "reason": "important",
        "save": "1",
        **changed,
    }
    return {name: value for name, value in sent.items() if value is not None}


def as_shown(page: Any) -> dict[str, Any]:
    """What a browser sends when the builder is saved as it was opened."""
    form = page.context["form"]
    sent: dict[str, Any] = {
        name: getattr(form, name)
        for name in (
            *("name", "sentence", "match", "reason", "team", "skill", "priority", "text"),
            *("flag", "page", "tags", "facts", "trigger", "to_team", "assignee", "set_priority"),
            *("type", "status", "remove_tags", "fields_to_fill", "snooze", "message", "own_note"),
        )
    }
    for name in ("hand_over", "emergency", "offer_person", "once", "last", "end"):
        if getattr(form, name):
            sent[name] = "on"
    for number, match in form.groups.items():
        sent[f"match-group-{number}"] = match
    for row in form.rows:
        if row.group:
            sent[f"group-{row.index}"] = row.group
        if row.kept is not None:
            sent[f"kept-{row.index}"] = row.as_sent
            continue
        if row.before:
            sent[f"before-{row.index}"] = "on"
        sent[f"field-{row.index}"] = sent[f"was-{row.index}"] = row.name
        sent[f"op-{row.index}"] = next(op for op, _label, chosen in row.comparisons if chosen)
        sent[f"value-{row.index}"] = row.text if row.control == "text" else row.values
    return {**sent, "rows": len(form.rows), "opened": page.context["rule"].version, "save": "1"}


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())
