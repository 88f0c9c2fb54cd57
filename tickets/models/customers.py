"""The people we help, the organisations they belong to, and what is known about them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Now, Right
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock, masking
from tickets.models.metadata import Told, metadata_column, within_bounds


class Tier(models.TextChoices):
    STANDARD = "standard", _("Standard")
    PLUS = "plus", _("Plus")
    PREMIER = "premier", _("Premier")


class Organization(Told):
    name = models.CharField(_("name"), max_length=150, unique=True)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier.choices, default=Tier.STANDARD)
    tags = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("tags"),
        default=list,
        blank=True,
        db_default=[],
    )
    note = models.TextField(_("note"), blank=True)
    # What an admin's custom fields say of it, by their keys: see tickets.models.custom_fields.
    custom = models.JSONField(
        default=dict, blank=True, editable=False, db_default=models.Value({}, models.JSONField())
    )

    class Meta(Told.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganizationDomain(models.Model):
    """Whoever has a confirmed address at it belongs to the organisation. An admin says so."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="domains",
        verbose_name=_("organisation"),
    )
    # In the form in which it stands in addresses: see tickets.addresses.
    domain = models.CharField(_("e-mail domain"), max_length=addresses.LONGEST, unique=True)

    class Meta:
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")
        ordering = ["domain"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(domain__regex=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
                name="organization_domain_in_its_form",
            )
        ]

    def __str__(self) -> str:
        return self.domain


LAST_DIGITS = 9  # of a telephone: with and without the country's code they are the same


def digits_of(column: str) -> Combinable:
    """The last digits of a telephone number in a column, as the index of customers keeps them."""
    digits = Func(
        *(F(column), Value(r"\D"), Value(""), Value("g")),
        function="regexp_replace",
        output_field=models.TextField(),
    )
    return Right(digits, LAST_DIGITS)


def mailbox_of(column: str) -> Combinable:
    """An address without what many servers pass over, dots and what follows a +, as the index keeps it.

    For a hint to a person only. Two addresses are the same if they are equal, and never otherwise.
    """
    local = _text("split_part", F(column), Value("@"), Value(1))
    plain = _text("split_part", local, Value("+"), Value(1))
    domain = _text("split_part", F(column), Value("@"), Value(2))
    dotless = _text("replace", plain, Value("."), Value(""))
    return Concat(dotless, Value("@"), domain, output_field=models.TextField())


def _text(function: str, *arguments: Combinable) -> Func:
    return Func(*arguments, function=function, output_field=models.TextField())


class CustomerQuerySet(models.QuerySet["Customer"]):
    def locked(self, customer: Customer) -> Customer:
        """The customer's row as it is now, held until the transaction ends.

        Before their tickets, never after: everybody who needs both locks them in this order.
        Not FOR UPDATE: a message that is being written refers to its customer's row, and would
        wait for whoever waits for its ticket.
        """
        return self.select_for_update(no_key=True).get(pk=customer.pk)

    def of_person(self, key: int) -> CustomerQuerySet:
        """The row with this key, and those that were merged into it."""
        return self.filter(models.Q(pk=key) | models.Q(merged_into=key))


