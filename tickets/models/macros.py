"""Macros: texts with placeholders, and acts, which agents apply to a conversation in one step."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.users import Team, User

NAME_LENGTH = 80
FOLDER_LENGTH = 40
MOST_OWN = 200  # of one agent
MOST_SHARED = 1000  # of all teams


class MacroQuerySet(models.QuerySet["Macro"]):
    def most_used_first(self, team: int) -> Self:
        """Those that are used most in the conversations of a team; the others by folder and name."""
        here = MacroUse.objects.filter(macro=OuterRef("pk"), team=team).values("uses")
        found = self.annotate(uses=Coalesce(Subquery(here), Value(0)))
        return found.order_by("-uses", "folder", Lower("name"), "pk")

    def with_uses(self) -> Self:
        """With how often they were used, and when last, by anybody."""
        return self.annotate(
            uses=models.Sum("used__uses"), last_used_at=models.Max("used__last_at")
        )


class Macro(models.Model):
    """One step for what is done again and again. Without an owner it is shared, with a team or all."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    folder = models.CharField(_("folder"), max_length=FOLDER_LENGTH, blank=True)
    owner = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="macros",
        verbose_name=_("only for"),
        null=True,
        blank=True,
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        related_name="macros",
        verbose_name=_("for the team"),
        null=True,
        blank=True,
    )
    body = models.TextField(_("reply"), blank=True)
    note = models.TextField(_("internal note"), blank=True)
    # What else it does; see tickets.acts.
    acts = models.JSONField(_("acts"), default=dict, blank=True)
    send_at_once = models.BooleanField(_("send at once"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)
    # Raised by every change, so that nobody applies another one than they looked at.
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "owner",
                "team",
                name="macro_name_once_for_whom",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(team=None), name="macro_own_or_of_a_team"
            ),
            models.CheckConstraint(
                condition=~Q(body="") | ~Q(note="") | ~Q(acts={}), name="macro_does_something"
            ),
            models.CheckConstraint(
                condition=Q(send_at_once=False) | ~Q(body=""), name="macro_sends_only_a_reply"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="macro_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MacroUseQuerySet(models.QuerySet["MacroUse"]):
    def add(self, macro: int, team: int, at: datetime) -> None:
        """Count one use. Of a macro that is gone nothing is counted."""
        if not Macro.objects.filter(pk=macro).exists():
            return
        use, _new = self.get_or_create(macro_id=macro, team_id=team, defaults={"last_at": at})
        self.filter(pk=use.pk).update(uses=F("uses") + 1, last_at=at)


class MacroUse(models.Model):
    """How often a macro was applied in the conversations of a team: counted after it was."""

    macro = models.ForeignKey(Macro, on_delete=models.CASCADE, related_name="used", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    uses = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    objects = MacroUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a macro")
        verbose_name_plural = _("uses of macros")
        constraints = [
            models.UniqueConstraint(fields=["macro", "team"], name="macro_use_once_per_team")
        ]

    def __str__(self) -> str:
        return f"{self.macro_id} × {self.uses}"
