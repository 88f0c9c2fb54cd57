"""What the tests of the API start from: keys, and a caller who has one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.factories import OWN_SCOPES, make_admin
from tickets import actions
from tickets.actors import Actor
from tickets.models import Scope, User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

TICKETS = "/api/v1/tickets/"
ARTICLES = "/api/v1/articles/"


@dataclass
class Caller:
    """Somebody with an API key, or without any."""

    secret: str | None

    def get(self, path: str, query: Any = None, **headers: str) -> Response:
        return self._client(headers).get(path, query)

    def post(self, path: str, body: Any, **headers: str) -> Response:
        """`body` is sent as JSON; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client(headers).post(path, raw, content_type="application/json")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        kind: str = "application/json",
        **headers: str,
    ) -> Response:
        """Any method, and `body` as JSON that claims to be of the media type `kind`."""
        raw = json.dumps(body) if body is not None else ""
        return self._client(headers).generic(method, path, raw, content_type=kind)

    def _client(self, headers: dict[str, str]) -> Client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret is not None:
            named = {"Authorization": f"Bearer {self.secret}", **named}
        return Client(headers=named, raise_request_exception=False)


MakeCaller = Callable[..., Caller]


@pytest.fixture
def caller(db: None) -> MakeCaller:
    """Make a caller with these scopes; with all that need no agent if none is named."""

    def make(*scopes: Scope, name: str = "Shop", agent: User | None = None) -> Caller:
        if Scope.TICKETS_ACT in scopes:
            agent = agent or make_admin()
        _key, secret = actions.create_api_key(
            actor=Actor.system(), name=name, scopes=scopes or OWN_SCOPES, agent=agent
        )
        return Caller(secret)

    return make


@pytest.fixture
def shop(caller: MakeCaller) -> Caller:
    """An integrator who may do everything."""
    return caller()


def new_ticket(**changes: Any) -> dict[str, Any]:
    """A body for opening a ticket."""
    return {
        "customer": {"email": "ines@walkers.example", "name": "Ines Pardo"},
        "subject": "Seam of the Fell 2",
        "body": "The seam above the door drips.",
        **changes,
    }
