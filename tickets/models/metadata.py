"""What other systems keep beside a row of ours, for themselves: names and short texts, within bounds."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

MOST_NAMES = 50
LONGEST_NAME = 40
LONGEST_VALUE = 500
MOST_BYTES = 16 * 1024  # of all of it, as PostgreSQL writes it


def metadata_column() -> models.JSONField[Any, Any]:
    """Nothing here reads it: only programs do."""
    return models.JSONField(
        _("data of programs"),
        default=dict,
        blank=True,
        editable=False,
        db_default=Value({}, models.JSONField()),
    )


def within_bounds(name: str) -> models.CheckConstraint:
    """The constraint that keeps a table's `metadata` an object, and small."""
    kind = models.Func(F("metadata"), function="jsonb_typeof", output_field=models.TextField())
    text = Cast("metadata", models.TextField())
    size = models.Func(text, function="octet_length", output_field=models.IntegerField())
    small = models.Q(LessThanOrEqual(size, Value(MOST_BYTES)))
    return models.CheckConstraint(
        condition=models.Q(Exact(kind, Value("object"))) & small, name=name
    )


class Told(models.Model):
    """What another system knows by a number of its own, and keeps data beside."""

    # "" where no system knows it.
    external_id = models.CharField(
        _("external number"),
        max_length=100,
        blank=True,
        editable=False,
        default="",
        db_default="",
    )
    metadata = metadata_column()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~models.Q(external_id=""),
                name="%(class)s_external_id_once",
            ),
            within_bounds("%(class)s_metadata_within_bounds"),
        ]
