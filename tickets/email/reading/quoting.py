"""What somebody wrote now, apart from what they quote and how they sign.

The worst that can happen is that something is lost which a person wrote. So what nothing marks
stays, answers between quoted lines stay with the line above them, and whatever is folded away can
be opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.email.reading import attributions, markers, signatures
from tickets.email.reading.copied_headers import Header, header_at
from tickets.email.reading.lines import Kind, Line

MOST_LINES = 20_000
_BROKEN_LINK = re.compile(r"[(<]https?://[^\s()<>]*$")
_LONGEST_LINK = 400


@dataclass(frozen=True, slots=True)
class Separated:
    """Both halves of a mail's text; and the header of the mail that was passed on, with its text."""

    said: str
    folded: str
    header: Header | None = None
    below_header: str = ""


def separated(lines: list[Line]) -> Separated:
    """The two halves of a text. Every line that says something is in one of them."""
    lines = [Line(line.text, line.kind) for line in lines]
    _mark_markers(lines)
    _split_shared(lines)
    _mend_links(lines)
    _mark_attributions(lines)
    header, is_rest = _mark_rest(lines)
    signatures.mark(lines)
    below = _text(lines[header.after :]) if header is not None else ""
    said = _said(lines)
    if not said and not (header is not None and header.is_forward):
        said = _all_the_same(lines, is_rest)
    return Separated(said, _folded(lines), header, below)


def _mark_markers(lines: list[Line]) -> None:
    """Our own line is of the mail that is answered, quoted or not."""
    for line in lines:
        if line.text.startswith(("##", ">")) and markers.stands_alone(line.text):
            line.kind = Kind.QUOTED


def _split_shared(lines: list[Line]) -> None:
    """A line that ends with an attribution becomes two."""
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if line.kind is Kind.OWN and "--" in line.text:
            place = attributions.shares_line(line.text)
            if place is not None:
                lines[number : number + 1] = [Line(line.text[:place]), Line(line.text[place:])]


def _mend_links(lines: list[Line]) -> None:
    """The rest of an address that a client broke within a quote is quoted, too."""
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if (
            before.kind is after.kind is Kind.QUOTED
            and line.kind is Kind.OWN
            and " " not in line.text.strip()
            and _BROKEN_LINK.search(before.text[-_LONGEST_LINK:])
        ):
            line.kind = Kind.QUOTED


def _mark_attributions(lines: list[Line]) -> None:
    """What stands right above a quote and names it belongs to the quote."""
    before = Kind.OWN
    for number, line in enumerate(lines):
        is_marked = line.kind is Kind.QUOTED or line.text.startswith(">")
        if is_marked and before is Kind.OWN:
            first = attributions.above(lines, number)
            if first is not None:
                for one in lines[first:number]:
                    one.kind = Kind.ATTRIBUTION
                _mark_quote(lines, number)
        if not line.is_blank:
            before = line.kind


def _mark_quote(lines: list[Line], first: int) -> None:
    for line in lines[first:]:
        if not line.text.startswith(">") and not line.is_blank:
            return
        if not line.is_blank:
            line.kind = Kind.QUOTED


def _mark_rest(lines: list[Line]) -> tuple[Header | None, bool]:
    """From a copied header, or an attribution that nothing else marks, all is the mail before.

    Unless it is quoted line by line: then the header alone is folded, and answers stay.
    """
    forward: Header | None = None
    number = 0
    while number < len(lines):
        if lines[number].kind in (Kind.QUOTED, Kind.HIDDEN) or lines[number].is_blank:
            number += 1
            continue
        header = header_at(lines, number)
        after = header.after if header is not None else attributions.at(lines, number)
        if after is None:
            number += 1
            continue
        if header is not None and forward is None and header.fields:
            forward = header
        following = next((line for line in lines[after:] if not line.is_blank), None)
        is_quoted = following is not None and following.kind is Kind.QUOTED
        for line in lines[number : after if is_quoted else len(lines)]:
            line.kind = Kind.QUOTED
        if not is_quoted:
            return forward, True
        number = after
    return forward, False


def _said(lines: list[Line]) -> str:
    """The lines of the person, with one of the quote above each answer."""
    own = [line.kind is Kind.OWN and not line.is_blank for line in lines]
    if not any(own):
        return ""
    last = len(own) - 1 - own[::-1].index(True)
    first = own.index(True)
    quotes = _runs(lines, first, last)
    is_below = not quotes and any(line.kind is Kind.QUOTED for line in lines[:first])
    kept: list[str] = []
    if not is_below and quotes and (above := _last_quoted(lines[:first])):
        kept.append(above)
    for number, line in enumerate(lines[: last + 1]):
        if line.kind is Kind.OWN:
            kept.append(line.text)
        elif number in quotes:
            kept.extend(("", line.text, ""))
    return _tidy(kept)


def _runs(lines: list[Line], first: int, last: int) -> set[int]:
    """The last line of each quote that has the person's own lines before and behind it."""
    found: set[int] = set()
    quoted: int | None = None
    for number in range(first, last + 1):
        line = lines[number]
        if line.is_blank:
            continue
        if line.kind is Kind.QUOTED:
            quoted = number
        elif line.kind is Kind.OWN and quoted is not None:
            found.add(quoted)
            quoted = None
    return found


def _last_quoted(lines: list[Line]) -> str:
    return next(
        (line.text for line in reversed(lines) if line.kind is Kind.QUOTED and not line.is_blank),
        "",
    )


def _all_the_same(lines: list[Line], is_rest: bool) -> str:
    """Where nothing would be left, what was folded may be what they wrote: it stays.

    That is so below a header that somebody copied, and if all of it is a quote or a signature.
    """
    kinds = {line.kind for line in lines if not line.is_blank}
    if is_rest or len(kinds) == 1:
        return _tidy([line.text for line in lines if line.kind is not Kind.HIDDEN])
    for kind in (Kind.SIGNATURE, Kind.ATTRIBUTION):
        if kind in kinds:
            found = _tidy([line.text for line in lines if line.kind is kind])
            if kind is Kind.SIGNATURE and Kind.QUOTED not in kinds:
                return found
    return ""


def _folded(lines: list[Line]) -> str:
    return _tidy([line.text if line.kind is not Kind.OWN else "" for line in lines])


def _text(lines: list[Line]) -> str:
    return _tidy([line.text for line in lines])


def _tidy(lines: list[str]) -> str:
    """Lines without more than one blank line between them."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return "\n".join(kept).strip("\n")
