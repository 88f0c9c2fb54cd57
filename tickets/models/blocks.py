"""Blocks: who may not write to us, why, since when and until when. They stay when they are over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock

if TYPE_CHECKING:
    from tickets.models.customers import Customer

OPEN = Q(lifted_at=None)


class BlockQuerySet(models.QuerySet["Block"]):
    def in_force(self, at: datetime) -> Self:
        """Those that are neither taken back nor over."""
        return self.filter(OPEN, Q(until=None) | Q(until__gt=at))

    def of(self, customer: Customer) -> Self:
        """Those that concern a customer: the row itself, its proved address, that address's domain.

        An address that somebody only claims is not theirs, so no block is looked up by it.
        """
        whom = Q(customer=customer)
        if customer.email:
            whom |= Q(email=customer.email) | Q(domain=addresses.domain_of(customer.email))
        return self.filter(whom)

    def beside_ticket(self) -> Self:
        """The same for the customer of the outer query's ticket."""
        email = OuterRef("customer__email")
        return self.filter(
            Q(customer=OuterRef("customer")) | Q(email=email) | Q(domain=_domain(email))
        )


def _domain(email: Combinable) -> Combinable:
    """What stands behind the @ of an address in its one form; nothing of no address."""
    return Func(email, Value("@"), Value(2), function="split_part", output_field=models.CharField())


class Block(models.Model):
    """One decision by a person that somebody may not write to us, and what became of it."""

    customer = models.ForeignKey(
        "Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="blocks",
        null=True,
        blank=True,
        db_index=False,
    )
    # In the one form in which addresses are kept and compared: see tickets.addresses.
    email = models.CharField(_("e-mail address"), max_length=addresses.LONGEST, blank=True)
    domain = models.CharField(
        _("domain"),
        max_length=addresses.LONGEST,
        blank=True,
        help_text=_("Everybody whose address ends in it, like spam.example. Not those below it."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        help_text=_("For your colleagues. Whoever is blocked does not read it."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateTimeField(_("since"), default=clock.now, db_default=Now(), editable=False)
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody takes it back.")
    )
    lifted_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken back by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, email="", domain="")
                | Q(customer__isnull=True, domain="") & ~Q(email="")
                | Q(customer__isnull=True, email="") & ~Q(domain=""),
                name="block_of_one_customer_address_or_domain",
            ),
            models.CheckConstraint(
                condition=Q(email="") | Q(email__regex=addresses.FORM),
                name="block_email_in_its_form",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="block_has_a_reason"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="block_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | Q(lifted_at__isnull=False),
                name="block_lifted_by_somebody_at_some_time",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=OPEN & Q(customer__isnull=False),
                name="block_once_per_customer",
            ),
            models.UniqueConstraint(
                fields=["email"], condition=OPEN & ~Q(email=""), name="block_once_per_address"
            ),
            models.UniqueConstraint(
                fields=["domain"], condition=OPEN & ~Q(domain=""), name="block_once_per_domain"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"])]

    def __str__(self) -> str:
        return self.whom

    @property
    def whom(self) -> str:
        """Who it is about, in words."""
        if self.domain:
            return f"@{self.domain}"
        return self.email or str(self.customer)

    def is_named_again(self) -> bool:
        """Whether another block, which was not taken back, is about the same."""
        same = {"customer": self.customer, "email": self.email, "domain": self.domain}
        return Block.objects.filter(OPEN, **same).exists()

    @property
    def is_over(self) -> bool:
        """Whether it was taken back, or its time is up."""
        return self.lifted_at is not None or (self.until is not None and self.until <= clock.now())
