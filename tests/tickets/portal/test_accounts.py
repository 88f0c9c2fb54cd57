"""Log-ins: made, proved and reset by codes; the same answers and the same work for any address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import PASSWORD, make_agent, make_user
from tests.tickets.portal.conftest import Browser
from tests.tickets.test_addresses import REFUSED, TWIN_OF, TWINS
from tickets import events
from tickets.email import wording
from tickets.models import (
    Customer,
    Event,
    MailTemplate,
    MailText,
    QueuedMail,
    Reaction,
    ReactionState,
    SiteSettings,
    User,
)
from tickets.models.mail_templates import OF_LOG_INS

pytestmark = pytest.mark.django_db

LOGIN, SIGNUP, RESET = "/account/login/", "/account/signup/", "/account/password/reset/"
VERIFY, RESET_CODE = "/account/confirm-email/", "/account/password/reset/confirm/"
NEW = "quite another walk over the moor"
KNOWN, UNKNOWN = "known@walkers.example", "unknown@walkers.example"


def account(email: str = KNOWN, *, verified: bool = True) -> User:
    user = make_user(email=email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def sent() -> list[mail.EmailMessage]:
    """Run the worker; the mails that went out by it."""
    mail.outbox.clear()
    events.run_due()
    return list(mail.outbox)


def code() -> str:
    """The code of the one mail that is sent now."""
    (one,) = sent()
    (found,) = re.findall(r"^[A-Z]{4}-[A-Z]{4}$", str(one.body), re.MULTILINE)
    return str(found)


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- by codes, end to end -------------------------------------------------------------------------


def test_an_account_is_made_with_the_code_that_was_mailed(client: Client) -> None:
    answered = client.post(SIGNUP, {"email": "Ines@Walkers.example", "password1": PASSWORD})
    assert answered["Location"] == VERIFY
    page = client.get(VERIFY).content.decode()
    assert "ines@walkers.example" in page
    assert "Talk to a human" in page
    right = code()
    assert client.post(VERIFY, {"code": "BCDF-GHJK"}).status_code == 200
    assert not logged_in(client)
    assert client.post(VERIFY, {"code": right.lower()}).status_code == 302
    assert logged_in(client)
    address = EmailAddress.objects.get()
    assert (address.email, address.verified) == ("ines@walkers.example", True)
    assert Customer.objects.get().email == "ines@walkers.example"


def test_a_password_is_reset_with_the_code_that_was_mailed(client: Client) -> None:
    user = account()
    assert client.post(RESET, {"email": KNOWN})["Location"] == RESET_CODE
    assert KNOWN in client.get(RESET_CODE).content.decode()
    right = code()
    assert "Incorrect code" in client.post(RESET_CODE, {"code": "BCDF-GHJK"}).content.decode()
    complete = client.post(RESET_CODE, {"code": right})["Location"]
    page = client.get(complete).content.decode()
    assert "Choose a new password" in page
    weak = client.post(complete, {"password1": "7" * 14, "password2": "7" * 14})
    assert "entirely numeric" in weak.content.decode()
    done = client.post(complete, {"password1": NEW, "password2": NEW})
    assert done["Location"] == "/requests/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert logged_in(client)
    assert client.post(LOGIN, {"login": KNOWN, "password": NEW}).status_code == 302
    assert logged_in(client)


def test_somebody_new_who_works_here_chooses_their_first_password_by_a_code(
    client: Client,
) -> None:
    dana = make_agent(email="dana@kestrelmoor.example")
    dana.set_unusable_password()
    dana.save()
    client.post(RESET, {"email": dana.email})
    complete = client.post(RESET_CODE, {"code": code()})["Location"]
    client.post(complete, {"password1": NEW, "password2": NEW})
    dana.refresh_from_db()
    assert dana.check_password(NEW)


def test_an_address_is_added_with_the_code_that_was_mailed(browser: Browser) -> None:
    user = account()
    client = browser()
    client.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    asked = client.post("/account/email/", {"email": UNKNOWN, "action_add": ""})
    added = client.post(asked["Location"], {"password": PASSWORD})  # who is it?
    assert added["Location"] == VERIFY
    assert not EmailAddress.objects.filter(email=UNKNOWN).exists()
    assert client.post(VERIFY, {"code": code()}).status_code == 302
    assert EmailAddress.objects.get(email=UNKNOWN).user == user


@pytest.mark.parametrize(
    ("kind", "path", "email"),
    [
        (MailText.LOGIN_CONFIRM, SIGNUP, UNKNOWN),
        (MailText.LOGIN_EXISTS, SIGNUP, KNOWN),
        (MailText.LOGIN_RESET, RESET, KNOWN),
        (MailText.LOGIN_UNKNOWN, RESET, UNKNOWN),
    ],
)
def test_an_admins_words_stand_in_the_mails_about_log_ins_around_what_has_to(
    client: Client, kind: MailText, path: str, email: str
) -> None:
    account()
    for other in OF_LOG_INS:
        own = " ".join(f"{{{name}}}" for name in wording.SHIPPED[other].needed)
        MailTemplate.objects.create(
            kind=other,
            text=f"<b>canary-{other}</b>\n\n{own}\n\nafter",
            subject=f"S-{other} {{company}}",
        )
    client.post(path, {"email": email, "password1": NEW})
    (one,) = sent()
    desk = SiteSettings.load()
    assert (one.to, one.subject) == ([email], f"S-{kind} {desk.company_name}")
    assert isinstance(one, mail.EmailMultiAlternatives)
    (html, _type) = one.alternatives[0]
    for said in (str(one.body), str(html)):
        assert said.count("canary-") == 1
        assert f"canary-{kind}" in said
        assert said.index("canary-") < said.index("after") < said.index("If it was not you")
        has_code = bool(re.search("[A-Z]{4}-[A-Z]{4}", said))
        assert has_code == (kind in (MailText.LOGIN_CONFIRM, MailText.LOGIN_RESET))
        assert ("/account/" in said) != has_code
    assert "<b>" not in str(html)


def test_a_code_is_of_no_use_in_another_browser(browser: Browser) -> None:
    """Nor in that of somebody who knows the address and asks for one of their own."""
    account()
    client, other = browser(), browser()
    client.post(RESET, {"email": KNOWN})
    right = code()
    assert other.post(RESET_CODE, {"code": right})["Location"] == LOGIN
    other.post(RESET, {"email": KNOWN})
    assert "Incorrect code" in other.post(RESET_CODE, {"code": right}).content.decode()


def test_a_log_in_that_a_stranger_prepared_is_the_owners_alone(browser: Browser) -> None:
    """Somebody signs up with an address that is not theirs, and waits for its owner to come."""
    stranger, owner = browser(), browser()
    stranger.post(SIGNUP, {"email": KNOWN, "password1": PASSWORD})
    sent()
    owner.post(SIGNUP, {"email": KNOWN, "password1": NEW})
    assert sent() == []  # so soon after the first one
    cache.clear()
    owner = browser()
    owner.post(SIGNUP, {"email": KNOWN, "password1": NEW})
    (told,) = sent()
    assert "There is one already" in told.body
    owner.post(RESET, {"email": KNOWN})
    complete = owner.post(RESET_CODE, {"code": code()})["Location"]
    owner.post(complete, {"password1": NEW, "password2": NEW})
    for address in (VERIFY, "/requests/", "/after-login/"):
        stranger.get(address)
        stranger.post(VERIFY, {"code": "BCDF-GHJK"})
        assert not logged_in(stranger)
    stranger.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert not logged_in(stranger)
    owner.post(LOGIN, {"login": KNOWN, "password": NEW})
    assert logged_in(owner)


def test_no_address_of_a_log_in_carries_a_secret() -> None:
    """A path is in the log of every server on the way."""
    from allauth.account import urls

    taken = {
        str(route.pattern)
        for route in urls.urlpatterns
        if "<" in str(route.pattern) or "(?P" in str(route.pattern)
    }
    assert taken == set()


# --- twins ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("twin", [*TWINS.values(), *list(REFUSED.values())[:20]])
def test_a_twin_of_an_address_neither_logs_in_nor_resets_nor_signs_up_as_it(
    browser: Browser, twin: str
) -> None:
    for email in (TWIN_OF, "post@kestrel.example"):
        account(email)
    client = browser()
    client.post(LOGIN, {"login": twin, "password": PASSWORD})
    assert not logged_in(client)
    client.post(RESET, {"email": twin})
    client.post(SIGNUP, {"email": twin, "password1": PASSWORD})
    to = {address for one in sent() for address in one.to}
    assert not to & {TWIN_OF, "post@kestrel.example"}
    made = User.objects.exclude(email__in=[TWIN_OF, "post@kestrel.example"])
    assert all(user.email.partition("@")[2].startswith("xn--") for user in made)


def test_one_address_in_two_spellings_is_one_log_in(client: Client) -> None:
    account("post@xn--mnchen-3ya.example")
    client.post(LOGIN, {"login": "Post@M\u00dcNCHEN.example", "password": PASSWORD})
    assert logged_in(client)


# --- the same for known and unknown addresses -----------------------------------------------------


class Work:
    """How often a password was hashed, and which statements wrote."""

    hashes = 0
    writes: list[str]


@contextmanager
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    done = Work()
    hasher = type(hashers.get_hasher())
    for name in ("encode", "verify"):
        original: Callable[..., Any] = getattr(hasher, name)

        def counted(self: Any, *args: Any, _original: Any = original, **kwargs: Any) -> Any:
            done.hashes += 1
            return _original(self, *args, **kwargs)

        monkeypatch.setattr(hasher, name, counted)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        yield done
    monkeypatch.undo()
    verbs = (query["sql"].split('"')[:2] for query in queries.captured_queries)
    done.writes = [
        "".join(verb) for verb in verbs if verb[0].startswith(("INSERT", "UPDATE", "DELETE"))
    ]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (LOGIN, {"password": "a wrong walk over the moor"}),
        (SIGNUP, {"password1": PASSWORD}),
        (RESET, {}),
    ],
    ids=["log-in", "sign-up", "reset"],
)
@pytest.mark.parametrize("kind", ["verified", "unverified", "without a password", "inactive"])
def test_known_and_unknown_addresses_take_the_same_work_and_look_the_same(
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    field: dict[str, str],
    kind: str,
) -> None:
    user = account(verified=kind != "unverified")
    if kind == "without a password":
        user.set_unusable_password()
    user.is_active = kind != "inactive"
    user.save()
    seen = []
    for email in (KNOWN, UNKNOWN):
        client = browser()
        name = "login" if address == LOGIN else "email"
        with work(monkeypatch) as done:
            answered = client.post(address, {name: email, **field})
        followed = client.get(answered["Location"]) if answered.status_code == 302 else answered
        shown = re.sub(r"csrf\w*\W+value=\W\w+|CSRFToken\W+\w+", "", followed.content.decode())
        shown = shown.replace(email, "EMAIL")
        seen.append(
            (done.hashes, done.writes, answered.status_code, answered.get("Location"), shown)
        )
    known, unknown = seen
    assert known[0] == unknown[0] == (0 if address == RESET else 1)
    assert known[1] == unknown[1]
    assert known[2:] == unknown[2:]


def test_no_mail_is_sent_in_a_request(client: Client, settings: Any) -> None:
    """What the mail server takes its time for would tell which addresses are known."""
    settings.EMAIL_BACKEND = "nowhere.at.all"
    account()
    for address, values in (
        (RESET, {"email": KNOWN}),
        (RESET, {"email": UNKNOWN}),
        (SIGNUP, {"email": KNOWN, "password1": PASSWORD}),
        (SIGNUP, {"email": "third@walkers.example", "password1": PASSWORD}),
    ):
        Client().post(address, values)
    assert QueuedMail.objects.count() == 4
    assert Reaction.objects.filter(name="mail.account", state=ReactionState.DUE).count() == 4


# --- mails ----------------------------------------------------------------------------------------


def test_a_code_is_forgotten_once_its_mail_is_sent_and_stands_in_no_event(client: Client) -> None:
    account()
    client.post(RESET, {"email": KNOWN})
    secret = client.session["account_password_reset_verification"]["code"]
    assert secret in QueuedMail.objects.get().text
    (one,) = sent()
    assert secret in one.body
    assert not QueuedMail.objects.exists()
    (event,) = Event.objects.filter(kind="mail.queued")
    assert (event.data, event.actor_kind) == ({}, "nobody")
    assert KNOWN not in str(Event.objects.values_list())


def test_a_mail_that_cannot_be_sent_is_tried_again_and_then_forgotten(
    client: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.post(RESET, {"email": UNKNOWN})
    (reaction,) = Reaction.objects.filter(name="mail.account")
    for attempt in range(1, events.MAX_ATTEMPTS + 1):
        events.run(reaction.pk)
        reaction.refresh_from_db()
        assert reaction.attempts == attempt
        assert QueuedMail.objects.exists() is (attempt < events.MAX_ATTEMPTS)
        Reaction.objects.update(due_at=reaction.event.created_at)
    assert reaction.state == ReactionState.DEAD


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1"},
        {"host": "localhost:666"},
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-proto": "https", "forwarded": "host=evil.example"},
    ],
)
def test_links_and_names_in_mails_are_of_the_configured_site(
    settings: Any, headers: dict[str, str]
) -> None:
    settings.SITE_URL = "https://help.kestrelmoor.example"
    user = account()
    Client(headers=headers).post(RESET, {"email": UNKNOWN})
    for email in (KNOWN, "third@walkers.example"):
        Client(headers=headers).post(SIGNUP, {"email": email, "password1": PASSWORD})
    client = Client(headers=headers)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )
    mails = sent()
    assert len(mails) == 4
    for one in mails:
        assert isinstance(one, mail.EmailMultiAlternatives)
        words = "\n".join(
            [str(one.subject), str(one.body), *(str(part[0]) for part in one.alternatives)]
        )
        for foreign in ("evil", "127.0.0.1:", "localhost", ":666", "testserver"):
            assert foreign not in words.replace("IP address: 127.0.0.1", ""), foreign
        links = re.findall(r"https?://[^\s\"<>]+", words)
        assert links
        assert {link.split("/")[2] for link in links} == {"help.kestrelmoor.example"}
        assert one.from_email.endswith("<support@localhost>")
