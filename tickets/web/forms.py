"""The form of a message, for whoever writes one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tickets.intake import attachments, text
from tickets.intake.attachments import Upload


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
            may_be_empty = bool(found.get("files")) or self.has_files_already(found)
            found["body"] = text.message(found.get("body", ""), may_be_empty=may_be_empty)
        except ValidationError as error:
            self.add_error("body", error)
        return found

    def has_files_already(self, found: dict[str, Any]) -> bool:
        """Whether files go along that are not in this form."""
        return False
