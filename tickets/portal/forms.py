"""The forms that only customers fill in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets import addresses
from tickets.models import Claim


class EmailForm(forms.Form):
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return addresses.normalised(self.cleaned_data["email"])


class CodeForm(forms.Form):
    """The code of a mail that asks whether an address is somebody's."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}
        ),
        error_messages={"required": _("Type the code that stands in the mail.")},
    )

    def claim(self) -> Claim | None:
        """The claim that the code belongs to, whatever its state; else an error of the form."""
        claim = Claim.objects.with_code(self.cleaned_data["code"])
        if claim is None:
            self.add_error(
                "code", _("This is not the code. Look again: it has ten letters and digits.")
            )
        return claim


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
