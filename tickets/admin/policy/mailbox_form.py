"""The form of a mailbox: secrets go in and never come out, and what does not fit is refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import addresses, sealing
from tickets.admin.audit.audited import AuditedForm
from tickets.admin.theme import PasswordInput
from tickets.models import LogIn, WayIn
from tickets.models.ways_in import SIGNING

SECRETS = ("imap_password", "oauth_client_secret", "oauth_refresh_token", "signing_key")
_SELECTOR = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# What a stored secret was entered for: sent to another server it would be given away.
_GOES_TO = {
    "imap_password": ("imap_host", "imap_port", "imap_security", "imap_user"),
    "oauth_client_secret": ("oauth_token_address", "oauth_client_id"),
    "oauth_refresh_token": ("oauth_token_address", "oauth_client_id", "imap_host"),
}


class SecretField(forms.CharField):
    """Something to be entered, which is never shown again."""

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        widget = PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        super().__init__(
            label=label, help_text=help_text, required=False, strip=False, widget=widget
        )


class MailboxForm(AuditedForm):
    imap_password = SecretField(label=gettext_lazy("password"))
    oauth_client_secret = SecretField(label=gettext_lazy("client secret"))
    oauth_refresh_token = SecretField(label=gettext_lazy("refresh token"))
    signing_key = SecretField(
        label=gettext_lazy("signing key"),
        help_text=gettext_lazy(
            "With which MailerSend, Mailgun, Mandrill or Postal sign what they hand over."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "opens_automatic" in self.fields:
            self.fields["opens_automatic"].help_text = _(
                "For addresses to which a shop or a form writes by itself. Otherwise such mail waits "
                "under “Mail that wants a look”, unless it belongs to a conversation."
            )
        for name in SECRETS:
            if name in self.fields:
                self.initial[name] = ""
                if getattr(self.instance, name):
                    stored = _("One is stored. Leave this empty to keep it.")
                    given = self.fields[name].help_text
                    self.fields[name].help_text = f"{given} {stored}".strip()

    def clean_address(self) -> str:
        return addresses.normalised(self.cleaned_data["address"])

    def clean_dkim_selector(self) -> str:
        """As it stands in the name of the record; providers show it with what follows, too."""
        written = self.cleaned_data["dkim_selector"].strip().lower().removesuffix(".")
        selector = written.partition("._domainkey")[0]
        if selector and not _SELECTOR.fullmatch(selector):
            raise forms.ValidationError(_("Write the selector alone, like s1 or google."))
        return str(selector)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("imap_host", "imap_user", "folder", "done_folder", "oauth_client_id"):
            if not str(cleaned.get(name, "")).isprintable():
                self.add_error(name, _("It has characters that cannot be in it."))
        if cleaned.get("way_in") == WayIn.IMAP:
            self._check_server(cleaned)
        if cleaned.get("way_in") == WayIn.WEBHOOK:
            self._check_provider(cleaned)
        for name, goes_to in _GOES_TO.items():
            moved = any(field in self.changed_data for field in goes_to)
            if moved and getattr(self.instance, name) and not cleaned.get(name):
                self.add_error(
                    name, _("Enter this again: where it goes to has changed, and it is not shown.")
                )
        self._seal(cleaned)
        return cleaned

    def _check_server(self, cleaned: dict[str, Any]) -> None:
        for name in ("imap_host", "imap_user", "folder"):
            self._wants(cleaned, name)
        if cleaned.get("log_in") == LogIn.PASSWORD:
            self._wants(cleaned, "imap_password")
            return
        for name in ("oauth_token_address", "oauth_client_id", "oauth_refresh_token"):
            self._wants(cleaned, name)
        scheme = urlsplit(cleaned.get("oauth_token_address") or "https:").scheme
        if scheme != "https" and not settings.MAIL_FROM_OWN_NETWORK:
            self.add_error("oauth_token_address", _("It has to begin with https."))

    def _check_provider(self, cleaned: dict[str, Any]) -> None:
        self._wants(cleaned, "provider")
        if cleaned.get("provider") in SIGNING:
            self._wants(cleaned, "signing_key")

    def _wants(self, cleaned: dict[str, Any], name: str) -> None:
        stored = name in SECRETS and getattr(self.instance, name)
        if not cleaned.get(name) and not stored and name not in self.errors:
            self.add_error(name, _("This is needed for the way that you chose."))

    def _seal(self, cleaned: dict[str, Any]) -> None:
        """What was entered is encrypted; where nothing was, what is stored stays."""
        for name in SECRETS:
            if name in cleaned:
                entered = cleaned[name]
                cleaned[name] = sealing.seal(entered) if entered else getattr(self.instance, name)
