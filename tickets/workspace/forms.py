"""What agents send: a reply or a note, and where to pass a conversation on to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets.models import Afterwards, Kind, Team, Ticket
from tickets.web.forms import MessageForm


class WriteForm(MessageForm):
    """The composer. It must say whether it sends a reply or a note: neither is the default."""

    kind = forms.ChoiceField(choices=Kind.choices)
    afterwards = forms.ChoiceField(choices=Afterwards.choices, required=False)
    # How far they had read when they sent it.
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    # A draft that was taken back has its files already: the words may be missing.
    keeps_files = forms.BooleanField(required=False)
    # They were told that it asks for something that is known, and send it all the same.
    anyway = forms.BooleanField(required=False)

    def has_files_already(self, found: dict[str, Any]) -> bool:
        return bool(found.get("keeps_files"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == Kind.NOTE and cleaned.get("files"):
            raise ValidationError(
                _("Files cannot be added to a note. Send them with a reply."), code="files_in_note"
            )
        return cleaned


class DraftForm(forms.Form):
    """What was typed so far. Its length is looked at when it is kept."""

    kind = forms.ChoiceField(choices=Kind.choices)
    body = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    client_id = forms.UUIDField()


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
