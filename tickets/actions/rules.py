"""Rules: saving them with their versions, and doing what those of a turn say, once per message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import saving
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actions.facts import note_fact
from tickets.actions.handover import prioritise
from tickets.actions.settings import remove_setting
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    AuthorKind,
    EscalationRule,
    EscalationRuleVersion,
    Event,
    EventKind,
    Message,
    Role,
    RuleFiring,
    Tag,
    Ticket,
    User,
)
from tickets.models.properties import MOST_TAGS
from tickets.models.users import STAFF_ROLES
from tickets.rules import Content, Fired, Verdict, clean, describe
from tickets.rules.shipped import STEP
from tickets.rules.shipped_automatic import shipped

CALL_AGAIN_AFTER = timedelta(minutes=30)  # nobody is called more often about one conversation


class Conflict(ActionError):
    """Somebody else saved the rule after it was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody changed this rule after you opened it, so nothing was saved. "
                "Open it again to see how it is now, then make your change."
            ),
            code="conflict",
        )


@transaction.atomic
def save_rule(
    *,
    actor: Actor,
    rule: EscalationRule | None,
    values: Mapping[str, Any],
    note: str = "",
    opened: int | None = None,
) -> EscalationRule:
    """Save a rule, or add one (`rule=None`) after all others, switched on.

    `values` are those of `tickets.rules.Content`; what is missing stays as it is. Each saving that
    changes something writes a version. `opened` is the version that the writer looked at.

    Raises:
        NotAllowed: the actor is no admin.
        ValidationError: it would make no sense; the messages are by place.
        Conflict: it is not the version that was opened any more.
    """
    _only_admins(actor)
    if rule is None:
        rule = EscalationRule(position=_next_position(), version=0)
        before = Content()
    else:
        rule = _locked(rule)
        before = Content.of(rule)
        if opened is not None and opened != rule.version:
            raise Conflict
    content = clean({**before.snapshot(), **values}, rule=rule)
    if content == before:
        return rule
    content.write_to(rule)
    rule.version += 1
    rule.save()
    EscalationRuleVersion.objects.create(
        rule=rule,
        number=rule.version,
        snapshot=content.snapshot(),
        author=actor.user,
        note=text.line(note, limit=200),
    )
    _record(actor, rule, _changes(before, content, rule.version))
    return rule


@transaction.atomic
def roll_back_rule(*, actor: Actor, rule: EscalationRule, number: int) -> EscalationRule:
    """Make an earlier version the newest again; all in between stay in the list.

    Raises:
        NotAllowed: the actor is no admin.
        EscalationRuleVersion.DoesNotExist: there is no such version.
        ValidationError: it names something (a team, a field) that is not there any more.
    """
    rule = _locked(rule)
    earlier = EscalationRuleVersion.objects.get(rule=rule, number=number)
    return save_rule(
        actor=actor,
        rule=rule,
        values=Content.of_snapshot(earlier.snapshot).snapshot(),
        note=_("Version %(number)d again") % {"number": number},
    )


@transaction.atomic
def restore_shipped_rule(*, actor: Actor, rule: EscalationRule) -> EscalationRule:
    """Make a rule say again what it said when it came with the helpdesk.

    Raises:
        NotAllowed: the actor is no admin.
        ActionError: it did not come with the helpdesk.
        ValidationError: it names something that is not there any more.
    """
    rule = _locked(rule)
    original = shipped(rule.shipped_key)
    if original is None:
        raise ActionError(_("This rule did not come with the helpdesk."), code="not_shipped")
    return save_rule(
        actor=actor, rule=rule, values=original.content(), note=_("As it came with the helpdesk")
    )


@transaction.atomic
def switch_rule(*, actor: Actor, rule: EscalationRule, on: bool) -> EscalationRule:
    """Switch a rule on or off. Raises NotAllowed."""
    _only_admins(actor)
    rule = _locked(rule)
    if rule.active != on:
        rule.active = on
        rule.save(update_fields=["active", "updated_at"])
        _record(actor, rule, {"active": [not on, on]})
    return rule


@transaction.atomic
def move_rule(*, actor: Actor, rule: EscalationRule, by: int) -> EscalationRule:
    """Move a rule up (`by` negative) or down by so many places among those of its trigger.

    Raises NotAllowed.
    """
    _only_admins(actor)
    locked = EscalationRule.objects.select_for_update(no_key=True)
    rules = list(locked.filter(trigger=rule.trigger).order_by("position", "pk"))
    place = next((index for index, each in enumerate(rules) if each.pk == rule.pk), None)
    if place is None:
        raise EscalationRule.DoesNotExist
    moved = rules.pop(place)
    to = max(0, min(len(rules), place + by))
    rules.insert(to, moved)
    if to != place:
        renumbered = []
        for number, each in enumerate(rules, start=1):
            if each.position != number * STEP:
                each.position = number * STEP
                renumbered.append(each)
        EscalationRule.objects.bulk_update(renumbered, ["position"])
        _record(actor, moved, {"position": [place + 1, to + 1]})
    return moved


