"""Words as the kinds of words that a wish for a person is made of, read with their typing errors.

Each word of a sentence becomes one letter (`I want to speek to an agemt` -> `iwtTtaP`), so that a
few short patterns hold for hurried and upset people too. One slip is allowed from four letters on
and two from eight on, never in the first letter, never to a word that means something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

OTHER = "o"
_EXACT_BELOW = 4  # shorter words must be spelled right
_TWO_SLIPS_FROM = 8

# T to talk, C to get in touch, X to be put through, P a person by office, p a person by any
# word, c customer, s service, e service after c only, t to or with, a article, r real, j a word
# that swears or praises, w to want, G to give or get, h help, i the customer, y the assistant,
# 3 others, k how or can, q when, z please or now, b a bot, n not, v to be.
_KINDS: dict[str, str] = {
    "T": """talk talking speak speaking chat chatting converse conversation discuss complain
        sprechen spreche reden rede telefonieren plaudern""",
    "C": """contact contacting reach reaching call calling phone phoning ring
        communicate communicating callback erreichen erreiche kontaktieren anrufen""",
    "X": """connect connecting transfer transferring escalate redirect route switch
        patch verbinden verbinde weiterleiten""",
    "P": """agent agents representative representatives operator operators human humans advisor
        advisors adviser supervisor supervisors associate consultant specialist mitarbeiter
        mitarbeiterin mensch menschen berater beraterin sachbearbeiter humanagent hooman hunam humen""",
    "p": """person persons people someone somebody anyone anybody manager managers employee
        employees staff rep reps guy guys boss individual jemand jemandem jemanden colleague
        colleagues receptionist clerk chef vorgesetzten assistant assistants management executive""",
    "c": "customer customers client clients cust kunden",
    "s": """service services support assistance helpdesk team department dept hotline kundendienst
        kundenservice kundenbetreuung kundensupport dienst customerservice customersupport""",
    "e": "care desk center centre line relations",
    "t": "to too with ot w wiht wth tot mit zu zum up on onto through thru",
    "a": """a an na the teh your ur you're any some another other different one of this that my our
        einen einem einer eine ein dem den der die das ihrem ihren irgendeinem euch""",
    "r": """real live actual proper actually physical breathing living echten echter echte echt
        richtigen richtiger flesh""",
    "j": """bloody damn damned fucking fuckin freaking freakin goddamn effing stupid fricking nice
        lovely competent qualified decent trained knowledgeable friendly available specific
        senior sales billing technical tech human-like verdammten being beings somewhere""",
    "w": """want wanna wants need needing wish prefer rather demand require request gotta
        must trying try tried ask asking let lemme insist looking look hoping expect would will
        möchte will brauche muss würde wanting able seeking find finding""",
    "G": "give gimme get getting gimmie put pass hand bring send gib geben",
    "h": "help helping assist asistance helped hilfe helfen assisting aid",
    "i": "i me we us my im i'm id i'd ive i've iwant ich mich wir uns mir mein meine",
    "y": "you u ya du sie ihr",
    "3": """he she they him them who whom whose his her their everyone everybody nobody er sie
        customers' seller doctor carrier driver owner friend friends kids wife husband""",
    "k": "how hoe hoq can could may cannot can't cant possible possibly where wheres wo wie kann",
    "q": "when what whats what's which time times hour hours why wann see check know days available",
    "z": """please pls plz plse pleas plaese now asap immediately bitte jetzt sofort today directly
        urgently quickly right away""",
    "b": "bot bots robot robots machine machines ai computer chatbot chatbots algorithm maschine",
    "n": "no not dont don't stop without instead never isn't isnt nor kein keine keinen nicht statt",
    "v": "is are am be was were ist sind bin being's there here",
}
_KIND_OF = {word: kind for kind, words in reversed(_KINDS.items()) for word in words.split()}

# Where a slip is forgiven: the words that carry the wish.
_FORGIVEN = [
    (word, kind)
    for word, kind in _KIND_OF.items()
    if kind in "TCXPpcshrwi" and len(word) >= _EXACT_BELOW
]

