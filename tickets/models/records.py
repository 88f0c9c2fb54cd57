"""Records from outside (orders, parcels, invoices): their types, as an admin describes them, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tickets import addresses, clock
from tickets.models.custom_fields import FieldKind, read_value

KEY = r"^[a-z][a-z0-9_]*$"
MOST_FIELDS = 50  # of one type
MOST_VERSIONS = 50  # kept of one record, the newest
LONGEST_ID = 100
LONGEST_REFERENCE = 60
FORGOTTEN_AT_ONCE = 5_000

_plain_key = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z",
    gettext_lazy("Use small letters, digits and _, beginning with a letter."),
)
# What a look is made of; two dashes in a row say no more than one.
_LOOK = RegexValidator(
    r"^[A-Za-z0-9#@]+([-_./ ][A-Za-z0-9#@]+)*([-_./ ]?\*)?\Z",
    gettext_lazy(
        "Use letters and digits as they are, # for a digit, @ for a letter, a single - _ . / or space "
        "between them, and * at the end for the rest, which begins with a digit."
    ),
)


def reference_key(reference: str) -> str:
    """A reference as it is compared: capital letters and digits only, so that km 48213 is KM-48213."""
    return "".join(letter for letter in reference.upper() if letter.isalnum())[:LONGEST_REFERENCE]


class RecordTypeQuerySet(models.QuerySet["RecordType"]):
    def locked(self, record_type: RecordType) -> RecordType | None:
        """The row as it is now, which nobody deletes until the transaction ends; None if it is gone.

        Others may write records of it meanwhile: so it is not locked as Django would.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM tickets_recordtype WHERE id = %s FOR KEY SHARE", [record_type.pk]
            )
        return self.filter(pk=record_type.pk).first()


