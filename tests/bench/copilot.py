"""How good the co-pilot is on forty of the demo's conversations; see docs/measurements.md for the protocol.

    manage.py shell -c "from tests.bench import copilot; copilot.main(replies=True)"

In a helpdesk with the demo. Says for each case the place of the article that solved it among the first
    manage.py shell -c "from tests.bench import copilot; copilot.main(replies=True)"
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bots import queries
from bots.copilot import articles, solved, suggesting, wanted
from bots.copilot.articles import Found
from bots.copilot.suggesting import Suggested
from tickets.actors import Actor
from tickets.models import AuthorKind, Ticket, User

CASES = Path(__file__).parent / "questions" / "copilot.jsonl"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(*, replies: bool = False) -> None:
    cases = [json.loads(line) for line in CASES.read_text().splitlines()]
    held, took = 0, []
    for number, case in enumerate(cases, 1):
        begun = time.perf_counter()
        found, suggested = consider(case)
        took.append(1000 * (time.perf_counter() - begun))
        slugs = [one.source.slug for one in found]
        places = [slugs.index(slug) + 1 for slug in case["articles"] if slug in slugs]
        held += bool(places)
        say(f"{number:2} {min(places, default=0)} {case['subject']} -> {', '.join(slugs)}")
        if replies:
            text = suggested.suggestion.text if suggested.suggestion else f"({suggested.why_none})"
            say("\n".join(f"      | {line}" for line in text.splitlines()))
    say(f"the article that solved it among the first three: {held} of {len(cases)}")
    say(f"found and suggested, median {statistics.median(took):.0f} ms, most {max(took):.0f} ms")


def consider(case: dict[str, Any]) -> tuple[list[Found], Suggested]:
    """What the co-pilot finds and suggests for a case, as of the customer's message that it names."""
    ticket = Ticket.objects.select_related("customer").get(subject=case["subject"])
    agent = User.objects.get(email="amara@kestrelmoor.example")
    actor = Actor.agent(User.objects.filter(role="admin").first() or agent)
    said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position")
    wants = wanted.of(ticket, until=said[case["message"] - 1].position)
    assert wants is not None
    asked = queries.encoded(wants.queries)
    found = articles.find(asked)
    again = solved.to_say_again(
        solved.like(ticket, actor=actor, asked=asked), asked=asked, language=wants.language
    )
    return found, suggesting.suggest(ticket, agent, wants, found, again)
