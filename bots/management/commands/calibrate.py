"""`manage.py calibrate`: correct the stated confidence by what became of the answers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bots import calibrating


class Command(BaseCommand):
    help = (
        "Correct the assistant's stated confidence by this installation's own outcomes: “That "
        "solved it”, “It didn't”, hand-overs after an answer, reports by agents. With fewer than "
        f"{calibrating.FEWEST} outcomes nothing changes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        result = calibrating.calibrate()
        self.stdout.write(f"{result.outcomes} answers of which is known whether they were right.")
        if result.reliability:
            self.stdout.write("   stated      corrected   actual   answers")
        for one in result.reliability:
            self.stdout.write(
                f"   {one.stated:.2f}        {one.corrected:.2f}        {one.actual:.2f}"
                f"     {one.count:>7}"
            )
        if not result.enough:
            self.stdout.write(
                f"Nothing changed: it takes {calibrating.FEWEST} of them to correct anything."
            )
            return
        before, after = result.before, result.after
        self.stdout.write(
            f"Slope {before[0]:.3f} -> {after[0]:.3f}, intercept {before[1]:+.3f} -> "
            f"{after[1]:+.3f}; logarithmic loss {result.loss_before:.4f} -> {result.loss_after:.4f}."
        )
