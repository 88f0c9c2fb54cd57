"""The Celery app, with the queues `default`, `mail`, `reading`, `incoming` and `assistant`."""

import os

from celery import Celery
from celery.signals import task_postrun, worker_process_init, worker_ready
from celery.worker.consumer import Consumer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def say_so(sender: Consumer, **_kwargs: object) -> None:
    """A worker is seen from now on, whatever it works at."""
    from helpdesk import alive

    alive.start(sender.app.amqp.queues.consume_from)


@task_postrun.connect
def give_connections_back(**_kwargs: object) -> None:
    """As at the end of a request: to the pool, which keeps them open."""
    from django.db import close_old_connections

    close_old_connections()


@worker_process_init.connect
def leave_the_parents_connections(**_kwargs: object) -> None:
    """A forked child must not share its parent's database sockets."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
