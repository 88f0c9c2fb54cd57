"""The demo company's help centre, and which passage of an article an answer came from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.sources import Source
from helpdesk.demo.load_content import Content, Entry
from knowledgebase import answers, indexing, short_answers
from knowledgebase.actions import publish_article, save_article
from knowledgebase.models import Article, Category, Encoder, Passage
from knowledgebase.passages import Piece, cut
from tickets.models import User

_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True, slots=True)
class Told:
    """An article as the conversations cite it."""

    article: Article
    title: str
    body: str
    pieces: list[Piece]  # of its body
    short_answers: Sequence[str] = ()

    def shown(self, text: str, *, score: float, quoted: bool) -> Source:
        """The section that shares most words with `text`, as if a search had found it."""
        piece = self._passage_for(text)
        quote = answers.quote(self.body, anchor=piece.anchor, passage=piece.text, question=text)
        return Source(
            article_id=self.article.pk,
            slug=self.article.slug,
            title=self.title,
            language=self.article.language,
            heading=piece.heading,
            anchor=piece.anchor,
            text=quote.text if quoted else piece.text,
            score=score,
            quoted=quoted,
            section=quote.section if quoted else "",
            short_answer=self._short_answer(piece) if quoted else "",
        )

    def _short_answer(self, piece: Piece) -> str:
        return short_answers.of_section(self.short_answers, title=self.title, heading=piece.heading)

    def says(self, text: str) -> bool:
        """Whether `text` has no word that the passage for it has not: then quoting is enough."""
        return _words(text) <= _words(self._passage_for(text).text)

    def _passage_for(self, text: str) -> Piece:
        words = _words(text)
        return max(self.pieces, key=lambda piece: len(words & _words(piece.text)))


def load_articles(content: Content, author: User) -> dict[str, Told]:
    """File and publish all articles but the drafts; what was published, by slug.

    They are found by their words at once; their vectors follow after the commit.
    """
    categories = {slug: Category(slug=slug, **entry) for slug, entry in content.categories.items()}
    Category.objects.bulk_create(categories.values())
    found = [_load(entry, categories, author) for entry in content.articles]
    indexing.cut_new()
    # Some vectors would hide the articles that have none yet; they count once all are there.
    Encoder.objects.filter(state=Encoder.State.ACTIVE).update(state=Encoder.State.BUILDING)
    return {source.article.slug: source for source in found if source is not None}


def _load(entry: Entry, categories: Mapping[str, Category], author: User) -> Told | None:
    article = save_article(
        actor=author,
        article=None,
        title=entry["title"],
        summary=entry["summary"],
        body=entry["body"],
        questions=entry["questions"],
        short_answers=entry.get("short_answers", ()),
        category=categories[entry["category"]],
        slug=entry["slug"],
        popular=entry.get("popular", False),
    )
    if entry.get("state", Article.State.PUBLISHED) != Article.State.PUBLISHED:
        return None
    article = publish_article(actor=author, article=article, index_soon=False)
    pieces = cut(title=entry["title"], body=entry["body"])
    body = [piece for piece in pieces if piece.kind == Passage.Kind.BODY]
    shorts = entry.get("short_answers", ())
    return Told(article, entry["title"], entry["body"], body, shorts)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))
