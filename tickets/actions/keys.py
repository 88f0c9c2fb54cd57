"""API keys: made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import ApiKey, EventKind, Scope, User
from tickets.models.api_keys import hash_secret


@transaction.atomic
def create_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    agent: User | None = None,
) -> tuple[ApiKey, str]:
    """Make a key. Returns it with its secret, which is kept nowhere and cannot be shown again.

    Raises:
        ValidationError: no name, no scope, a scope that does not exist, or one that needs the agent
            for whom the key acts.
    """
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise ValidationError(
            _("Choose scopes among %(known)s.") % {"known": ", ".join(Scope.values)}, code="scope"
        )
    acts = Scope.TICKETS_ACT in scopes
    if acts and (agent is None or not agent.on_the_staff):
        raise ValidationError(_("Choose the agent for whom the key acts."), code="agent")
    name = text.line(name, limit=80)
    if not name:
        raise ValidationError(_("Give the key a name."), code="name")
    secret = ApiKey.new_secret()
    key = ApiKey.objects.create(
        name=name,
        prefix=secret[:8],
        hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        agent=agent if acts else None,
    )
    events.record(
        EventKind.SETTING_ADDED, actor=actor, subject=key, name=key.name, scopes=key.scopes
    )
    return key, secret


@transaction.atomic
def revoke_api_key(*, actor: Actor, key: ApiKey) -> ApiKey:
    """End a key at once. Ending it again changes nothing."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        events.record(EventKind.SETTING_CHANGED, actor=actor, subject=key, revoked=True)
    return key
