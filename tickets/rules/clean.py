"""What a rule may say: checked and put in order before it is saved, by whoever saves it.

Raises one `ValidationError` with all that is wrong, by place: `name`, `conditions` (as a whole),
`conditions.0` (the first), `actions`, `actions.team` ... Each text says what to do. What conditions
may say is for `tickets.conditions.clean`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets import acts, clock
from tickets.conditions.clean import Problems, clean_conditions
from tickets.intake import text
from tickets.models import EscalationRule, Match, Priority, Reason, Team, Trigger, User
from tickets.models.users import STAFF_ROLES
from tickets.rules import in_time
from tickets.rules.content import Content

MOST_TAGS = 20
MOST_FACTS = 10
MOST_PAGED = 20
LARGEST_KEY = 10**15
LONGEST_TEXT = 500  # characters that the customer reads
LONGEST_NOTE = 2000
ACTIONS = {"hand_over", "page", "facts", "tags"}
AT_A_TURN = {"flag", "offer_person"}  # what is done with an answer of the assistant
BY_ITSELF = {"acts", "message", "note"}  # what is done to a conversation
ROUTE = {"team", "skill", "priority", "text", "emergency"}


def clean(values: Mapping[str, Any], *, rule: EscalationRule | None = None) -> Content:
    """The content of a rule from what somebody wrote; `rule` is the one that it belongs to.

    Raises:
        ValidationError: it would make no sense, or not work; the messages are by place.
    """
    problems: Problems = {}
    unknown = set(values) - {each.name for each in fields(Content)}
    if unknown:
        problems["rule"] = [_("A rule has no “%(name)s”.") % {"name": min(map(str, unknown))}]
    content = Content(
        name=_name(values.get("name"), rule, problems),
        sentence=_line(values.get("sentence"), 300),
        trigger=_one_of(values.get("trigger", Trigger.TURN), Trigger.values, "trigger", problems),
        match=_one_of(values.get("match", Match.ALL), Match.values, "match", problems),
        conditions=_conditions(values, problems),
        actions=clean_actions(
            values.get("actions"), problems, by_itself=values.get("trigger", "turn") != Trigger.TURN
        ),
        reason=_one_of(values.get("reason") or Reason.RULE, Reason.values, "reason", problems),
        once=bool(values.get("once", True)),
        last=bool(values.get("last", False)),
    )
    by_time = content.trigger == Trigger.TIME and not problems
    if by_time and in_time.finds_nothing_in_particular(content, now=clock.now()):
        problems["conditions"] = [
            _("Add what conversations can be found by: a waiting time, a state, a tag.")
        ]
    if not content.sentence:
        problems["sentence"] = [_("Write in a sentence what the rule is for, for your colleagues.")]
    if problems:
        raise ValidationError(dict(problems))
    return content


def clean_actions(actions: Any, problems: Problems, *, by_itself: bool = False) -> dict[str, Any]:
    """What it does, without what it does not do; what is wrong is added to `problems`.

    `by_itself`: an event or time sets it off, and not a turn of the assistant.
    """
    if not isinstance(actions, Mapping):
        problems["actions"] = [_("Choose what happens when the rule holds.")]
        return {}
    there = {name for name in actions if actions[name] not in (None, "", False, [], {})}
    for name in sorted(map(str, there - (ACTIONS | (BY_ITSELF if by_itself else AT_A_TURN)))):
        problems.setdefault("actions", []).append(
            _("A rule cannot do “%(name)s”.") % {"name": _line(name, 60)}
        )
    found: dict[str, Any] = {}
    if actions.get("hand_over") is not None and actions["hand_over"] is not False:
        found["hand_over"] = _route(actions["hand_over"], problems)
    if by_itself:
        found |= _by_itself(actions, problems)
    elif actions.get("offer_person"):
        found["offer_person"] = True
    if not by_itself and (flag := _line(actions.get("flag"), 200)):
        found["flag"] = flag
    if page := _people(actions.get("page"), problems):
        found["page"] = page
    if tags := _tags(actions.get("tags"), problems):
        found["tags"] = tags
    if facts := _facts(actions.get("facts"), problems):
        found["facts"] = facts
    if not found and not any(place.startswith("actions") for place in problems):
        problems["actions"] = [_("Choose what happens when the rule holds.")]
    return found


def _conditions(values: Mapping[str, Any], problems: Problems) -> list[dict[str, Any]]:
    """What an event sets off needs none: the event is one."""
    conditions, trigger = values.get("conditions"), values.get("trigger", Trigger.TURN)
    if not conditions and trigger not in (Trigger.TURN, Trigger.TIME):
        return []
    return clean_conditions(conditions, problems)


def _by_itself(actions: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Acts on the conversation, what the customer is told and what agents are."""
    found: dict[str, Any] = {}
    wanted = actions.get("acts")
    try:
        done = acts.cleaned(wanted if isinstance(wanted, Mapping) else {})
    except ValidationError as error:
        problems["actions.acts"] = error.messages
        done = {}
    if done.get("assignee") == acts.ME:
        problems["actions.acts"] = [_("Choose whom it is assigned to.")]
    if done:
        found["acts"] = done
    places = (*acts.ENDINGS, "team", "assignee")
    if actions.get("hand_over") not in (None, False) and any(name in done for name in places):
        problems["actions.acts"] = [
            _("What is handed over to a person is not placed elsewhere by the same rule.")
        ]
    for name, most in (("message", LONGEST_TEXT), ("note", LONGEST_NOTE)):
        words = text.clean(actions[name]) if isinstance(actions.get(name), str) else ""
        if len(words) > most:
            problems[f"actions.{name}"] = [_("Keep it under %(most)d characters.") % {"most": most}]
        elif words:
            found[name] = words
    return found


