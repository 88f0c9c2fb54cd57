"""Makes the articles searchable, and reads the conversations, in a process of its own.

The helpdesk serves meanwhile: what has no vectors yet is found by its words. Where the encoder is
missing, or the process is killed, the rest stays due, and the sweep of the knowledge base finds it.
"""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from rich.progress import Progress

from bots import backfill
from helpdesk.demo.processes import Program
from knowledgebase import indexing
from knowledgebase.models import Encoder

NAME = "Articles and conversations, read"  # why some are left over is in log/index.log
PROGRAM = Program("index", ("helpdesk.demo.indexer",), {"ENCODER": "local"}, once=True)


def index(progress: Progress) -> bool:
    """Index what is due and wait for it, with a bar that moves by article; False if some is left."""
    if not (waiting := due()):
        return True
    task = progress.add_task(NAME, total=waiting + backfill.missing().count())
    log = Path(settings.DATA_DIR) / "log" / "index.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [sys.executable, "-m", *PROGRAM.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=settings.BASE_DIR,
            env={**os.environ, **PROGRAM.environment},
        ) as process,
    ):
        assert process.stdout is not None
        try:
            for _line in process.stdout:
                progress.advance(task)
        except BaseException:  # whoever stops the demo does not wait for the model
            process.kill()
            raise
    if left := due():
        progress.update(task, description=f"{NAME} ({left} to follow)")
    progress.update(task, total=1, completed=1)
    return not left


def is_wanted() -> bool:
    """Whether anything is to be indexed or read."""
    return due() > 0 or backfill.missing().exists()


def due() -> int:
    """How many articles are to be indexed; 0 also while nobody has met the encoder."""
    encoder = Encoder.objects.filter(name=settings.ENCODER_MODEL).first()
    return indexing.due(encoder).count() if encoder else 0


def main() -> None:
    """Index what is due with the model in this process, then understand what customers wrote.

    A line of output for each article and each conversation.
    """
    indexing.index_due(on_progress=lambda: print("indexed", flush=True))  # noqa: T201  # read above
    for _ticket in backfill.read_missing():
        print("read", flush=True)  # noqa: T201  # read above
