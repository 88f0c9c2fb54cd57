"""Where staff are logged in: one row for each session, in words that its owner recognises."""

from __future__ import annotations

from hashlib import sha256
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.users import User

LONGEST_DEVICE = 300  # characters of what a browser says of itself


class Proof(models.TextChoices):
    """What somebody showed to come in."""

    PASSWORD = "password", _("password")
    MAIL = "mail", _("code by mail")
    PROVIDER = "provider", _("identity provider")
    TOTP = "totp", _("authenticator app")
    WEBAUTHN = "webauthn", _("passkey")
    RECOVERY_CODES = "recovery_codes", _("recovery code")


class StaffLogInQuerySet(models.QuerySet["StaffLogIn"]):
    def forget_ended(self) -> int:
        """Rows whose session is gone, by whatever way; returns how many."""
        return self.exclude(_their_sessions()).delete()[0]

    def open(self) -> Self:
        """Those whose session is still there, the one that was seen last first."""
        return self.filter(_their_sessions()).order_by("-seen_at", "-pk")


class StaffLogIn(models.Model):
    """A session of somebody on the staff. It is written when it begins, then every few minutes at most.

    That it may go on is decided by the session alone: this row only says what it is.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_log_ins")
    # It opens the session: it is never shown, recorded or logged.
    session_key = models.CharField(max_length=40, unique=True)
    # Which password and factor it began with, hashed: with others it is not good any more.
    good_for = models.CharField(max_length=64)
    began_at = models.DateTimeField(default=clock.now, editable=False)
    seen_at = models.DateTimeField(default=clock.now)
    network_address = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=LONGEST_DEVICE, blank=True)
    proofs = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    objects = StaffLogInQuerySet.as_manager()

    class Meta:
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(proofs__contained_by=Proof.values),
                name="staff_log_in_proofs_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(seen_at__gte=models.F("began_at")),
                name="staff_log_in_is_seen_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.network_address or '?'}"

    def is_good_for(self, user: User) -> bool:
        """Whether the password and the factor of now are those that it began with."""
        good = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return self.good_for in [hashed(one) for one in good]


def hashed(session_hash: str) -> str:
    """What is kept of the proof that a session carries."""
    return sha256(session_hash.encode()).hexdigest()


def _their_sessions() -> Exists:
    return Exists(
        Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    )
