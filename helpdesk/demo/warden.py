"""Ends the demo's processes when their runner was killed, run as a script with a pipe as its input.

The runner writes `+PID` for each process group that it started and `-PID` for each that ended.
The end of the input is the end of the runner, whatever ended it; what is on the list then must go.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

GRACE_SECONDS = 8


def end(groups: Iterable[int]) -> None:
    """Ask every process group to end, and make those that have not after a grace."""
    left = set(groups)
    send(left, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        left = {group for group in left if exists(group)}
        time.sleep(0.05)
    send(left, signal.SIGKILL)


def exists(group: int) -> bool:
    """Whether the group has a process; one that nobody has waited for yet counts."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def send(groups: Iterable[int], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, number)


if __name__ == "__main__":
    mine: set[int] = set()
    for line in sys.stdin:
        (mine.add if line[0] == "+" else mine.discard)(int(line[1:]))
    end(mine)
