"""Passkeys (WebAuthn): of which site they are, what they are called, and what a browser may send."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn import forms
from django import forms as django_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import SiteSettings, User
from tickets.web import devices, sessions

LONGEST_NAME = 60
_LONGEST_ANSWER = 20_000  # characters of what a browser sends; a few thousand are usual


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's hooks. A passkey is of the configured site, whatever host a request names."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {
            "id": urlsplit(settings.SITE_URL).hostname or "localhost",
            "name": SiteSettings.load().company_name or "Helpdesk",
        }

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002 - allauth's name
        return devices.in_words(sessions.device(context.request))[:LONGEST_NAME]


def _name() -> django_forms.CharField:
    return django_forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("So that you know it again, like “Work laptop”."),
    )


class Answer(django_forms.JSONField):
    """What a browser answered: of a size and depth that one has. Who it is of is allauth's to say."""

    widget = django_forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            if len(str(value)) > _LONGEST_ANSWER:
                raise ValueError
            found = super().to_python(value)
        except (ValueError, RecursionError, ValidationError):
            found = None
        if not isinstance(found, dict) or "\\u0000" in json.dumps(found):
            raise ValidationError(_("That did not work. Try it again."), code="invalid")
        return found


class AddForm(forms.AddWebAuthnForm):  # type: ignore[misc]  # no types
    name = _name()
    credential = Answer()
    passwordless = django_forms.BooleanField(
        label=gettext_lazy("Log in with it alone, without the password"),
        required=False,
        help_text=gettext_lazy("It then asks for your finger, your face or a PIN."),
    )


class EditForm(forms.EditWebAuthnForm):  # type: ignore[misc]  # no types
    name = _name()


class AuthenticateForm(forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    """The passkey at the log-in, after the password."""

    credential = Answer()


class LoginForm(forms.LoginWebAuthnForm):  # type: ignore[misc]  # no types
    """The passkey alone."""

    credential = Answer()


class ReauthenticateForm(forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    """The passkey before something that needs a fresh proof."""

    credential = Answer()
