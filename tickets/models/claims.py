"""A claim to an address: the code that was mailed to it, and what whoever holds it answered."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tickets import addresses
from tickets.models.customers import Customer
from tickets.models.tickets import REFERENCE_LETTERS, Ticket

VALID_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)  # so long an old code is told from a wrong one
CODE_LENGTH = 10  # 27^10: at the thirty guesses in ten minutes of an address, hopeless in an hour


def new_code() -> str:
    """A code like `K7MXQ-2PB9R`, easy to read and to type."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[: CODE_LENGTH // 2]}-{letters[CODE_LENGTH // 2 :]}"


def digest_of(code: str) -> str:
    """What is kept of a code, however it was typed. Worth nothing without the server's key."""
    letters = "".join(letter for letter in code[:100].upper() if letter in REFERENCE_LETTERS)
    return salted_hmac("tickets.claims", letters, algorithm="sha256").hexdigest()


class ClaimState(models.TextChoices):
    """How it stands: an answer may be given while it is open, once."""

    OPEN = "open", _("Not answered yet")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Not theirs")
    EXPIRED = "expired", _("Too old")
    OVERTAKEN = "overtaken", _("No longer asked")


class ClaimQuerySet(models.QuerySet["Claim"]):
    def with_code(self, code: str) -> Claim | None:
        """The claim that this code was made for, whatever its state."""
        found = self.filter(digest=digest_of(code)).select_related("customer", "ticket__customer")
        return found.first()

    def forget_old(self) -> None:
        self.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()


class Claim(models.Model):
    """One mail to an address, about one conversation, and the one answer to it.

    `customer` is whose conversation it was then: of a visitor who left the address, or of the
    customer who has it and asked for a code to go on in another browser.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="claims")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="claims")
    email = models.EmailField(_("e-mail address"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim to an address")
        verbose_name_plural = _("claims to addresses")
        constraints = [
            models.CheckConstraint(
                condition=Q(email__regex=addresses.FORM), name="claim_email_in_its_form"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(refused_at=None), name="claim_one_answer"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="claim_age")]

    def __str__(self) -> str:
        return f"{self.email} ({self.state})"

    @property
    def state(self) -> ClaimState:
        """As it stands now, by the rows that are loaded."""
        if self.confirmed_at is not None:
            return ClaimState.CONFIRMED
        if self.refused_at is not None:
            return ClaimState.REFUSED
        if self.ticket.customer_id != self.customer_id or not self.still_asked:
            return ClaimState.OVERTAKEN
        return ClaimState.OPEN if timezone.now() < self.expires_at else ClaimState.EXPIRED

    @property
    def still_asked(self) -> bool:
        """Whether the conversation's customer names this address, and nobody denied it.

        Whoever has a log-in proves by it who they are, and by nothing less.
        """
        customer = self.ticket.customer
        asked = customer.reachable_at == self.email and customer.user_id is None
        return asked and self.refused_at is None
