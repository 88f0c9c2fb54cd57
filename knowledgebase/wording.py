"""A question's words as this installation means them: synonyms added, words without meaning left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from knowledgebase.models.words import listed

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that an admin taught the search, for one question."""

    groups: Sequence[tuple[str, str]] = ()  # words with commas, and their language or ""
    ignored: frozenset[str] = field(default_factory=frozenset)  # casefolded

    def words(self, question: str) -> str:
        """The question without ignored words; as it is where nothing else would be left."""
        if not self.ignored:
            return question
        kept = _without(question, self.ignored)
        return kept if _WORD.search(kept) else question

    def meant(self, question: str) -> list[list[str]]:
        """The groups of which the question has a word: language first, then the words."""
        return [
            [language, *words]
            for written, language in self.groups
            if len(words := listed(written)) > 1 and _pattern(words).search(question)
        ]

    def alike(self, question: str, texts: Sequence[str]) -> tuple[str, list[str]]:
        """Question and texts with words that mean the same written the same."""
        groups = self.meant(question)
        read = [self.words(question), *texts]
        for _language, *words in groups:
            pattern, same = _pattern(words), words[0].replace("\\", "")
            read = [pattern.sub(same, text) for text in read]
        return read[0], read[1:]


def _without(text: str, ignored: frozenset[str]) -> str:
    one_word = _WORD.sub(lambda m: "" if m.group().casefold() in ignored else m.group(), text)
    for phrase in (word for word in ignored if " " in word):
        one_word = _pattern([phrase]).sub("", one_word)
    return " ".join(one_word.split())


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words, longest first, as a whole; a plural's s may follow."""
    longest_first = sorted(words, key=len, reverse=True)
    choice = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"\b(?:{choice})s?\b", re.IGNORECASE)
