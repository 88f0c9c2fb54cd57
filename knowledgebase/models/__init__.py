"""What the knowledge base stores: articles with their versions, passages and their vectors."""

from knowledgebase.models.articles import NORWEGIAN, Article, ArticleEvent, ArticleVersion, Category
from knowledgebase.models.gists import Gist
from knowledgebase.models.passages import Embedding, Encoder, Passage
from knowledgebase.models.words import CommonWord, IgnoredWord, Synonyms

__all__ = [
    "NORWEGIAN",
    "Article",
    "ArticleEvent",
    "ArticleVersion",
    "Category",
    "CommonWord",
    "Embedding",
    "Encoder",
    "Gist",
    "IgnoredWord",
    "Passage",
    "Synonyms",
]
