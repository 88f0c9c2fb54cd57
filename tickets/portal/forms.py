"""The forms that customers fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets import attachments, text
from tickets.actions.customers import valid_email
from tickets.attachments import Upload


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files, each looked at; cleaned to a list of `Upload`."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        return attachments.check(file for file in (data or []) if file)


class MessageForm(forms.Form):
    """What somebody writes, with files, and an id that makes sending it twice harmless."""

    body = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    files = ManyFilesField(required=False)  # type: ignore[assignment]  # a field, until it is bound
    client_id = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        try:
            found["body"] = text.message(
                found.get("body", ""), may_be_empty=bool(found.get("files"))
            )
        except ValidationError as error:
            self.add_error("body", error)
        return found


class EmailForm(forms.Form):
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return valid_email(self.cleaned_data["email"])


class RatingForm(forms.Form):
    """Two questions, five steps each; the words at the ends stand in the template."""

    CHOICES = [(n, str(n)) for n in range(1, 6)]

    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied are you with the help you got?"),
        choices=CHOICES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how satisfied you are.")},
    )
    effort = forms.TypedChoiceField(
        label=_("How easy was it to get this solved?"),
        choices=CHOICES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how easy it was.")},
    )
    comment = forms.CharField(
        label=_("Anything we should know?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
