"""Tasks in the admin: one made from nothing, texts that name nothing unknown, what would break."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import Detector, DetectorExample, RunState, Task, TaskRun
from bots.understanding import installed
from tests.bots.scenario_world import keep, turn
from tests.bots.tasks_done import opened, run_of, said, write
from tests.factories import make_admin
from tests.tickets.admin.conftest import sent_by, url_of
from tests.tickets.records.making import make_type
from tickets.models import Event, RecordField

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder", "asked")]

SENTENCES = """I want to move my appointment
Can I come on another day?
I can't make it on Tuesday, change my appointment
please rebook me for next week
The time of my fitting does not suit me any more"""


@pytest.fixture
def admin(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin("Ada"))
    return client


def written(**more: str) -> dict[str, str]:
    """What an admin sends who makes a task from nothing."""
    return {
        "name": "Change my appointment",
        "key": "change_appointment",
        "active": "on",
        "sentences": SENTENCES,
        "others": "What does a fitting cost?",
        "identity": "unknown",
        "does": "hand_over",
        "answer": "I have asked for {day}.",
        "undo_minutes": "0",
        "facts-TOTAL_FORMS": "1",
        "facts-INITIAL_FORMS": "0",
        "facts-0-question": "On which day would you like to come?",
        "facts-0-key": "day",
        "facts-0-kind": "text",
        "facts-0-position": "1",
        **more,
    }


def test_a_task_that_was_made_from_nothing_is_done(admin: Client) -> None:
    sent = written(key="change-appointment")  # as it follows from a name
    answer = admin.post(reverse("admin:bots_task_add"), sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    task = Task.objects.get(key="change_appointment")
    assert [fact.key for fact in task.facts.all()] == ["day"]
    detector = Detector.objects.get(slug="change_appointment")
    assert (detector.kind, detector.examples.filter(positive=True).count()) == ("task", 5)
    assert Event.objects.filter(subject="bots.task", subject_id=str(task.pk)).count() == 1
    installed.forget()
    ticket = opened("I'd like to move my appointment to another day")
    assert said(ticket) == "On which day would you like to come?"
    ticket = write(ticket, "Friday")
    assert "I have asked for Friday." in said(ticket)
    assert run_of(ticket).state == RunState.HANDED_OVER


def test_what_customers_read_is_shown_before_anything_is_saved(admin: Client) -> None:
    orders = make_type()
    texts = {
        "record_type": str(orders.pk),
        "identity": "confirmed",
        "confirmation": "Move {order.reference}, which is {order.status}, to {day}?",
        "facts-0-kind": "choice",
        "facts-0-options": "Friday, Monday",
        "_show_first": "yes",
    }
    assert "_show_first" in admin.get(reverse("admin:bots_task_add")).text
    page = admin.post(reverse("admin:bots_task_add"), written(**texts))
    assert page.status_code == 200
    shown = page.text.partition("In this order")[2]
    assert "Move KM-48213, which is ordered, to Friday?" in shown
    assert "On which day would you like to come?" in shown
    assert "I have asked for Friday." in shown
    assert "correct the error" not in page.text
    assert not Task.objects.filter(key="change_appointment").exists()
    assert not Event.objects.filter(subject="bots.task").exists()
    # Also what cannot be saved like that, and what would be no text.
    broken = written(answer="At <script>{hour}</script>", _show_first="yes")
    text = admin.post(reverse("admin:bots_task_add"), broken).text
    assert "&lt;script&gt;not known" in text
    assert "{hour} is nothing that is known here" in text


def test_a_text_that_names_what_is_not_there_is_refused_with_what_there_is(admin: Client) -> None:
    answer = admin.post(reverse("admin:bots_task_add"), written(answer="At {hour}."))
    assert answer.status_code == 200
    (problem,) = answer.context["adminform"].form.errors["answer"]
    assert "{hour}" in problem
    assert "{day}" in problem
    assert not Task.objects.filter(key="change_appointment").exists()


def test_a_text_may_not_show_what_customers_may_not_see(admin: Client) -> None:
    orders = make_type()
    RecordField.objects.filter(type=orders, key="status").update(shown_to_customer=False)
    more = {"record_type": str(orders.pk), "identity": "confirmed"}
    refused = admin.post(reverse("admin:bots_task_add"), written(answer="{order.status}", **more))
    assert "answer" in refused.context["adminform"].form.errors
    kept = admin.post(reverse("admin:bots_task_add"), written(answer="{order.reference}", **more))
    assert kept.status_code == 302


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"sentences": ""}, "sentences"),
        ({"does": "call"}, "__all__"),
        ({"statuses": "Sent"}, "statuses"),
        ({"limit_field": "day"}, "__all__"),
        ({"limit_field": "total", "limit": "3"}, "limit_field"),
        ({"key": "change it"}, "key"),
    ],
)
def test_what_cannot_work_is_refused_where_it_stands(
    admin: Client, sent: dict[str, str], field: str
) -> None:
    answer = admin.post(reverse("admin:bots_task_add"), written(**sent))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Task.objects.filter(name="Change my appointment").exists()


def test_records_of_somebody_need_to_know_who_it_is(admin: Client) -> None:
    more = {"record_type": str(make_type().pk)}
    answer = admin.post(reverse("admin:bots_task_add"), written(**more))
    assert "identity" in answer.context["adminform"].form.errors


def test_a_task_that_breaks_a_scenario_is_shown_before_it_goes_live(admin: Client) -> None:
    keep(turn("When are you open tomorrow?", "task", task_key="opening_hours"), name="Hours")
    hours = Task.objects.get(key="opening_hours")
    sent = sent_by(admin.get(url_of(hours)))
    sent.pop("active")
    page = admin.post(url_of(hours), sent)
    assert page.status_code == 409
    assert [one.name for one in page.context["results"]] == ["Hours"]
    hours.refresh_from_db()
    assert hours.active


def test_what_was_done_is_counted_and_keeps_its_task(admin: Client) -> None:
    ticket = opened("When are you open tomorrow?")
    assert run_of(ticket).state == RunState.DONE
    page = admin.get(reverse("admin:bots_task_changelist"))
    assert "1\u00a0(100\u00a0%)" in page.text
    run = admin.get(reverse("admin:bots_taskrun_change", args=[TaskRun.objects.get().pk]))
    assert "did a task" in run.text
    hours = Task.objects.get(key="opening_hours")
    assert admin.get(reverse("admin:bots_task_delete", args=[hours.pk])).status_code == 403


def test_a_sentence_that_is_taken_out_is_forgotten_and_a_correction_stays(admin: Client) -> None:
    admin.post(reverse("admin:bots_task_add"), written())
    task = Task.objects.get(key="change_appointment")
    detector = Detector.objects.get(slug=task.key)
    taught = DetectorExample.Source.CORRECTION
    detector.examples.create(text="Taught by an agent", positive=True, source=taught)
    sent = sent_by(admin.get(url_of(task)))
    assert "Taught" not in sent["sentences"]
    admin.post(url_of(task), {**sent, "sentences": "Only this one"})
    texts = detector.examples.filter(positive=True).values_list("text", flat=True)
    assert set(texts) == {"Only this one", "Taught by an agent"}