class RecordType(models.Model):
    """A kind of record: what it is called, how its references look, how long it is kept."""

    key = models.CharField(
        gettext_lazy("key"),
        max_length=20,
        unique=True,
        validators=[_plain_key],
        help_text=gettext_lazy(
            "For the API, rules and searches, like “order”. It cannot be changed later."
        ),
    )
    name = models.CharField(gettext_lazy("name"), max_length=40)
    plural = models.CharField(
        gettext_lazy("name of several"),
        max_length=40,
        help_text=gettext_lazy("As a heading, like “Orders”."),
    )
    look = models.CharField(
        gettext_lazy("how its references look"),
        max_length=40,
        blank=True,
        validators=[_LOOK],
        help_text=gettext_lazy(
            "So that they are found in what customers write: # stands for a digit, @ for a letter, * for "
            "the rest. KM-##### finds KM-48213, km 48213 and KM48213. Empty: none are looked for."
        ),
    )
    customer_system = models.CharField(
        gettext_lazy("whose customer numbers"),
        max_length=40,
        default="shop",
        help_text=gettext_lazy(
            "The system whose numbers its records name their customers by, as it is called on the pages of "
            "customers, like “shop”."
        ),
    )
    kept_days = models.PositiveIntegerField(
        gettext_lazy("kept for days"),
        default=0,
        help_text=gettext_lazy("After its last change; then it is deleted. 0: for ever."),
    )
    operation = models.ForeignKey(
        "Operation",
        verbose_name=gettext_lazy("asked for by"),
        on_delete=models.SET_NULL,
        related_name="record_types",
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "What a connector is asked for to find one by its reference, which it is sent as “number”. "
            "Its values are taken by the keys of the fields. Agents can then ask for what holds now."
        ),
    )
    active = models.BooleanField(
        gettext_lazy("in use"),
        default=True,
        help_text=gettext_lazy("Others are neither taken nor looked for nor shown."),
    )
    position = models.PositiveSmallIntegerField(
        gettext_lazy("position"),
        default=100,
        help_text=gettext_lazy("Those with a smaller number stand first."),
    )

    objects = RecordTypeQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("type of records")
        verbose_name_plural = gettext_lazy("types of records")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=KEY), name="record_type_key_is_plain"),
            models.CheckConstraint(
                condition=~Q(customer_system=""), name="record_type_names_a_system"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.customer_system = " ".join(self.customer_system.split()).lower()
        fixed = [letter for letter in self.look if letter.isalnum()]
        open_ones = [letter for letter in self.look if letter in "#@"]
        letters = len(fixed) + len(open_ones) + self.look.endswith("*")
        enough = letters >= (4 if fixed else 6)
        if self.look and not (enough and (open_ones or self.look.endswith("*"))):
            raise ValidationError(
                {
                    "look": _(
                        "So much would look like it that is none. Write at least four letters, digits, # "
                        "or @, six where nothing is fixed, and at least one #, @ or *."
                    )
                }
            )


class RecordField(models.Model):
    """One field of the records of a type. Its key is where the values are found."""

    type = models.ForeignKey(
        RecordType,
        on_delete=models.CASCADE,
        related_name="fields",
        db_index=False,
        verbose_name=gettext_lazy("type"),
    )
    key = models.CharField(gettext_lazy("key"), max_length=40, validators=[_plain_key])
    name = models.CharField(gettext_lazy("name"), max_length=60)
    kind = models.CharField(gettext_lazy("kind"), max_length=10, choices=FieldKind.choices)
    options = ArrayField(
        models.CharField(max_length=80),
        verbose_name=gettext_lazy("values to choose from"),
        default=list,
        blank=True,
    )
    position = models.PositiveSmallIntegerField(gettext_lazy("position"), default=100)
    in_panel = models.BooleanField(
        pgettext_lazy("a field of a record", "beside conversations"), default=True
    )
    shown_to_customer = models.BooleanField(
        pgettext_lazy("a field of a record", "for the customer"), default=False
    )
    is_status = models.BooleanField(gettext_lazy("the status"), default=False)

    class Meta:
        verbose_name = gettext_lazy("field of records")
        verbose_name_plural = gettext_lazy("fields of records")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["type", "key"], name="record_field_once_per_type"),
            models.UniqueConstraint(
                fields=["type"], condition=Q(is_status=True), name="record_field_one_status"
            ),
            models.CheckConstraint(
                condition=Q(key__regex=KEY, kind__in=FieldKind.values),
                name="record_field_has_a_plain_key_and_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind in (FieldKind.CHOICE, FieldKind.CHOICES) and not self.options:
            raise ValidationError({"options": _("Write at least one value to choose from.")})

    def read(self, sent: Sequence[str]) -> Any:
        """What a program sends, as it is kept; None for nothing. Raises ValidationError."""
        return read_value(self.kind, self.options, sent)


class RecordQuerySet(models.QuerySet["Record"]):
    def forget_old(self) -> int:
        """Delete those whose type keeps them no longer, with their history; how many.

        A slice at a time: what is left comes with the next look.
        """
        gone = 0
        for record_type in RecordType.objects.filter(kept_days__gt=0):
            until = clock.now() - timedelta(days=record_type.kept_days)
            old = self.filter(type=record_type, changed_at__lt=until).order_by("changed_at")
            keys = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
            gone += (
                self.filter(pk__in=keys, changed_at__lt=until).delete()[1].get("tickets.Record", 0)
            )
        return gone


class Record(models.Model):
    """One order, parcel or invoice, as another system told of it last. Nobody edits it here.

    `values` are by the keys of the type's fields. What belongs to a field that is no more stays there
    and is shown nowhere.
    """

    type = models.ForeignKey(
        RecordType, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    external_id = models.CharField(gettext_lazy("key in its system"), max_length=LONGEST_ID)
    reference = models.CharField(gettext_lazy("reference"), max_length=LONGEST_REFERENCE)
    reference_key = models.CharField(max_length=LONGEST_REFERENCE, editable=False)
    customer = models.ForeignKey(
        "Customer",
        on_delete=models.CASCADE,
        related_name="records",
        null=True,
        blank=True,
    )
    # Whose it is in the words of its system: it becomes a customer's as soon as they are known by them.
    customer_number = models.CharField(max_length=LONGEST_ID, blank=True)
    customer_email = models.CharField(max_length=addresses.LONGEST, blank=True)
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField(gettext_lazy("changed"))
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("record")
        verbose_name_plural = gettext_lazy("records")
        constraints = [
            models.UniqueConstraint(fields=["type", "external_id"], name="record_once_per_type"),
            models.UniqueConstraint(
                fields=["reference_key", "type"], name="record_reference_once_per_type"
            ),
            models.CheckConstraint(
                condition=~Q(external_id="") & ~Q(reference="") & ~Q(reference_key=""),
                name="record_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(customer_email="") | Q(customer_email__regex=addresses.FORM),
                name="record_email_in_its_form",
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "-changed_at", "-id"],
                condition=Q(customer__isnull=False),
                name="record_of_customer",
            ),
            models.Index(fields=["type", "changed_at"], name="record_oldest_of_type"),
            models.Index(
                fields=["customer_email"],
                condition=Q(customer=None) & ~Q(customer_email=""),
                name="record_waits_for_address",
            ),
            models.Index(
                fields=["customer_number"],
                condition=Q(customer=None) & ~Q(customer_number=""),
                name="record_waits_for_number",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class RecordVersion(models.Model):
    """What changed of a record at once: `{field: [before, after]}`, and who told of it."""

    record = models.ForeignKey(
        Record, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    changes = models.JSONField(default=dict)
    changed_at = models.DateTimeField()  # there
    actor_kind = models.CharField(max_length=10)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    api_key = models.ForeignKey("ApiKey", on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = gettext_lazy("version of a record")
        verbose_name_plural = gettext_lazy("versions of records")
        indexes = [models.Index(fields=["record", "-id"], name="record_version_newest")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.created_at}"


class About(models.TextChoices):
    """What a conversation has to do with a record."""

    LINKED = "linked", gettext_lazy("It is about it")
    ANOTHERS = "anothers", gettext_lazy("It is named, and belongs to another customer")
    REMOVED = "removed", gettext_lazy("An agent said that it is not about it")


class FoundBy(models.TextChoices):
    TEXT = "text", gettext_lazy("found in what the customer wrote")
    AGENT = "agent", gettext_lazy("linked by an agent")
    API = "api", gettext_lazy("linked by a connected system")


class TicketRecordQuerySet(models.QuerySet["TicketRecord"]):
    def linked(self) -> Self:
        return self.filter(about=About.LINKED)

    def in_question(self) -> Self:
        """Those that are linked or may become so, of conversations that are not over."""
        return self.filter(ticket__closed_at=None).exclude(about=About.REMOVED)


class TicketRecord(models.Model):
    """That a conversation is about a record, or names one that it is not to be about."""

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="records", db_index=False
    )
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="tickets")
    about = models.CharField(max_length=8, choices=About.choices, default=About.LINKED)
    found_by = models.CharField(max_length=5, choices=FoundBy.choices)
    # The newest version of which the conversation's history tells.
    told = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = TicketRecordQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("record of a conversation")
        verbose_name_plural = gettext_lazy("records of conversations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "record"], name="ticket_record_once"),
            models.CheckConstraint(
                condition=Q(about__in=About.values, found_by__in=FoundBy.values),
                name="ticket_record_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.record_id}"


class NamedReference(models.Model):
    """A reference that a conversation names and that no record has yet: it may come later."""

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="named_references", db_index=False
    )
    type = models.ForeignKey(RecordType, on_delete=models.CASCADE, related_name="+")
    reference_key = models.CharField(max_length=LONGEST_REFERENCE)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = gettext_lazy("reference that was named")
        verbose_name_plural = gettext_lazy("references that were named")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "type", "reference_key"], name="named_reference_once"
            ),
        ]
        indexes = [models.Index(fields=["reference_key", "type"], name="named_reference_waits")]

    def __str__(self) -> str:
        return self.reference_key
