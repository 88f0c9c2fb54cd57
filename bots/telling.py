"""The telling sentences of a message: what is wanted and what was tried, in the customer's words.

Nothing is rewritten: what is returned stands in the message like that, but for its line breaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bots.understanding import feel, find_facts, wants_person
from bots.understanding.sentences import split
from tickets.intake.text import first_line

READ = 4_000  # characters of a message; what is wanted does not stand after them
MOST_SENTENCES = 40
LEAST = 0.1  # from this weight a sentence tells something
PAIR = 200  # characters: a short sentence is shown with its neighbour

_GREETED = re.compile(
    r"^(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|hallo|moin|servus|"
    r"guten (?:tag|morgen|abend)|grüezi|sehr geehrte\w*|liebe[rs]?)\b"
    r"(?:[ ](?:there|all|team|everyone|everybody|support|folks|zusammen|damen und herren|\w+ team))?"
    r"\s*[,!.:;–-]+\s*",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|hallo|moin|servus|"
    r"guten (?:tag|morgen|abend)|grüezi|sehr geehrte\w*|liebe[rs]?)\b",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"^(?:thanks|thank you|thx|many thanks|cheers|(?:kind|best|warm) (?:regards|wishes)|regards|best|"
    r"sincerely|yours|danke\w*|vielen dank|besten dank|(?:mit )?(?:freundliche|viele|liebe|beste)\w* "
    r"gr(?:ü|ue)(?:ß|ss)\w*|lg|mfg)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:hope (?:you|this|all)|(?:have|got) a (?:quick )?(?:question|problem|issue)|quick question|"
    r"(?:can|could) (?:you|someone|anyone|anybody) (?:please )?help(?: me| us)?(?: out)?(?: please)?\W*$|"
    r"please help(?: me)?\W*$|help me(?: please)?\W*$|habe eine frage|hoffe|bitte um hilfe|"
    r"(?:können|könnten) sie mir (?:bitte )?helfen\W*$)",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:(?:i|we)(?:'d| would)? (?:want|need|like|wish|prefer)|i(?:'m| am) (?:looking|trying)|"
    r"how (?:do|can|to|long|much|many|does|should)|(?:can|could|may|should) (?:i|we|you)|"
    r"(?:is|are) (?:it|there|you|my)|where(?:'s| is| are| do| can)|when (?:will|does|do|is|can|do)|"
    r"what (?:is|are|do|does|happens|if)|why (?:is|was|did|does|do|am|are|has|have)|which|"
    r"do (?:you|i)|does (?:it|the|my)|please (?!help)|"
    r"refund|money back|return|exchange|replace\w*|cancel|repair|"
    r"ich (?:möchte|will|brauche|hätte gern\w*|würde gern\w*|suche)|wie (?:kann|lange|viel|bekomme)|"
    r"wo (?:ist|bleibt|finde)|wann|warum|wieso|(?:kann|darf) (?:ich|man)|(?:können|könnten) sie|gibt es|"
    r"geld zurück|umtausch\w*|zurückgeben|stornier\w*|erstatt\w*)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:not work\w*|(?:does|do|did|was|were|has|have|is|are|would|could)n'?t|won'?t|can'?t|cannot|"
    r"never (?:arrived|came|got|received)|broke\w*|snapped|torn|tore|ripped|leak\w*|missing|wrong|late|"
    r"lost|damaged|defective|faulty|stuck|fail\w*|error|charged|twice|declined|refused|rejected|locked|"
    r"cracked|melted|"
    r"still (?:no|not|waiting)|not (?:arrived|received|there|here|possible)|"
    r"kaputt|defekt|fehlt|fehlen|falsch\w*|verspätet|nicht (?:angekommen|da|erhalten|bekommen|mehr)|"
    r"gerissen|gebrochen|undicht|(?:funktioniert|geht|klappt) nicht|doppelt|verloren|beschädigt)\b",
    re.IGNORECASE,
)
_ABOUT_THE_ANSWER = re.compile(
    r"\b(?:not what i (?:asked|meant|wanted)|(?:did|does)n'?t (?:help|answer)|not (?:helpful|helping)|"
    r"no help|wrong answer|(?:das )?hilft (?:mir )?nicht|nicht gefragt|nicht geholfen)\b",
    re.IGNORECASE,
)
_TRIED = re.compile(
    r"\b(?:(?:i|we)(?:'ve| have| had)?(?: \w+)? (?:tried|restarted|rebooted|reset|checked|followed|"
    r"reinstalled|cleaned|cleared|replaced|contacted|called|rang|phoned|e-?mailed|updated|swapped)|"
    r"(?:already|just|even) (?:tried|did (?:that|this|it))|tried (?:everything|that|this|it|all|turning)|"
    r"(?:habe|haben|hab)\b.{0,80}\b(?:versucht|probiert|ausprobiert|neu gestartet|zurückgesetzt|geprüft|"
    r"kontaktiert|angerufen|gereinigt|getauscht|ausgetauscht)|schon (?:versucht|probiert))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a message, and how much it tells of what is wanted (higher is more)."""

    text: str
    weight: float


