"""What has to be approved, and every approval that was asked for."""

from __future__ import annotations

from django.contrib import admin

from tickets.admin.audit.audited import AuditedAdmin, ReadOnlyAdmin
from tickets.admin.site import site
from tickets.models import Approval, ApprovalKind


@admin.register(ApprovalKind, site=site)
class ApprovalKindAdmin(AuditedAdmin):
    fields = ("name", "limit", "unit", "position", "is_active")
    list_display = ("name", "limit", "unit", "is_active")
    search_fields = ("name",)


@admin.register(Approval, site=site)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = ("what", "ticket", "asked_by", "asked_at", "state", "decided_by", "decided_at")
    list_filter = ("state", "kind")
    list_select_related = ("kind", "ticket", "asked_by", "decided_by")
    search_fields = ("ticket__reference",)
    fields = (
        *("ticket", "kind", "amount", "why", "for_customer", "asked_by", "asked_at"),
        *("state", "decided_by", "decided_at", "words"),
    )
    readonly_fields = fields

    @admin.display(description=Approval._meta.verbose_name)
    def what(self, approval: Approval) -> str:
        return approval.what
