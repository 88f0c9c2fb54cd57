"""Files that come with a message: their bytes decide what they are, and none is left behind."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_ticket
from tickets import actions, tasks
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.intake.attachments import MAX_BYTES, MAX_FILES, check, safe_name
from tickets.models import Attachment, Ticket, Turn

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
HTML = b"<html><script>alert(1)</script></html>"


def file(name: str, content: bytes = PNG, content_type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture
def media(tmp_path: Path, settings: object) -> Path:
    """An empty folder for the files of one test."""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]  # pytest-django's own object
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def send(ticket: Ticket, *files: SimpleUploadedFile, body: str = "See the picture") -> None:
    actions.post_message(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, body=body, uploads=check(files)
    )


# --- what is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("pole.png", PNG, "image/png"),
        ("POLE.PNG", PNG, "image/png"),
        ("log.txt", b"it broke", "text/plain"),
        ("order.csv", b"a;b", "text/csv"),
        ("receipt.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        ("bundle.zip", b"PK\x03\x04", "application/zip"),
        # the bytes are not what the ending says
        ("pole.png", HTML, "application/octet-stream"),
        ("pole.jpg", PNG, "application/octet-stream"),
        ("receipt.pdf", HTML, "application/octet-stream"),
        ("log.txt", b"\x7fELF\0\0", "application/octet-stream"),
    ],
)
def test_the_type_is_that_of_the_bytes(name: str, content: bytes, content_type: str) -> None:
    (upload,) = check([file(name, content, "text/html")])
    assert upload.content_type == content_type
    assert upload.file.read() == content  # from the beginning


@pytest.mark.parametrize(
    "name",
    ["page.html", "pic.svg", "run.exe", "x.png.js", "noending", ".htaccess", "a.", "x.xhtml"],
)
def test_what_a_browser_or_a_machine_would_run_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check([file(name, HTML)])
    assert refused.value.code == "file_type"
    assert "pictures, PDF" in refused.value.messages[0]  # what may be sent is said


def test_each_file_is_checked() -> None:
    with pytest.raises(ValidationError) as refused:
        check([file("fine.png"), file("bad.html", HTML)])
    assert "bad.html" in refused.value.messages[0]


def test_sizes_and_numbers_have_limits() -> None:
    big = file("big.png")
    big.size = MAX_BYTES + 1
    for files, code in (
        ([big], "file_too_large"),
        ([file("none.png", b"")], "file_empty"),
        ([file(f"{index}.png") for index in range(MAX_FILES + 1)], "too_many_files"),
    ):
        with pytest.raises(ValidationError) as refused:
            check(files)
        assert refused.value.code == code


@pytest.mark.django_db
def test_as_many_files_as_are_promised_are_taken_and_of_one_more_nothing_is_kept(
    media: Path,
) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    said = ticket.messages.count()
    with pytest.raises(ValidationError):
        send(ticket, *(file(f"{index}.png") for index in range(MAX_FILES + 1)))
    assert (ticket.messages.count(), Attachment.objects.count()) == (said, 0)
    assert files_in(media) == []
    send(ticket, *(file(f"{index}.png") for index in range(MAX_FILES)))
    assert ticket.messages.latest("position").attachments.count() == MAX_FILES
    assert len(files_in(media)) == MAX_FILES


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd\0.png", "passwd.png"),
        ("C:\\Users\\ines\\pole.png", "pole.png"),
        ("po\r\nBcc: le.png", "po Bcc: le.png"),
        ("gpj.\u202eexe.png", "gpj.exe.png"),
        ('"><svg onload=alert(1)>.jpg', '"><svg onload=alert(1)>.jpg'),
        ("x" * 300 + ".png", "x" * 146 + ".png"),
        ("x." + "y" * 300, "x." + "y" * 20),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_a_file_name_is_a_name_and_nothing_else(given_name: str, shown: str) -> None:
    assert safe_name(given_name) == shown


@given(st.text(max_size=400))
def test_whatever_the_name_it_can_be_kept_and_shown(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 150
    assert not set(safe) & set("/\\\0\r\n\u202e")
    assert not safe.startswith(".")


# --- how it is kept -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_on_the_disk_a_file_has_our_name_not_the_senders(media: Path) -> None:
    send(make_ticket(turn=Turn.CUSTOMER), file("../../evil\0.png"))
    kept = Attachment.objects.get()
    (path,) = files_in(media)
    assert path == media / "attachments" / kept.pk.hex[:2] / kept.pk.hex
    assert path.read_bytes() == PNG
    assert path.stat().st_mode & 0o077 == 0
    assert (kept.name, kept.size) == ("evil.png", len(PNG))


@pytest.mark.django_db
def test_a_file_alone_is_a_message() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    send(ticket, file("pole.png"), body="")
    assert ticket.messages.latest("position").attachments.count() == 1


def age(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


@pytest.mark.django_db
def test_a_file_whose_transaction_failed_later_is_removed_after_a_day(media: Path) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    send(ticket, file("kept.png"))
    (kept,) = files_in(media)
    with transaction.atomic():
        send(ticket, file("lost.png"))
        transaction.set_rollback(True)
    (lost,) = set(files_in(media)) - {kept}
    age(kept, 48)
    age(lost, 23)
    tasks.clean_up()
    assert lost.exists()  # its transaction might still be running
    age(lost, 25)
    tasks.clean_up()
    assert files_in(media) == [kept]


@pytest.mark.django_db
def test_cleaning_up_where_nobody_ever_sent_a_file_is_no_error(media: Path) -> None:
    assert attachments.remove_orphans() == 0
    (media / "attachments" / "zz").mkdir(parents=True)
    stray = media / "attachments" / "zz" / uuid.uuid4().hex
    stray.write_bytes(b"x")
    age(stray, 48)
    assert attachments.remove_orphans() == 1
