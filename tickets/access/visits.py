"""What a customer read before they began a conversation, for whoever of those who work here sees it."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from tickets.models import Visit
from tickets.models.visits import BEFORE_WRITING

MOST = 12  # of the last


def read_before() -> ArraySubquery:
    """The last visits in the day before a ticket was opened, the newest first."""
    row = JSONObject(
        title="article__published__title", slug="article__slug", words="words", hits="hits"
    )
    visits = Visit.objects.filter(
        customer=OuterRef("customer"),
        at__lte=OuterRef("created_at"),
        at__gt=OuterRef("created_at") - BEFORE_WRITING,
    )
    return ArraySubquery(visits.order_by("-at", "-pk").values(row=row)[:MOST])