def _route(route: Any, problems: Problems) -> dict[str, Any]:
    if not isinstance(route, Mapping) or set(route) - ROUTE:
        problems["actions"] = [_("Say to which team, with which priority and in which words.")]
        return {}
    team, priority = route.get("team") or None, route.get("priority") or None
    if team is not None and not (_is_key(team) and Team.objects.filter(pk=int(team)).exists()):
        problems["actions.team"] = [_("This team does not exist any more. Choose another.")]
    if priority is not None and str(priority) not in map(str, Priority.values):
        problems["actions.priority"] = [_("Choose one of the priorities.")]
    words = text.clean(route["text"]) if isinstance(route.get("text"), str) else ""
    if len(words) > LONGEST_TEXT:
        problems["actions.text"] = [
            _("Keep what the customer reads under %(most)d characters.") % {"most": LONGEST_TEXT}
        ]
    if any(place.startswith("actions.") for place in problems):
        return {}
    return {
        "team": int(team) if team else None,
        "skill": _line(route.get("skill"), 40),
        "priority": int(priority) if priority else None,
        "text": words,
        "emergency": bool(route.get("emergency")),
    }


def _people(page: Any, problems: Problems) -> list[int]:
    wanted = _list(page)
    keys = {int(key) for key in wanted if _is_key(key)}
    if len(wanted) > MOST_PAGED:
        problems["actions.page"] = [
            _("Call at most %(most)d people: who calls everybody calls nobody.")
            % {"most": MOST_PAGED}
        ]
        return []
    there = User.objects.filter(pk__in=keys, is_active=True, role__in=STAFF_ROLES)
    found = sorted(there.values_list("pk", flat=True)) if keys else []
    if len(found) < len(keys) or len(keys) < len(set(map(str, wanted))):
        problems["actions.page"] = [
            _("Somebody who was to be called does not work here any more. Take them out.")
        ]
    return found


def _tags(tags: Any, problems: Problems) -> list[str]:
    found = list(dict.fromkeys(tag for each in _list(tags) if (tag := _line(each, 200))))
    if len(found) > MOST_TAGS or any(len(tag) > 40 for tag in found):
        problems["actions.tags"] = [
            _("Use at most %(most)d tags of at most 40 characters.") % {"most": MOST_TAGS}
        ]
    return found


def _facts(facts: Any, problems: Problems) -> dict[str, str]:
    if not facts:
        return {}
    found = {}
    for key, value in facts.items() if isinstance(facts, Mapping) else ():
        name, what = _line(key, 200), _line(value, 400)
        if name and what:
            found[name] = what
    too_long = any(len(key) > 40 or len(value) > 300 for key, value in found.items())
    if not isinstance(facts, Mapping) or len(found) < len(facts):
        problems["actions.facts"] = [_("Write each fact as “name: value”, one per line.")]
    elif too_long or len(found) > MOST_FACTS:
        problems["actions.facts"] = [
            _("Note at most %(most)d facts, with short names.") % {"most": MOST_FACTS}
        ]
    return found


def _name(value: Any, rule: EscalationRule | None, problems: Problems) -> str:
    name = _line(value, 400)
    same = EscalationRule.objects.filter(name=name[:80])
    if rule is not None and rule.pk is not None:
        same = same.exclude(pk=rule.pk)
    if not name:
        problems["name"] = [_("Give the rule a name.")]
    elif len(name) > 80:
        problems["name"] = [_("Keep the name under 80 characters.")]
    elif same.exists():
        problems["name"] = [_("Another rule has this name. Choose another.")]
    return name[:80]


def _one_of(value: Any, allowed: Iterable[str], place: str, problems: Problems) -> str:
    if value not in list(allowed):
        problems[place] = [_("Choose one of the values that are offered.")]
        return ""
    return str(value)


def _line(value: Any, limit: int) -> str:
    return text.line(value, limit=limit) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    return [] if value in (None, "") else [value]


def _is_key(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and 0 <= value < LARGEST_KEY
    digits = value if isinstance(value, str) else ""
    return digits.isascii() and digits.isdigit() and len(digits) < 16
