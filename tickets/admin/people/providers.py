"""Where staff may log in instead of here."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import outside, sealing
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm
from tickets.admin.buttons import Button
from tickets.admin.policy.mailbox_form import SecretField
from tickets.admin.site import site
from tickets.models import IdentityProvider
from tickets.web import openid

# What the secret was entered for: sent to another server it would be given away.
_GOES_TO = ("issuer", "client_id", "allowed_networks")


class IdentityProviderForm(AuditedForm):
    client_secret = SecretField(
        label=gettext_lazy("client secret"),
        help_text=gettext_lazy("Never shown again. Empty: the one that there is stays."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["client_secret"] = ""

    def clean_issuer(self) -> str:
        issuer = str(self.cleaned_data["issuer"]).strip()
        try:
            outside.read(issuer, plain=True)
        except outside.Refused as error:
            raise forms.ValidationError(
                _("Write an address that begins with https, without a user or a password.")
            ) from error
        if urlsplit(issuer).query or urlsplit(issuer).fragment:
            raise forms.ValidationError(_("An issuer has no “?” and no “#” in it."))
        return issuer

    def clean_allowed_networks(self) -> str:
        networks = str(self.cleaned_data["allowed_networks"]).split()
        for one in networks:
            try:
                ipaddress.ip_network(one)
            except ValueError as error:
                raise forms.ValidationError(
                    _("“%(text)s” is no network. Write one like 10.20.0.0/16.") % {"text": one[:50]}
                ) from error
        return "\n".join(networks)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if urlsplit(str(cleaned.get("issuer", ""))).scheme == "http" and not cleaned.get(
            "allowed_networks"
        ):
            self.add_error(
                "issuer",
                _(
                    "Without encryption only systems in a network of our own are asked: name it below."
                ),
            )
        entered = cleaned.get("client_secret")
        moved = any(name in self.changed_data for name in _GOES_TO)
        if self.instance.client_secret and moved and not entered:
            self.add_error(
                "client_secret",
                _("It goes to another place now, so enter it again."),
            )
        cleaned["client_secret"] = sealing.seal(entered) if entered else self.instance.client_secret
        return cleaned


@admin.register(IdentityProvider, site=site)
class IdentityProviderAdmin(AuditedAdmin):
    form = IdentityProviderForm
    list_display = ("name", "issuer", "proves_second_factor", "is_active")
    search_fields = ("name", "issuer")
    buttons = (
        Button(
            name="try",
            label=gettext_lazy("Ask it who it is"),
            explanation=gettext_lazy(
                "Whether it can be reached, and calls itself as it does here."
            ),
            method="ask",
            in_transaction=False,
        ),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["name", "issuer", "client_id", "client_secret"]
        fields += ["proves_second_factor", "allowed_networks", "is_active"]
        return [*fields, "comes_back_to"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("comes_back_to",) if obj else ()

    @admin.display(description=gettext_lazy("address to enter there"))
    def comes_back_to(self, provider: IdentityProvider) -> str:
        return openid.callback_address(provider.pk)

    def ask(self, request: HttpRequest, provider: IdentityProvider) -> None:
        try:
            openid.begin(provider, openid.callback_address(provider.pk))
        except openid.Failed as error:
            messages.error(request, _("It did not work: %(why)s") % {"why": error})
        else:
            messages.success(request, _("It answers as it should."))
