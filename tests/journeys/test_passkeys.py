"""An agent adds a passkey, logs in with it beside the password and then alone, and takes it away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import CDPSession, expect

from helpdesk.demo.logins import PASSWORD
from tests.journeys.conftest import PHONE, Person
from tests.live import LiveHelpdesk

pytestmark = pytest.mark.browser

Somebody = Callable[..., Person]
STAGE: Final = """
from allauth.account.models import EmailAddress
from helpdesk.demo.logins import PASSWORD
from tickets.models import *
team = Team.objects.order_by("pk").first()
for name in ("pia", "quinn"):
    user = User.objects.create_user(f"{name}@kestrelmoor.example", PASSWORD, name=name, role="agent")
    user.teams.add(team)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
"""
EVENTS: Final = """
import json
from tickets.models import *
user = User.objects.get(email="pia@kestrelmoor.example")
found = Event.objects.filter(actor_user=user, kind__startswith="access.").order_by("pk")
print(json.dumps([[one.kind, one.data] for one in found]))
"""
CALLED: Final = "Work laptop 🦅"


def with_an_authenticator(person: Person) -> CDPSession:
    """A device that holds passkeys, and says yes whenever it is asked."""
    device = person.page.context.new_cdp_session(person.page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return device


def types_the_password(person: Person, email: str) -> None:
    person.opens("/account/login/")
    person.page.get_by_label("E-mail").or_(person.page.get_by_label("Email")).first.fill(email)
    person.page.get_by_label("Password").first.fill(PASSWORD)
    person.page.locator("main button[type=submit]").first.click()


def proves_again(person: Person) -> None:
    """Who it is is asked for before a factor comes or goes."""
    person.page.wait_for_url("**/reauthenticate/**")
    person.page.get_by_label("Password").first.fill(PASSWORD)
    person.page.get_by_role("button", name="Confirm").click()


def test_a_passkey_is_a_second_factor_and_a_log_in_and_nobody_elses(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    company.manage("shell", "-v", "0", "-c", STAGE)
    pia = somebody()
    with_an_authenticator(pia)
    page = pia.page
    pia.logs_in("pia@kestrelmoor.example")
    pia.opens("/workspace/account/")
    page.get_by_role("link", name="Second factor and passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    proves_again(pia)
    page.get_by_label("Name").fill(CALLED)
    page.get_by_label("Log in with it alone").check()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/**")  # made with the first factor
    pia.opens("/account/2fa/")
    pia.sees(CALLED)
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Telephone")
    page.get_by_role("button", name="Save").click()
    pia.sees("Telephone")

    # Beside the password.
    page.context.clear_cookies()
    types_the_password(pia, "pia@kestrelmoor.example")
    page.wait_for_url("**/2fa/authenticate/**")
    pia.opens("/workspace/")
    page.wait_for_url("**/2fa/authenticate/**")  # the password alone is nothing
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/workspace/**")

    # Alone.
    page.context.clear_cookies()
    pia.opens("/account/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/workspace/**")
    pia.opens("/workspace/account/")
    pia.sees("with passkey")

    # Quinn, at the same device, does not come in by it.
    page.context.clear_cookies()
    quinn = somebody(PHONE)
    with_an_authenticator(quinn)
    quinn.logs_in("quinn@kestrelmoor.example")
    quinn.opens("/account/2fa/webauthn/add/")
    proves_again(quinn)
    quinn.page.get_by_role("button", name="Add a passkey").click()
    quinn.page.wait_for_url("**/recovery-codes/**")
    types_the_password(pia, "quinn@kestrelmoor.example")
    page.get_by_role("button", name="Use a passkey").click()
    pia.sees("No passkey came")  # the device has none of hers
    assert "/2fa/authenticate/" in page.url

    # It is taken away, after the proof is fresh again, and lets nobody in any more.
    page.context.clear_cookies()
    types_the_password(pia, "pia@kestrelmoor.example")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/workspace/**")
    pia.opens("/account/2fa/")
    page.get_by_role("link", name="Remove").click()
    proves_again(pia)
    page.get_by_role("button", name="Remove").click()
    pia.sees("You have none.")
    page.context.clear_cookies()
    pia.opens("/account/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.locator("main")).to_contain_text("Incorrect code")
    pia.opens("/workspace/")
    page.wait_for_url("**/account/login/**")

    happened: list[list[Any]] = json.loads(company.manage("shell", "-v", "0", "-c", EVENTS))
    kinds = [kind for kind, _data in happened]
    assert kinds[:3] == ["access.logged_in", "access.factor_added", "access.factor_added"]
    assert kinds.count("access.factor_removed") == 2  # its recovery codes went along
    ways = [data["proofs"] for kind, data in happened if kind == "access.logged_in"]
    assert ways == [["password"], ["password", "webauthn"], ["webauthn"], ["password", "webauthn"]]
