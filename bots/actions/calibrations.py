"""A correction of the confidence is proposed, used or dismissed. One at a time is in use."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bots.models import AssistantSettings, Calibration
from tickets import clock
from tickets.actions import ActionError, change_setting, rights
from tickets.actors import Actor
from tickets.models import Permission

State = Calibration.State


@transaction.atomic
def propose_calibration(*, actor: Actor, calibration: Calibration, use: bool) -> Calibration:
    """Keep a new correction: in use from now on, or waiting for an admin. An older proposal goes."""
    _lock()
    Calibration.objects.filter(state=State.PROPOSED).update(state=State.DISMISSED)
    calibration.state = State.PROPOSED
    change_setting(actor=actor, instance=calibration)
    if use:
        _use(actor, calibration)
    return calibration


@transaction.atomic
def use_calibration(*, actor: Actor, calibration: Calibration) -> Calibration:
    """Let a proposal correct the confidence from now on.

    Raises:
        NotAllowed: the actor does not work here.
        ActionError: somebody has decided already, or a newer one has taken its place.
    """
    calibration = _waiting(actor, calibration)
    calibration.decided_by = actor.user
    _use(actor, calibration)
    return calibration


@transaction.atomic
def dismiss_calibration(*, actor: Actor, calibration: Calibration) -> Calibration:
    """Leave everything as it is.

    Raises:
        NotAllowed: the actor does not work here.
        ActionError: somebody has decided already, or a newer one has taken its place.
    """
    calibration = _waiting(actor, calibration)
    calibration.decided_by = actor.user
    calibration.state = State.DISMISSED
    change_setting(actor=actor, instance=calibration)
    return calibration


def _lock() -> None:
    """One after the other: the row of the settings, which is always there."""
    AssistantSettings.objects.select_for_update().get(pk=1)


def _waiting(actor: Actor, calibration: Calibration) -> Calibration:
    _lock()
    calibration = Calibration.objects.get(pk=calibration.pk)
    rights.demand(actor, Permission.CHANGE)
    if calibration.state != State.PROPOSED:
        raise ActionError(_("Somebody has decided this already."), code="decided")
    return calibration


def _use(actor: Actor, calibration: Calibration) -> None:
    Calibration.objects.filter(state=State.ACTIVE).update(state=State.PAST)
    calibration.state = State.ACTIVE
    calibration.used_from = clock.now()
    change_setting(actor=actor, instance=calibration)
