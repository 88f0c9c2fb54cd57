"""The assistant's worker gets warm: its first customer waits no longer than the others."""

from __future__ import annotations

import gc
import logging
import os

from celery.signals import worker_process_init

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
