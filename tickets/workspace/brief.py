"""The brief of a hand-over as an agent reads it: short lines, each with the message it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from tickets.conditions import field_named
from tickets.conversation import hints
from tickets.conversation.asked_again import name_of
from tickets.conversation.correctable import correctable
from tickets.models import HandOver, Identity, Note, NoteKind, Reason, Ticket
from tickets.workspace.since import Line as FirstWords
from tickets.workspace.since import Since, happened_since, with_what_followed

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Part:
    """Some words, and the position of the message in which they stand, if they stand in one."""

    text: str
    position: int | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class ShownBrief:
    """All that the panel shows. `course` is the feelings from the start to now, in words."""

    handover: HandOver
    lines: list[Line]
    course: list[str]
    upset: bool
    felt: list[Part]
    identity: str
    known_well: bool
    language: str
    facts: list[Part]
    rule: str
    evidence: list[str]
    since: Since
    hints: list[Part] = field(default_factory=list)


def newest(ticket: Ticket) -> ShownBrief | None:
    """The brief of the open request for a person, else of the last one, and what came after it.

    One query, and one for the names of teams if it was passed on.
    """
    briefs = with_what_followed(ticket.handovers.select_related("rule")).annotate(
        hinted=_hints_after()
    )
    found = briefs.order_by("-pk").first()
    return shown(found, happened_since(found)) if found is not None else None


def _hints_after() -> ArraySubquery:
    """The hints that leads gave after a brief was written: it is frozen, and they stand beside it."""
    row = JSONObject(text="body", position="position", by="author__name")
    later = Note.objects.filter(
        ticket=OuterRef("ticket"), kind=NoteKind.HINT, position__gt=OuterRef("read_to")
    )
    return ArraySubquery(later.order_by("position").values(row=row)[: hints.MOST])


def _hints(handover: HandOver) -> list[Part]:
    """What leads said for whoever has it: in the brief, then after it; each once."""
    given = [
        Part(str(one["text"]), (one.get("positions") or [None])[0], f"{one.get('by', '')}:")
        for one in _of(handover, "hint")
    ]
    known = {one.position for one in given}
    later = [
        Part(str(one["text"]), one["position"], f"{one['by']}:")
        for one in getattr(handover, "hinted", ())
    ]
    return [*given, *(one for one in later if one.position not in known)]


def shown(handover: HandOver, since: Since) -> ShownBrief:
    """A brief, taken apart into what is shown of it."""
    # "Nothing written yet" was true then. It gives way to what was written first.
    first = since.began if handover.nothing_was_written else None
    lines = _lines(handover, first)
    read = " ".join(part.text for line in lines for part in line.parts)
    return ShownBrief(
        handover=handover,
        lines=lines,
        course=_course(handover),
        upset=_is_upset(handover.feeling),
        felt=[_part(one) for one in _of(handover, "feeling") if one["text"] not in read],
        identity=Identity(handover.identity).by_itself if handover.identity else "",
        known_well=bool(handover.identity) and Identity(handover.identity).is_proved,
        language=_language(handover.language),
        facts=[
            Part(str(fact["value"]), fact.get("position"), before=str(name_of(fact["key"])))
            for fact in handover.facts[:6]
        ],
        rule=handover.rule.rule_name if handover.rule else "",
        evidence=[str(words) for words in handover.evidence[:4] if f"“{words}”" not in read],
        since=replace(since, wrote=[one for one in since.wrote if one != first]),
        hints=_hints(handover),
    )


def _lines(handover: HandOver, first: FirstWords | None) -> list[Line]:
    wants = [_part(one) for one in _of(handover, "wants")] or [Part(handover.wants)]
    if first is not None:
        wants = [Part(first.text, first.position)]
    tried = _tried(handover)
    why = [_part(one) for one in _of(handover, "why")] or [Part(handover.why)]
    lines = [Line(_("Wants"), wants), Line(_("Tried"), tried), Line(_("Why here"), why)]
    if handover.reason == Reason.TRANSFERRED and handover.detail:
        # What a colleague wrote for whoever comes next is read first, and stands for the reason.
        lines = [Line(_("Passed on"), [Part(handover.detail)]), *lines[:2]]
    return [line for line in lines if any(part.text for part in line.parts)]


def _tried(handover: HandOver) -> list[Part]:
    """What they tried themselves, then what the assistant showed; a plain line if there is no more.

    Words that stand in the line above are not said twice.
    """
    wants = " ".join(str(one["text"]) for one in _of(handover, "wants"))
    found = [one for one in _of(handover, "tried") if str(one["text"]).strip("“”") not in wants]
    if not _of(handover, "tried"):
        return [Part(handover.tried)]
    parts = [_part(one) for one in found if one.get("by") == "customer"]
    before = ""
    for one in found:
        if one.get("by") != "customer":
            # What was shown is named in quotation marks; everything else says itself what it was.
            shown = str(one["text"]).startswith("“")
            opening = _("The assistant showed") if shown else _("The assistant")
            parts.append(_part(one, "" if opening == before else opening))
            before = opening
    return parts


def _of(handover: HandOver, kind: str) -> list[dict[str, Any]]:
    return [one for one in handover.statements if one.get("kind") == kind]


def _part(statement: dict[str, Any], before: str = "") -> Part:
    places = statement.get("positions") or [None]
    return Part(str(statement["text"]), places[0], before)


def _is_upset(feeling: str) -> bool:
    known = correctable("feeling")
    return feeling.lower() not in ("", known.nothing if known else "")


def _course(handover: HandOver) -> list[str]:
    """From the start to now; one word where nothing changed."""
    names = [handover.feeling_start.lower(), handover.feeling.lower()]
    feeling = field_named("feeling")
    labels = dict(feeling.all_choices()) if feeling else {}
    return [labels.get(name, name) for name in dict.fromkeys(filter(None, names))]


def _language(code: str) -> str:
    if not code:
        return ""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
