"""The record of changes as an admin reads it, and takes it along: as CSV, or a line of JSON per event."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from tickets.admin.audit import history
from tickets.admin.audit.ledger import LedgerAdmin
from tickets.admin.site import site
from tickets.models import AuditLink, Event

AT_ONCE = 2_000  # rows that are read together
COLUMNS = (
    *("number", "at", "who", "actor_kind", "what", "kind", "subject", "subject_id", "data"),
    "hash",
)
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@admin.register(AuditLink, site=site)
class AuditLinkAdmin(LedgerAdmin):
    ordering = ("-number",)
    list_display = ("number", "at", "who", "what", "about")
    list_filter = (
        ("event__kind", admin.AllValuesFieldListFilter),
        ("event__created_at", admin.DateFieldListFilter),
    )
    list_select_related = ("event__actor_user", "event__actor_customer", "event__actor_key")
    search_fields = ("=event__subject_id",)
    search_help_text = gettext_lazy("The number of a row")
    fields = readonly_fields = ("number", "at", "who", "what", "about", "details", "hash")
    change_list_template = "admin/audit_list.html"
    export_urls: ClassVar[tuple[str, ...]] = ("csv", "ndjson")

    def get_urls(self) -> list[URLPattern]:
        take = self.admin_site.admin_view(self.export)
        return [
            path("take/<slug:form>/", take, name="tickets_auditlink_export"),
            *super().get_urls(),
        ]

    def export(self, request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
        """All of it, the oldest first, a piece at a time."""
        if form == "csv":
            return _download(_csv(), "audit.csv", "text/csv; charset=utf-8")
        if form == "ndjson":
            return _download(_lines(), "audit.ndjson", "application/x-ndjson")
        raise Http404

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        urls = {
            form: reverse("admin:tickets_auditlink_export", args=[form])
            for form in self.export_urls
        }
        return super().changelist_view(request, {"export_urls": urls, **(extra_context or {})})

    @admin.display(description=gettext_lazy("when"))
    def at(self, link: AuditLink) -> datetime:
        return link.event.created_at

    @admin.display(description=gettext_lazy("who"))
    def who(self, link: AuditLink) -> str:
        return history.who(link.event)

    @admin.display(description=gettext_lazy("what"))
    def what(self, link: AuditLink) -> str:
        return str(link.event.get_kind_display())

    @admin.display(description=gettext_lazy("about"))
    def about(self, link: AuditLink) -> str | SafeString:
        url, name = history.url_of(link.event), history.about(link.event)
        return format_html('<a class="plain-link" href="{}">{}</a>', url, name) if url else name

    @admin.display(description=gettext_lazy("details"))
    def details(self, link: AuditLink) -> str:
        return json.dumps(link.event.data, ensure_ascii=False, indent=2)


def _rows() -> Iterator[dict[str, Any]]:
    links = AuditLink.objects.select_related(*AuditLinkAdmin.list_select_related)
    for link in links.order_by("number").iterator(chunk_size=AT_ONCE):
        event: Event = link.event
        yield {
            "number": link.number,
            "at": event.created_at.isoformat(),
            "who": history.who(event),
            "actor_kind": event.actor_kind,
            "what": str(event.get_kind_display()),
            "kind": event.kind,
            "subject": event.subject,
            "subject_id": event.subject_id,
            "data": event.data,
            "hash": link.hash,
        }


class _Echo:
    """What a CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def _csv() -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in _rows():
        cells = {**row, "data": json.dumps(row["data"], ensure_ascii=False)}
        yield writer.writerow([_harmless(str(cells[name])) for name in COLUMNS])


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _lines() -> Iterator[str]:
    for row in _rows():
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _download(pieces: Iterator[str], name: str, kind: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
