"""The assistant's worker, warm before its first customer and known to live; learning, elsewhere."""

from __future__ import annotations

import gc
import logging
import os

from celery import shared_task
from celery.signals import worker_process_init

from bots import alive

logger = logging.getLogger(__name__)


@worker_process_init.connect
def think_once(**_kwargs: object) -> None:
    """Load what a first turn would load: the model, the lexicon, the search's statement."""
    if os.environ.get("HELPDESK_WARM_ENCODER") != "1":
        return
    from bots.rehearsal import play

    try:
        play(["Where is my order?"])
    except Exception:  # it is only a rehearsal
        logger.exception("The assistant could not rehearse a turn.")
    # The model and all modules stay: the collector need not go through them in every turn.
    gc.collect()
    gc.freeze()
    alive.start()


@shared_task(queue="reading")
def file_gaps() -> None:
    """Group the questions that got no good answer."""
    from bots.learning import gaps
    from knowledgebase.embeddings import EncoderUnavailable

    try:
        gaps.file_new()
    except EncoderUnavailable as error:
        logger.warning("questions without an answer wait for the encoder: %s", error)


@shared_task(queue="reading")
def propose_questions() -> None:
    """Propose what customers wrote as sample questions of the articles that answered it."""
    from bots.learning import suggestions
    from knowledgebase.embeddings import EncoderUnavailable

    try:
        suggestions.propose_new()
    except EncoderUnavailable as error:
        logger.warning("suggested questions wait for the encoder: %s", error)


@shared_task(queue="reading")
def learn_conversations() -> None:
    """Make the vectors of conversations by which similar ones are found, a slice at a time."""
    from bots.similar import learning
    from knowledgebase.embeddings import EncoderUnavailable

    try:
        learning.learn(seconds=5.0)
    except EncoderUnavailable as error:
        logger.warning("the vectors of conversations wait for the encoder: %s", error)


@shared_task(queue="default")
def calibrate() -> None:
    """Correct the stated confidence by what became of the answers."""
    from bots import calibrating

    result = calibrating.calibrate()
    logger.info("calibrated with %d outcomes: %s", result.outcomes, result.after)