# Words one or two slips away from those, which mean something else.
_OTHER_WORDS = """
    reason season parson prison speed spear chant chart cheat chats what that take tall tale
    task talked spoke spoken talks tank tanks walk bulk term terms tear teams cell calls
    cells reached react phones prone content contents contract contracts contacts urgent
    accent personal connected connects connection contest context discussed stuff stiff
    manage managed manages aging age ages agenda humane humor humour employed employer
    employs advise advised advises correct corrects transferred transfers constant constants
    cost costs cart cure came come list lines lint lime lie pine fine link life lives alive
    deal seal reel rear read ready ring rings bring wring thing things string card cards car
    cars core score scare served serves serve server servers device devices office offices
    supports supported supposed report reports import export sport sports port wash waste
    walked walls word words weed wind wine went wait waits rant won wand wane ward held hell
    hello heap health disk disks dusk diesel dent dental deaf debt death mention mentions
    mansion representation represent presents preset reset operate operates operated
    operation operations operational guide guides gun guns gut buy buys bass base pass clock
    persona personas persuade purple couple sample some someday sometime something somehow
    sometimes anytime anything anyhow anyway anywhere chapter cheap chance change changed
    changes tray dry cry fry type types typed tied tie tire tires trip trips rely relay
    reply replies replay messages massage massages specialized special specialty specify
    specified individually associated associates location costume custom customs costumes
    customary cliche silent closet clinic chain chair hair halt salt home name notes note
    demands command commands requires required inquire acquire requests quest behind search
    seats research lock locks locked luck lick hooking booking cooking hunting founding
    funding kindly minding asleep taking making baking waking tasking raking stalking
    walking filing failing falling filling selling telling rolling pulling polling sailing
    mailing tailing tracking reading teaching leading healing steaming breaking sneaking
    leaking peaking shake spike space spare spark scale steak speaks speaker speakers speech
    sneak peak bleak break creak freak room rooms retch rich each peach beach bench teach
    leach roach wreath breach preach ripe rope ration station ratio
"""
_MEANS_ELSE = frozenset(_OTHER_WORDS.split()) - set(_KIND_OF)

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_JOINED = re.compile(
    r"^(talk|speak|chat|talking|speaking|chatting|connect|contact)(to|with|ot|a|an|the)$"
)
_PHRASES = (
    (re.compile(r"\b(get|getting|keep|be|come) +in +(touch|contact|tuch|toch)\b"), "contact"),
    (re.compile(r"\b(get|getting) +(a +)?hold +of\b|\b(get|getting) +through +to\b"), "contact"),
    (re.compile(r"\bhave +(a +)?(word|chat|conversation|call|talk)\b"), "talk"),
    (
        re.compile(r"\bhear +(back +)?from\b|\bdeal(ing)? +with\b(?= +(an?|the|some|real|hum))"),
        "talk",
    ),
    (re.compile(r"\b(help|service|support)[ -]+(desk|centre|center)\b"), "service"),
    (re.compile(r"\bcall[ -]+(centre|center)\b"), "hotline"),
    (re.compile(r"\b(human|real|live)[ -]?life\b"), "real"),
    (re.compile(r"\bhuman +being(s)?\b|\bhumanbeing\b"), "human"),
    (re.compile(r"\bsome +one\b|\b(sm|some|any)1\b"), "someone"),
    (re.compile(r"\bhand(ing)? +(me|this|it|us) +over\b"), "transfer me"),
    (re.compile(r"\bany +one\b"), "anyone"),
    (re.compile(r"\bsome +body\b"), "somebody"),
    (re.compile(r"\b(would|i'd|id|'d|we'd) +(really +)?(like|love|prefer)\b"), "want"),
    (re.compile(r"\bhave +to\b|\bhaveto\b|\bhave +got +to\b"), "must"),
    (re.compile(r"(?<!customer )(?<!client )\b(help|assistance) +(me +)?(to +)?"), "help "),
)


@dataclass(frozen=True, slots=True)
class Worded:
    """A sentence as words and, one letter each, their kinds."""

    words: tuple[str, ...]
    kinds: str

    def between(self, start: int, end: int) -> str:
        return " ".join(self.words[start:end])


def read(sentence: str) -> Worded:
    """The words of a lower-case sentence and their kinds."""
    for pattern, instead in _PHRASES:
        sentence = pattern.sub(instead, sentence)
    words: list[str] = []
    for word in _WORD.findall(sentence):
        joined = _JOINED.match(word)
        words.extend(joined.groups() if joined else (word,))
    return Worded(tuple(words), "".join(kind(word) for word in words))


@lru_cache(maxsize=20_000)
def kind(word: str) -> str:
    """The letter for a word, also when it is misspelled; "o" for all others."""
    if found := _KIND_OF.get(word):
        return found
    if len(word) < _EXACT_BELOW or len(word) > 20 or word in _MEANS_ELSE:
        return OTHER
    best, best_kind = 3, OTHER
    for target, its_kind in _FORGIVEN:
        if word[0] != target[0] and word[:2] != target[1::-1]:
            continue
        slips = 2 if len(target) >= _TWO_SLIPS_FROM else 1
        if len(target) == _EXACT_BELOW and word[-1] != target[-1] and word[-2:] != target[:1:-1]:
            continue
        if abs(len(word) - len(target)) > slips:
            continue
        distance = OSA.distance(word, target, score_cutoff=slips)
        if distance <= slips and distance < best:
            best, best_kind = distance, its_kind
    return best_kind
