"""The forms that only customers fill in."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tickets import addresses
from tickets.intake.digits import digits_of
from tickets.models import Claim
from tickets.models.identity import CODE_DIGITS


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


class ProofAddressForm(EmailForm):
    """Where to mail a code to. It stands on pages that have a form for an address already."""

    def __init__(
        self, data: QueryDict | None = None, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial, auto_id="proof_%s")


class ProofCodeForm(forms.Form):
    """The six digits of a mail. What is no code at all is no try."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "dir": "ltr",
                "size": "9",
            }
        ),
        error_messages={"required": _("Type the six digits that stand in the mail.")},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="proof_%s")

    def clean_code(self) -> str:
        digits = digits_of(self.cleaned_data["code"], number=CODE_DIGITS)
        if not digits:
            raise forms.ValidationError(_("The code has six digits. Look at the mail again."))
        return digits


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
