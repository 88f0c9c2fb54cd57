"""Rules are looked at as soon as something sets them off; those that time sets off, once a minute."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.core.cache import cache

from tickets import actions, clock, events
from tickets.actors import Actor
from tickets.models import EscalationRule, Event, Reaction, ReactionState, Ticket, Trigger
from tickets.rules import active_rules, in_time, lately_triggers, occasions

logger = logging.getLogger(__name__)

READ_WITHIN = timedelta(seconds=20)  # what was understood of a message is waited for so long
_READERS = ("assistant", "reading")  # the queues in which that is found out
AT_ONCE = 100  # conversations of one rule that are looked at in a row
RULE_SECONDS = 2.0  # of one rule in one look; the next goes on where it ended
_PLACE = "rules:in-time:%d"  # up to which conversation a rule was looked at
_PLACE_SECONDS = 60 * 60


def subscribe() -> None:
    events.subscribe(*occasions.KINDS, name="rules", when=_may, work=_wait_until_read, settle=_run)


def _may(event: Event) -> bool:
    """Whether any rule is looked at for it."""
    return event.ticket_id is not None and occasions.trigger_of(event) in lately_triggers()


def _wait_until_read(event: Event) -> None:
    """A rule that looks at what was understood is asked after that is known."""
    said = occasions.trigger_of(event) in (Trigger.OPENED, Trigger.CUSTOMER_WROTE)
    if not said or clock.now() - event.created_at > READ_WITHIN:
        return
    read = Reaction.objects.filter(event__ticket=event.ticket_id, queue__in=_READERS)
    if read.filter(state=ReactionState.DUE).exists():
        raise events.NotYet


def _run(event: Event, _nothing: None) -> None:
    if event.ticket is not None:
        actions.run_rules(actor=Actor.system(), ticket=event.ticket, event=event)


def look_at_time() -> int:
    """Do what the rules say that time sets off, each in a slice; in how many conversations."""
    return sum(_look(rule) for rule in active_rules(Trigger.TIME))


def _look(rule: EscalationRule) -> int:
    """One rule, from where the last look ended: a rule that holds for very many takes several."""
    until, done, now = time.monotonic() + RULE_SECONDS, 0, clock.now()
    place = _PLACE % rule.pk
    after = cache.get(place, 0)
    while True:
        found = list(in_time.may_hold(rule, now=now).filter(pk__gt=after)[:AT_ONCE])
        for ticket in found:
            done += _tried(rule, ticket)
        after = found[-1].pk if len(found) == AT_ONCE else 0
        if not after or time.monotonic() > until:
            break
    cache.set(place, after, _PLACE_SECONDS)
    return done


def _tried(rule: EscalationRule, ticket: Ticket) -> bool:
    """One that fails stands in nobody's way: it is tried again with the next look."""
    try:
        return bool(actions.run_timed_rule(actor=Actor.system(), ticket=ticket, rule=rule))
    except Exception:
        logger.exception("The rule %s failed in %s", rule.pk, ticket.reference)
        return False
