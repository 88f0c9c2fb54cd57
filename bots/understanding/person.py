"""Does somebody ask for a person? Typing errors are no reason to be misunderstood.

Words are compared with one slip allowed from five letters on (`agemt`, `operater`, `somone`), so
that the few patterns below also hold for hurried and upset people. A question about the
assistant's own nature ("are you human?") is no request: it gets an honest answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

# Who is asked for. The first kind means a person in any sentence about contact; the second is
# too common a word ("the person who bought it") to count without a verb right before it.
_STRONG = (
    *("agent", "agents", "representative", "representatives", "operator", "human", "humans"),
    *("advisor", "adviser", "supervisor", "mitarbeiter", "mensch", "menschen", "berater"),
)
_WEAK = (
    *("person", "people", "someone", "somebody", "anyone", "anybody", "manager", "employee"),
    *("staff", "rep", "team", "jemand", "jemandem", "jemanden"),
)
_VERBS = (
    *("talk", "talking", "speak", "speaking", "chat", "chatting", "connect", "transfer"),
    *("reach", "contact", "contacting", "call", "calling", "sprechen", "reden"),
    *("verbinden", "verbinde", "escalate", "discuss", "phone"),
)
_REAL = ("real", "live", "actual", "human", "echten", "echter", "echte", "richtigen", "proper")
_SUPPORT = re.compile(
    r"\b(customer|client|kunden)[\s-]*(service|support|assistance|care|dienst)\b|\bkundendienst\b"
)
_PUT_THROUGH = re.compile(
    r"\b(put me through|hand (me|this) over|pass me (on )?to|get me (a |an |some|any)|"
    r"give me (a|an|your)|i (want|need|would like|demand|require)( to have)? (a|an|some|your|to see)|"
    r"let me (talk|speak)|ich (will|brauche|möchte) (einen|eine|mit))\b"
)
_CONNECT = re.compile(
    r"\b(connect|transfer|put|pass) (me|us) (up |on )?(to|with|through to) (your |the )?"
    r"(support|service|team|staff|manager)\b"
)
_NOT_ASKED_FOR = re.compile(r"(?<!to the )(?<!to a )\bcontact (person|people|details|number)\b")
_NO_BOT = re.compile(
    r"\b(no|not|stop|without|hate|useless|stupid) (more |this |the |a |an |your )?"
    r"(ro)?bots?\b|\b(not|instead of) (a |an |with a |to a )?(robot|machine|computer|ai)\b"
)
_IDENTITY = re.compile(
    r"\b(are|r|am i|is this|is that|bist|sprech\w*) ?(you|u|this|that|it|du|ich|talking|speaking|"
    r"chatting)?\b.{0,30}\b(human|person|bot|chatbot|robot|ai|machine|real|mensch|echt)\b"
)
_ABOUT = re.compile(r"\b(hours?|times?|when|open|number|from|address|öffnungszeiten|wann)\b")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NEAR = 6  # words between the verb and the person: "talk to one of your lovely people"


def wants_person(text: str) -> str:
    """The words that ask for a person, or "" if nobody is asked for."""
    low = " ".join(text.lower().replace("’", "'").split())
    for sentence in re.split(r"[.!?\n;]+", low):
        if found := _in_sentence(sentence.strip()):
            return found
    return ""


def asks_whether_human(text: str) -> bool:
    """ "Are you a robot?": a question about the assistant, to be answered honestly."""
    low = " ".join(text.lower().split())
    return bool(_IDENTITY.search(low)) and not wants_person(text)


def _in_sentence(sentence: str) -> str:
    words = _WORD.findall(sentence)
    if not words:
        return ""
    if _IDENTITY.search(sentence) and not _has(words, (*_VERBS[:4], "want", "need")):
        return ""
    if found := _NO_BOT.search(sentence) or _CONNECT.search(sentence):
        return found.group()
    sentence = _NOT_ASKED_FOR.sub("", sentence)
    words = _WORD.findall(sentence)
    strong = _places(words, _STRONG)
    weak = _places(words, _WEAK)
    verbs = _places(words, _VERBS)
    for verb in verbs:
        for place in sorted(strong + weak):
            if 0 < place - verb <= _NEAR:
                return " ".join(words[verb : place + 1])
        if _SUPPORT.search(sentence) and not _asks_about(sentence):
            return sentence[:80]
    real = [place for place, word in enumerate(words) if word in _REAL]
    for place in strong + weak:
        if place - 1 in real and words[place - 1] != words[place]:
            return " ".join(words[place - 1 : place + 1])
    asked_for = _PUT_THROUGH.search(sentence) or _has(words, ("please", "pls", "plz", "bitte"))
    if strong and (asked_for or len(words) <= 3):
        return " ".join(words[:8])
    if weak and re.search(r"\b(get|put) me (through|some|any)", sentence):
        return " ".join(words[:8])
    return ""


def _asks_about(sentence: str) -> bool:
    """ "What hours can I call customer service?" asks for an article, not for a person now."""
    return bool(
        re.search(
            r"\b(hours?|times?|when|open|number|from|address|öffnungszeiten|wann)\b", sentence
        )
    )


def _places(words: list[str], wanted: Iterable[str]) -> list[int]:
    return [place for place, word in enumerate(words) if _like_any(word, wanted)]


def _has(words: list[str], wanted: Iterable[str]) -> bool:
    return any(_like_any(word, wanted) for word in words)


# Words one slip away from ours that mean something else.
_OTHER = {
    *("reason", "season", "parson", "speed", "chant", "chart", "cheat", "chats", "take", "tall"),
    *("talks", "tale", "term", "teams", "cell", "calls", "reached", "phones", "content"),
    *("contract", "urgent", "accent", "personal", "connected", "discussed", "stuff"),
}


def _like_any(word: str, wanted: Iterable[str]) -> bool:
    for target in wanted:
        if word == target:
            return True
        if len(word) < 4 or word in _OTHER or word[0] != target[0]:
            continue
        slips = 1 if len(target) >= 4 else 0
        if slips and OSA.distance(word, target, score_cutoff=slips) <= slips:
            return True
    return False
