"""What tests of notifications share: running what is owed, and reading who was told of what."""

from __future__ import annotations

from tickets import events
from tickets.models import Notification, Reaction, User


def tell() -> None:
    """Run the reactions that write notifications, and only those."""
    due = Reaction.objects.overdue().filter(name="notify")
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        events.run(pk)


def told(user: User) -> list[str]:
    """Why somebody was told, in the order in which it happened."""
    tell()
    mine = Notification.objects.filter(user=user).order_by("pk")
    return list(mine.values_list("kind", flat=True))


def untell() -> None:
    """Forget what the making of a test's rows told."""
    tell()
    Notification.objects.all().delete()
