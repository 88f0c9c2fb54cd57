"""Keys for integrators: shown once, kept as a hash, limited to scopes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    TICKETS_READ = "tickets:read", _("Read tickets and messages")
    TICKETS_WRITE = "tickets:write", _("Open tickets and add messages")
    TICKETS_ACT = "tickets:act", _("Answer, note, change and resolve tickets for an agent")
    HANDOVERS_READ = (
        "handovers:read",
        _("Read why a person was asked for, and the briefs of agents"),
    )
    ATTACHMENTS_READ = "attachments:read", _("Download the files of messages")
    ATTACHMENTS_WRITE = "attachments:write", _("Send files that go along with what it writes")
    CUSTOMERS_READ = "customers:read", _("Read customers")
    CUSTOMERS_WRITE = "customers:write", _("Tell of customers: an address is not confirmed by it")
    CUSTOMERS_CONFIRM = "customers:confirm", _("Vouch for the addresses of customers it tells of")
    ORGANIZATIONS_READ = "organizations:read", _("Read organisations")
    ORGANIZATIONS_WRITE = "organizations:write", _("Tell of organisations")
    RECORDS_READ = "records:read", _("Read records and what they are linked with")
    RECORDS_WRITE = "records:write", _("Tell of records, delete and link them")
    EVENTS_READ = "events:read", _("Follow what happens in tickets")
    EVENTS_STAFF = "events:staff", _("Hear of what agents do among themselves, too")
    DESK_READ = (
        "desk:read",
        _("Read teams, tags, custom fields, segments, opening hours and service levels"),
    )
    AGENTS_READ = "agents:read", _("Read who works here, in which teams, and who is here now")
    VIEWS_READ = (
        "views:read",
        _("Read the views that teams share, and those of the agent it acts for"),
    )
    MACROS_READ = (
        "macros:read",
        _("Read the macros that are shared, and those of the agent it acts for"),
    )
    RATINGS_READ = "ratings:read", _("Read what customers said at the end, with their comments")
    AUDIT_READ = "audit:read", _("Read the record of what was done to settings, people and access")
    RULES_READ = "rules:read", _("Read the escalation rules, and their reasons")
    ASSISTANT_ASK = "assistant:ask", _("Ask what the assistant would answer, and why")
    ARTICLES_READ = "articles:read", _("Read and search published articles")


KEPT_FOR = timedelta(days=1)  # how long a repeated request finds its first answer
USED_EVERY = timedelta(minutes=1)  # how exactly `last_used_at` is kept, to spare the writes


def hash_secret(secret: str) -> str:
    """SHA-256 in hex. The secret has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def valid(self) -> Self:
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True
        )


class ApiKey(models.Model):
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("scopes")
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acts for"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("What it writes and changes in tickets is theirs, within what they may see."),
    )
    created_at = models.DateTimeField(_("made"), db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=~Q(scopes__contains=[Scope.TICKETS_ACT]) | Q(agent__isnull=False),
                name="api_key_that_acts_names_an_agent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def new_secret() -> str:
        return "hd_" + secrets.token_urlsafe(32)

    def mark_used(self) -> None:
        """Note that it was used now, at most once a minute."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at >= USED_EVERY:
            self.last_used_at = now
            self.save(update_fields=["last_used_at"])


class IdempotentRequestQuerySet(models.QuerySet["IdempotentRequest"]):
    def claim(
        self, *, api_key: ApiKey, key: str, fingerprint: str
    ) -> tuple[IdempotentRequest, bool]:
        """The row of this key, and whether the running transaction is the first to have it.

        Waits while another transaction, not yet ended, has it.
        """
        return self.get_or_create(api_key=api_key, key=key, defaults={"fingerprint": fingerprint})

    def forget_old(self) -> None:
        """Delete those that nobody sends again: they are kept for a day."""
        self.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()


class IdempotentRequest(models.Model):
    """A POST with an `Idempotency-Key`: the answer it got, for whoever sends it again."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = IdempotentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [
            models.UniqueConstraint(fields=["api_key", "key"], name="idempotent_once_per_key")
        ]

    def __str__(self) -> str:
        return self.key

    def keep(self, *, status: int, body: str) -> None:
        """Remember the answer, in the transaction of its effect."""
        self.status = status
        self.body = body
        self.save(update_fields=["status", "body"])