def load() -> None:
    """Load what reading words needs, which takes a third of a second: before anybody waits for it.

    Of hundreds who come to a process that has just begun, each would load it for themselves.
    """
    wish("Hello, where is my order KM-48213? I have been waiting for two weeks!")


def sentences(body: str) -> list[str]:
    """The sentences of a message, each on one line; a greeting before a comma is left out."""
    pieces = (_GREETED.sub("", piece) for piece in split(body[:READ]))
    return [piece for piece in pieces if piece][:MOST_SENTENCES]


def without_greeting(body: str) -> str:
    """A message without the greeting before its first comma, unless it is nothing else."""
    return _GREETED.sub("", body.lstrip(), count=1) or body


def weigh(text: str) -> float:
    """How much a sentence tells of what its writer wants; 0 and below is nothing."""
    text = text.replace("’", "'")
    words = len(text.split())
    if (words <= 6 and _GREETING.match(text)) or (words <= 8 and _FAREWELL.match(text)):
        return -3.0
    wish, trouble = bool(_WISH.search(text)), bool(_TROUBLE.search(text))
    weight = 0.5 + 2.5 * wish + 2.0 * trouble + 1.0 * ("?" in text and words >= 3)
    weight += 0.8 * bool(find_facts(text)) + 0.5 * (5 <= words <= 35)
    weight -= 2.5 * bool(_FILLER.search(text)) + 1.0 * bool(_TRIED.search(text))
    weight -= 4.0 * bool(_ABOUT_THE_ANSWER.search(text))
    if wants_person(text):
        weight -= 4.0  # that they want a person is the reason, not the concern
    if not (wish or trouble) and feel(text).words:
        weight -= 1.0
    return weight - 1.0 * (words < 3)


def wish(body: str, *, limit: int = 240, from_weight: float = LEAST) -> str:
    """What a message wants: its most telling sentence, with a short neighbour; "" if none is."""
    found = [Sentence(text, weigh(text)) for text in sentences(body)]
    if not found:
        return ""
    best = max(range(len(found)), key=lambda place: (found[place].weight, -place))
    if found[best].weight < from_weight:
        return ""
    beside = [
        place
        for place in (best - 1, best + 1)
        if 0 <= place < len(found)
        and found[place].weight >= 1.0
        and len(found[place].text) + len(found[best].text) <= min(PAIR, limit)
    ]
    chosen = {best, *sorted(beside, key=lambda place: -found[place].weight)[:1]}
    return first_line(" ".join(found[place].text for place in sorted(chosen)), limit=limit)


def tried(body: str, *, limit: int = 140) -> list[str]:
    """The sentences in which the customer says what they tried themselves, at most two."""
    own = [text for text in sentences(body) if _TRIED.search(text.replace("’", "'"))]
    own = [text for text in own if not text.endswith("?")]
    return [first_line(text, limit=limit) for text in own[:2]]
