"""Index what is due, everything anew, or with a new encoder beside the old one."""

from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from knowledgebase import indexing
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article


class Command(BaseCommand):
    help = (
        "Index the public articles that are due with the encoder named by ENCODER_MODEL. A new "
        "encoder's vectors are built beside the old one's, and take over when all are there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also what is indexed already")
        parser.add_argument(
            "--forget-retired",
            action="store_true",
            help="then delete the vectors of encoders that are no longer used",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False)
        try:
            indexed = self._index(console, everything=options["all"])
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        console.print(f"{indexed} articles indexed.")
        if options["forget_retired"]:
            console.print(f"{indexing.forget_retired()} retired encoders forgotten.")

    def _index(self, console: Console, *, everything: bool) -> int:
        encoder = indexing.current_encoder()
        articles = Article.objects.public() if everything else indexing.due(encoder)
        total = articles.count()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task("Articles", total=total)

            def advance() -> None:
                progress.advance(bar)

            if everything:
                return indexing.index_again(on_progress=advance)
            indexed = indexing.index_due(limit=total, on_progress=advance)
        indexing.activate_when_built(encoder, again=True)
        return indexed
