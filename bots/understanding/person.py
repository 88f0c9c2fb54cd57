"""Does somebody ask for a person? Typing errors are no reason to be misunderstood.

A sentence is read as kinds of words (see `wording`), and short patterns over those kinds say whether
the customer asks to talk to somebody, or how or when the people of customer service are to be
reached. A question about the assistant's own nature ("are you human?") is no request: it gets an
honest answer. Nor is a person in a story: "he would like to speak to his agent".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.understanding import garbled, wording
from bots.understanding.wording import Worded

_MOST_QUOTED = 120
LONGEST = 6000  # characters that are read: the beginning and the end
MOST_SENTENCES = 120  # and of these as many, from both ends
_SENTENCE_END = re.compile(
    r"[.!?\n;]+|,\s+(?=(?:so|but|just|please|i|let|get|give|can|could)\b)", re.IGNORECASE
)

_BETWEEN = "[arjcohy]{0,4}"  # "one of your lovely, very patient"
_TALK = re.compile(
    rf"Tt{_BETWEEN}p|Tt?{_BETWEEN}(?:P|c[os]?[se]|s)|T[ao]{{1,2}}t[arj]{{0,3}}[Pp]|"
    "Tt?[arjc]{0,4}(?:P|p|c[se]|s)"
)
_CONTACT = re.compile(r"Ct?[arj]{0,3}(?:P|s|cj?[se]|[arj]p)|Ct?p$")
_THROUGH = re.compile(r"[XG]it+[arjc]{0,3}(?:P|p|s)|Xi[tz]*$|Xt?[arj]{0,2}P|X[arj]{1,2}p|^Xz?$")
_WANT = re.compile(
    r"(?:[wG][it]*w?t?|z)[arj]{0,4}P(?=$|[zthiwknTCGvq]|o$)|"
    r"^[arj]{0,3}P(?=[zwTC]|t[hTC])|Pt[TC]|[zwh].*ar+p$"
)
_WANT_ANY = re.compile(r"(?:w|Gi|G)t?(?:a?r[rj]*|a?j)p(?=$|[zthn])")
_ALONE = re.compile(r"^[arjzwithknGv]*(?:(?:c?[se])?P+s?|c?[se]p|rj*p|c[se]s?|rs)[zkhnvit]*$")
_ALONE_SERVICE = re.compile(r"^[wizh]{0,3}a?j?c[se]+[zi]?$")
_ALONE_WEAK = re.compile(r"^(?:z[arj]*p|[aj]*pz|[wG]it?[arj]*p|wa?[rj]*p)z?$")
_COME_TO_ME = re.compile(r"[kwhz][arjcs]{0,3}[pP][zw]?[tCT]iz?")
_SERVICE_AVAILABLE = re.compile(r"cj*[se]+.{0,2}$")
_WHEN = re.compile(
    r"\b(what|which|opening|business|office|working|service|support) (hours?|times?)\b|"
    r"\bthe (hours|times) (of|for|at which|when|that)\b|\böffnungszeiten\b|\bum wie viel uhr\b"
)
_NAMES_A_PERSON = re.compile(
    r"\b(humans?|person|people|agents?|someone|somebody|anyone|representatives?|operators?|"
    r"mensch(en)?|jemand\w*|mitarbeiter\w*)\b"
)
_HOURS = re.compile(r"\b(hours?|times?|when|wann)\b")

_PEOPLE = (
    "(?:human|agent|person|people|colleague|manager|supervisor|representative|operator|advisor|"
    "specialist|someone|somebody|anyone|anybody)s?"
)
_ANYBODY_THERE = re.compile(
    r"\b(any|some|no)\s?(one|body)\b.{0,25}\b(i|we) (can|could|may) (talk|speak|chat|call|contact)|"
    r"^(hello+|hey|hi)?\W*(is )?(there )?(any|some) ?(one|body)( out| in)? (there|here|home|"
    r"available|around)( please)?\W*$|"
    rf"^(is|are) (a|an|any|your|some|one of your) (real |live |human )?{_PEOPLE} (available|there|"
    r"free|around|online)\b|"
    rf"^(are|is) there (any |a |an )?(real |live )?{_PEOPLE}( (there|here|available|around|online|"
    r"(i|we) can \w+( to| with)?|to \w+( to| with)?))?\W*$|"
    r"\bwho (can|could|do|should|shall) (i|we) (talk|speak|turn|complain|chat)\b|"
    rf"\b{_PEOPLE} on the (line|phone)\b"
)
_NO_BOT = re.compile(
    r"(?<!i am )(?<!i'm )"
    r"\b(no|not|stop|without|hate|enough|useless|stupid|don'?t want|don'?t like|sick|tired|keine?n?)"
    r"( (more|this|the|a|an|your|of|with|to|giving|sending|me|talk(ing)?|speak(ing)?|chat(ting)?|"
    r"using|these|dealing|damn|stupid|silly|that))*"
    r" ((chat|ro)?bots?\b|robots?\b|machines?\b|computers?\b|ai\b|automat\w+|virtual assistant)"
)
_PLEA = re.compile(r"\b(please|pls|plz|want|i|me|enough|hate|stop|sick|tired)\b")
_CALL_ME = re.compile(
    r"(^|\b(please|pls|can you|could you|just|someone|somebody) )(call|phone|ring) (me|us)( ?back)?"
    r"(?=$|,| (please|pls|now|asap|on|at|under|about|today|tomorrow|when|right|back|regarding|"
    r"as soon|this|later|between|after|before)\b)|"
    r"\b(want|need|request|like|arrange|book) (to have )?(a |an )?(call ?back|phone call from)\b|"
    r"\bcall ?back (please|pls|now)\b|\brufen sie mich\b|\bruf mich\b|\brückruf\b"
)
_COMES_TO_ME = re.compile(
    rf"\b(can|could|have|want|need|please|let|get|ask|will|would|like|for) (\w+ ){{0,2}}{_PEOPLE}"
    r"( (from|of|in|at) (your|the) \w+( \w+)?)? ((to|please) ){0,2}(call|contact|phone|ring|"
    r"get back to|reach out to|speak (to|with)|talk (to|with)|write( to)?|e?mail) (me|us)\b"
)
_A_PERSON_HELPS = re.compile(
    r"\b(can|could|may|will|would) (a|an|any|some|your|one of your) (real |live |actual |human )?"
    rf"(?!someone|somebody|anyone|anybody){_PEOPLE} (please )?(help|look|check|read|review|answer|"
    r"assist|explain|take|handle|deal|respond|reply|see|fix)\b|\bescalate (this|that|it|my)\b|"
    r"\bforward (me|us|this) to (a|an|the|your)\b"
)
_MANAGER = re.compile(
    r"\b(get|want|need|demand|see|where'?s?|where is|call|fetch|bring|give)\b.{0,12}"
    r"\b(your|the|a|ur) (\w+ )?(manager|boss|supervisor|superior|chef)\b(?!'|’| account| role| view)"
)
_PERSONALLY = re.compile(
    r"\b(human|live|personal|real|in[- ]person) (help|support|assistance|contact|service|chat|"
    r"interaction|conversation|call)\b|\bphone (help|support|assistance)\b|\blivechat\b"
)
_OTHER_LANGUAGES = re.compile(
    r"\b(parler|parle|discuter|échanger) (à|a|avec) (un|une|quelqu|votre)|"
    r"\b(un|à un|avec un) (conseiller|humain|opérateur|agent)\b|\bvrai(e)? (personne|humain)|"
    r"\b(hablar|comunicarme|contactar|chatear) (con )?(una?|alguien|el|su) ?(persona|agente|humano|"
    r"asesor|operador|representante|servicio)?|\bpersona real\b|"
    r"\b(parlare|comunicare) con (una?|qualcuno|il|un operatore)|\bpersona (vera|reale)\b|"
    r"\b(spreken|praten|chatten) met (een|iemand)|\been (echt )?mens\b|\been medewerker\b|"
    r"\b(echte[nrs]?|richtige[nrs]?|lebende[nrs]?) (mensch\w*|person\w*|mitarbeiter\w*|ansprechpartner)|"
    r"\b(mit|an|von) (einem|einer|jemand\w*|nem|ner) ?(echten |richtigen |ihrer )?(menschen|"
    r"mitarbeiter\w*|kolleg\w+|berater\w*|person|vorgesetzten|kunden\w+)?\b.{0,20}"
    r"\b(sprechen|reden|telefonieren|chatten|verbinden|verbunden|schreiben)|"
    r"\bverbinde\w* (sie )?(mich|uns)\b|\b(mich|uns)\b.{0,30}\bverbinden\b|\bjemand\w* (erreichen|sprechen)|"
    r"\bkunden(dienst|service|support|betreuung)\b.{0,20}\b(sprechen|erreich\w+|kontakt\w*|anrufen)|"
    r"\b(sprechen|erreich\w+|kontakt\w*)\b.{0,20}\bkunden(dienst|service|support|betreuung)\b"
)
_IDENTITY = re.compile(
    r"\b(are|r|am i|is|bist|sind|sprech\w*|rede|chatte|do i|you|u) ?"
    r"(you|u|this|that|it|du|sie|ich|i|talking|speaking|chatting|talk|speak)?\b"
    r"[^,]{0,30}\b(human|person|bot|chatbot|robot|ai|machine|computer|program|automated|mensch|"
    r"roboter|maschine|ki)\b|\b(are|r|bist|sind) (you|u|du|sie) (a |for |even |ein )?(real|echt\w*)\b"
)
_OF_IDENTITY = re.compile(
    r"^\W*((so|ok|okay|hi|hello|hey|wait|but|and|sorry|well|hmm|um|no)\W+)*"
    r"(are|r|am|is|u|you|bist|sind|sprech\w*|rede|chatte|do i (talk|speak)|who|what) ?"
    r"(you|u|i|this|that|it|du|sie|ich|are|mit)?\b"
)
_THERE_IS = re.compile(r"\b(is|are) there\b")
_ASKS = re.compile(
    r"\b(want|need|can i|could i|let me|may i|please|pls|transfer|connect|instead|will)\b"
)
_NOT_ASKED_FOR = re.compile(
    r"(?<!to the )(?<!to a )(?<!to your )\bcontact (person|people|details|number|form|info\w*)\b|"
    r"\bhuman (rights?|resources|error|body|hair|race|nature|readable|made|history|kind)\b|"
    r"\b(travel|estate|booking|shipping|cleaning|drying|wetting|cooling|user|customs|carrier'?s?)"
    r" agents?\b|\bagents? of\b|\b(third|first|second|per|each|every|one|\d+) (person|people)\b|"
    r"\b(phone|tent|stove|truck|crane|machine|tour) operators?\b|\boperators? manual\b|"
    r"\b(customer|client) (service|support|care) (hours|number|email|address|policy|job|skills)\b|"
    r"\b(opening|business|office|working) (hours|times) of\b.*"
)
_SOMEBODY_ELSE = re.compile(r"(?:3|p|P)[wktvn]{0,3}t?$")
_FROM_ME = re.compile(r"[iwkhzGn]")

_ASKED_IN_WORDS = (
    _ANYBODY_THERE,
    _CALL_ME,
    _COMES_TO_ME,
    _A_PERSON_HELPS,
    _MANAGER,
    _OTHER_LANGUAGES,
)


def wants_person(text: str) -> str:
    """The words that ask for a person, or "" if nobody is asked for."""
    for sentence, low in _sentences(text):
        if asked := _in_sentence(low):
            return _verbatim(asked, sentence, low)
    return ""


def asks_when(text: str) -> bool:
    """Whether a wish for contact is only a question for the hours of the service.

    That is simple, and an article answers it; whoever names a person wants one.
    """
    low = " ".join(text[:LONGEST].lower().split())
    return bool(_WHEN.search(low)) and not _NAMES_A_PERSON.search(low)


def asks_whether_human(text: str) -> str:
    """ "Are you a robot?": the words of a question about the assistant, or ""."""
    for sentence, low in _sentences(text):
        if found := _asks_what_it_is(low):
            return "" if wants_person(text) else _verbatim(found, sentence, low)
    return ""


def _asks_what_it_is(sentence: str) -> str:
    if not _OF_IDENTITY.search(sentence) or _THERE_IS.search(sentence):
        return ""
    found = _IDENTITY.search(sentence)
    return found.group() if found else ""


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence as it was written, and in lower case with single spaces."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"
    pieces = (" ".join(piece.split()) for piece in _SENTENCE_END.split(text.replace("\0", " ")))
    found = [tidy for tidy in pieces if tidy]
    if len(found) > MOST_SENTENCES:
        found = found[: MOST_SENTENCES // 2] + found[-MOST_SENTENCES // 2 :]
    for tidy in found:
        yield tidy, tidy.lower().replace("’", "'")


def _verbatim(found: str, sentence: str, low: str) -> str:
    """The words as the customer wrote them; the sentence where they were read as others."""
    at = low.find(found)
    if at < 0 or len(low) != len(sentence):
        return sentence[:_MOST_QUOTED]
    return sentence[at : at + len(found)]


def _in_sentence(sentence: str) -> str:
    if _asks_what_it_is(sentence) and not _ASKS.search(sentence):
        return ""
    for pattern in _ASKED_IN_WORDS:
        if found := pattern.search(sentence):
            return found.group().strip(" ,-")
    if (found := _NO_BOT.search(sentence)) and (
        _PLEA.search(sentence) or len(sentence.split()) <= 5
    ):
        return found.group()
    sentence = _NOT_ASKED_FOR.sub(" ", sentence)
    read = wording.read(sentence)
    kinds = read.kinds
    if not kinds:
        return ""
    if len(kinds) <= 7 and (
        _ALONE.search(kinds) or _ALONE_SERVICE.search(kinds) or _ALONE_WEAK.search(kinds)
    ):
        return read.between(0, len(kinds))
    if (found := _PERSONALLY.search(sentence)) and (
        len(kinds) <= 5 or _FROM_ME.search(read.kinds[: len(sentence[: found.start()].split())])
    ):
        return found.group()
    return _asked_for(read) or (sentence[:_MOST_QUOTED] if _is_garbled(sentence) else "")


def _is_garbled(sentence: str) -> bool:
    return not _asks_what_it_is(sentence) and garbled.asks(sentence)


def _asked_for(read: Worded) -> str:
    kinds = read.kinds
    for pattern in (_TALK, _CONTACT, _THROUGH):
        for place in pattern.finditer(kinds):
            before = kinds[: place.start()]
            if _SOMEBODY_ELSE.search(before) and "i" not in before[-3:]:
                continue
            if len(before) <= 2 or _FROM_ME.search(before):
                return read.between(place.start(), place.end())
    for pattern in (_WANT, _WANT_ANY, _COME_TO_ME):
        if found := pattern.search(kinds):
            return read.between(found.start(), found.end())
    if _HOURS.search(" ".join(read.words)) and (found := _SERVICE_AVAILABLE.search(kinds)):
        return read.between(found.start(), found.end())
    return ""
