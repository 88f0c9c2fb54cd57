"""The files that a measurement reads; what is wrong with one is said in a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Unusable(Exception):
    """A file cannot be measured with; the message says why, to the person who named it."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and the ids of the articles that answer it; none if it is off topic."""

    text: str
    relevant: frozenset[str]


def queries(path: Path) -> list[Query]:
    """The questions of a file of lines {"query", "relevant"}."""
    found = [_query(row, where) for where, row in rows(path)]
    if not found:
        raise Unusable(f"{path} has no questions.")
    return found


def only_ids(named: str) -> frozenset[str]:
    """The article ids in a file: a JSON list, a line each, or one of several lists (FILE:NAME)."""
    path, name = Path(named), ""
    if not path.exists() and ":" in named:
        before, _, name = named.rpartition(":")
        path = Path(before)
    text = _text(path)
    try:
        data: Any = json.loads(text)
    except ValueError:
        data = [line.strip() for line in text.splitlines() if line.strip()]
    if isinstance(data, dict):
        if name not in data:
            raise Unusable(f"{path} has several lists: add one of :{', :'.join(map(str, data))}.")
        data = data[name]
    if not isinstance(data, list):
        data = [data]
    if not data or not all(isinstance(one, str | int) for one in data):
        raise Unusable(f"{path} is not a list of article ids.")
    return frozenset(map(str, data))


def sample_questions(path: Path) -> dict[str, list[str]]:
    """Article id: its sample questions, from lines {"id", "questions"} or {"query", "relevant"}."""
    found: dict[str, list[str]] = {}
    for where, row in rows(path):
        if "query" in row:
            query = _query(row, where)
            for article in query.relevant:
                found.setdefault(article, []).append(query.text)
        else:
            given = row.get("questions")
            if "id" not in row or not isinstance(given, list):
                raise Unusable(f"{where} has neither id and questions nor query and relevant.")
            found.setdefault(str(row["id"]), []).extend(str(one) for one in given)
    if not any(found.values()):
        raise Unusable(f"{path} has no questions.")
    return found


def rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The JSON objects of a file of lines, each with where it stood."""
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"Line {number} of {path}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unusable(f"{where} is not JSON.") from error
        if not isinstance(row, dict):
            raise Unusable(f"{where} is not a JSON object.")
        yield where, row


def _query(row: Mapping[str, Any], where: str) -> Query:
    text, relevant = row.get("query"), row.get("relevant", [])
    if not isinstance(text, str) or not text.strip():
        raise Unusable(f"{where} has no query.")
    if isinstance(relevant, str | int):
        relevant = [relevant]
    if not isinstance(relevant, list):
        raise Unusable(f"{where} has no list of relevant ids.")
    return Query(text, frozenset(map(str, relevant)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is not UTF-8: byte {error.start + 1} cannot be read.") from error
