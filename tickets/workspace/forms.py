"""What agents send: a reply or a note, and where to pass a conversation on to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets import addresses
from tickets.models import Afterwards, Kind, Team, Ticket, User
from tickets.web.forms import MessageForm


class WriteForm(MessageForm):
    """The composer. It must say whether it sends a reply or a note: neither is the default."""

    kind = forms.ChoiceField(choices=Kind.choices)
    afterwards = forms.ChoiceField(choices=Afterwards.choices, required=False)
    # How far they had read when they sent it.
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    # A draft that was taken back has its files already: the words may be missing.
    keeps_files = forms.BooleanField(required=False)
    # The page shows what macros left in it, to be done when it is sent.
    with_macro = forms.BooleanField(required=False)
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


CUSTOMER, EMAIL, DOMAIN = "customer", "email", "domain"


class BlockForm(forms.Form):
    """Whom of those that a conversation names, why, for how long; and what becomes of it itself."""

    whom = forms.ChoiceField(
        label=_("Whom"), widget=forms.RadioSelect, error_messages={"required": _("Choose whom.")}
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("For you and your colleagues. The customer does not see it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Say in a few words why.")},
    )
    days = forms.TypedChoiceField(
        label=_("For how long"),
        choices=[
            ("", _("Until somebody takes it back")),
            (1, _("A day")),
            (7, _("A week")),
            (30, _("30 days")),
            (365, _("A year")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    spam = forms.BooleanField(label=_("Mark this conversation as spam, too"), required=False)

    def __init__(self, *args: Any, ticket: Ticket, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = ticket.customer.email
        found: list[tuple[str, str]] = [(CUSTOMER, str(_("This customer")))]
        if email:
            found.append((EMAIL, str(_("The address %(email)s") % {"email": email})))
        if email and user.may_block_domains:
            everybody = _("Everybody at %(domain)s") % {"domain": addresses.domain_of(email)}
            found.append((DOMAIN, str(everybody)))
        whom = self.fields["whom"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = found
        whom.initial = CUSTOMER
