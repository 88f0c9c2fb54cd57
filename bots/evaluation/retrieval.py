"""Measuring what the assistant finds, and whether its confidence means something.

The given articles are indexed apart from the live ones (knowledgebase.apart), and each question
goes through the real search, the real confidence and the shipped thresholds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.core.exceptions import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots import confidence
from bots.dialogue import MOST_OFFERED
from bots.evaluation import figures, inputs
from bots.evaluation.figures import Outcome
from bots.evaluation.inputs import Query, Unusable
from bots.models import AssistantSettings
from bots.understanding import query_of
from knowledgebase import apart, embeddings, importing, indexing, search, sections
from knowledgebase.embeddings import Vectors
from knowledgebase.importing import Document
from knowledgebase.models import Article

RANKED = 10
LONGEST_TITLE = 300
LONGEST_QUESTION = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `per_article` sample questions each, all of them when it is None."""

    kb: Path
    queries: Path
    only_ids: str = ""
    per_article: int | None = None
    questions: Path | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What the pipeline made of one question."""

    query: Query
    ranked: list[str]
    result: search.SearchResult
    confidence: float

    def row(self, settings: AssistantSettings) -> dict[str, object]:
        return {
            "query": self.query.text,
            "ranked": self.ranked,
            "confidence": round(self.confidence, 4),
            "answered": self.answered(settings),
            "offered": self.offered(settings),
        }

    def answered(self, settings: AssistantSettings) -> bool:
        return bool(self.ranked) and self.confidence >= settings.answer_threshold

    def offered(self, settings: AssistantSettings) -> bool:
        wanted = self.confidence >= settings.offer_threshold
        fitting = any(map(confidence.may_be_meant, self.result.hits[:MOST_OFFERED]))
        return fitting and wanted and not self.answered(settings)


def run(plan: Plan, out: Path, console: Console) -> None:
    """Measure, print the figures, and write a row for each question. Raise Unusable."""
    settings = AssistantSettings()  # as shipped, whatever this installation has chosen
    documents, asked = prepared(plan, console)
    try:
        out.touch()
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error.strerror or error}.") from error
    indexed = {document.id for document in documents}
    outcomes = []
    with out.open("w", encoding="utf-8") as file, progress(console) as bars:
        for found in measured(documents, asked, bars):
            file.write(json.dumps(found.row(settings), ensure_ascii=False) + "\n")
            outcomes.append(outcome(found, indexed, settings))
    for name, figure in figures.lines(outcomes):
        console.print(f"{name:<58}{figure}")


def outcome(found: Found, indexed: set[str], settings: AssistantSettings) -> Outcome:
    places = [n for n, one in enumerate(found.ranked, start=1) if one in found.query.relevant]
    return Outcome(
        query=found.query,
        answerable=bool(found.query.relevant & indexed),
        place=places[0] if places else 0,
        confidence=found.confidence,
        answered=found.answered(settings),
        offered=found.offered(settings),
    )


def prepared(plan: Plan, console: Console) -> tuple[list[Document], list[Query]]:
    """The articles to index, with their sample questions, and the questions to ask."""
    asked = inputs.queries(plan.queries)
    documents = _documents(plan.kb, console)
    if plan.only_ids:
        wanted = inputs.only_ids(plan.only_ids)
        documents = [document for document in documents if document.id in wanted]
        if not documents:
            raise Unusable(f"{plan.only_ids} names none of the articles in {plan.kb}.")
    samples = {document.id: list(document.questions) for document in documents}
    source = plan.questions
    if source is None and plan.per_article and not any(samples.values()):
        source = plan.queries
        console.print("The sample questions are taken from the queries, and not asked.")
    if source is not None:
        samples = inputs.sample_questions(source)
    most = plan.per_article
    samples = {
        article: [question for question in questions if len(question) <= LONGEST_QUESTION][:most]
        for article, questions in samples.items()
    }
    if source is not None and source.resolve() == plan.queries.resolve():
        stored = {(article, text) for article, texts in samples.items() for text in texts}
        asked = [
            query
            for query in asked
            if not any((article, query.text) in stored for article in query.relevant)
        ]
        if not asked:
            raise Unusable("All queries became sample questions: none is left to ask.")
    documents = [
        replace(document, questions=tuple(samples.get(document.id, ()))) for document in documents
    ]
    return documents, asked[: plan.limit]


def measured(
    documents: Sequence[Document], asked: Sequence[Query], bars: Progress
) -> Iterator[Found]:
    """Index the articles apart from the live ones, and send each question through the pipeline."""
    embeddings.warm()
    vectors = _encoded([query.text for query in asked], bars)
    with apart.knowledge_base():
        outcome = importing.import_documents(documents)
        for refusal in outcome.refused:
            bars.console.print(
                f"[red]refused[/] {escape(refusal.source)}: {escape(refusal.reason)}"
            )
        bar = bars.add_task("Articles", total=len(outcome.added))
        indexing.index_due(limit=len(outcome.added) or 1, on_progress=lambda: bars.advance(bar))
        apart.analyse()
        ids = dict(Article.objects.values_list("pk", "external_id"))
        bar = bars.add_task("Questions", total=len(asked))
        for query, vector in zip(asked, vectors, strict=True):
            result = search.search(query_of(query.text), limit=RANKED, vector=vector)
            ranked = [str(ids[hit.article_id]) for hit in result.hits]
            parts = sections.find(result.hits[0].article_id, query.text, vector) if ranked else []
            lead = sections.lead(parts)
            sure = confidence.judge(result.hits, section_lead=lead, as_shipped=True).probability
            bars.advance(bar)
            yield Found(query, ranked, result, sure)


def progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _documents(path: Path, console: Console) -> list[Document]:
    try:
        read = list(importing.read(path))
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValidationError as error:
        raise Unusable(f"{path}: {' '.join(error.messages)}") from error
    documents = []
    for one in read:
        if isinstance(one, Document):
            documents.append(_fitting(one))
        else:
            console.print(f"[red]refused[/] {escape(one.source)}: {escape(one.reason)}")
    if not documents:
        raise Unusable(f"{path} has no articles.")
    return documents


def _fitting(document: Document) -> Document:
    """A title longer than an import takes is cut, and stands in the text in full."""
    if len(document.title) <= LONGEST_TITLE:
        return document
    body = f"{document.title}\n\n{document.body}"
    return replace(document, title=document.title[:LONGEST_TITLE], body=body)


def _encoded(texts: Sequence[str], bars: Progress) -> list[Vectors]:
    """Vectors of all questions, one at a time, as customers' questions are encoded."""
    return [
        embeddings.encode([query_of(text) or " "], timeout=60)[0]
        for text in bars.track(texts, description="Encoding")
    ]
