"""Whether the record of changes is as it was written: `manage.py check_audit`."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.models import AuditLink, Broken

WORDS = {
    "gap": "Link %d does not follow the one before it: links are missing.",
    "gone": "The event of link %d is gone.",
    "changed": "Link %d or its event is not what it was.",
    "left_out": "Event %d has no link: it was written past the chain.",
}


class Command(BaseCommand):
    help = (
        "Checks every link of the chain of what admins did and who looked at what. Prints the last link; "
        "kept elsewhere, it shows by --expect whether the end of the chain was cut off or written anew. "
        "Exits with 1 if something is not as it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect", metavar="NUMBER:HASH", help="a link that was printed before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        expected = options["expect"] or ""
        if expected:
            _compare(expected)
        broken = AuditLink.objects.first_broken()
        if broken is not None:
            raise CommandError(_in_words(broken))
        last = AuditLink.objects.order_by("-number").first()
        if last is None:
            self.stdout.write("Nothing was written yet.")
        else:
            self.stdout.write(f"All {last.number} links are as they were written.")
            self.stdout.write(f"The last one: {last.number}:{last.hash}")


def _compare(expected: str) -> None:
    if not re.fullmatch(r"[0-9]{1,18}:[0-9a-f]{64}", expected):
        raise CommandError("Give --expect what this command printed: NUMBER:HASH.")
    number, _colon, was = expected.partition(":")
    link = AuditLink.objects.filter(number=int(number)).first()
    if link is None:
        raise CommandError(f"Link {number} is gone: the end of the chain was cut off.")
    if link.hash != was:
        raise CommandError(
            f"Link {number} is not the one that was kept: the chain was written anew."
        )


def _in_words(broken: Broken) -> str:
    return WORDS[broken.why] % broken.number
