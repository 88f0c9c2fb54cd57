"""How mail leaves: each mailbox's server and quotes, what became of each mail, stopped addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions, sealing
from tickets.actions import ActionError
from tickets.admin import troubles
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, actor_of
from tickets.admin.audit.ledger import LedgerAdmin
from tickets.admin.buttons import Button
from tickets.admin.site import site
from tickets.admin.theme import PasswordInput
from tickets.models import Delivery, MailboxSending, StoppedAddress
from tickets.models.deliveries import OPEN


class MailboxSendingForm(AuditedForm):
    """The password is never shown; left empty, the one that is kept stays."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted, and never shown. Empty: it stays as it is."),
    )

    def clean_password(self) -> str:
        written: str = self.cleaned_data["password"]
        return sealing.seal(written) or self.instance.password


@admin.register(MailboxSending, site=site)
class MailboxSendingAdmin(AuditedAdmin):
    form = MailboxSendingForm
    list_display = ("mailbox", "host", "quotes")
    fieldsets = (
        (None, {"fields": ("mailbox", "quotes")}),
        (
            gettext_lazy("Its own mail server"),
            {"fields": ("host", "port", "security", "log_in", "user_name", "password")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("mailbox")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("mailbox",) if obj else ()


@admin.register(Delivery, site=site)
class DeliveryAdmin(LedgerAdmin):
    """What was owed and how it fared. Read here, and sent again; never edited."""

    list_before_template = "admin/mail_elsewhere.html"
    list_display = ("recipient", "kind", "ticket", "state", "attempts", "next_attempt", "sent_at")
    list_filter = ("state", "kind")
    search_fields = ("recipient__exact", "ticket__reference__exact", "internet_message_id__exact")
    fields = (
        *("recipient", "kind", "ticket", "mailbox", "state", "attempts", "next_attempt", "sent_at"),
        *("answer", "internet_message_id", "created_at"),
    )
    readonly_fields = fields
    buttons = (
        Button(
            name="again",
            label=gettext_lazy("Send again"),
            explanation=gettext_lazy("It leaves once more, as a new mail."),
            method="again",
            shown=lambda delivery: (
                delivery.can_be_sent_again and not hasattr(delivery, "sent_again")
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("ticket", "mailbox", "sent_again")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With the way to the mails about log-ins, which are no deliveries."""
        elsewhere = troubles.log_in_mails()
        return super().changelist_view(request, {"elsewhere": elsewhere, **(extra_context or {})})

    @admin.display(description=gettext_lazy("next attempt"))
    def next_attempt(self, delivery: Delivery) -> datetime | None:
        """None where nothing is tried any more."""
        return delivery.due_at if delivery.state in OPEN else None

    def again(self, request: HttpRequest, delivery: Delivery) -> None:
        try:
            actions.send_again(actor=actor_of(request), delivery=delivery)
        except ActionError as error:
            messages.warning(request, error.message)
        else:
            messages.success(request, _("It is sent again."))


@admin.register(StoppedAddress, site=site)
class StoppedAddressAdmin(AuditedAdmin):
    """Addresses to which nothing goes. They are stopped by what comes back, and opened here."""

    list_display = ("address", "since", "why")
    search_fields = ("address__contains",)
    ordering = ("-pk",)
    fields = readonly_fields = ("address", "since", "why")
    buttons = (
        Button(
            name="open",
            label=gettext_lazy("Write to it again"),
            explanation=gettext_lazy("Mail to it is sent again from now on."),
            method="open_it",
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def open_it(self, request: HttpRequest, stopped: StoppedAddress) -> None:
        actions.open_address(actor=actor_of(request), address=stopped.address)
        messages.success(
            request, _("Mail goes to %(address)s again.") % {"address": stopped.address}
        )
