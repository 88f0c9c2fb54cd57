"""How well mails are read: raw mails, automatic ones and replies against what is expected of them.

`python -m tests.bench.mail FOLDER [even|odd] [--wrong]`, with the folder's `expected.jsonl`,
`automatic.jsonl`, `reply_cases.jsonl`, `mime/` and `malformed/`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from tickets import addresses
from tickets.email.reading import Incoming, Nature, Unreadable, read

Tally = dict[str, list[tuple[bool, str, object]]]


def _rows(file: Path, half: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return rows[{"odd": 1}.get(half, 0) :: 1 if half == "all" else 2]


def _plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def _all_text(mail: Incoming) -> str:
    forwarded = mail.forwarded.said if mail.forwarded else ""
    return _plain(f"{mail.said} {mail.folded} {forwarded}")


def _has(wanted: str, mail: Incoming) -> bool:
    """Whether the mail's text has nearly all the words that are expected, in any of its halves."""
    words, seen = set(_plain(wanted).split()), set(_all_text(mail).replace("(", " ").split())
    return not words or len(words & seen) >= 0.9 * len(words)


def _key(one: dict[str, Any]) -> object:
    """By what an expected file is found: its content, its name, or its type; whatever is known."""
    return one.get("sha256") or one["filename"] or one["type"]


def mime(folder: Path, half: str) -> Tally:
    """What the mails say, field by field."""
    found: Tally = defaultdict(list)
    for row in _rows(folder / "expected.jsonl", half):
        name = row["file"]
        try:
            mail = read((folder / name).read_bytes())
        except Unreadable as error:
            found["read at all"].append((False, name, str(error)))
            continue
        found["read at all"].append((True, name, ""))
        pairs: dict[str, tuple[Any, Any]] = {
            "subject": (_plain(row.get("subject") or "")[:255], mail.subject),
            "sender's address": (
                addresses.to_look_up(row.get("from_email") or ""),
                mail.sender.address,
            ),
            "sender's name": (_plain(row.get("from_name") or ""), mail.sender.name),
            "has HTML": (row["has_html"], bool(mail.html)),
        }
        for key, people in (("to", mail.to), ("reply_to", mail.reply_to)):
            if key in row:
                wanted = [addresses.to_look_up(one or "") for one in row[key]]
                pairs[key] = (
                    [one for one in wanted if one],
                    [p.address for p in people if p.address],
                )
        for key, (wanted, seen) in pairs.items():
            found[key].append((wanted == seen, name, (wanted, seen)))
        text = row.get("text") or ""
        found["text"].append((_has(text, mail), name, (text[:200], _all_text(mail)[:200])))
        seen = {hashlib.sha256(file.content).hexdigest() for file in mail.files}
        seen |= {one for file in mail.files for one in (file.name, file.content_type)}
        missed = [one for one in row["attachments"] if _key(one) not in seen]
        files = [(file.name, file.content_type, len(file.content)) for file in mail.files]
        found["files"].append((not missed, name, (missed, files)))
    return found


def natures(folder: Path, half: str) -> Tally:
    """What a mail is."""
    expected = {
        "normal": {Nature.PERSON, Nature.LIST},
        "bounce": {Nature.BOUNCE},
        "complaint": {Nature.AUTOMATIC},
        "receipt": {Nature.AUTOMATIC},
    }
    found: Tally = defaultdict(list)
    for row in _rows(folder / "automatic.jsonl", half):
        mail = read((folder / row["file"]).read_bytes())
        is_right = mail.nature in expected[row["automatic"]]
        said = (mail.nature, mail.why, mail.bounce)
        found[row["automatic"]].append((is_right, row["file"], said))
    return found


def malformed(folder: Path) -> Tally:
    """Broken mails: read, or refused in a sentence."""
    found: Tally = defaultdict(list)
    for file in sorted((folder / "malformed").iterdir()):
        started = time.perf_counter()
        try:
            said = repr(read(file.read_bytes()).said[:100])
        except Unreadable as error:
            said = str(error)
        found["malformed"].append((time.perf_counter() - started < 2, file.name, said))
    return found


def as_mail(text: str) -> bytes:
    """A plain mail with a text."""
    head = b"From: a@example.com\r\nTo: b@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return head + text.encode()


def replies(folder: Path, half: str) -> Tally:
    """What the person wrote: exactly that, that and more, or not all of it."""
    found: Tally = defaultdict(list)
    for row in _rows(folder / "reply_cases.jsonl", half):
        said, wanted = _plain(read(as_mail(row["text"])).said), _plain(row["expected"])
        lost = [
            tag
            for tag, *_ in difflib.SequenceMatcher(None, wanted.split(), said.split()).get_opcodes()
            if tag in ("delete", "replace")
        ]
        found["exactly"].append((said == wanted, row["id"], (wanted[:300], said[:300])))
        found["nothing lost"].append((not lost, row["id"], (wanted[:300], said[:300])))
    return found


def speed(folder: Path) -> str:
    """The median of a mail between 5 and 20 kB with HTML, in milliseconds of the processor."""
    taken = []
    for file in sorted((folder / "mime").rglob("*.eml")):
        raw = file.read_bytes()
        if 5_000 < len(raw) < 20_000 and b"text/html" in raw:
            started = time.process_time()
            read(raw)
            taken.append(1000 * (time.process_time() - started))
    middle, most = statistics.median(taken), max(taken)
    return f"{len(taken)} mails of 5 to 20 kB with HTML: median {middle:.2f} ms, most {most:.2f}"


def main() -> None:
    """Prints the hits of each kind, and with --wrong what was missed."""
    settings.configure()
    django.setup()
    folder = Path(sys.argv[1])
    half = next((one for one in sys.argv[2:] if one in ("even", "odd")), "all")
    parts = (mime(folder, half), natures(folder, half), malformed(folder), replies(folder, half))
    lines = []
    for part in parts:
        for name, tries in part.items():
            hits = sum(is_right for is_right, *_rest in tries)
            lines.append(f"{name:<20} {hits:>4} of {len(tries)}")
            if "--wrong" in sys.argv:
                lines.extend(
                    f"    {file}: {said}" for is_right, file, said in tries if not is_right
                )
    sys.stdout.write("\n".join([*lines, speed(folder), ""]))


if __name__ == "__main__":
    main()
