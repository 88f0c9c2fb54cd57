"""What comes along with a mail."""

from __future__ import annotations

import struct

from tests.tickets.reading.mails import HEAD, of_parts, part
from tickets.email.reading import read


def attachment(name: str, body: str = "x") -> str:
    return part("application/octet-stream", body, f"Content-Disposition: attachment; {name}\r\n")


def names(*parts: str) -> list[str]:
    return [file.name for file in read(of_parts(*parts)).files]


def test_names_are_decoded_whatever_the_client_wrote() -> None:
    assert names(
        attachment('filename="=?utf-8?q?R=C3=A9sum=C3=A9.pdf?="'),
        attachment("filename*=utf-8''R%C3%A9sum%C3%A9.pdf"),
        attachment("filename*0*=utf-8''R%C3%A9; filename*1=sum.pdf"),
        attachment('filename="Résumé.pdf"'),
        attachment("filename=two words.pdf"),
    ) == ["Résumé.pdf", "Résumé.pdf", "Résum.pdf", "Résumé.pdf", "two words.pdf"]


def test_a_name_has_no_folder_and_no_sign_that_deceives() -> None:
    found = names(
        attachment('filename="../../etc/passwd"'),
        attachment('filename="C:\\\\temp\\\\a.txt"'),
        attachment("filename*=utf-8''exe%E2%80%AEfdp.x"),
        attachment(f'filename="{"a" * 500}.pdf"'),
        attachment('filename=".."'),
    )
    assert found[:3] == ["passwd", "a.txt", "exefdp.x"]
    assert len(found[3]) <= 150
    assert found[3].endswith(".pdf")
    assert found[4].startswith("file-")


def test_files_beyond_what_is_taken_are_named() -> None:
    found = read(
        of_parts(part("text/plain", "Hi"), *(attachment(f"filename={n}.txt") for n in range(53)))
    )
    assert len(found.files) == 50
    assert found.said == "Hi"
    assert found.folded == "3 more files were not taken: 50.txt, 51.txt, 52.txt"


def test_a_text_that_is_named_is_a_file_not_said() -> None:
    raw = of_parts(part("text/plain", "Hi"), part("text/plain; name=log.txt", "secret log"))
    found = read(raw)
    assert found.said == "Hi"
    assert [(one.name, one.content) for one in found.files] == [("log.txt", b"secret log")]


def test_an_archive_is_never_unpacked() -> None:
    raw = of_parts(part("application/zip; name=a.zip", "PK\x03\x04 whatever"))
    assert read(raw).files[0].content == b"PK\x03\x04 whatever"


def test_an_invitation_is_a_file_and_a_line_in_words() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit\\, with a\r\n  plumber\r\n"
        "DTSTART;TZID=Europe/Berlin:20300502T090000\r\nDTEND;TZID=Europe/Berlin:20300502T100000\r\n"
        "LOCATION:Main St 1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    found = read(
        of_parts(
            part("text/plain", "See you."), part("text/calendar", calendar), kind="alternative"
        )
    )
    assert found.said == (
        "See you.\n\nInvitation: Visit, with a plumber, 2030-05-02 09:00–10:00 (Europe/Berlin), Main St 1"
    )
    assert [one.name for one in found.files] == ["file-1.ics"]


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 0, len(data)) + data + b"\0\0"


def test_a_winmail_dat_is_unpacked() -> None:
    long_name = "Rechnung ü.pdf\0".encode("utf-16-le")
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long_name))
    properties += long_name + b"\0" * (-len(long_name) % 4)
    content = (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(1, 0x800C, b"Hello from Outlook\0")
        + attribute(2, 0x9002, b"\0" * 14)
        + attribute(2, 0x8010, b"RECHNU~1.PDF\0")
        + attribute(2, 0x800F, b"%PDF-1.4")
        + attribute(2, 0x9005, properties)
    )
    raw = f"{HEAD}Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n".encode() + content
    found = read(raw)
    assert found.said == "Hello from Outlook"
    assert [(one.name, one.content) for one in found.files] == [("Rechnung ü.pdf", b"%PDF-1.4")]


def test_a_winmail_dat_of_which_nothing_is_understood_stays_a_file() -> None:
    raw = (
        f"{HEAD}Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n".encode()
        + b"\x78\x9f\x3e\x22??"
    )
    assert [one.name for one in read(raw).files] == ["winmail.dat"]


def test_uuencoded_and_quoted_files_are_decoded() -> None:
    quoted = part(
        "text/csv; name=a.csv", "a=3Bb", "Content-Transfer-Encoding: quoted-printable\r\n"
    )
    uu = part(
        "image/gif; name=a.gif",
        "begin 644 a.gif\n#0V%T\n`\nend",
        "Content-Transfer-Encoding: x-uuencode\r\n",
    )
    assert [one.content for one in read(of_parts(quoted, uu)).files] == [b"a;b", b"Cat"]
