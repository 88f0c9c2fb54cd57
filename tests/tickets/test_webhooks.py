"""Webhooks: signed, in order, as often as it takes, and never where they may not go."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.factories import (
    make_agent,
    make_message,
    make_note,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions, together
from tests.tickets.webhooks import (
    SYSTEM,
    Done,
    State,
    make_webhook,
    of,
    pass_time,
    receiver,
    work,
    written,
)
from tests.webhook_receiver import Receiver
from tickets import actions, sealing, signing
from tickets.actions.webhooks import PAUSED_AFTER, WAITS
from tickets.actors import Actor
from tickets.feed import reading, telling
from tickets.feed.kinds import PUBLIC
from tickets.models import (
    Event,
    EventKind,
    FeedMark,
    Scope,
    SiteSettings,
    Turn,
    Webhook,
    WebhookDelivery,
)
from tickets.models.feed import Edges
from tickets.search.language import read
from tickets.webhooks import choosing, run, sending

__all__ = ["receiver"]  # a fixture


@real_transactions
def test_what_happens_is_told_as_in_the_feed_signed_and_without_anybodys_words(
    receiver: Receiver,
) -> None:
    before = make_ticket(body="long ago")
    webhook = make_webhook(receiver)
    ticket = make_ticket(body="canary of the customer")
    make_note(ticket, make_agent(teams=[ticket.team]), "canary of the note")
    work()
    assert receiver.not_believed == 0
    assert of(before, receiver) == []
    found = reading.read(
        Event.objects.filter(ticket=ticket), "", kinds={"ticket.opened", "message.posted"}, size=9
    )
    in_feed = {one["id"]: one for one in telling.told(Event.objects.all(), found.keys)}
    for told in receiver.got[:2]:
        same = in_feed[told["id"]]
        assert told["data"] == same["data"]
        assert told["timestamp"].startswith(f"{same['timestamp']:%Y-%m-%dT%H:%M:%S}")
    assert "note.written" not in {one["type"] for one in receiver.got}
    assert "canary" not in str(receiver.got)
    kept = WebhookDelivery.objects.filter(webhook=webhook)
    assert {one.state for one in kept} == {Done.DONE}
    assert {(one.status, one.attempts) for one in kept} == {(200, 1)}
    work()
    assert len(receiver.got) == len(kept), "nothing comes twice"


@real_transactions
def test_while_the_secret_changes_the_older_one_is_good_too(receiver: Receiver) -> None:
    webhook = make_webhook(receiver)
    webhook.previous_secret = webhook.secret
    webhook.secret = sealing.seal(signing.new_secret())
    webhook.save()
    ticket = make_ticket()
    work()
    assert of(ticket, receiver)
    Webhook.objects.update(previous_secret="")
    make_message(ticket)
    work()
    assert receiver.not_believed


@real_transactions
def test_of_a_ticket_the_next_waits_for_the_one_before_and_others_go_on(receiver: Receiver) -> None:
    stuck, other = make_ticket(), make_ticket()
    make_webhook(receiver, kinds=["message.posted"])
    for _ in range(3):
        make_message(stuck)
        make_message(other)
    first = written(stuck)[-3]
    receiver.answer = lambda told: 500 if told["id"] == first else 200
    for _ in range(8):
        work()
    assert of(stuck, receiver) == []
    assert of(other, receiver) == written(other)[-3:]
    receiver.answer = lambda told: 200
    pass_time(timedelta(days=1))
    for _ in range(4):
        work()
    assert of(stuck, receiver) == written(stuck)[-3:], "in order"
    assert receiver.asked.count(first) > 1


@real_transactions
def test_what_is_not_taken_is_tried_again_under_the_same_number_ever_more_slowly(
    receiver: Receiver,
) -> None:
    make_webhook(receiver, kinds=["ticket.opened"])
    ticket = make_ticket()
    receiver.answer = lambda told: 503
    receiver.says = b"we are down \x00" + b"x" * 10_000
    work()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.status, delivery.attempts) == (Done.DUE, 503, 1)
    assert delivery.answer.startswith("we are down")
    assert len(delivery.answer) <= sending.LONGEST_ANSWER
    assert "503" in delivery.problem
    work()
    assert len(receiver.asked) == 1, "not at once"
    waits = []
    for _ in WAITS[1:]:
        pass_time(timedelta(hours=9))
        Webhook.objects.update(failing_since=timezone.now())
        work()
        delivery.refresh_from_db()
        assert delivery.tried_at is not None
        waits.append(round((delivery.due_at - delivery.tried_at).total_seconds()))
    assert waits == sorted(waits)
    assert len(set(receiver.asked)) == 1
    assert sum(WAITS, timedelta()) > timedelta(hours=23)
    receiver.answer = lambda told: 200
    pass_time(timedelta(hours=9))
    work()
    assert of(ticket, receiver) == written(ticket, "ticket.opened")
    webhook = Webhook.objects.get()
    assert (webhook.failures, webhook.failing_since, webhook.trouble) == (0, None, "")


@real_transactions
def test_one_thing_that_is_never_taken_is_given_up_after_a_day_and_the_next_is_sent(
    receiver: Receiver,
) -> None:
    make_webhook(receiver, kinds=["message.posted"])
    ticket, other = make_ticket(), make_ticket()
    make_message(ticket)
    bad = written(ticket)[0]
    receiver.answer = lambda told: 500 if told["id"] == bad else 200
    for _ in range(len(WAITS) + 3):
        make_message(other)  # is taken, so that it is not the webhook that fails
        work()
        pass_time(timedelta(hours=9))
        work()
    given_up = WebhookDelivery.objects.get(number=bad)
    assert given_up.state == Done.FAILED
    assert of(ticket, receiver) == written(ticket)[1:]
    assert Webhook.objects.get().state == State.ACTIVE


@real_transactions
def test_whoever_takes_nothing_for_a_day_is_paused_and_gets_everything_once_switched_on(
    receiver: Receiver,
) -> None:
    webhook = make_webhook(receiver, kinds=["message.posted"])
    ticket = make_ticket()
    receiver.answer = lambda told: 500
    work()
    pass_time(PAUSED_AFTER)
    work()
    webhook.refresh_from_db()
    assert webhook.state == State.PAUSED
    assert "500" in webhook.trouble
    event = Event.objects.filter(kind=EventKind.SETTING_CHANGED, subject="tickets.webhook").latest(
        "pk"
    )
    assert event.data["changes"]["state"] == ["active", "paused"]
    make_message(ticket)
    asked = len(receiver.asked)
    work()
    assert len(receiver.asked) == asked, "nothing is sent to it"
    receiver.answer = lambda told: 200
    actions.switch_webhook(actor=SYSTEM, webhook=webhook, state=State.ACTIVE)
    work()
    assert of(ticket, receiver) == written(ticket)


@real_transactions
def test_410_switches_it_off(receiver: Receiver) -> None:
    webhook = make_webhook(receiver)
    make_ticket()
    receiver.answer = lambda told: 410
    work()
    webhook.refresh_from_db()
    assert webhook.state == State.OFF
    asked = len(receiver.asked)
    make_ticket()
    work()
    assert len(receiver.asked) == asked


@real_transactions
def test_what_was_sent_by_a_worker_that_died_is_sent_again_under_its_number(
    receiver: Receiver,
) -> None:
    make_webhook(receiver, kinds=["ticket.opened"])
    make_ticket()
    (webhook,) = Webhook.objects.claim(most=5, lease=run.LEASE)
    choosing.next_ones(webhook)
    (due,) = WebhookDelivery.objects.next_of(webhook, most=5)
    sending.attempt(webhook, due.number, due.body)  # and then it dies
    run.work()
    assert len(receiver.asked) == 1, "while it may live, nobody else takes it"
    work()
    assert receiver.asked == [due.number, due.number]
    assert WebhookDelivery.objects.get().state == Done.DONE


@real_transactions
def test_of_workers_at_the_same_moment_one_tells_it(receiver: Receiver) -> None:
    make_webhook(receiver, kinds=["ticket.opened", "message.posted"])
    tickets = [make_ticket() for _ in range(5)]
    for ticket in tickets:
        make_message(ticket)
    assert sorted(map(str, together(4, lambda _at: run.work()))) == ["0", "0", "0", "1"]
    assert len(receiver.asked) == len(set(receiver.asked)) == WebhookDelivery.objects.count()
    for ticket in tickets:
        assert of(ticket, receiver) == written(ticket, "ticket.opened", "message.posted")


@real_transactions
def test_it_is_told_what_was_chosen_and_of_tickets_for_which_the_conditions_hold(
    receiver: Receiver,
) -> None:
    billing = make_team("Billing")
    ours, theirs = make_ticket(team=billing), make_ticket()
    group = choosing.conditions_of(read(f'team:"{billing.name}"'))
    make_webhook(receiver, kinds=["note.written"], for_staff=True, conditions=group)
    agent = make_agent(teams=[billing, theirs.team])
    for ticket in (ours, theirs):
        make_note(ticket, agent)
        make_message(ticket)
    work()
    assert [(one["type"], one["ticket"]["reference"]) for one in receiver.got] == [
        ("note.written", ours.reference)
    ]


@real_transactions
def test_one_or_a_period_is_sent_again_under_the_numbers_of_before(receiver: Receiver) -> None:
    webhook = make_webhook(receiver, kinds=["ticket.opened"])
    early, late = make_ticket(), make_ticket()
    work()
    between = Event.objects.filter(ticket=late).earliest("pk").created_at
    again = actions.send_webhooks_again(
        actor=SYSTEM, webhook=webhook, since=between - timedelta(days=1), until=between, most=10
    )
    assert again == 1
    work()
    assert of(early, receiver) == written(early, "ticket.opened") * 2
    (one,) = WebhookDelivery.objects.filter(ticket=late)
    assert actions.send_webhook_again(actor=SYSTEM, delivery=one)
    assert not actions.send_webhook_again(actor=SYSTEM, delivery=one)
    work()
    assert of(late, receiver) == written(late, "ticket.opened") * 2


@real_transactions
def test_whoever_was_off_for_longer_than_is_kept_goes_on_with_what_is(receiver: Receiver) -> None:
    webhook = make_webhook(receiver, kinds=["ticket.opened"])
    actions.switch_webhook(actor=SYSTEM, webhook=webhook, state=State.OFF)
    gone = make_ticket()
    SiteSettings.objects.filter(pk=1).update(feed_days=1)
    FeedMark.objects.create(at=timezone.now() - timedelta(days=2), place=Edges.now().horizon)
    kept = make_ticket()
    actions.switch_webhook(actor=SYSTEM, webhook=webhook, state=State.ACTIVE)
    work()
    work()
    assert of(gone, receiver) == []
    assert of(kept, receiver) == written(kept, "ticket.opened")


@real_transactions
def test_the_log_is_forgotten_after_its_time_but_nothing_that_waits(receiver: Receiver) -> None:
    make_webhook(receiver, kinds=["ticket.opened"])
    make_ticket()
    work()
    receiver.answer = lambda told: 500
    make_ticket()
    work()
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert WebhookDelivery.objects.forget_old() == 1
    assert WebhookDelivery.objects.get().state == Done.DUE


@real_transactions
def test_a_program_hears_of_each_step_and_takes_part_by_the_api(receiver: Receiver) -> None:
    """It believes only what is signed, follows the address that it is told, and does nothing twice."""
    _key, secret = actions.create_api_key(
        actor=SYSTEM, name="Shop", scopes=[Scope.TICKETS_READ, Scope.TICKETS_WRITE]
    )
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    make_webhook(receiver)
    agent = make_agent()
    ticket = make_ticket(turn=Turn.QUEUE)
    agent.teams.add(ticket.team)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    make_reply(ticket, agent, "Which pole is it?")
    for _ in range(2):  # the second time as if the first had not been noted
        work()
        for told in receiver.got:
            if told["type"] == "message.posted" and told["data"]["author"] == "agent":
                answer = api.post(
                    told["ticket"]["url"] + "messages/",
                    {"body": "The second from above."},
                    content_type="application/json",
                    headers={"Idempotency-Key": told["id"]},
                )
                assert answer.status_code == 201
        WebhookDelivery.objects.update(state=Done.DUE, due_at=timezone.now())
    work()
    said = [one["type"] for one in receiver.got if one["by"] == {"kind": "api", "name": "Shop"}]
    assert set(said) == {"message.posted"}
    assert ticket.messages.filter(body="The second from above.").count() == 1
    assert receiver.not_believed == 0
    first_time = list(dict.fromkeys(of(ticket, receiver)))
    public = Event.objects.filter(ticket=ticket, kind__in=PUBLIC).order_by("pk")
    assert first_time == [f"event-{pk}" for pk in public.values_list("pk", flat=True)]
