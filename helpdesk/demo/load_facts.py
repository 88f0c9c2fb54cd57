"""Where in a conversation of the demo a fact was stated that the assistant does not find by itself."""

import re
from collections import defaultdict
from dataclasses import dataclass

from helpdesk.demo.load_content import Entry


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
