"""Mail that came in, as it came: what became of it and why, its source, and a second reading."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions
from tickets.admin.audit.audited import actor_of
from tickets.admin.audit.ledger import LedgerAdmin
from tickets.admin.buttons import Button
from tickets.admin.site import site
from tickets.models import IncomingMail, MailState


@admin.register(IncomingMail, site=site)
class IncomingMailAdmin(LedgerAdmin):
    list_display = ("created_at", "sender", "subject", "mailbox", "state", "why")
    list_filter = ("mailbox", "state", "created_at")
    list_select_related = ("mailbox",)
    search_fields = ("=internet_message_id",)
    search_help_text = gettext_lazy("The Message-ID of a mail, with its angle brackets")
    fields = readonly_fields = (
        *("state", "why", "mailbox", "sender", "subject", "ticket", "message_id", "of_size"),
        *("was_there_before", "created_at", "source"),
    )
    buttons = (
        Button(
            name="read-again",
            label=gettext_lazy("Read again"),
            explanation=gettext_lazy(
                "It could not be read. It is read once more, by the program as it is now."
            ),
            method="read_again",
            shown=lambda mail: mail.state == MailState.UNREADABLE,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("raw", "shown")

    def version_of(self, row: Any) -> str:
        """Nothing is edited here, and the bytes of a mail are not to be looked at for a sign."""
        return ""

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        own = path("<path:object_id>/source/", download, name="tickets_incomingmail_source")
        return [own, *super().get_urls()]

    @admin.display(description="Message-ID")
    def message_id(self, mail: IncomingMail) -> str:
        return mail.internet_message_id

    @admin.display(description=gettext_lazy("lay there before"))
    def was_there_before(self, mail: IncomingMail) -> str:
        """Before the mailbox was set up: then nothing is answered."""
        return _("yes") if mail.is_old else _("no")

    @admin.display(description=gettext_lazy("size"))
    def of_size(self, mail: IncomingMail) -> str:
        return filesizeformat(mail.size)

    @admin.display(description=gettext_lazy("source"))
    def source(self, mail: IncomingMail) -> str:
        if not IncomingMail.objects.with_source().filter(pk=mail.pk).exists():
            return _("Its time is over; it is not kept any more.")
        address = reverse("admin:tickets_incomingmail_source", args=[mail.pk])
        return format_html('<a class="plain-link" href="{}">{}</a>', address, _("Download (.eml)"))

    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The mail to the byte, as a file that no browser opens as a page of ours."""
        mail = self.get_object(request, unquote(object_id))
        if mail is None or not mail.source:
            raise Http404
        response = HttpResponse(mail.source, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "private, no-store"
        return response

    def read_again(self, request: HttpRequest, mail: IncomingMail) -> None:
        try:
            done = actions.read_again(actor=actor_of(request), mail=mail)
        except actions.ActionError:
            done = False
        if done:
            messages.success(request, _("It is read again."))
        else:
            messages.error(request, _("There is not enough of it left to be read."))
