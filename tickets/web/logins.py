"""Whoever is logged in, loaded with what decides what they may see."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from tickets.models import User


class LogIns(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, which loads the user of a session in one query for all that a page asks of them."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.with_access().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
