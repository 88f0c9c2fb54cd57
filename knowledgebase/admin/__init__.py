"""The help centre in the admin: articles with their versions, categories, and the words of search."""

from knowledgebase.admin import articles, categories, wording

__all__ = ["articles", "categories", "wording"]
