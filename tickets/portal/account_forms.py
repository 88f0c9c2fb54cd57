"""allauth's forms with our addresses, and with the same work for addresses that it knows or not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account import fields, forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from tickets import addresses
from tickets.models import IdentityProvider, User


class AddressField(fields.EmailField):  # type: ignore[misc]  # allauth has no types
    """An address in its one form. allauth's own field folds letters of other alphabets by case."""

    def clean(self, value: Any) -> str:
        value = self.to_python(value)
        self.validate(value)
        return addresses.normalised(value)


class LoginForm(forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()

    def providers(self) -> QuerySet[IdentityProvider]:
        """Where staff may log in instead."""
        return IdentityProvider.objects.filter(is_active=True)


class SignupForm(forms.SignupForm):  # type: ignore[misc]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Where there is an account already, do what is done for a new one, and throw it away.

        So it takes as long, and nobody learns from a clock which addresses have an account.
        """
        if self.account_already_exists:
            self._save_in_vain(request)
        result: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return result

    def _save_in_vain(self, request: HttpRequest) -> None:
        known: dict[str, Any] = self.cleaned_data
        self.cleaned_data = {**known, "email": f"{uuid4().hex}@nobody.invalid"}
        self.account_already_exists = False
        with transaction.atomic():
            super().try_save(request)
            transaction.set_rollback(True)
        self.cleaned_data = known
        self.account_already_exists = True


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()


class AddEmailForm(forms.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()
