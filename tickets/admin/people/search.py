"""How people are found in their lists."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest

from tickets import addresses
from tickets.admin.audit.audited import AuditedAdmin


class FoundByAddress(AuditedAdmin):
    """Rows that are looked for by an address, or a part of one, among other things."""

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """In the form in which addresses are kept; names are found whatever the case."""
        words = addresses.to_look_up(search_term) or search_term.lower()
        return super().get_search_results(request, queryset, words)
