"""Every answer names its request, and so do its errors and the log."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import make_customer
from tests.tickets.open_screens import browser_of
from tickets.intake import request_ids

pytestmark = pytest.mark.django_db
HEADER = "X-Request-ID"
PROXYS = "b9f0-proxy:4711"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/healthz", 200),
        ("/static/css/base.css", 200),
        ("/nowhere/", 404),
        ("/workspace/", 302),
        ("/api/v1/tickets/", 401),
        ("/api/nowhere", 404),
        ("/api/%0A/", 404),
        ("/help/search/?q=%00", 400),
    ],
)
def test_every_answer_has_a_number_of_its_own(path: str, status: int) -> None:
    first, second = Client().get(path), Client().get(path)
    assert first.status_code == status
    assert len(first[HEADER]) == 32
    assert first[HEADER] != second[HEADER]
    if path.startswith("/api/"):
        assert first.json()["error"]["request_id"] == first[HEADER]
    first.close()  # of a file that is served
    second.close()


def test_what_a_page_s_script_is_told_names_the_request() -> None:
    client = browser_of(make_customer(login=True))
    refused = client.post("/ask/", {"body": ""}, headers={"X-Requested-With": "fetch"})
    assert refused.status_code == 422
    assert refused[HEADER]


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (1, PROXYS, True),
        (0, PROXYS, False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "b9f0 proxy\r\nSet-Cookie: x", False),
        (1, "b9f0-proxy<script>", False),
        (1, "", False),
    ],
)
def test_a_number_is_taken_over_from_a_proxy_of_ours_if_it_is_one(
    settings: Settings, proxies: int, given: str, kept: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    answer = Client().get("/healthz", headers={HEADER: given})
    assert (answer[HEADER] == given) == kept


def test_a_line_of_the_log_names_its_request(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.filtering(request_ids.InLog()), caplog.at_level(logging.WARNING):
        answer = Client().get("/api/nowhere/")
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert line.request_id == f" [{answer[HEADER]}]"  # type: ignore[attr-defined]
