"""A real OpenID provider on the loopback. What it says and how it signs can be made wrong, one by one."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "helpdesk", "a secret: of two parts"


class Provider(ThreadingHTTPServer):
    """Whoever comes is `email`; it asks nobody for a password."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.keys = {kid: rsa.generate_private_key(65537, 2048) for kid in ("a", "b")}
        self.signs_with = "a"
        self.algorithm = "RS256"
        self.key: Any = None  # to sign with in place of its own
        self.email: Any = "dana@kestrelmoor.example"
        self.verified: Any = True
        self.changed: dict[str, Any] = {}  # claims that differ; None: left out
        self.configured: dict[str, Any] = {}  # the same of what it says of itself
        self.in_userinfo = False
        self.userinfo_subject = "dana-1"
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?kind=staff",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.configured,
        }

    def jwks(self) -> dict[str, Any]:
        found = []
        for kid, key in self.keys.items():
            public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            found.append({**public, "kid": kid, "use": "sig"})
        return {"keys": found}

    def authorize(self, query: dict[str, str]) -> str:
        """Where it sends the browser: back, with a code."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, said: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client, _, secret = pair.partition(":")
        begun = self.codes.pop(said.get("code", ""), None)
        challenge = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        if (unquote(client), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if (
            begun is None
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != begun["code_challenge"]
            or said.get("redirect_uri") != begun["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "opaque", "id_token": self.id_token(begun["nonce"])}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        address = {"email": self.email, "email_verified": self.verified}
        claims = {
            "iss": self.issuer,
            "sub": "dana-1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            **({} if self.in_userinfo else address),
            **self.changed,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.keys[self.signs_with] if self.key is None else self.key
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": self.signs_with})

    def userinfo(self) -> dict[str, Any]:
        return {
            "sub": self.userinfo_subject,
            "email": self.email,
            "email_verified": self.verified,
        }


class _Asked(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.server.authorize(query))
            self.end_headers()
        elif parts.path == "/.well-known/openid-configuration":
            self._answer(200, self.server.configuration())
        elif parts.path == "/keys":
            self._answer(200, self.server.jwks())
        elif parts.path == "/userinfo" and self.headers["Authorization"] == "Bearer opaque":
            self._answer(200, self.server.userinfo())
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        values = {name: found[0] for name, found in said.items()}
        self._answer(*self.server.token(values, self.headers.get("Authorization", "")))

    def _answer(self, status: int, found: dict[str, Any]) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""
