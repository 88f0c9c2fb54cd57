"""Searches that agents keep under a name, for themselves or for one of their teams."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.users import Team, User

NAME_LENGTH = 60
MOST_VIEWS = 30  # of one agent, and shared with one team


class SavedView(models.Model):
    """What the search box understands, and a name. It shows to each what they may see of it."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    query = models.CharField(_("search"), max_length=400)
    sort = models.CharField(_("order"), max_length=10)
    grouping = models.CharField(_("grouping"), max_length=10, blank=True, db_default="")
    columns = models.CharField(_("columns"), max_length=400, blank=True, db_default="")
    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("kept by")
    )
    # Without a team it is for its owner alone; so is what was shared with a team that is gone.
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        related_name="saved_views",
        verbose_name=_("for the team"),
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")

    def __str__(self) -> str:
        return self.name
