"""How an answer ended, and what that says of the article: the table by which outcomes are weighed.

The number that an answer carries means "this answers the question". Customers never say whether it
was; they say that it solved their problem, or do something from which it can be guessed:

| ending | article | weight | why |
|---|---|---|---|
| reported: wrong, as an agent reviewed it | against | 1 | customers can be content with what is wrong |
| confirmed: "That solved it" | for | 1 | their word, and nothing is nearer to what is asked |
| refused: "It didn't", by the button or in words | against | 1 | their word |
| rephrased: the same asked again at once | against | .6 | mostly it missed; some only add to it |
| thanked: nothing but thanks came next | for | .5 | some thank for the attempt |
| a person for the same, at once, without a word on it | against | .2 | many want one whatever they read, or |
| | | | something that no article can do |
| a person for something else, or later | - | 0 | it is about another matter |
| went on: something else asked next | for | .15 | who was not helped seldom changes the subject |
| silence for a day | for | .15 | most who got what they came for just leave; not all |
| open: none of these yet | - | 0 | it may still come |

The words of those who speak are dear and rare: one of them outweighs six who were silent. Those who
complain speak more often than those who are content, which is why silence counts at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bots.understanding import is_courtesy, wants_person
from bots.understanding.feeling import said_before
from bots.understanding.repetition import by_words_alone
from bots.understanding.vocabulary import NO, NOT_ASKED, QUESTION

SOON = timedelta(minutes=30)
SILENT_FROM = timedelta(days=1)
ONLY_A_PERSON = 12  # words; who says more beside the wish for a person says what it is about


class Ending(StrEnum):
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPORTED = "reported"
    THANKED = "thanked"
    REPHRASED = "rephrased"
    PERSON_FOR_THE_SAME = "person_for_the_same"
    PERSON_FOR_OTHER = "person_for_other"
    WENT_ON = "went_on"
    SILENCE = "silence"
    OPEN = "open"


# Whether it speaks for the article (None: neither), and how much.
WEIGHTS: dict[Ending, tuple[bool | None, float]] = {
    Ending.CONFIRMED: (True, 1.0),
    Ending.REFUSED: (False, 1.0),
    Ending.REPORTED: (False, 1.0),
    Ending.THANKED: (True, 0.5),
    Ending.REPHRASED: (False, 0.6),
    Ending.PERSON_FOR_THE_SAME: (False, 0.2),
    Ending.PERSON_FOR_OTHER: (None, 0.0),
    Ending.WENT_ON: (True, 0.15),
    Ending.SILENCE: (True, 0.15),
    Ending.OPEN: (None, 0.0),
}


@dataclass(frozen=True, slots=True)
class Next:
    """The first that the customer wrote after an answer; `repeats` as it was understood, or "" """

    text: str
    at: datetime
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of an answer and of what came after it."""

    answered_at: datetime
    question: str
    helpful: bool | None = None
    reported: bool = False
    confirmed: bool = False  # the conversation ended with "That solved it", with no person in it
    next: Next | None = None
    person_at: datetime | None = None  # when a person was asked for, the first time after it


def ending(course: Course, now: datetime) -> Ending:
    """How an answer ended, as far as it has."""
    if course.reported:
        return Ending.REPORTED
    if course.helpful is not None:
        return Ending.CONFIRMED if course.helpful else Ending.REFUSED
    said = course.next
    if course.confirmed and said is None:
        return Ending.CONFIRMED
    if said is not None and (told := _told(course, said)) is not None:
        return told
    if course.person_at is not None:
        return _person(course, course.person_at)
    if said is not None:
        return Ending.WENT_ON
    silent = now - course.answered_at >= SILENT_FROM
    return Ending.SILENCE if silent else Ending.OPEN


def _told(course: Course, said: Next) -> Ending | None:
    """What the next words say of the answer; None where they are not about it."""
    repeats = said.repeats or by_words_alone(said.text, [course.question])
    if repeats in (NO, NOT_ASKED):
        return Ending.REFUSED
    if is_courtesy(said.text):
        return Ending.THANKED
    if said.at - course.answered_at > SOON or _wants_only_a_person(said.text):
        return None
    same = repeats == QUESTION or said_before(said.text, [course.question])
    return Ending.REPHRASED if same else None


def _person(course: Course, at: datetime) -> Ending:
    """A person was asked for: about the same, if that was soon and nothing else was said before."""
    said = course.next
    other = said is not None and said.at <= at and not _wants_only_a_person(said.text)
    if other or at - course.answered_at > SOON:
        return Ending.PERSON_FOR_OTHER
    return Ending.PERSON_FOR_THE_SAME


def _wants_only_a_person(text: str) -> bool:
    return len(text.split()) <= ONLY_A_PERSON and bool(wants_person(text))
