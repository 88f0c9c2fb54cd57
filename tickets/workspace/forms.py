"""What agents send: a reply or a note, and where to pass a conversation on to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Team, Ticket
from tickets.web.forms import MessageForm


class Kind(models.TextChoices):
    """What the composer sends."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")


class WriteForm(MessageForm):
    """The composer. It must say whether it sends a reply or a note: neither is the default."""

    kind = forms.ChoiceField(choices=Kind.choices)
    # They were told that it asks for something that is known, and send it all the same.
    anyway = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == Kind.NOTE and cleaned.get("files"):
            raise ValidationError(
                _("Files cannot be added to a note. Send them with a reply."), code="files_in_note"
            )
        return cleaned


class TransferForm(forms.Form):
    """To which other team, and what they should know."""

    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a team.")},
    )
    detail = forms.CharField(
        label=_("Why"),
        help_text=_("They read it first, above the brief. The customer does not see it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Say in a few words why.")},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = self.fields["team"]
        assert isinstance(teams, forms.ModelChoiceField)
        teams.queryset = Team.objects.exclude(pk=ticket.team_id)
