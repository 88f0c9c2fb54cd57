"""What was understood of a customer's message, as an agent sees it beside the message and corrects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from knowledgebase.models import Article
from tickets.actions.readings import CORRECTABLE, LANGUAGE, REPEATS, TOPIC, TOPICS
from tickets.conditions import field_named
from tickets.models import AuthorKind, Message, Reading

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The words of each value, and of saying that it is not so. Calm, "" and no are not shown.
_WORDS: dict[tuple[str, Any], tuple[StrOrPromise, StrOrPromise]] = {
    ("feeling", "confused"): (gettext_lazy("Confused"), gettext_lazy("Not confused")),
    ("feeling", "frustrated"): (gettext_lazy("Frustrated"), gettext_lazy("Not frustrated")),
    ("feeling", "angry"): (gettext_lazy("Angry"), gettext_lazy("Not angry")),
    ("feeling", "distressed"): (gettext_lazy("Distressed"), gettext_lazy("Not distressed")),
    ("urgent", "outage"): (gettext_lazy("Urgent: nothing works"), gettext_lazy("Not urgent")),
    ("urgent", "deadline"): (gettext_lazy("Urgent: a deadline"), gettext_lazy("Not urgent")),
    ("urgent", "safety"): (gettext_lazy("Urgent: safety"), gettext_lazy("Not urgent")),
    ("repeats", "question"): (
        gettext_lazy("Asks the same again"),
        gettext_lazy("Asks something new"),
    ),
    ("repeats", "no"): (
        gettext_lazy("Says that it did not help"),
        gettext_lazy("Says no such thing"),
    ),
    ("repeats", "not_asked"): (
        gettext_lazy("Says that this was not the question"),
        gettext_lazy("Says no such thing"),
    ),
    ("wants_person", True): (gettext_lazy("Wants a person"), gettext_lazy("Wants no person")),
    ("wants_to_cancel", True): (gettext_lazy("Wants to cancel"), gettext_lazy("Does not cancel")),
    ("billing_dispute", True): (gettext_lazy("Disputes a bill"), gettext_lazy("Disputes no bill")),
}
_NOTHING: dict[str, Any] = {"feeling": "calm", "urgent": "", "repeats": ""}
_GROUPS: dict[str, StrOrPromise] = {
    "feeling": gettext_lazy("Feeling"),
    "urgent": gettext_lazy("Urgent"),
    "repeats": gettext_lazy("Repeats"),
    "wants_person": gettext_lazy("Wants a person"),
    "wants_to_cancel": gettext_lazy("Wants to cancel"),
    "billing_dispute": gettext_lazy("Disputes a bill"),
}
_NONE: dict[str, StrOrPromise] = {
    "feeling": gettext_lazy("Calm"),
    "urgent": gettext_lazy("Not urgent"),
    "repeats": gettext_lazy("No"),
}
YES, NO = "yes", "no"
# Offered beside those that the articles are in; the others that a message can be in are rare here.
_COMMON = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that was understood: its words, what shows it, and the click that says it is not so.

    `undo` is "" where there is no opposite: a language is another one, or it is this.
    """

    label: str
    evidence: list[str]
    undo: str
    undo_label: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Understood:
    """What stands below a message. With no marks there is only the way to set what was missed."""

    position: int
    marks: list[Mark]
    corrected: bool


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What can be set of one field, and what setting it does beside teaching the assistant."""

    title: str
    options: list[Option]
    note: str = ""


def shown(message: Message) -> Understood | None:
    """What was understood of a message that was loaded with its reading; None if it was not read."""
    if message.author_kind != AuthorKind.CUSTOMER or not hasattr(message, "reading"):
        return None
    reading: Reading = message.reading
    marks = [mark for field in CORRECTABLE if (mark := _mark(reading, field)) is not None]
    marks[1:1] = _topics(reading)
    marks += [*_topic(reading), *_language(reading)]
    return Understood(message.position, marks, bool(reading.corrected))


def groups(reading: Reading) -> list[Group]:
    """All that can be set for a message, what holds now marked. A query for each kind of topic,
    and one for the languages.
    """
    notes = {
        REPEATS: _("Counts among the answers that did not help here. Nothing is learned from it.")
    }
    found = [
        Group(
            str(title),
            [_option(reading, field, value) for value in CORRECTABLE[field] or (True, False)],
            notes.get(field, ""),
        )
        for field, title in _GROUPS.items()
    ]
    found += [group for group in (_topic_group(reading), _language_group(reading)) if group]
    topics = field_named(TOPICS)
    names = dict(topics.all_choices()) if topics else {}
    now = values_of(reading.value(TOPICS))
    chosen = [
        Option(
            names.get(slug) or _topic_name(slug),
            f"{TOPICS}:{'-' if slug in now else '+'}{slug}",
            slug in now,
        )
        for slug in dict.fromkeys([*names, *now])
    ]
    if not chosen:
        return found
    return [found[0], Group(_("Sensitive topics"), chosen), *found[1:]]


def _topic_group(reading: Reading) -> Group | None:
    """The topics of this installation. None where there are none."""
    now = str(reading.value(TOPIC) or "")
    topics = field_named(TOPIC)
    names = dict(topics.all_choices()) if topics else {}
    if now:
        names.setdefault(now, _topic_name(now))
    if not names:
        return None
    options = [Option(_("None of these"), f"{TOPIC}:", not now)]
    options += [Option(name, f"{TOPIC}:{slug}", slug == now) for slug, name in names.items()]
    return Group(_("Topic"), options, _("It becomes an example of the topic that you choose."))


def _language_group(reading: Reading) -> Group:
    """The languages of the articles, the common ones, and the one that was understood."""
    now = str(reading.value(LANGUAGE) or "")
    ours = Article.objects.order_by("language").values_list("language", flat=True).distinct()
    codes = dict.fromkeys([*filter(None, [now]), *ours, *_COMMON])
    options = [Option(_language_name(code), f"{LANGUAGE}:{code}", code == now) for code in codes]
    note = _(
        "Kept as this customer's language: in this conversation the assistant goes by it, "
        "and e-mails to them are in it from now on."
    )
    return Group(_("Language"), options, note)


def _mark(reading: Reading, field: str) -> Mark | None:
    value = reading.value(field)
    words = _WORDS.get((field, value)) if isinstance(value, str | bool) else None
    if words is None:
        return None
    nothing = _NOTHING.get(field, NO)
    return Mark(
        label=str(words[0]),
        evidence=_evidence(reading, field),
        undo=f"{field}:{nothing}",
        undo_label=str(words[1]),
        corrected=field in reading.corrected,
    )


def _topics(reading: Reading) -> list[Mark]:
    return [
        Mark(
            label=_topic_name(slug),
            evidence=_evidence(reading, TOPICS),
            undo=f"{TOPICS}:-{slug}",
            undo_label=_("Not about that"),
            corrected=TOPICS in reading.corrected,
        )
        for slug in values_of(reading.value(TOPICS))
    ]


def _topic(reading: Reading) -> list[Mark]:
    slug = reading.value(TOPIC)
    if not isinstance(slug, str) or not slug:
        return []
    return [
        Mark(
            label=_("Topic: %(topic)s") % {"topic": _topic_name(slug)},
            evidence=_evidence(reading, TOPIC),
            undo=f"{TOPIC}:",
            undo_label=_("Not about that"),
            corrected=TOPIC in reading.corrected,
        )
    ]


def _language(reading: Reading) -> list[Mark]:
    """The language, where it is not the one that everybody here expects."""
    code = reading.value(LANGUAGE)
    corrected = LANGUAGE in reading.corrected
    if not isinstance(code, str) or not code or (code == settings.LANGUAGE_CODE and not corrected):
        return []
    return [Mark(_language_name(code), [], "", "", corrected)]


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _topic_name(slug: str) -> str:
    return slug.replace("_", " ").replace("-", " ").capitalize()


def _evidence(reading: Reading, field: str) -> list[str]:
    """The customer's words; none for what an agent set."""
    if field in reading.corrected and field != TOPICS:
        return []
    return [str(words) for words in reading.values.get(field, {}).get("evidence", [])][:4]


def _option(reading: Reading, field: str, value: Any) -> Option:
    if isinstance(value, bool):
        label = _("Yes") if value else _("No")
        return Option(label, f"{field}:{YES if value else NO}", bool(reading.value(field)) == value)
    words = _WORDS.get((field, value))
    label = str(words[0] if words else _NONE.get(field, value))
    now = reading.value(field) or _NOTHING[field]
    return Option(label, f"{field}:{value}", now == value)


def values_of(value: Any) -> list[str]:
    """A stored list; nothing for what is none."""
    return [str(one) for one in value] if isinstance(value, list) else []
