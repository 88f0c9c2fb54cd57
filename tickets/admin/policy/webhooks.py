"""Webhooks: who is told what happens, how that fares, and each thing that was sent."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets import actions
from tickets.admin.audit.audited import ReadOnlyAdmin, actor_of
from tickets.admin.buttons import Button
from tickets.admin.policy.signed import AdminOfSigned, OutsideForm
from tickets.admin.site import site
from tickets.admin.theme import SearchableSelectMultiple, TextInput
from tickets.feed.kinds import INTERNAL, PUBLIC
from tickets.models import (
    EventKind,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookState,
)
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.webhooks import choosing, sending

MOST_AGAIN = 5000  # deliveries of a period that are sent again at once


def _kinds() -> list[tuple[str, str]]:
    """All that may be told of, what agents do among themselves at the end."""
    ordered = [kind for kind in EventKind if kind in PUBLIC]
    ordered += [kind for kind in EventKind if kind in INTERNAL]
    return [(kind.value, f"{kind.value} – {kind.label}") for kind in ordered]


class WebhookForm(OutsideForm):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("told of"),
        choices=_kinds,
        required=False,
        widget=SearchableSelectMultiple,
        help_text=gettext_lazy("Nothing chosen: all, those among agents only if you say so below."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = set(cleaned.get("kinds") or [])
        if chosen & INTERNAL and not cleaned.get("for_staff"):
            self.add_error(
                "for_staff",
                _("“%(kind)s” is among agents: say here that it may be told.")
                % {"kind": min(chosen & INTERNAL)},
            )
        self._understand(str(cleaned.get("narrowing", "")).strip())
        return cleaned

    def _understand(self, narrowing: str) -> None:
        """Keep what was typed as the conditions that it means."""
        self.instance.conditions = {}
        if not narrowing:
            return
        try:
            self.instance.conditions = choosing.conditions_of(read(narrowing))
        except Misread as error:
            self.add_error("narrowing", str(error))


def _of_state(*states: WebhookState) -> Any:
    return lambda webhook: webhook.state in states and bool(webhook.secret)


@admin.register(Webhook, site=site)
class WebhookAdmin(AdminOfSigned):
    form = WebhookForm
    # What changes by itself, and no form shows for changing.
    unversioned = frozenset(
        {"state", "trouble", "cursor", "failures", "failing_since", "due_at", "conditions"}
    )
    list_display = ("name", "address", "state", "trouble")
    list_filter = ("state",)
    search_fields = ("name", "address")
    fields = (
        *("name", "address", "state", "trouble", "state_of_secret"),
        *("kinds", "for_staff", "narrowing", "allowed_networks", "log"),
    )
    readonly_fields = ("state", "trouble", "state_of_secret", "log")
    buttons = (
        Button(
            name="on",
            label=gettext_lazy("Switch it on"),
            explanation=gettext_lazy(
                "It is told what happens from now on; or, if it was on before, from where it stopped."
            ),
            method="switch_on",
            shown=_of_state(WebhookState.OFF, WebhookState.PAUSED),
        ),
        Button(
            name="off",
            label=gettext_lazy("Switch it off"),
            explanation=gettext_lazy("Nothing is sent until you switch it on again."),
            method="switch_off",
            shown=_of_state(WebhookState.ACTIVE, WebhookState.PAUSED),
        ),
        Button(
            name="test",
            label=gettext_lazy("Send a test"),
            explanation=gettext_lazy("Something that says that it is a test is sent now."),
            method="send_test",
            shown=lambda webhook: bool(webhook.secret),
            in_transaction=False,
        ),
        Button(
            name="again",
            label=gettext_lazy("Send a period again"),
            explanation=gettext_lazy("Choose from when to when: what is in the log is sent again."),
            method="lead_to_again",
            shown=lambda webhook: bool(webhook.secret),
        ),
        *AdminOfSigned.buttons,
    )

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(self.again)
        return [path("<int:pk>/again/", own, name="tickets_webhook_again"), *super().get_urls()]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its log goes with it, though nobody deletes from the log alone."""
        deleted, counts, permissions, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, permissions - {WebhookDelivery._meta.verbose_name}, protected

    @admin.display(description=gettext_lazy("what was sent"))
    def log(self, webhook: Any) -> str | SafeString:
        if webhook.pk is None:
            return ""
        url = reverse("admin:tickets_webhookdelivery_changelist")
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}?webhook__id__exact={}">{}</a>',
            url,
            webhook.pk,
            _("See the log"),
        )

    def switch_on(self, request: HttpRequest, webhook: Webhook) -> None:
        actions.switch_webhook(actor=actor_of(request), webhook=webhook, state=WebhookState.ACTIVE)
        messages.success(request, _("It is told what happens."))

    def switch_off(self, request: HttpRequest, webhook: Webhook) -> None:
        actions.switch_webhook(actor=actor_of(request), webhook=webhook, state=WebhookState.OFF)
        messages.success(request, _("It is told nothing more."))

    def send_test(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        delivery = sending.test(webhook)
        if delivery.state == WebhookDeliveryState.DONE:
            messages.success(
                request, _("It was taken: status %(status)d.") % {"status": delivery.status}
            )
        else:
            messages.error(request, delivery.problem)
        url = reverse("admin:tickets_webhookdelivery_change", args=[delivery.pk])
        return HttpResponseRedirect(url)

    def lead_to_again(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:tickets_webhook_again", args=[webhook.pk]))

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A form for the period, and then back to the webhook."""
        webhook = self.get_object(request, str(pk))
        if not isinstance(webhook, Webhook):
            raise Http404
        back = reverse("admin:tickets_webhook_change", args=[webhook.pk])
        form = PeriodForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            number = actions.send_webhooks_again(
                actor=actor_of(request), webhook=webhook, most=MOST_AGAIN, **form.cleaned_data
            )
            said = ngettext("%(number)d is sent again.", "%(number)d are sent again.", number)
            messages.success(request, said % {"number": number})
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Send a period again"),
            "subtitle": str(webhook),
            "form": form,
            "back": back,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/webhook_again.html", context)


class PeriodForm(forms.Form):
    since = forms.DateTimeField(
        label=gettext_lazy("From"), widget=TextInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"), widget=TextInput(attrs={"type": "datetime-local"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", _("Choose a time after the first."))
        return cleaned


@admin.register(WebhookDelivery, site=site)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "webhook", "number", "state", "status", "attempts", "problem")
    list_filter = ("state", "webhook")
    list_select_related = ("webhook",)
    search_fields = ("number",)
    fields = (
        *("created_at", "webhook", "number", "state", "attempts", "tried_at", "next_attempt"),
        *("status", "problem", "milliseconds", "body_shown", "answer"),
    )
    readonly_fields = fields
    show_full_result_count = False
    buttons = (
        Button(
            name="again",
            label=gettext_lazy("Send it again"),
            explanation=gettext_lazy("Under the same number, so that the other side knows it."),
            method="send_again",
            shown=lambda one: one.event_id and one.state != WebhookDeliveryState.DUE,
        ),
    )

    @admin.display(description=gettext_lazy("what is sent"))
    def body_shown(self, delivery: Any) -> SafeString:
        shown = json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="domain-check__record" tabindex="0">{}</pre>', shown)

    @admin.display(description=gettext_lazy("next attempt"))
    def next_attempt(self, delivery: Any) -> Any:
        return delivery.due_at if delivery.state == WebhookDeliveryState.DUE else None

    def send_again(self, request: HttpRequest, delivery: WebhookDelivery) -> None:
        actions.send_webhook_again(actor=actor_of(request), delivery=delivery)
        messages.success(request, _("It is sent again."))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("webhook")
