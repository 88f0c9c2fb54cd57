"""Files by the API: sent ahead, gone along with what is said, downloaded; nobody else's, and each once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_agent, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller, new_ticket
from tests.tickets.test_attachments import HTML, PNG, file, files_in, media, send
from tickets import tasks
from tickets.actions import sending_ahead
from tickets.intake import attachments
from tickets.models import Attachment, Event, Message, Note, Scope, Turn

__all__ = ["media"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
FILES = "/api/v1/attachments/"
BYTES = "application/octet-stream"


def ahead(by: Caller, name: str = "seam.png", content: bytes = PNG, **headers: str) -> Any:
    client = Client(
        headers={
            "Authorization": f"Bearer {by.secret}",
            **{key.replace("_", "-"): value for key, value in headers.items()},
        }
    )
    return client.generic("POST", f"{FILES}?name={name}", content, content_type=BYTES)


def test_a_file_that_was_sent_ahead_opens_a_ticket_and_is_downloaded(shop: Caller) -> None:
    events = Event.objects.count()
    sent = ahead(shop)
    assert sent.status_code == 201
    told = sent.json()
    assert (told["name"], told["size"]) == ("seam.png", len(PNG))
    assert told["content_type"] == "image/png"
    assert Event.objects.count() == events
    assert shop.get(f"{FILES}{told['id']}/").status_code == 404  # it waits, and nobody sees it
    opened = shop.post(TICKETS, new_ticket(attachments=[told["id"]])).json()
    message = shop.get(f"{TICKETS}{opened['reference']}/messages/").json()["results"][0]
    (shown,) = message["attachments"]
    assert (shown["id"], shown["name"]) == (told["id"], "seam.png")
    assert shown["url"].endswith(f"{FILES}{told['id']}/")
    got = shop.get(f"{FILES}{told['id']}/")
    assert b"".join(got) == PNG
    assert got["Content-Type"] == "image/png"
    assert got["Content-Disposition"] == 'attachment; filename="seam.png"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got["Cache-Control"] == "private, no-store"
    assert got["RateLimit-Limit"] == "600"


def test_they_go_along_with_a_message_and_with_an_agents_answer(caller: MakeCaller) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    agent = make_agent(teams=[ticket.team])
    scopes = (Scope.TICKETS_WRITE, Scope.TICKETS_READ, Scope.TICKETS_ACT, Scope.ATTACHMENTS_WRITE)
    key = caller(*scopes, agent=agent)
    first, second = (ahead(key, name).json()["id"] for name in ("a.png", "b.png"))
    one = f"{TICKETS}{ticket.reference}/"
    said = key.post(f"{one}messages/", {"body": "See both.", "attachments": [second, first]})
    assert {one["id"] for one in said.json()["attachments"]} == {first, second}
    third = ahead(key, "c.png").json()["id"]
    answered = key.post(f"{one}replies/", {"body": "Like this.", "attachments": [third]})
    assert [one["name"] for one in answered.json()["attachments"]] == ["c.png"]
    refused = key.post(f"{one}notes/", {"body": "For us.", "attachments": [third]})
    assert refused.status_code == 400
    assert not Note.objects.exists()


def test_nobody_uses_a_file_of_another_key_or_one_twice(caller: MakeCaller, shop: Caller) -> None:
    stranger = caller(name="Stranger")
    key = ahead(shop).json()["id"]
    for by, named in ((stranger, key), (shop, str(uuid.uuid4()))):
        refused = by.post(TICKETS, new_ticket(attachments=[named]))
        assert refused.status_code == 400
        assert "attachments" in refused.json()["error"]["fields"]
        assert not Message.objects.exists()
    assert shop.post(TICKETS, new_ticket(attachments=[key, key])).status_code == 201
    again = shop.post(TICKETS, new_ticket(attachments=[key]))
    assert again.status_code == 400
    assert Attachment.objects.get().message == Message.objects.earliest("pk")


def test_a_file_of_a_draft_or_a_missing_one_is_404(shop: Caller) -> None:
    assert shop.get(f"{FILES}{uuid.uuid4()}/").status_code == 404
    ticket = make_ticket(turn=Turn.CUSTOMER)
    send(ticket, file("pole.png"))
    found = Attachment.objects.get()
    assert b"".join(shop.get(f"{FILES}{found.pk}/")) == PNG
    found.file.delete(save=False)
    assert shop.get(f"{FILES}{found.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "part", "shown"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/{size}"),
        ("bytes=8-", 206, slice(8, None), "bytes 8-{last}/{size}"),
        ("bytes=-5", 206, slice(-5, None), "bytes {tail}-{last}/{size}"),
        ("bytes=0-999999", 206, slice(None), "bytes 0-{last}/{size}"),
        ("bytes=-999999", 206, slice(None), "bytes 0-{last}/{size}"),
        ("bytes=999999-", 416, None, "bytes */{size}"),
        ("bytes=-0", 416, None, "bytes */{size}"),
        ("bytes=5-2", 200, slice(None), None),  # no range at all
        ("bytes=-", 200, slice(None), None),
        ("bytes=0-1,3-4", 200, slice(None), None),  # several: the whole, as one may
        ("lines=0-1", 200, slice(None), None),
        ("bytes=" + "9" * 400 + "-", 200, slice(None), None),
        ("bytes=١-٢", 200, slice(None), None),
    ],
)
def test_a_part_of_a_file_is_what_was_asked_for(
    shop: Caller, wanted: str, status: int, part: slice | None, shown: str | None
) -> None:
    send(make_ticket(turn=Turn.CUSTOMER), file("pole.png"))
    found = Attachment.objects.get()
    got = shop.get(f"{FILES}{found.pk}/", Range=wanted)
    assert got.status_code == status
    size = len(PNG)
    told = shown.format(size=size, last=size - 1, tail=size - 5) if shown else None
    assert got.headers.get("Content-Range") == told
    if part is None:
        assert got.json()["error"]["code"] == "out_of_range"
        return
    assert b"".join(got) == PNG[part]
    assert got["Content-Length"] == str(len(PNG[part]))
    assert got["Content-Disposition"].startswith("attachment")


def test_a_part_of_what_the_file_is_not_any_more_is_the_whole(shop: Caller) -> None:
    send(make_ticket(turn=Turn.CUSTOMER), file("pole.png"))
    path = f"{FILES}{Attachment.objects.get().pk}/"
    whole = shop.get(path)
    assert b"".join(whole) == PNG
    part = shop.get(path, Range="bytes=0-3", If_Range=whole["ETag"])
    assert b"".join(part) == PNG[:4]
    assert b"".join(shop.get(path, Range="bytes=0-3", If_Range='"other"')) == PNG


def test_what_is_taken_is_what_is_taken_on_screen(
    shop: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "page.html",
        "pic.svg",
        "noending",
        "x.png.js",
        "a%00.png",
        "a%0A.png",
        "..%2Fa.png",
    ):
        assert ahead(shop, name).status_code == 400, name
    assert ahead(shop, content=b"").status_code == 400
    assert ahead(shop, content=HTML).json()["content_type"] == BYTES
    monkeypatch.setattr("tickets.api.views.attachments.MAX_BYTES", 10)
    assert ahead(shop).status_code == 413
    monkeypatch.setattr("tickets.api.files.MAX_BYTES", 10)
    monkeypatch.setattr("tickets.api.views.attachments.MAX_BYTES", 10**9)
    assert ahead(shop).status_code == 413
    wrong = Client(headers={"Authorization": f"Bearer {shop.secret}"})
    posted = wrong.post(f"{FILES}?name=a.png", {"file": file("a.png")})
    assert posted.status_code == 415
    six = [str(uuid.uuid4()) for _ in range(6)]
    assert shop.post(TICKETS, new_ticket(attachments=six)).status_code == 400


def test_sent_again_it_is_kept_once(shop: Caller) -> None:
    first = ahead(shop, Idempotency_Key="one")
    again = ahead(shop, Idempotency_Key="one")
    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert Attachment.objects.count() == 1
    assert ahead(shop, content=PNG + b"x", Idempotency_Key="one").status_code == 422
    assert ahead(shop, "other.png", Idempotency_Key="one").status_code == 422
    assert Attachment.objects.count() == 1


def test_only_so_many_wait_and_none_of_them_for_longer_than_a_day(
    shop: Caller, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, media: Any
) -> None:
    monkeypatch.setattr(sending_ahead, "MOST_WAITING", 2)
    ahead(shop)
    used = ahead(shop).json()["id"]
    refused = ahead(shop)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_waiting")
    assert ahead(caller(name="Other")).status_code == 201  # each key for itself
    shop.post(TICKETS, new_ticket(attachments=[used]))
    assert ahead(shop).status_code == 201
    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=25))
    tasks.clean_up()
    assert [str(one.pk) for one in Attachment.objects.all()] == [used]


def test_where_the_disk_takes_nothing_the_answer_is_507(
    shop: Caller, monkeypatch: pytest.MonkeyPatch, media: Any
) -> None:
    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    refused = ahead(shop)
    assert (refused.status_code, refused.json()["error"]["code"]) == (507, attachments.NOT_KEPT)
    assert not Attachment.objects.exists()
    assert files_in(media) == []


def test_a_key_that_may_not_read_files_gets_no_byte_of_them(caller: MakeCaller) -> None:
    send(make_ticket(turn=Turn.CUSTOMER), file("pole.png"))
    path = f"{FILES}{Attachment.objects.get().pk}/"
    every_other = [scope for scope in Scope if scope != Scope.ATTACHMENTS_READ]
    refused = caller(*every_other).get(path)
    assert refused.status_code == 403
    assert "attachments:read" in refused.json()["error"]["message"]


def test_a_conversation_costs_the_same_with_one_file_and_with_ten(shop: Caller) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    path = f"{TICKETS}{ticket.reference}/messages/"

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert shop.get(path).status_code == 200
        return len(caught)

    send(ticket, file("0.png"))
    shop.get(path)
    one = statements()
    for number in range(9):
        send(ticket, file(f"{number}.png"))
    assert statements() == one


def test_a_large_file_comes_through_the_server_as_it_was_sent(shop: Caller) -> None:
    content = b"%PDF-1.4\n" + bytes(3 * 1024 * 1024)  # more than is kept in memory
    key = {"Authorization": f"Bearer {shop.secret}"}

    async def send_it() -> Any:
        path = f"{FILES}?name=guide.pdf"
        return await AsyncClient().generic("POST", path, content, content_type=BYTES, headers=key)

    sent = async_to_sync(send_it)()
    assert sent.status_code == 201
    assert (sent.json()["size"], sent.json()["content_type"]) == (len(content), "application/pdf")
    shop.post(TICKETS, new_ticket(attachments=[sent.json()["id"]]))
    got = shop.get(f"{FILES}{sent.json()['id']}/", Range=f"bytes={len(content) - 5}-")
    assert (got.status_code, b"".join(got)) == (206, content[-5:])
    assert b"".join(shop.get(f"{FILES}{sent.json()['id']}/")) == content
