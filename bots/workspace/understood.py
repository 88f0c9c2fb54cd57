"""What was understood of a customer's message, as an agent sees it beside the message and corrects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from knowledgebase.models import Article
from tickets.actions.readings import LANGUAGE, REPEATS, TOPIC, TOPICS
from tickets.conditions import field_named
from tickets.conversation.correctable import Correctable, all_correctable
from tickets.models import AuthorKind, Message, Reading

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
    marks = [mark for one in all_correctable() if (mark := _mark(reading, one)) is not None]
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
            str(one.title),
            [_option(reading, one, value) for value in _offered(one)],
            notes.get(one.field, ""),
        )
        for one in all_correctable()
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


def _mark(reading: Reading, one: Correctable) -> Mark | None:
    choice = one.choice(reading.value(one.field))
    if choice is None:
        return None
    return Mark(
        label=str(choice.label),
        evidence=_evidence(reading, one.field),
        undo=f"{one.field}:{NO if one.is_yes_or_no else one.nothing}",
        undo_label=str(choice.opposite),
        corrected=one.field in reading.corrected,
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


def _offered(one: Correctable) -> tuple[str | bool, ...]:
    """The values in the order in which they are set: yes before no, nothing before something."""
    return (True, False) if one.is_yes_or_no else one.values


def _option(reading: Reading, one: Correctable, value: str | bool) -> Option:
    if isinstance(value, bool):
        label = _("Yes") if value else _("No")
        chosen = bool(reading.value(one.field)) == value
        return Option(label, f"{one.field}:{YES if value else NO}", chosen)
    choice = one.choice(value)
    label = str(choice.label if choice else one.nothing_label)
    now = reading.value(one.field) or one.nothing
    return Option(label, f"{one.field}:{value}", now == value)


def values_of(value: Any) -> list[str]:
    """A stored list; nothing for what is none."""
    return [str(one) for one in value] if isinstance(value, list) else []
