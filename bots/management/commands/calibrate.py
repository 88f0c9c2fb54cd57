"""`manage.py calibrate`: correct the stated confidence by what became of the answers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bots import calibrating


class Command(BaseCommand):
    help = (
        "Correct the assistant's stated confidence by this installation's own outcomes: “That "
        "solved it”, “It didn't”, what they did next, reports by agents. With less than as much as "
        f"{calibrating.FEWEST:.0f} customers' words nothing changes, and what would change the share "
        "of answers by more than the set step waits for an admin."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        result = calibrating.calibrate()
        self.stdout.write(
            f"{result.outcomes} answers of which is known how they ended, which weigh as much as "
            f"{result.weight:.1f} customers' words."
        )
        if result.reliability:
            self.stdout.write("   stated      corrected   actual   answers")
        for one in result.reliability:
            self.stdout.write(
                f"   {one.stated:.2f}        {one.corrected:.2f}        {one.actual:.2f}"
                f"     {one.count:>7}"
            )
        if not result.enough:
            self.stdout.write(
                f"Nothing changed: it takes as much as {calibrating.FEWEST:.0f} to correct anything."
            )
            return
        before, after = result.before, result.after
        self.stdout.write(
            f"Slope {before[0]:.3f} -> {after[0]:.3f}, intercept {before[1]:+.3f} -> "
            f"{after[1]:+.3f}; logarithmic loss {result.loss_before:.4f} -> {result.loss_after:.4f}."
        )
        if result.change is None:
            return
        self.stdout.write(
            f"Of the last {result.change.turns} turns {result.change.share_before:.0%} are answered, "
            f"and {result.change.share_after:.0%} would be."
        )
        if result.waits:
            self.stdout.write(
                "That is more than the set step: it waits for an admin on the page “How sure it is”."
            )