class Customer(models.Model):
    """Somebody who asks. May be a visitor of whom nothing is known but what they wrote.

    `email` is an address that was proved (by a log-in, a confirmation or an integrator who vouches
    for it); `claimed_email` is one that a visitor left and has not confirmed: it is never matched
    with an account, and gets no content of the conversation by mail.
    """

    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), null=True, blank=True)
    claimed_email = models.EmailField(_("unconfirmed e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, db_default="")
    tier = models.CharField(
        _("tier"),
        max_length=10,
        choices=Tier.choices,
        blank=True,
        db_default="",
        help_text=_("Empty: that of the organisation."),
    )
    tags = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("tags"),
        default=list,
        blank=True,
        db_default=[],
    )
    note = models.TextField(_("note"), blank=True, db_default="")
    organization_role = models.CharField(_("role in it"), max_length=80, blank=True, db_default="")
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="customers",
        null=True,
        blank=True,
    )
    segment = models.CharField(_("segment"), max_length=40, blank=True)
    value = models.DecimalField(
        _("value"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("What they have bought so far, in the shop's currency."),
    )
    prefers_person = models.BooleanField(
        _("a person first"),
        default=False,
        help_text=_("The assistant stays out of it: every question goes to a person at once."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("log-in"),
        on_delete=models.SET_NULL,
        related_name="customer",
        null=True,
        blank=True,
    )
    joined_into = models.ForeignKey(
        "self",
        verbose_name=_("joined into"),
        on_delete=models.PROTECT,
        related_name="joined",
        null=True,
        blank=True,
        editable=False,
    )
    # Agents said that both are one person, whose page is the other one's. Nothing moves by that: who
    # logs in as whom, and whose conversations are whose, stays as it was.
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        related_name="merged",
        null=True,
        blank=True,
        editable=False,
    )
    # What an admin's custom fields say of it, by their keys: see tickets.models.custom_fields.
    custom = models.JSONField(
        default=dict, blank=True, editable=False, db_default=models.Value({}, models.JSONField())
    )
    metadata = metadata_column()
    # A fingerprint of the browser that spoke for the first time, so that what it sends at once, before
    # it has a session, is one visitor's.
    first_contact = models.CharField(max_length=64, null=True, editable=False)
    created_at = models.DateTimeField(
        _("since"), default=clock.now, db_default=Now(), editable=False
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["email"], name="customer_email_unique"),
            models.CheckConstraint(
                condition=models.Q(email=None) | models.Q(email__regex=addresses.FORM),
                name="customer_email_in_its_form",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_email="")
                | models.Q(claimed_email__regex=addresses.FORM),
                name="customer_claimed_email_in_its_form",
            ),
            models.UniqueConstraint(
                fields=["first_contact"],
                condition=models.Q(first_contact__isnull=False),
                name="customer_first_contact_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=F("id")), name="customer_merged_into_another"
            ),
            within_bounds("customer_metadata_within_bounds"),
        ]
        indexes = [
            models.Index(fields=["name"], condition=~models.Q(name=""), name="customer_name"),
            models.Index(
                digits_of("phone"), condition=~models.Q(phone=""), name="customer_phone_digits"
            ),
            models.Index(
                mailbox_of("email"),
                condition=models.Q(email__isnull=False),
                name="customer_mailbox",
            ),
        ]

    def __str__(self) -> str:
        called = self.name or self.email or self.claimed_email or str(_("Visitor"))
        return masking.shown(called)

    @property
    def is_a_mere_visitor(self) -> bool:
        """Whether nothing is known of them but what they wrote in their browser."""
        return self.user_id is None and self.email is None and self.joined_into_id is None

    @property
    def person(self) -> int:
        """The key of the customer whose page is theirs: another's, once they were merged."""
        return self.joined_into_id or self.merged_into_id or self.pk

    @property
    def effective_tier(self) -> str:
        """Their own tier, else that of their organisation."""
        of_theirs = self.organization.tier if self.organization else ""
        return self.tier or of_theirs or str(Tier.STANDARD)

    @property
    def tier_in_words(self) -> str:
        return str(Tier(self.effective_tier).label)

    @property
    def reachable_at(self) -> str:
        """The address to write to, confirmed or not, or "" when none is known."""
        return self.email or self.claimed_email


class Fact(models.Model):
    """Something that was said once and need not be asked again, with where it came from."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="facts")
    ticket = models.ForeignKey(
        "Ticket",
        on_delete=models.CASCADE,
        related_name="facts",
        null=True,
        blank=True,
        db_index=False,
    )
    message = models.ForeignKey(
        "Message", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    key = models.CharField(_("what"), max_length=40)
    value = models.CharField(_("value"), max_length=300)
    source = models.CharField(_("from"), max_length=20, default="message")
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "key", "value"], name="fact_once_per_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"
