"""What is done again and again."""

from __future__ import annotations

from helpdesk.celery import app
from helpdesk.schedule import PERIODIC_TASKS


def test_every_periodic_task_is_one_that_the_workers_know() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in PERIODIC_TASKS.values()} <= set(app.tasks)
