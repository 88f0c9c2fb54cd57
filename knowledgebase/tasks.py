"""Background work of the knowledge base: indexing articles; and the encoder in the assistant's worker."""

import logging
import os

from celery import shared_task
from celery.signals import worker_process_init
from django.conf import settings

from knowledgebase import embeddings, encoder_service, indexing

logger = logging.getLogger(__name__)


@shared_task(queue="default")
def index_article(article_id: int) -> None:
    """Index a published article soon after it was published; missed ones are found by the sweep."""
    try:
        indexing.index_article(article_id)
    except embeddings.EncoderUnavailable as error:
        logger.warning("article %d waits for the encoder: %s", article_id, error)


@shared_task(queue="default")
def index_due_articles() -> None:
    """Index whatever public article is not indexed, and swap encoders when a new one is ready."""
    try:
        indexing.index_due()
    except embeddings.EncoderUnavailable as error:
        logger.warning("articles wait for the encoder: %s", error)


@worker_process_init.connect
def warm_encoder(**_kwargs: object) -> None:
    """In the assistant's worker, load the model before the first customer asks, and serve others."""
    if settings.ENCODER != "local" or os.environ.get("HELPDESK_WARM_ENCODER") != "1":
        return
    try:
        logger.info("the encoder is loaded and warm after %.1f s", embeddings.warm())
    except embeddings.EncoderUnavailable as error:
        logger.error("the encoder is not available: %s", error)
    encoder_service.service.start()
