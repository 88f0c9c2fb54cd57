"""Systems of others that are sent something: where they stand, and the secret that signs it."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions, outside, sealing, signing
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, actor_of
from tickets.admin.buttons import Button


class OutsideForm(AuditedForm):
    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        try:
            outside.read(address, plain=True)
        except outside.Refused as error:
            raise forms.ValidationError(
                _("Write an address that begins with https, without a user or a password.")
            ) from error
        return address

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
        scheme = urlsplit(str(cleaned.get("address", ""))).scheme
        if scheme == "http" and not cleaned.get("allowed_networks"):
            self.add_error(
                "address",
                _(
                    "Without encryption only systems in a network of our own are asked: name it below."
                ),
            )
        return cleaned


class AdminOfSigned(AuditedAdmin):
    """A system with a secret, made here and shown once, and an older one that is good beside it."""

    buttons: ClassVar[tuple[Button, ...]] = (
        Button(
            name="new-secret",
            label=gettext_lazy("Make a secret"),
            explanation=gettext_lazy(
                "It is shown once, to be entered on the other side. One that was made before is used "
                "beside it until you say that it is not needed any more."
            ),
            method="make_secret",
        ),
        Button(
            name="only-new",
            label=gettext_lazy("Forget the older secret"),
            explanation=gettext_lazy("From now on it is signed with the newer one alone."),
            method="forget_older",
            shown=lambda row: bool(row.previous_secret),
        ),
    )

    @admin.display(description=gettext_lazy("secret"))
    def state_of_secret(self, row: Any) -> str:
        if not row.secret:
            return _("None yet. Save, then make one with the button above.")
        if row.previous_secret:
            return _("There is one, and an older one that is still used beside it.")
        return _("There is one.")

    def make_secret(self, request: HttpRequest, row: Any) -> HttpResponse:
        """The secret, in this answer and nowhere else."""
        secret = signing.new_secret()
        row.previous_secret, row.secret = row.secret, sealing.seal(secret)
        actions.change_setting(actor=actor_of(request), instance=row)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret"),
            "subtitle": str(row),
            "row": row,
            "back": reverse(name, args=[row.pk]),
            "secret": secret,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/signing_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def forget_older(self, request: HttpRequest, row: Any) -> None:
        row.previous_secret = ""
        actions.change_setting(actor=actor_of(request), instance=row)
        messages.success(request, _("It is signed with the newer secret alone."))
