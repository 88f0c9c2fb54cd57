"""Lines like "On Monday, Ada wrote:", above what is quoted, in many languages."""

from __future__ import annotations

import re

from tickets.email.reading.lines import Line

_WROTE = re.compile(
    r"(?<!\w)(?:wrote|writes|schrieb|schreibt|a écrit|écrit|escribió|escribio|escreveu|ha scritto|"
    r"scrive|schreef|geschreven|skrev|kirjoitti|napisał|napisała|napisał\(a\)|pisze|napsal|napsala|napsal\(a\)|napísal|"
    r"napísala|написал|написала|написал\(а\)|пишет|написав|написала|пише|написа|yazdı|ezt írta|írta|"
    r"a scris|έγραψε|כתב|כתבה|كتب|đã viết|menulis|napisao|napisala|je napisal|rašė|parašė|rakstīja|"
    r"kirjutas|va escriure|escrigué|نوشت|ने लिखा|เขียน|said)(?!\w)"
    r"|写道|寫道|写到|书き|書きました|さんは|작성|님이|からのメール",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_DIGITS = re.compile(r"\d\d")
_ENDS = (":", "：", "-")
_LONGEST = 400
_MOST_LINES = 5
_IN_FRONT = re.compile(r"[-_\s]{2,}")


def above(lines: list[Line], quote: int) -> int | None:
    """The line where the attribution of the quote at `quote` begins; None if it has none."""
    last = quote - 1
    while last >= 0 and quote - last <= 3 and lines[last].is_blank:
        last -= 1
    if last < 0 or lines[last].is_blank or not lines[last].text.rstrip(" *_").endswith(_ENDS):
        return None
    found = None
    for first in range(last, max(last - _MOST_LINES, -1), -1):
        if lines[first].is_blank:
            break
        said = _joined(lines, first, last)
        if len(said) > _LONGEST:
            break
        has_wrote = _WROTE.search(said) is not None
        has_date = _DATE.search(said) is not None or _TIME.search(said) is not None
        if has_date and (has_wrote or "@" in said):
            return first
        if has_wrote and len(said) < 120 and found is None:
            found = first
    return found


def at(lines: list[Line], first: int) -> int | None:
    """The line behind an attribution that begins at `first`, of a quote that nothing else marks.

    It has to name when, to the minute, or the address; people write "as Ada wrote:" themselves.
    """
    if not _may_begin(lines[first].text):
        return None
    for last in range(first, min(first + _MOST_LINES, len(lines))):
        if lines[last].is_blank and last > first + 1:
            return None
        said = _joined(lines, first, last)
        if len(said) > _LONGEST:
            return None
        if not said.rstrip(" *_").endswith(_ENDS):
            continue
        wrote = _WROTE.search(said)
        if wrote is None:
            return None
        names_day = _DATE.search(said) is not None and _TIME.search(said) is not None
        ends_with_it = len(said) - wrote.end() <= 3
        if names_day or ("@" in said and (ends_with_it or _TIME.search(said) is not None)):
            return last + 1
        return None
    return None


def _may_begin(text: str) -> bool:
    """Whether a line names a day, a time or an address: what is cheap to see."""
    if len(text) > _LONGEST:
        return False
    return "@" in text or (
        _DIGITS.search(text) is not None
        and (_DATE.search(text) is not None or _TIME.search(text) is not None)
    )


def _joined(lines: list[Line], first: int, last: int) -> str:
    return " ".join(line.text.strip() for line in lines[first : last + 1])


def shares_line(text: str) -> int | None:
    """Where in a line an attribution begins behind somebody's own words; None if none does.

    Some clients put "--- On Monday Ada wrote:" behind the last word without a line break.
    """
    if not 10 < len(text) <= _LONGEST or not text.rstrip().endswith(":"):
        return None
    for match in _IN_FRONT.finditer(text, 1):
        rest = text[match.end() :]
        if match[0].count("-") >= 2 and at([Line(rest)], 0) is not None:
            return match.start()
    return None
