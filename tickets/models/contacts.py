"""Further addresses and telephones of a customer, and the numbers by which other systems know them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock
from tickets.models.customers import Customer

MOST_CONTACTS = 20  # of one customer
MOST_EXTERNAL_IDS = 20


class ContactKind(models.TextChoices):
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Telephone")


class Contact(models.Model):
    """One more address or telephone, beside the customer's own.

    It is no identity. Whoever holds it logs in as themself and reads nothing of this customer's;
    answers go to `Customer.email` as before. Once somebody confirmed an address, mail from it counts
    as this customer's; until then it is a stranger's.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=5, choices=ContactKind.choices)
    # An address in its one form; a telephone as it was typed, in one line.
    value = models.CharField(_("address or number"), max_length=addresses.LONGEST)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("further address or telephone")
        verbose_name_plural = _("further addresses and telephones")
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="contact_once"),
            models.UniqueConstraint(
                fields=["value"],
                condition=Q(kind="email", confirmed_at__isnull=False),
                name="contact_confirmed_email_of_one_customer",
            ),
            models.CheckConstraint(
                condition=Q(kind="phone") & ~Q(value="")
                | Q(kind="email", value__regex=addresses.FORM),
                name="contact_value_in_its_form",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="contact_confirmed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["value"], name="contact_value")]

    def __str__(self) -> str:
        return self.value


class ExternalId(models.Model):
    """The number of a customer in another system: a shop, a billing program."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="external_ids", db_index=False
    )
    system = models.CharField(_("system"), max_length=40)
    value = models.CharField(_("number"), max_length=100)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("external number")
        verbose_name_plural = _("external numbers")
        ordering = ["system", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "system"], name="external_id_one_per_system"
            ),
            models.UniqueConstraint(fields=["system", "value"], name="external_id_of_one_customer"),
            models.CheckConstraint(
                condition=~Q(system="") & ~Q(value=""), name="external_id_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.value}"
