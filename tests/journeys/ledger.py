"""What the database has of a conversation, read beside the running helpdesk."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import dict_row

from tests.live import LiveHelpdesk


@dataclass
class Ledger:
    """What the database has of a conversation."""

    turn: str
    said: list[tuple[int, str, str]]  # position, author, body
    asked: list[int]  # the positions at which a person was asked for

    @property
    def positions(self) -> list[int]:
        return [position for position, _author, _body in self.said]

    def by(self, author: str) -> list[str]:
        return [body for _position, kind, body in self.said if kind == author]

    @property
    def responses(self) -> tuple[int, int]:
        """How often the customer's last words were answered, and handed over (from any time on)."""
        last = max((at for at, author, _body in self.said if author == "customer"), default=0)
        since = [author for position, author, _body in self.said if position > last]
        return since.count("assistant"), len(self.asked)


def ledger(helpdesk: LiveHelpdesk, reference: str) -> Ledger:
    url = helpdesk.environment["DATABASE_URL"]
    with psycopg.connect(url, row_factory=dict_row) as database:
        ticket = database.execute(
            "SELECT id, turn FROM tickets_ticket WHERE reference = %s", [reference]
        ).fetchone()
        assert ticket is not None
        said = database.execute(
            "SELECT position, author_kind, body FROM tickets_message"
            " WHERE ticket_id = %s ORDER BY position",
            [ticket["id"]],
        ).fetchall()
        asked = database.execute(
            "SELECT position FROM tickets_event WHERE ticket_id = %s AND kind = 'person.asked'",
            [ticket["id"]],
        ).fetchall()
    return Ledger(
        ticket["turn"],
        [(row["position"], row["author_kind"], row["body"]) for row in said],
        [row["position"] for row in asked],
    )
