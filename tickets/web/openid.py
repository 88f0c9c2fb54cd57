"""OpenID Connect, as much of it as a log-in needs: the code flow with PKCE, and an ID token that is checked.

What the provider says of itself and its keys are asked for each time: staff log in seldom, and a key
that it took back is good for nobody. Sources: OpenID Connect Core 1.0 (3.1), RFC 7636, RFC 9207.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import jwt
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from tickets import outside, sealing
from tickets.models import IdentityProvider

SECONDS = 5.0  # for each of its answers
LASTS = 600  # seconds between the button and the way back
_LEEWAY = 60  # seconds that clocks may differ
# Signed with a key of the provider's: never "none", never with a secret that others know.
_ALGORITHMS = frozenset(
    {*("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")}
)
_REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class Failed(Exception):
    """The provider cannot be asked, or what it says is not to be believed. Why is for the log."""


@dataclass(frozen=True, slots=True)
class Address:
    """What it says of somebody's address."""

    email: str
    verified: bool


def begin(provider: IdentityProvider, back: str) -> tuple[str, dict[str, Any]]:
    """Where the browser goes, and what its session keeps until it comes `back`. Raises Failed."""
    config = _configuration(provider)
    kept = {
        "provider": provider.pk,
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48),
        "at": time.time(),
    }
    challenge = hashlib.sha256(str(kept["verifier"]).encode()).digest()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": back,
            "scope": "openid email",
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    address = _address(config, "authorization_endpoint", provider)
    return f"{address}{'&' if '?' in address else '?'}{query}", kept


def finish(
    provider: IdentityProvider, kept: Mapping[str, Any], answer: Mapping[str, str], back: str
) -> Address:
    """Whose address it is that came `back` with this answer. Raises Failed."""
    state, code = answer.get("state", ""), answer.get("code", "")
    if kept.get("provider") != provider.pk or not (state and code):
        raise Failed("nothing was begun here, or there is no code")
    if not constant_time_compare(state, str(kept["state"])):
        raise Failed("another state")
    if time.time() - kept["at"] > LASTS:
        raise Failed("too late")
    config = _configuration(provider)
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise Failed("the answer is of another issuer")
    tokens = _tokens(provider, config, code=code, verifier=str(kept["verifier"]), back=back)
    claims = _claims(provider, config, str(tokens.get("id_token", "")))
    if not constant_time_compare(str(claims["nonce"]), str(kept["nonce"])):
        raise Failed("another nonce")
    if "email" not in claims and "userinfo_endpoint" in config:
        token = str(tokens.get("access_token", ""))
        more = _asked(
            provider,
            _address(config, "userinfo_endpoint", provider),
            headers={"Authorization": f"Bearer {token}"} if token.isprintable() else {},
        )
        if more.get("sub") != claims["sub"]:
            raise Failed("the address is of another subject")
        claims = more
    # As a text it is "true" for some: what is not the value itself is not believed.
    return Address(str(claims.get("email", "")), claims.get("email_verified") is True)


def callback_address(pk: int) -> str:
    """Where a provider sends people back to, on the configured site."""
    return str(settings.SITE_URL) + reverse("log-in-came-back", args=[pk])


def _tokens(
    provider: IdentityProvider, config: Mapping[str, Any], *, code: str, verifier: str, back: str
) -> dict[str, Any]:
    try:
        secret = sealing.unseal(provider.client_secret)
    except sealing.Unreadable as error:
        raise Failed("the client secret cannot be opened") from error
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    methods = config.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if secret and "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        values |= {"client_id": provider.client_id}
        values |= {"client_secret": secret} if secret else {}
    address = _address(config, "token_endpoint", provider)
    return _asked(provider, address, body=urlencode(values).encode(), headers=headers)


def _claims(provider: IdentityProvider, config: Mapping[str, Any], id_token: str) -> dict[str, Any]:
    keys = _asked(provider, _address(config, "jwks_uri", provider))
    try:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") not in _ALGORITHMS:
            raise Failed("signed in a way that is not taken")
        found: dict[str, Any] = jwt.decode(
            id_token,
            key=_key(keys, header),
            algorithms=[header["alg"]],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=_LEEWAY,
            options={"require": _REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Failed(f"the ID token is not good: {error}") from error
    several = isinstance(found["aud"], list) and len(found["aud"]) > 1
    if found.get("azp", None if several else provider.client_id) != provider.client_id:
        raise Failed("the ID token is for another program")
    if time.time() - found["iat"] > LASTS + _LEEWAY:
        raise Failed("the ID token is old")
    return found


def _key(keys: Mapping[str, Any], header: Mapping[str, Any]) -> jwt.PyJWK:
    fitting = [
        key
        for key in jwt.PyJWKSet.from_dict(dict(keys)).keys
        if key.public_key_use in (None, "sig") and header.get("kid") in (None, key.key_id)
    ]
    if len(fitting) != 1:
        raise Failed("it is not said which key it is signed with")
    return fitting[0]


def _configuration(provider: IdentityProvider) -> dict[str, Any]:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    config = _asked(provider, address)
    if config.get("issuer") != provider.issuer:
        raise Failed("it calls itself otherwise")
    return config


def _address(config: Mapping[str, Any], name: str, provider: IdentityProvider) -> str:
    """One of its addresses; a browser is led nowhere but to a web server, either."""
    address = config.get(name)
    try:
        outside.read(str(address), plain=bool(provider.networks))
    except outside.Refused as error:
        raise Failed(f"its {name} is no address") from error
    return str(address)


def _asked(
    provider: IdentityProvider,
    address: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    try:
        answered = outside.send(
            outside.read(address, plain=bool(provider.networks)),
            method="GET" if body is None else "POST",
            body=body or b"",
            headers={"Accept": "application/json", **(headers or {})},
            seconds=SECONDS,
            allowed=provider.networks,
        )
    except (outside.Refused, outside.NoAnswer) as error:
        raise Failed(f"{outside.in_words(error, seconds=SECONDS)} ({address})") from error
    try:
        found = json.loads(answered.body)
    except (ValueError, RecursionError) as error:
        raise Failed(f"no JSON came ({address})") from error
    if answered.status != 200 or not isinstance(found, dict):
        raise Failed(f"it answered with {answered.status} ({address})")
    return found
