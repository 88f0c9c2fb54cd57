"""The texts of mails to customers: written by an admin, looked at as the reader gets them, tried out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.admin.audit.audited import AuditedAdmin, AuditedForm
from tickets.admin.buttons import Button
from tickets.admin.site import site
from tickets.admin.theme import Textarea
from tickets.email import trying_out, wording
from tickets.email.handing_over import Outcome
from tickets.intake import text
from tickets.models import MailTemplate, MailText, User


class MailTemplateForm(AuditedForm):
    """Refuses placeholders that there are not, and texts without what the mail is for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.kind or self.initial.get("kind", "")
        if "text" in self.fields:
            self.fields["text"].widget = Textarea(attrs={"rows": 12})
            if kind in MailText.values:
                self.fields["text"].help_text = _explained(MailText(kind))

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"]).strip().lower()

    def clean_subject(self) -> str:
        return text.line(self.cleaned_data["subject"])

    def clean_text(self) -> str:
        return text.message(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = self.instance.kind or cleaned.get("kind", "")
        if kind in MailText.values and "text" in cleaned:
            subject = cleaned.get("subject", "")
            found = wording.problems(MailText(kind), subject, cleaned["text"])
            for field, sentence in found.items():
                self.add_error(field, sentence)
        return cleaned


@admin.register(MailTemplate, site=site)
class MailTemplateAdmin(AuditedAdmin):
    """Where there is no row for a mail, the shipped text is sent."""

    form = MailTemplateForm
    fields = ("kind", "language", "mailbox", "team", "subject", "text", "is_active")
    list_display = ("kind", "language", "mailbox", "team", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("mailbox", "team")
    list_before_template = "admin/mail_templates_intro.html"
    buttons = (
        Button(
            name="test",
            label=gettext_lazy("Send me a test"),
            explanation=gettext_lazy(
                "Sends what is saved to your own address, about an invented conversation."
            ),
            method="send_test",
            in_transaction=False,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(self.preview)
        name = "tickets_mailtemplate_preview"
        return [path("<int:pk>/preview/", own, name=name), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("mailbox", "team")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new one begins with the text that is shipped."""
        found = dict(super().get_changeform_initial_data(request))
        if found.get("kind") in MailText.values:
            shipped = wording.SHIPPED[MailText(str(found["kind"]))]
            found |= {"text": str(shipped.text), "subject": str(shipped.subject)}
        return found

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any]:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        assert field is not None
        field.empty_label = _("All")
        return field

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        add = reverse("admin:tickets_mailtemplate_add")
        kinds = [
            {
                "label": kind.label,
                "text": str(wording.SHIPPED[kind].text),
                "url": f"{add}?kind={kind}",
            }
            for kind in MailText
        ]
        more = {"mail_kinds": kinds, **(extra_context or {})}
        return super().changelist_view(request, more)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = context.get("original")
        if row is not None:
            context["preview_url"] = reverse("admin:tickets_mailtemplate_preview", args=[row.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail as it is read: with pictures and colours, and as plain text."""
        template = self.get_object(request, str(pk))
        if template is None:
            raise Http404
        assert isinstance(request.user, User)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview"),
            "subtitle": str(template),
            "written": trying_out.written(template, request.user),
            "template": template,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/mail_template_preview.html", context)

    def send_test(self, request: HttpRequest, template: MailTemplate) -> None:
        assert isinstance(request.user, User)
        answer = trying_out.send(template, request.user)
        show = messages.success if answer.outcome == Outcome.SENT else messages.error
        show(request, trying_out.said(answer, request.user.email))


def _explained(kind: MailText) -> SafeString:
    """What can be written in it, and what stands around it anyway."""
    names = format_html_join("", "<li><code>{}</code> {}</li>", wording.names_of(kind))
    return format_html(
        "{}<ul class='placeholders'>{}</ul>{}",
        _("An empty line begins a paragraph. What can stand in it:"),
        names,
        _(
            "Who writes, the links (“Talk to a human” below what the assistant says), the signature "
            "and how to answer stand in the mail anyway, and are not written here."
        ),
    )
