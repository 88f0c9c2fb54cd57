"""What holds for every page by the settings: no frame, no foreign script or host, HTTPS where it is on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client

from tests.source import ROOT

PAGES = ["/healthz", "/account/login/", "/no/such/page/", "/api/v1/tickets/", "/admin/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_framed_or_loads_what_is_not_ours(path: str) -> None:
    answer = Client().get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES[1:])
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil", ""])
def test_a_request_for_another_host_is_refused(path: str, host: str) -> None:
    answer = Client(headers={"host": host}).get(path)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    forwarded = Client(headers={"x-forwarded-host": host}).get("/account/login/")
    assert forwarded.status_code == 200
    assert b"evil" not in forwarded.content


def test_with_a_public_address_the_settings_pass_djangos_own_check() -> None:
    """HTTPS, HSTS, cookies that no script and no plain connection gets, a long key, no DEBUG."""
    public = {"SITE_URL": "https://help.kestrelmoor.example", "SECRET_KEY": os.urandom(40).hex()}
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, **public},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
