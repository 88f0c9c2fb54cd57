"""Log-ins with access tokens (XOAUTH2): refreshed by themselves, and what is refused is said in words."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.live import free_port
from tests.mail_server import MailServer
from tests.tickets.email.fetched import mailbox_at
from tests.tickets.email.mail_server import Handler, Inbox
from tests.token_server import TokenServer
from tests.token_server import serve as serve_tokens
from tickets import sealing
from tickets.email import oauth_smtp
from tickets.email.fetching import oauth
from tickets.email.fetching.troubles import Trouble
from tickets.email.fetching.trying import attempt
from tickets.email.handing_over import Answer, Lines, Mail, Outcome
from tickets.models import Event, Fetching, LogIn, Mailbox, MailboxSending, Security

pytestmark = pytest.mark.django_db

REFRESH = "first refresh token"


@pytest.fixture
def tokens(dovecot: MailServer, user: str) -> Iterator[TokenServer]:
    """The token endpoint of this test, which the mail server asks, too."""
    oauth_smtp._kept.clear()
    server = TokenServer(dovecot.token_port, user)
    serve_tokens(server)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox(dovecot: MailServer, user: str, tokens: TokenServer) -> Mailbox:
    return mailbox_at(
        dovecot,
        user,
        log_in=LogIn.OAUTH,
        imap_password="",
        oauth_token_address=tokens.address,
        oauth_client_id="helpdesk",
        oauth_client_secret=sealing.seal("the client's secret"),
        oauth_refresh_token=sealing.seal(REFRESH),
    )


# --- fetching


def test_a_mailbox_is_logged_into_with_a_token_that_is_asked_for_each_time(
    mailbox: Mailbox, tokens: TokenServer
) -> None:
    for _twice in range(2):
        found = attempt(mailbox)
        assert found.works, found.sentence
        tokens.expire()  # the next one is new
    assert tokens.given == 2
    assert tokens.asked[0] == {
        "grant_type": "refresh_token",
        "client_id": "helpdesk",
        "client_secret": "the client's secret",
        "refresh_token": REFRESH,
    }


def test_a_newer_refresh_token_is_kept_sealed_and_used_from_then_on(
    mailbox: Mailbox, tokens: TokenServer
) -> None:
    tokens.rotates = True
    for _again in range(3):
        assert attempt(mailbox).works
    kept = Fetching.objects.get()
    assert sealing.unseal(kept.refresh_token) == "refresh token 3"
    assert "refresh token" not in kept.refresh_token
    tokens.refresh_token = "entered again"
    mailbox.oauth_refresh_token = sealing.seal("entered again")
    mailbox.save()
    assert attempt(mailbox).works, "what an admin enters counts before what was kept"


@pytest.mark.parametrize("refusal", ["invalid_grant", "interaction_required"])
def test_a_consent_that_is_over_is_said_and_no_secret_with_it(
    mailbox: Mailbox, tokens: TokenServer, refusal: str
) -> None:
    tokens.refusal = refusal
    found = attempt(mailbox)
    assert not found.works
    assert "Consent has to be given again" in found.sentence
    assert refusal in found.sentence
    assert REFRESH not in found.sentence
    tokens.refusal = ""
    assert attempt(mailbox).works, "and once it is given it works"


def test_a_token_that_the_mail_server_does_not_take_is_a_log_in_that_is_refused(
    mailbox: Mailbox, tokens: TokenServer
) -> None:
    tokens.user = "somebody else"
    found = attempt(mailbox)
    assert not found.works
    assert "does not accept the log-in" in found.sentence
    assert "access-token" not in found.sentence


def test_a_token_address_that_is_away_is_named(mailbox: Mailbox) -> None:
    mailbox.oauth_token_address = f"http://127.0.0.1:{free_port()}/token"
    assert "The token address 127.0.0.1 does not answer." in attempt(mailbox).sentence


def test_a_token_address_without_encryption_is_for_our_own_networks_only(
    mailbox: Mailbox, tokens: TokenServer, settings: Any
) -> None:
    settings.MAIL_FROM_OWN_NETWORK = False
    with pytest.raises(Trouble, match="https"):
        oauth.access_token(mailbox)
    mailbox.oauth_token_address = tokens.address.replace("http:", "https:")
    with pytest.raises(Trouble, match="network of our own"):
        oauth.access_token(mailbox)
    assert not tokens.asked


# --- sending


class Authenticator:
    """Takes XOAUTH2 as the large providers do: a refusal is said in two steps."""

    def __init__(self, tokens: TokenServer) -> None:
        self.tokens = tokens
        self.tried: list[str] = []

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> Any:  # noqa: N802  # aiosmtpd's name
        said = base64.b64decode(args[1]).decode()
        user, _, rest = said.removeprefix("user=").partition("\x01")
        token = rest.removeprefix("auth=Bearer ").rstrip("\x01")
        self.tried.append(token)
        if token in self.tokens.good and user == "support@kestrelmoor.example":
            return AuthResult(success=True, handled=True, auth_data=user)
        await server.push("334 " + base64.b64encode(b'{"status":"401"}').decode())
        await server._reader.readline()
        await server.push("535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=False, handled=True)


class _OAuthHandler(Handler):
    """A handler with the mechanism of its own, in an inbox of its own."""

    def __init__(self, authenticator: Authenticator) -> None:
        self.inbox = Inbox()
        self.auth_XOAUTH2 = authenticator.auth_XOAUTH2


@pytest.fixture
def authenticator(tokens: TokenServer) -> Authenticator:
    return Authenticator(tokens)


@pytest.fixture
def server(authenticator: Authenticator) -> Iterator[Controller]:
    server = Controller(
        _OAuthHandler(authenticator),
        hostname="127.0.0.1",
        port=free_port(),
        auth_require_tls=False,
    )
    server.start()
    yield server
    server.stop()


def send(mailbox: Mailbox, server: Controller) -> Answer:
    sending = MailboxSending(
        mailbox=mailbox,
        host="127.0.0.1",
        port=server.port,
        security=Security.NONE,
        log_in=LogIn.OAUTH,
        user_name="support@kestrelmoor.example",
    )
    lines = Lines(own={1: sending})
    mail = Mail("Hello", "It is on its way.", "support@kestrelmoor.example", ["ines@brook.example"])
    try:
        return lines.connect(1) or lines.send(1, mail)
    finally:
        lines.close()


def test_mail_leaves_with_a_token_that_several_connections_share(
    mailbox: Mailbox, server: Controller, tokens: TokenServer
) -> None:
    for _thrice in range(3):
        assert send(mailbox, server) == Answer(Outcome.SENT)
    assert tokens.given == 1
    assert len(server.handler.inbox.raw) == 3


def test_a_token_that_is_over_is_replaced_at_once_and_nothing_waits(
    mailbox: Mailbox, server: Controller, tokens: TokenServer, authenticator: Authenticator
) -> None:
    assert send(mailbox, server).outcome == Outcome.SENT
    tokens.expire()
    assert send(mailbox, server).outcome == Outcome.SENT
    assert authenticator.tried == ["access-token-1", "access-token-1", "access-token-2"]


def test_a_token_that_is_never_taken_leaves_the_mail_waiting_and_says_so(
    mailbox: Mailbox, server: Controller, tokens: TokenServer
) -> None:
    tokens.gives = "not good"
    answer = send(mailbox, server)
    assert answer.outcome == Outcome.AWAY
    assert "535" in answer.words
    assert "not good" not in answer.words
    assert not server.handler.inbox.raw


def test_a_consent_that_is_over_leaves_the_mail_waiting_and_says_so(
    mailbox: Mailbox, server: Controller, tokens: TokenServer
) -> None:
    tokens.refusal = "invalid_grant"
    answer = send(mailbox, server)
    assert answer.outcome == Outcome.AWAY
    assert "Consent has to be given again" in answer.words
    assert not Event.objects.filter(data__icontains=REFRESH).exists()
