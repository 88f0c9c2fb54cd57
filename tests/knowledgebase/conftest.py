"""What the tests of the knowledge base start from."""

from collections.abc import Callable
from typing import Any

import pytest

from knowledgebase import actions, embeddings, indexing
from knowledgebase.models import Article

MakeArticle = Callable[..., Article]

REPAIR = """The pole of a Fell 2 can be mended on the trail.

## With a splint

1. Slide the splint over the break.
2. Tape both of its ends.

## At home

Order a spare section and thread the cord through it.
"""


@pytest.fixture(scope="session")
def encoder() -> None:
    """The real model, loaded before a test's transaction begins: that may not idle so long."""
    embeddings.warm()


@pytest.fixture
def make_article() -> MakeArticle:
    """An article by the real actions; published unless told otherwise, indexed only if asked to."""

    def make(
        title: str = "Mend a broken tent pole",
        body: str = REPAIR,
        *,
        published: bool = True,
        indexed: bool = False,
        **words: Any,
    ) -> Article:
        article = actions.save_article(actor=None, article=None, title=title, body=body, **words)
        if published:
            article = actions.publish_article(actor=None, article=article, index_soon=False)
        if indexed:
            assert indexing.index_article(article.pk)
        return article

    return make
