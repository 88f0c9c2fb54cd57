"""Shows where a search's words stand: the message of a ticket that has most of them, cut and marked.

The index knows the number of each word, and with which number each message begins. So the message is
found without reading the conversation, however long it is; only the one that is shown is read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, Value

from tickets.models import Message, Note, TicketText
from tickets.search.language import Query
from tickets.search.parts import Term
from tickets.search.words import Place, places_of

LENGTH = 170  # characters of an excerpt
BEFORE = 50  # of them before the first hit
READ = 20_000  # characters of a message


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an excerpt; `hit`: they were looked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a message or note, and its position."""

    position: int
    pieces: Sequence[Piece]
    is_note: bool = False


def excerpts_of(tickets: Sequence[int], query: Query) -> dict[int, Excerpt]:
    """For each of these tickets the excerpt, if words of a message were found. Two statements.

    Only for who works here: notes are shown, too. The tickets are those that were found for them.
    """
    places = _best_places(tickets, query)
    said = _bodies(places)
    return {
        ticket: Excerpt(position, cut(said[ticket, position, is_note], query.wanted), is_note)
        for ticket, (position, is_note) in places.items()
        if (ticket, position, is_note) in said
    }


def cut(text: str, terms: Iterable[Term]) -> list[Piece]:
    """The part of a text where most of the terms stand, in one line, with the hits marked."""
    text = " ".join(text[:READ].split())
    hits = _hits(text, terms)
    start = _start(text, hits)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + LENGTH // 2)
    pieces = _pieces(text, hits, start, end)
    return [*([Piece("…")] if start else []), *pieces, *([Piece("…")] if end < len(text) else [])]


def marked(text: str, terms: Iterable[Term]) -> list[Piece]:
    """All of a short text, with the hits marked."""
    return _pieces(text, _hits(text, terms), 0, len(text))


def _pieces(text: str, hits: Iterable[tuple[int, int]], start: int, end: int) -> list[Piece]:
    pieces = []
    for first, last in hits:
        if start <= first and last <= end:
            pieces += [Piece(text[start:first]), Piece(text[first:last], hit=True)]
            start = last
    pieces.append(Piece(text[start:end]))
    return [piece for piece in pieces if piece.text]


def _start(text: str, hits: Sequence[tuple[int, int]]) -> int:
    """Where to begin, so that as many hits as possible are shown."""
    if not hits or len(text) <= LENGTH:
        return 0

    def shown(first: int) -> int:
        return sum(first <= start < first + LENGTH - BEFORE for start, _end in hits)

    best = max((start for start, _end in hits[:100]), key=shown)
    if best <= BEFORE:
        return 0
    return text.find(" ", best - BEFORE, best) + 1 or best


def _hits(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """From where to where the terms stand in a text."""
    places, terms, found = list(places_of(text)), list(terms), []
    for number, place in enumerate(places):
        for term in terms:
            last = number + len(term.words) - 1
            if last < len(places) and _stands(term, places[number : last + 1]):
                found.append((place.start, places[last].end))
                break
    return found


def _stands(term: Term, places: Sequence[Place]) -> bool:
    *firsts, last = (place.word for place in places)
    ends = last.startswith(term.words[-1]) if term.begins else last == term.words[-1]
    return ends and firsts == list(term.words[:-1])


# --- which message


def _best_places(tickets: Sequence[int], query: Query) -> dict[int, tuple[int, bool]]:
    """For each ticket the position of the message that has most of the terms; whether it is a note."""
    found = {}
    for ticket, places, note_places, words, note_words in _found_words(tickets, query):
        said = _scores(places, words or [], query.wanted)
        noted = _scores(note_places, note_words or [], query.wanted)
        scores = {(position, False): score for position, score in said.items()}
        scores |= {(position, True): score for position, score in noted.items()}
        if scores:  # of as good ones the newest
            found[ticket] = max(scores, key=lambda place: (scores[place], place))
    return found


def _scores(
    places: Sequence[int], words: Iterable[tuple[str, list[int]]], terms: Sequence[Term]
) -> dict[int, int]:
    """How many of the terms each message has, by its position."""
    starts, positions = places[::2], places[1::2]
    numbers = {word: set(found) for word, found in words}
    scores: dict[int, int] = defaultdict(int)
    for term in terms:
        in_messages = (bisect_right(starts, number) for number in _numbers(term, numbers))
        for place in {positions[after - 1] for after in in_messages if after}:
            scores[place] += 1
    return scores


def _numbers(term: Term, numbers: Mapping[str, set[int]]) -> set[int]:
    """The numbers of the words with which a term begins, of all places where it stands."""
    *firsts, last = term.words
    ends = {
        number
        for word, found in numbers.items()
        if word == last or (term.begins and word.startswith(last))
        for number in found
    }
    begins = {number - len(firsts) for number in ends}
    for place, word in enumerate(firsts):
        begins &= {number - place for number in numbers.get(word, ())}
    return begins


def _found_words(tickets: Sequence[int], query: Query) -> list[tuple[Any, ...]]:
    """The terms' words in the vectors of these tickets, with the numbers of each."""
    exact = {word for term in query.wanted for word in term.words}
    begins = [term.words[-1] for term in query.wanted if term.begins]
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                "tickets": list(tickets),
                "exact": list(exact),
                "begins": begins,
                "weights": list((query.weights or "ABCD").lower()),
            },
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_STATEMENT = f"""
SELECT text.ticket_id, text.places, text.note_places,
    (SELECT json_agg(json_build_array(lexeme, positions))
        FROM unnest(ts_filter(text.words, %(weights)s::"char"[]))
        WHERE lexeme = ANY(%(exact)s) OR lexeme ^@ ANY(%(begins)s)),
    (SELECT json_agg(json_build_array(lexeme, positions))
        FROM unnest(ts_filter(text.note_words, %(weights)s::"char"[]))
        WHERE lexeme = ANY(%(exact)s) OR lexeme ^@ ANY(%(begins)s))
FROM {TicketText._meta.db_table} AS text WHERE text.ticket_id = ANY(%(tickets)s)
"""  # noqa: S608 - the name of our own table


def _bodies(places: Mapping[int, tuple[int, bool]]) -> dict[tuple[int, int, bool], str]:
    """What is said at these places, messages and notes, in one statement."""
    wanted = {True: Q(pk__in=[]), False: Q(pk__in=[])}
    for ticket, (position, is_note) in places.items():
        wanted[is_note] |= Q(ticket=ticket, position=position)
    said = Message.objects.filter(wanted[False]).annotate(
        is_note=Value(False, output_field=BooleanField())
    )
    noted = Note.objects.filter(wanted[True]).annotate(
        is_note=Value(True, output_field=BooleanField())
    )
    columns = ("ticket", "position", "is_note", "body")
    rows = (
        said.order_by()
        .values_list(*columns)
        .union(noted.order_by().values_list(*columns), all=True)
    )
    return {(ticket, position, is_note): body for ticket, position, is_note, body in rows}
