"""What workers do to be seen: short keys in the cache that `/readyz` reads and that run out."""

import logging

from celery import shared_task
from django.core.cache import cache

from helpdesk.health import ALIVE_SECONDS, ENCODER_KEY, WORKER_KEY
from knowledgebase import embeddings

logger = logging.getLogger(__name__)


@shared_task(queue="default")
def heartbeat() -> None:
    """Beat sends it and a worker of the queue `default` runs it: both live."""
    cache.set(WORKER_KEY, True, ALIVE_SECONDS)


@shared_task(queue="assistant")
def report_encoder() -> None:
    """Say whether this worker's sentence encoder is ready, or why it is not."""
    try:
        embeddings.check()
    except Exception as error:
        logger.exception("The sentence encoder does not work.")
        reason = str(error) or type(error).__name__
    else:
        reason = ""
    cache.set(ENCODER_KEY, reason, ALIVE_SECONDS)
