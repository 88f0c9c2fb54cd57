"""A disk that takes nothing more: it is said, nothing is half kept, and words without files go on."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from helpdesk.asgi import application
from tests.factories import make_agent, make_customer, make_team, make_ticket
from tests.sockets import do
from tests.tickets.open_screens import browser_of
from tests.tickets.parallel import real_transactions
from tests.tickets.test_attachments import PNG, files_in, send
from tickets.intake.attachments import NOT_KEPT, NotKept
from tickets.models import Attachment, Event, Message, SiteSettings, Ticket, Turn, User

pytestmark = pytest.mark.django_db

ROOM = 64 * 1024  # bytes
TOO_MUCH = PNG + b"\0" * 2 * ROOM
IN_A_FILE = PNG + b"\0" * 3_000_000  # more than is kept in memory while it comes in
WORDS = "The pole broke at the joint, as the picture shows."


@contextmanager
def _mounted(folder: Path, *options: str) -> Iterator[bool]:
    """A file system of its own, where this user may mount one."""
    folder.mkdir()
    mount = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs"]
    try:
        done = subprocess.run([*mount, folder], check=False, capture_output=True).returncode == 0
    except OSError:
        done = False
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    with _mounted(folder, f"size={ROOM}") as mounted:
        if mounted:
            yield
            return
        # Where nothing may be mounted: no file may become longer, which fails in the same place.
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    with _mounted(folder, "ro") as mounted:
        if not mounted:
            folder.rmdir()
            folder.touch()  # nothing can be made in a file either
        yield


DISKS: dict[str, Callable[[Path], object]] = {"full": _full, "read-only": _read_only}


@pytest.fixture(params=DISKS)
def disk(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where attachments are kept: there is no room, or nothing may be written."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    with DISKS[request.param](folder):  # type: ignore[attr-defined]  # a context manager
        yield folder


def picture(content: bytes = TOO_MUCH) -> SimpleUploadedFile:
    return SimpleUploadedFile("pole.png", content, "image/png")


def counts() -> tuple[int, int, int, int]:
    return (
        Ticket.objects.count(),
        Message.objects.count(),
        Event.objects.count(),
        Attachment.objects.count(),
    )


def test_a_file_that_cannot_be_stored_leaves_nothing_and_words_go_on(disk: Path) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    before = counts()
    with pytest.raises(NotKept):
        send(ticket, picture(PNG * 2), picture())
    assert counts() == before
    assert not files_in(disk), "not even a part of it"
    ticket.refresh_from_db()
    send(ticket, body=WORDS)
    assert Message.objects.latest("position").body == WORDS


def _same_words_stay(client: Client, path: str, **fields: str) -> None:
    """By a form, by the page's script; then without the file."""
    before = counts()
    page = client.post(path, {"body": WORDS, "files": picture(), **fields})
    assert page.status_code == 507
    assert f">{WORDS}</textarea>" in page.text
    assert "could not be stored" in page.text
    told = client.post(
        path,
        {"body": WORDS, "files": picture(), **fields},
        headers={"X-Requested-With": "fetch"},
    )
    assert told.status_code == 507
    assert told.json()["error"]["code"] == NOT_KEPT
    assert counts() == before
    assert client.post(path, {"body": WORDS, **fields}).status_code == 302
    assert counts()[1] == before[1] + 1


def test_a_customer_keeps_the_words_when_a_file_cannot_be_stored(disk: Path) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True))
    _same_words_stay(browser_of(ticket.customer), f"/requests/{ticket.reference}/messages/")
    assert not files_in(disk)


def test_a_question_keeps_its_words_when_its_file_cannot_be_stored(disk: Path) -> None:
    _same_words_stay(browser_of(make_customer(login=True)), "/ask/")
    assert not files_in(disk)


def test_an_agent_keeps_the_words_when_a_file_cannot_be_stored(
    disk: Path, settings: Settings
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    SiteSettings.objects.update(undo_seconds=0)
    team = make_team()
    dana: User = make_agent(teams=[team])
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    client = Client()
    client.force_login(dana, backend=settings.AUTHENTICATION_BACKENDS[0])
    _same_words_stay(client, f"/workspace/{ticket.reference}/write/", kind="reply")
    assert not files_in(disk)


@pytest.fixture(params=DISKS)
def way_in(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where long requests are put while they come in: there is no room, or nothing may be written."""
    folder = tmp_path / "incoming"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    before = tempfile.tempdir
    with DISKS[request.param](folder):  # type: ignore[attr-defined]  # a context manager
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before


def test_a_file_for_which_there_is_no_room_on_its_way_in_is_said_to_be_lost(way_in: Path) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True))
    client = browser_of(ticket.customer)
    before = counts()
    for headers in ({}, {"X-Requested-With": "fetch"}):
        page = client.post(
            f"/requests/{ticket.reference}/messages/",
            {"body": WORDS, "files": picture(IN_A_FILE)},
            headers=headers,
        )
        assert page.status_code == 507
        if headers:
            assert page.json()["error"]["code"] == NOT_KEPT
        else:
            assert f">{WORDS}</textarea>" in page.text
    assert counts() == before
    assert not files_in(way_in)


@real_transactions
async def test_the_web_process_answers_what_it_has_no_room_to_take_in(way_in: Path) -> None:
    ticket = await do(lambda: make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True)))
    client = await do(lambda: browser_of(ticket.customer))
    path = f"/requests/{ticket.reference}/"
    await do(client.get, path)  # for a CSRF cookie
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    before = await do(counts)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://localhost", cookies=cookies
    ) as browser:
        headers = {"X-CSRFToken": cookies["csrf"], "Referer": "http://localhost/"}
        for more in ({}, {"X-Requested-With": "fetch"}):
            answer = await browser.post(
                f"{path}messages/",
                data={"body": WORDS},
                files={"files": ("pole.png", IN_A_FILE, "image/png")},
                headers={**headers, **more},
            )
            assert answer.status_code == 507, answer.text
            if more:
                assert answer.json()["error"]["code"] == NOT_KEPT
            else:
                assert f">{WORDS}</textarea>" in answer.text
        assert await do(counts) == before
        words = await browser.post(f"{path}messages/", data={"body": WORDS}, headers=headers)
        assert words.status_code == 302
    assert (await do(counts))[1] == before[1] + 1


@real_transactions
async def test_a_long_request_comes_in_whole_where_there_is_room(
    tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ticket = await do(lambda: make_ticket(turn=Turn.QUEUE, customer=make_customer(login=True)))
    client = await do(lambda: browser_of(ticket.customer))
    await do(client.get, f"/requests/{ticket.reference}/")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://localhost", cookies=cookies
    ) as browser:
        answer = await browser.post(
            f"/requests/{ticket.reference}/messages/",
            data={"body": WORDS},
            files={"files": ("pole.png", IN_A_FILE, "image/png")},
            headers={"X-CSRFToken": cookies["csrf"], "Referer": "http://localhost/"},
        )
        assert answer.status_code == 302
    (kept,) = files_in(tmp_path)
    assert kept.read_bytes() == IN_A_FILE
