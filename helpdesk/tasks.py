"""What beat and a worker do to be seen to work: a short key in the cache that `/readyz` reads."""

from celery import shared_task
from django.core.cache import cache

from helpdesk.health import BEAT_KEY, BEAT_SECONDS


@shared_task(queue="default")
def heartbeat() -> None:
    """Beat sends it and a worker of the queue `default` runs it: the queue moves."""
    cache.set(BEAT_KEY, True, BEAT_SECONDS)
