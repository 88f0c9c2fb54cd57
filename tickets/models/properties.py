"""What agents set of a ticket: the kinds that an admin offers, and the tags that are in use."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

MOST_TAGS = 50  # on one ticket
TAG_LENGTH = 40


class TicketTypeQuerySet(models.QuerySet["TicketType"]):
    def offered(self) -> models.QuerySet[TicketType]:
        """Those that can be chosen, in the admin's order."""
        return self.filter(offered=True).order_by("position", "name")


class TicketType(models.Model):
    """What a conversation is: a question, a problem, a task. An admin decides which there are."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("Those with a smaller number stand first.")
    )
    offered = models.BooleanField(
        _("offered"),
        default=True,
        help_text=_("Switched off, it cannot be chosen; conversations that have it keep it."),
    )

    objects = TicketTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("type of conversation")
        verbose_name_plural = _("types of conversations")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class TagQuerySet(models.QuerySet["Tag"]):
    def keep(self, names: Iterable[str]) -> None:
        """Remember tags that were put on a ticket. One statement; those that are known stay.

        In one order, so that two who add the same ones at once wait for each other, not both.
        """
        self.bulk_create([Tag(name=name) for name in sorted(names)], ignore_conflicts=True)

    def beginning(self, start: str, *, most: int) -> list[str]:
        """Those that complete what somebody types, the shortest first. An index finds them."""
        found = self.filter(name__startswith=start).order_by(Length("name"), "name")
        return list(found.values_list("name", flat=True)[:most])


class Tag(models.Model):
    """A tag that some ticket has or had, so that typing the next one can be completed."""

    name = models.CharField(_("name"), max_length=TAG_LENGTH, unique=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name
