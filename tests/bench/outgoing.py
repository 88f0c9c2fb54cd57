"""Mail that leaves: how much in a second, and how long an answer takes while much of it leaves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

from helpdesk.demo.processes import ROOT
from tests.bench.figures import Figure
from tests.live import LiveHelpdesk

if TYPE_CHECKING:  # Django is set up by `main`
    from tickets.models import Message, Ticket
    from tickets.models.deliveries import DeliveryQuerySet

ANSWERS = 400  # conversations, in each of which somebody is answered
TIMES = 5  # that each answer is sent again, as what is said to many
ASIDE = 10  # answers to others, while those leave
PATIENCE = 600.0


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.outgoing"],
        cwd=ROOT,
        env={**helpdesk.environment, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout[ran.stdout.index("{") :])
    sent, waited = found["sent"], found["waited"]
    return [
        Figure(
            "mails to many that leave in a second",
            sent,
            "/s",
            "at least 50",
            sent >= 50,
            n=ANSWERS * TIMES,
        ),
        Figure(
            "an answer to somebody who waits, meanwhile, median until it has left",
            waited,
            "s",
            "at most 2",
            waited <= 2,
            n=ASIDE,
        ),
    ]


def main() -> None:
    import django

    django.setup()
    from tickets.models import Delivery

    began = time.perf_counter()
    tickets = _conversations(ANSWERS)
    first = [_answer(ticket) for ticket in tickets]
    _wait_for(lambda: Delivery.objects.filter(message__in=first), ANSWERS, began)
    again = _to_many([message.pk for message in first])
    waited = []
    for ticket in _conversations(ASIDE):
        at = time.perf_counter()
        message = _answer(ticket)
        _wait_for(lambda message=message: Delivery.objects.filter(message=message), 1, began)  # type: ignore[misc]  # lambda
        waited.append(time.perf_counter() - at)
    _wait_for(lambda: Delivery.objects.filter(pk__in=again), len(again), began)
    rows = Delivery.objects.filter(pk__in=again, sent_at__isnull=False)
    moments = [one for one in rows.values_list("sent_at", flat=True) if one]
    seconds = (max(moments) - min(moments)).total_seconds()
    print(json.dumps({"sent": len(moments) / seconds, "waited": median(waited)}))  # noqa: T201 - read by `measure`


def _conversations(number: int) -> list[Ticket]:
    from tickets import actions
    from tickets.actors import Actor
    from tickets.models import Channel, Customer, Team, User

    team = Team.objects.filter(members__isnull=False).earliest("pk")
    agent = User.objects.filter(teams=team, is_active=True).earliest("pk")
    made = []
    for _ in range(number):
        customer = Customer.objects.create(
            name="Ines Brook", email=f"out-{time.time_ns()}@brook.example"
        )
        ticket = actions.open_ticket(
            actor=Actor.of_customer(customer),
            customer=customer,
            channel=Channel.EMAIL,
            subject="A zip",
            body="The zip of my jacket does not close.",
            team=team,
        )
        made.append(actions.accept(actor=Actor.agent(agent), ticket=ticket))
    return made


def _answer(ticket: Ticket) -> Message:
    from tickets import actions
    from tickets.actors import Actor

    words = "Rub a candle along both sides of the zip, then move the slider to and fro. " * 4
    assert ticket.assignee is not None
    return actions.reply(actor=Actor.agent(ticket.assignee), ticket=ticket, body=words)


def _to_many(messages: list[int]) -> list[int]:
    """The same mails once more, all at once and as urgent as what is said to many."""
    from django.utils import timezone

    from tickets.models import Delivery, DeliveryState, Urgency

    found, before = [], list(Delivery.objects.filter(message__in=messages))
    for turn in range(TIMES):
        rows = [
            Delivery(
                kind=one.kind,
                event=one.event,
                ticket=one.ticket,
                position=one.position,
                message=one.message,
                mailbox=one.mailbox,
                recipient=one.recipient,
                internet_message_id=f"<{turn}-{one.pk}-{time.time_ns()}@bench.example>",
                data=one.data,
                urgency=Urgency.MANY,
                is_automatic=one.is_automatic,
                instead_of=one,
                state=DeliveryState.QUEUED,
                due_at=timezone.now(),
            )
            for one in before
        ]
        before = Delivery.objects.bulk_create(rows)
        found += [row.pk for row in before]
    return found


def _wait_for(rows: Callable[[], DeliveryQuerySet], number: int, began: float) -> None:
    from tickets.models import DeliveryState

    while rows().filter(state=DeliveryState.SENT).count() < number:
        assert time.perf_counter() - began < PATIENCE, [
            *rows().exclude(state=DeliveryState.SENT).values("state", "answer")[:3]
        ]
        time.sleep(0.05)


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    main()
