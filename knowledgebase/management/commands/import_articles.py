"""Import articles from a folder of Markdown files or a JSONL file, and index them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from knowledgebase import importing, indexing
from knowledgebase.embeddings import EncoderUnavailable


class Command(BaseCommand):
    help = (
        "Import articles from PATH and publish them: a folder of Markdown files (title from front "
        "matter or the first heading, category from the folder) or a JSONL file (id, title, body, "
        "and if wanted category, language, questions). The same input again changes nothing. What "
        "cannot be read is listed with its reason, the rest is imported all the same, each article "
        "whole, and the exit code is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, soft_wrap=True)
        try:
            documents = list(importing.read(path))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from error
        if not documents:
            raise CommandError(f"{path} has no articles: no .md file, and no line of JSON.")
        with _progress(console) as progress:
            bar = progress.add_task("Articles", total=len(documents))
            outcome = importing.import_documents(
                documents, on_progress=lambda: progress.advance(bar)
            )
            waiting = _index(progress)
        for refusal in outcome.refused:
            console.print(f"[red]refused[/] {escape(refusal.source)}: {escape(refusal.reason)}")
        console.print(
            f"{len(outcome.added)} added, {len(outcome.changed)} changed, "
            f"{len(outcome.left_alone)} left alone, {len(outcome.refused)} refused."
        )
        if waiting:
            console.print(f"[yellow]Not searchable yet:[/] {escape(waiting)}")
        if outcome.refused:
            raise SystemExit(1)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )


def _index(progress: Progress) -> str:
    """Index what is due, here and now; give the reason if the encoder is not there."""
    try:
        due = indexing.due(indexing.current_encoder()).count()
        if due:
            bar = progress.add_task("Search index", total=due)
            indexing.index_due(limit=due, on_progress=lambda: progress.advance(bar))
    except EncoderUnavailable as error:
        return f"{error} The articles are indexed as soon as the encoder is there."
    return ""