@transaction.atomic
def remove_rule(*, actor: Actor, rule: EscalationRule) -> Event:
    """Delete an admin's own rule. What it did stays in the log; shipped rules are switched off.

    Raises:
        NotAllowed: the actor is no admin.
        ActionError: it came with the helpdesk.
    """
    rule = _locked(rule)
    _only_admins(actor)
    if rule.shipped_key:
        raise ActionError(
            _("A rule that came with the helpdesk is switched off, not deleted."), code="shipped"
        )
    return remove_setting(actor=actor, instance=rule)


@transaction.atomic
def apply_rules(
    *, actor: Actor, ticket: Ticket, message: Message, verdict: Verdict
) -> RuleFiring | None:
    """Write down which rules fired for a message, and do what they say beside handing over.

    Tags, facts and calls happen here, and the priority is set. Returns the firing that is to hand
    over, for `hand_over`; None if none does, or somebody has the conversation already. A second
    time, for the same message, nothing is done again.
    """
    if not verdict:
        return None
    ticket = Ticket.objects.locked(ticket)
    deciding = None if ticket.somebody_has_it else verdict.hand_over
    there = list(RuleFiring.objects.filter(message=message))
    rules = {firing.rule_id for firing in there}
    deleted = {firing.rule_name for firing in there if firing.rule_id is None}
    new = [
        fired
        for fired in verdict.firings
        if fired.rule.pk not in rules and fired.rule.name not in deleted
    ]
    kept = set(
        EscalationRule.objects.filter(pk__in=[fired.rule.pk for fired in new]).values_list(
            "pk", flat=True
        )
    )
    written = RuleFiring.objects.bulk_create(
        RuleFiring(
            rule=fired.rule if fired.rule.pk in kept else None,
            rule_name=fired.rule.name,
            version=fired.rule.version,
            ticket=ticket,
            message=message,
            decided=fired is deciding,
            evidence=fired.evidence,
            actions=fired.rule.actions,
        )
        for fired in new
    )
    if new:
        _do(actor, ticket, message, Verdict(new), deciding)
    return next((firing for firing in [*there, *written] if firing.decided), None)


def _do(
    actor: Actor, ticket: Ticket, message: Message, verdict: Verdict, deciding: Fired | None
) -> None:
    """What newly fired rules say, beside the hand-over itself. The ticket is locked."""
    for key, value in verdict.facts.items():
        note_fact(actor=actor, ticket=ticket, key=key, value=value, message=message)
    ticket = Ticket.objects.locked(ticket)  # noting raised its counter
    tags = [tag for tag in verdict.tags if tag not in ticket.tags]
    tags = tags[: max(0, MOST_TAGS - len(ticket.tags))]
    if tags:
        ticket.tags = [*ticket.tags, *tags]
        Tag.objects.keep(tags)
        events.record(EventKind.TAGS_CHANGED, actor=actor, ticket=ticket, added=tags)
    if deciding is not None and deciding.route is not None:
        prioritise(ticket, deciding.route.priority)
    call_people(actor, ticket, verdict)
    saving.save(ticket)


def call_people(actor: Actor, ticket: Ticket, verdict: Verdict) -> None:
    """An event for everybody whom rules call, unless they were called just now. The ticket is locked."""
    wanted = verdict.pages
    if not wanted:
        return
    lately = Event.objects.filter(
        ticket=ticket,
        kind=EventKind.PERSON_PAGED,
        created_at__gt=clock.now() - CALL_AGAIN_AFTER,
    )
    called = {event.data.get("user") for event in lately}
    people = User.objects.filter(pk__in=wanted, is_active=True, role__in=STAFF_ROLES)
    for user in people.order_by("pk"):
        if user.pk not in called:
            because = [each.rule.name for each in verdict.firings if user.pk in each.effects.page]
            events.record(
                EventKind.PERSON_PAGED, actor=actor, ticket=ticket, user=user.pk, rule=because[0]
            )


def _locked(rule: EscalationRule) -> EscalationRule:
    """The rule as it is now. Its key is not locked: turns that fire it meanwhile need not wait."""
    return EscalationRule.objects.select_for_update(no_key=True).get(pk=rule.pk)


def _next_position() -> int:
    positions: Iterable[int] = EscalationRule.objects.values_list("position", flat=True)
    return max(positions, default=0) + STEP


def _record(actor: Actor, rule: EscalationRule, changes: dict[str, list[Any]]) -> None:
    added = rule.version == 1 and "version" in changes
    events.record(
        EventKind.SETTING_ADDED if added else EventKind.SETTING_CHANGED,
        actor=actor,
        subject=rule,
        name=rule.name,
        changes=changes,
    )


def _changes(before: Content, after: Content, version: int) -> dict[str, list[Any]]:
    """What was changed, as people read it; the versions keep it as it is stored."""
    pairs = {
        each.name: [getattr(before, each.name), getattr(after, each.name)]
        for each in fields(Content)
        if each.name not in ("trigger", "match", "conditions", "actions", "once")
    }
    pairs["words"] = ["" if version == 1 else describe(before), describe(after)]
    found = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return found | {"version": [version - 1 or None, version]}


def _only_admins(actor: Actor) -> None:
    """Rules decide about everybody's conversations: admins and the system itself change them."""
    if actor.kind == AuthorKind.SYSTEM:
        return
    if actor.user is None or not actor.user.works_here or actor.user.role != Role.ADMIN:
        raise NotAllowed
