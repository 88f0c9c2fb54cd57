"""Where in a conversation of the demo each fact was stated, and what a brief says of them."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.demo.load_content import Entry
from tickets.models import Message


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact as the file has it, and whether a message has the very words."""

    key: str
    value: str
    stated: bool


def place(told: Entry) -> dict[int, list[ToldFact]]:
    """By the index of an item, the facts that it states; those that none states are at the first.

    A customer's message goes before an agent's.
    """
    placed: dict[int, list[ToldFact]] = defaultdict(list)
    for fact in told.get("facts", []):
        words = re.compile(rf"(?<!\w){re.escape(fact['value'])}(?!\w)", re.IGNORECASE)
        stated = [
            (item["author"] == "agent", index)
            for index, item in enumerate(told["messages"])
            if item["author"] in ("customer", "agent") and words.search(item["text"])
        ]
        index = min(stated)[1] if stated else 0
        placed[index].append(ToldFact(fact["key"], fact["value"], bool(stated)))
    return placed


def known(
    placed: Mapping[int, list[ToldFact]], said: Mapping[int, Message]
) -> list[dict[str, Any]]:
    """The facts of a brief, when `said` is what was said until then."""
    return [
        {
            "key": fact.key,
            "value": fact.value,
            "position": message.position if fact.stated else None,
            "source": message.author_kind,
        }
        for index, message in said.items()
        for fact in placed.get(index, [])
    ]
