"""What those who work here may do: named permissions, and the roles that give them to agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """What somebody may do in conversations that they see, in the words of a support lead."""

    REPLY = "reply", _("Write to customers")
    NOTE = "note", _("Write notes")
    ASSIGN = "assign", _("Take, assign and transfer")
    RESOLVE = "resolve", _("Resolve and reopen")
    CHANGE = "change", _("Change properties, tags and links")
    SPAM = "spam", _("Mark as spam, and block")
    BULK = "bulk", _("Act on many at once")
    CUSTOMERS = "customers", _("Edit customers")
    CONTACTS = "contacts", _("See contact details")
    EXPORT = "export", _("Save and print conversations")
    SHARE = "share", _("Keep macros and views of the team")
    APPROVE = "approve", _("Decide what needs approval")
    LEAD = "lead", _("Lead: the team's day, whisper, take over")


class Visibility(models.TextChoices):
    """Which conversations somebody sees."""

    OWN = "own", _("Those that they have")
    TEAM = "team", _("Those of their teams, and those that they have")
    ALL = "all", _("All")


_AGENT = frozenset(Permission) - {Permission.SHARE, Permission.APPROVE, Permission.LEAD}


@dataclass(frozen=True, slots=True)
class Granted:
    """What a role gives."""

    permissions: frozenset[str]
    visibility: str


# What each kind of account that works here may do, unless it has a role of the table.
OF_KIND = {
    "agent": Granted(_AGENT, Visibility.TEAM),
    "lead": Granted(frozenset(Permission), Visibility.TEAM),
    "admin": Granted(frozenset(Permission), Visibility.ALL),
}
NOTHING = Granted(frozenset(), Visibility.OWN)


# What makes no sense alone: whoever resolves what nobody has, has it from then on; a form of a
# customer shows what it changes.
NEEDS = {
    Permission.RESOLVE: [Permission.REPLY],
    Permission.CUSTOMERS: [Permission.CONTACTS],
    Permission.LEAD: [Permission.REPLY, Permission.NOTE, Permission.ASSIGN],
}


def _lacking_nothing() -> Q:
    found = Q()
    for permission, needed in NEEDS.items():
        has = Q(permissions__contains=[permission])
        found &= ~has | Q(permissions__contains=needed)
    return found


class StaffRole(models.Model):
    """A role that an agent may have instead of an agent's. Two are shipped, the others an admin makes.

    What a shipped one gives is fixed, so that its name in the documentation is true.
    """

    key = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    permissions = ArrayField(
        models.CharField(max_length=12, choices=Permission.choices),
        verbose_name=_("permissions"),
        default=list,
        blank=True,
    )
    visibility = models.CharField(
        _("sees which conversations"),
        max_length=4,
        choices=Visibility.choices,
        default=Visibility.TEAM,
    )
    shipped = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["-shipped", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(permissions__contained_by=Permission.values),
                name="staff_role_permissions_are_known",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="staff_role_visibility_is_known"
            ),
            models.CheckConstraint(
                condition=_lacking_nothing(), name="staff_role_lacks_nothing_that_it_needs"
            ),
            # An outsourcing partner's people, who see no addresses, see their own queue only.
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.ALL)
                | Q(permissions__contains=[Permission.CONTACTS]),
                name="staff_role_sees_all_with_contacts_only",
                violation_error_message=_(
                    "Who sees all conversations sees contact details, too. Choose their teams only, "
                    "or let them see contact details."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def granted(self) -> Granted:
        return Granted(frozenset(self.permissions), self.visibility)


def granted_by(row: dict[str, Any]) -> Granted:
    """What a role gives, of the row that is loaded with a user."""
    return Granted(frozenset(row["permissions"]), row["visibility"])


def with_permission(permission: Permission) -> Q:
    """The users to whom their kind of account, or their role, gives it; whoever is active."""
    kinds = [kind for kind, granted in OF_KIND.items() if permission in granted.permissions]
    by_role = Q(staff_role__permissions__contains=[permission])
    return Q(staff_role=None, role__in=kinds) | by_role
