"""How well we know who is writing in a conversation, and the codes by which they prove an address there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import ExpressionWrapper
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock
from tickets.models.events import Event, EventKind
from tickets.models.messages import Message
from tickets.models.states import Channel
from tickets.models.tickets import Ticket

CODE_DIGITS = 6
CODE_VALID_FOR = timedelta(minutes=10)
MOST_TRIES = 3
ASKED_FOR = timedelta(days=1)  # so long the customer's page shows what an agent asked them
ON_PAGES = (Channel.PORTAL, Channel.WIDGET)  # where a log-in is what it takes to be somebody


class Identity(models.TextChoices):
    """How well we know who is writing in a conversation, from least to most. The order counts."""

    UNKNOWN = "unknown", _("Unknown")
    CLAIMED = "claimed", _("Address claimed, not proved")
    CONFIRMED = "confirmed", _("Confirmed address")
    SIGNED_IN = "signed_in", _("Signed in")
    VERIFIED = "verified", _("Verified by a code")

    @property
    def is_proved(self) -> bool:
        """Whether somebody proved, or vouched for, who they are."""
        return self in (Identity.CONFIRMED, Identity.SIGNED_IN, Identity.VERIFIED)

    @property
    def by_itself(self) -> str:
        """Its name where nothing beside it says what it is about."""
        return str(_("Unknown visitor") if self is Identity.UNKNOWN else self.label)


class How(models.TextChoices):
    """By what a level was reached."""

    LEFT = "left", _("They gave an address, and nobody proved it")
    MAIL = "mail", _("They answered a mail to their address")
    KNOWN = "known", _("A colleague, a connected system or their own mail named the address")
    SIGN_IN = "sign_in", _("They wrote while they were signed in")
    CODE = "code", _("They typed the code that was mailed to the address on file")


def code_digest(ticket: Ticket, address: str, purpose: str, digits: str) -> str:
    """What is kept of a code: worth nothing without the server's key, for any other conversation, for
    another address or another purpose.
    """
    bound = "\n".join((str(ticket.pk), address, purpose, digits))
    return salted_hmac("tickets.identity", bound, algorithm="sha256").hexdigest()


class IdentityCheckQuerySet(models.QuerySet["IdentityCheck"]):
    def asked_by(self, event: Event) -> Self:
        """The check whose code this event asked for, while it waits for that code and no newer one."""
        return self.filter(
            ticket=event.ticket_id, position=event.position, expires_at__gt=clock.now()
        )

    def forget_old(self) -> None:
        """What nobody goes on with: the addresses that strangers typed are kept no longer."""
        ago = timezone.now() - ASKED_FOR
        old = Q(expires_at=None) | Q(expires_at__lt=ago)
        self.filter(old, Q(wanted_at=None) | Q(wanted_at__lt=ago)).delete()


class IdentityCheck(models.Model):
    """That a conversation's customer is to prove an address, and the newest code for it.

    One row for each conversation, so that only the newest code counts. An address that no customer
    has gets a row like any other, and never a digest: nothing but the mail tells the two apart.
    """

    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, related_name="identity_check", primary_key=True
    )
    # What it is for, in a word; the code is good for nothing else.
    purpose = models.CharField(max_length=40, blank=True)
    # When an agent asked for it; empty where the customer began by themself.
    wanted_at = models.DateTimeField(null=True, blank=True)
    address = models.EmailField(max_length=addresses.LONGEST, blank=True)
    # The place of the event that asked for the code.
    position = models.PositiveIntegerField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Both are written when the mail is, and only where a customer has the address.
    customer = models.ForeignKey(
        "Customer", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = IdentityCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of an identity")
        verbose_name_plural = _("checks of identities")
        constraints = [
            models.CheckConstraint(
                condition=Q(address="", position=None, expires_at=None, wanted_at__isnull=False)
                | Q(
                    address__regex=addresses.FORM,
                    position__isnull=False,
                    expires_at__isnull=False,
                ),
                name="identity_check_is_wanted_or_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(tries__lte=MOST_TRIES), name="identity_check_three_tries"
            ),
            models.CheckConstraint(
                condition=Q(digest="", customer=None)
                | Q(customer__isnull=False) & ~Q(digest="") & ~Q(address=""),
                name="identity_check_code_of_a_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.address}"

    def takes_codes(self, now: datetime) -> bool:
        """Whether a code may be typed: one was asked for, is not too old, and tries are left."""
        return self.expires_at is not None and now < self.expires_at and self.tries < MOST_TRIES

    def is_open(self, now: datetime) -> bool:
        """Whether the customer's page shows it."""
        wanted = self.wanted_at is not None and now < self.wanted_at + ASKED_FOR
        return wanted or self.takes_codes(now)


class VerificationQuerySet(models.QuerySet["Verification"]):
    def in_force(self, now: datetime) -> Self:
        """Those that count now: not ended, not quiet for too long, and still the customer's address."""
        return self.filter(ended_at=None, expires_at__gt=now, customer__email=F("address"))

    def go_on(self, ticket: Ticket, now: datetime) -> None:
        """The customer wrote: what was proved and is not over yet goes on for as long again."""
        until = ExpressionWrapper(Value(now) + F("quiet"), models.DateTimeField())
        self.filter(ticket=ticket, ended_at=None, expires_at__gt=now).update(expires_at=until)

    def end(self, ticket: Ticket, now: datetime) -> None:
        self.filter(ticket=ticket, ended_at=None).update(ended_at=now)


class Verification(models.Model):
    """That whoever writes in a conversation proved the address of a customer, by a code mailed to it.

    It counts in this conversation, until it was quiet for some hours. The conversation stays whose it
    is: a code of six digits that was typed once is no reason to let a browser read anything else.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="verifications", db_index=False
    )
    customer = models.ForeignKey("Customer", on_delete=models.PROTECT, related_name="verifications")
    address = models.EmailField(max_length=addresses.LONGEST)
    purpose = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=clock.now)
    # How long the customer may be silent.
    quiet = models.DurationField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at=None), name="verification_one_per_ticket"
            ),
            models.CheckConstraint(
                condition=Q(address__regex=addresses.FORM), name="verification_address_in_its_form"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("at")), name="verification_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["ticket", "-id"], name="verification_of_ticket")]

    def __str__(self) -> str:
        return f"{self.address} ({self.at:%Y-%m-%d %H:%M})"


def written_on_pages() -> models.QuerySet[Event]:
    """What the customer of an outer ticket wrote on our pages: as themself, or as the visitor who then
    signed in. Of a customer with a log-in it shows that they signed in.
    """
    theirs = Q(actor_customer=models.OuterRef("customer")) | Q(
        actor_customer__joined_into=models.OuterRef("customer")
    )
    said = Message.objects.filter(
        ticket=models.OuterRef("ticket"),
        position=models.OuterRef("position"),
        channel__in=ON_PAGES,
    )
    opened = Q(kind=EventKind.TICKET_OPENED, data__channel__in=[str(one) for one in ON_PAGES])
    wrote = Q(models.Exists(said), kind=EventKind.MESSAGE_POSTED)
    return Event.objects.filter(theirs, opened | wrote, ticket=models.OuterRef("pk"))
