"""Makes the articles searchable, and reads the conversations, in a process of its own.

The model takes half a gigabyte, which the demo's runner would keep for as long as the demo runs.
Where the encoder is missing the articles stay due, and the sweep of the knowledge base finds them.
"""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from rich.progress import Progress

from bots import backfill
from knowledgebase import indexing
from knowledgebase.models import Encoder

NAME = "Articles and conversations, read"  # why some are left over is in log/index.log
SCRIPT = "import django; django.setup(); from helpdesk.demo import load_index; load_index.main()"


def index(progress: Progress) -> bool:
    """Index what is due, with a bar that moves by article; False if something is still due."""
    if not (waiting := due()):
        return True
    task = progress.add_task(NAME, total=waiting + backfill.missing().count())
    log = Path(settings.DATA_DIR) / "log" / "index.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=settings.BASE_DIR,
            env={**os.environ, "ENCODER": "local"},
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
