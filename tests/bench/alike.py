"""Similar conversations in a load: `HELPDESK_DATA=FOLDER python -m tests.bench.alike`.

FOLDER holds an installation that `manage.py make_load` filled. Every conversation gets a vector: one
of some hundred concerns with a part of its own, as the encoder would make them, since a million texts
are not encoded for a measurement. Then the index is made as the installation makes it, and the nearest
solved conversations are found for people who see all, a third, and few of them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.bench.figures import Figure, median, show, timed
from tests.bench.found import people
from tests.bench.loaded import TIMES, inside

CONCERNS = 300
DIMENSION = 384
AIM = 50  # ms
FILL = """
INSERT INTO bots_ticketvector (ticket_id, encoder_id, words, vector)
SELECT ticket.id, %s, 'A load', (
    SELECT array_agg(
        sin((ticket.id %% %s + 1) * place * 0.618) + 0.35 * (random() - 0.5)
    )::real[]::vector::halfvec
    FROM generate_series(1, %s) AS place
)
FROM tickets_ticket AS ticket
ON CONFLICT (ticket_id) DO NOTHING
"""


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load."""
    import numpy as np
    from django.db import connection

    from bots.models import TicketVector
    from bots.similar import finding
    from knowledgebase import indexing
    from tickets import access
    from tickets.actors import Actor
    from tickets.models.states import SOLVED

    encoder = indexing.current_encoder()
    if not TicketVector.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(FILL, [encoder.pk, CONCERNS, DIMENSION])
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    TicketVector.objects.make_index(encoder)
    number = TicketVector.objects.count()
    place = np.arange(1, DIMENSION + 1, dtype=np.float32)
    asked = iter(range(10_000))

    def find(actor: Actor) -> None:
        wanted = np.sin((next(asked) % CONCERNS + 1) * place * 0.618)
        solved = access.tickets_for(actor).filter(resolution__in=SOLVED)
        finding._nearest([wanted], encoder, solved)

    figures = []
    for who, user in people().items():
        took = median(timed(partial(find, Actor.agent(user)), times=TIMES))
        name = f"{who}: the nearest of {number:,} conversations"
        figures.append(Figure(name, took, "ms", f"at most {AIM} ms", took <= AIM, n=TIMES))
    return figures


if __name__ == "__main__":
    inside(lambda: show(measure(), Path("var") / "bench-alike.json"))
