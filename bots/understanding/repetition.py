"""Does a message say the same again, that the answer did not help, or that it was not the question?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from bots.understanding.vectors import Vectors

QUESTION, NO, NOT_ASKED = "question", "no", "not_asked"
_LIKE_BY_WORDS = 84  # of 100
_LIKE_BY_MEANING = 0.82
_LOOKED_BACK = 5
_FEWEST_WORDS = 3

_NOT_ASKED = re.compile(
    r"\b((that|this|it)('?s| is| was|) ?(not|n'?t|no) (really |at all |even )?(what|the (question|thing)) "
    r"(i|we)( (asked|meant|mean|want(ed)?|need(ed)?|said))?|not what (i|we) (asked|meant|mean|want(ed)?|"
    r"need(ed)?|said)( for| about)?|(that|this) (is ?n.?t|was ?n.?t) what (i|we) \w+|you (did ?n.?t|did "
    r"not|do ?n.?t|do not|are ?n.?t|are not|have ?n.?t) (answer(ing|ed)?|understand(ing)?|underst(ood)?|get|"
    r"read(ing)?|listen(ing)?( to)?) (my|the|me|what|it)|(did ?n.?t|does ?n.?t|not) answer(ing)? (my|the) "
    r"question|(has|have) nothing to do with (my|the|what)|wrong (answer|article|topic)|you "
    r"(misunderstood|misunderstand|mis-?read)|i (asked|meant|was asking) (about|for|something else|if|"
    r"whether|how)|das (war|ist) nicht (meine frage|was ich)|nicht (danach|das) gefragt)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*+(no+|nope|nah|nein|nee|wrong|no thanks? you|not at all|useless|unhelpful)\W*$|"
    r"^\W*+((no+|nope|nah|nein|sorry)\W*+)?((that|this|it|the \w+|which|none of (this|these|that|them)|they|"
    r"these)(['’]s|s)? )?(really |still |also )?(did ?n.?t|does ?n.?t|do ?n.?t|did not|does not|"
    r"do not|has ?n.?t|has not|"
    r"is ?n.?t|is not|was ?n.?t|was not|not|no)( really| even| at all)? ?(help\w*|work\w*|"
    r"answer\w*|solve\w*|fix\w*|right|correct|it|useful|any use|good|applicable|relevant)\b.{0,60}$|"
    r"\b(still (not working|does ?n.?t|is ?n.?t|the same|broken|no luck|no|not)|(already|just) "
    r"(tried|did|done|checked|read) (that|this|it|all)|tried (that|this|it)( already)?|no luck|same "
    r"(problem|error|issue|answer) (again|still|as before)|you (already|just) (said|sent|told|gave)|hilft "
    r"(mir )?nicht|hat nicht geholfen|geht (immer )?(noch )?nicht|funktioniert (immer )?(noch )?nicht)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(i (already|just) (asked|told|said|wrote|explained|gave)|(like|as) i (said|wrote|told|asked)|"
    r"i (have |"
    r"'ve )?(asked|told|said|written)( you)? (this|that|it)? ?(already|before|twice|\w+ times)|i (repeat|ask "
    r"again|said)|(ask|asking|tell|telling|say|saying|write|writing) (you )?(this |that |it )?again|for the "
    r"(second|third|fourth|2nd|3rd|4th|last|umpteenth) time|once (more|again):|ich (habe|hab) (das )?(schon|"
    r"bereits) (gefragt|gesagt|geschrieben))\b",
    re.IGNORECASE,
)


def of(
    text: str,
    earlier: Sequence[str],
    answers: Sequence[str],
    made: Mapping[str, Vectors],
) -> tuple[str, tuple[str, ...]]:
    """Which kind of repetition, and the words that show it."""
    text = text[:2000].replace("\0", " ")
    if (answers or earlier) and (found := _NOT_ASKED.search(text)):
        return NOT_ASKED, (found.group().strip(),)
    if (answers or earlier) and (found := _NO.search(text)):
        return NO, (found.group().strip()[:120],)
    if earlier and (again := _said_again(text, earlier, made)):
        return QUESTION, again
    if earlier and (found := _AGAIN.search(text)):
        return QUESTION, (found.group().strip(),)
    return "", ()


def _said_again(text: str, earlier: Sequence[str], made: Mapping[str, Vectors]) -> tuple[str, ...]:
    if len(text.split()) < _FEWEST_WORDS:
        return ()
    low = text.lower().strip()
    mine = made.get(text[:800])
    for one in reversed(earlier[-_LOOKED_BACK:]):
        if len(one.split()) < _FEWEST_WORDS:
            continue
        other = one[:2000].lower().strip()
        if not _same_numbers(low, other):
            continue
        if fuzz.token_sort_ratio(low, other, processor=default_process) >= _LIKE_BY_WORDS:
            return (text[:120], one[:120])
        theirs = made.get(one[:800].replace("\0", " "))
        if mine is None or theirs is None or mine.shape != theirs.shape:
            continue
        if float(mine @ theirs) >= _LIKE_BY_MEANING:
            return (text[:120], one[:120])
    return ()


def _same_numbers(one: str, other: str) -> bool:
    """ "Size 40?" after "size 39?" is another question, however alike they are."""
    return set(re.findall(r"\d+", one)) == set(re.findall(r"\d+", other))
