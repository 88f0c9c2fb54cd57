"""People who log in, and the teams of those who work here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tickets import addresses
from tickets.models.roles import (
    NOTHING,
    OF_KIND,
    Granted,
    Permission,
    StaffRole,
    Visibility,
    granted_by,
)


class Role(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    LEAD = "lead", _("Team lead")
    ADMIN = "admin", _("Admin")


STAFF_ROLES = (Role.AGENT, Role.LEAD, Role.ADMIN)


class Method(models.TextChoices):
    """How a team's queue is given to those who are here."""

    BY_HAND = "by_hand", _("By hand: agents take the next one themselves")
    ROUND_ROBIN = "round_robin", _("In turn: to whoever was given one longest ago")
    LEAST_BUSY = "least_busy", _("Least busy: to whoever has the fewest")
    LONGEST_IDLE = "longest_idle", _("Longest idle: to whoever has done nothing for longest")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=addresses.normalised(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields = {"role": Role.ADMIN, "is_staff": True, "is_superuser": True, **fields}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=addresses.to_look_up(username or ""))

    def with_access(self) -> models.QuerySet[User]:
        """Users with what decides what they may see, so that nobody is asked for it one by one."""
        teams = User.teams.through.objects.filter(user=OuterRef("pk")).order_by("team")
        row = JSONObject(permissions="permissions", visibility="visibility")
        roles = StaffRole.objects.filter(pk=OuterRef("staff_role")).values(row=row)
        # Under the names of the properties, which then find themselves answered.
        found = {
            "second_factor": Subquery(_keys(_factors().filter(user=OuterRef("pk")))),
            "team_keys": ArraySubquery(teams.values("team")),
            "role_row": Subquery(roles),
        }
        return self.annotate(**found)


class User(AbstractUser):
    """A log-in. Customers have one only if they want one; everybody who works here has one."""

    username = None  # type: ignore[assignment]  # the e-mail address is the log-in name
    first_name = None  # type: ignore[assignment]  # one name field fits every culture
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(
        _("kind of account"), max_length=10, choices=Role.choices, default=Role.CUSTOMER
    )
    staff_role = models.ForeignKey(
        StaffRole,
        verbose_name=_("role"),
        on_delete=models.PROTECT,
        related_name="people",
        null=True,
        blank=True,
        help_text=_("What an agent may do. Empty: all that agents do."),
    )
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    teams: models.ManyToManyField[Team, Any] = models.ManyToManyField(
        "Team", related_name="members", blank=True
    )

    skills = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("skills"),
        default=list,
        blank=True,
        help_text=_("Like “billing, German”. Rules may ask for one."),
    )
    languages = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("languages"),
        default=list,
        # What runs from before the update makes people, too.
        db_default=models.Value([], ArrayField(models.CharField(max_length=10))),
        blank=True,
        help_text=_("Beside that of the helpdesk, as codes like “de, fr”."),
    )
    most_chats = models.PositiveSmallIntegerField(
        _("chats at once"),
        default=4,
        db_default=4,
        help_text=_("So many are given to them where the team gives them out. 0: none."),
    )
    most_open = models.PositiveSmallIntegerField(
        _("open conversations at once"),
        default=25,
        db_default=25,
        help_text=_("Of all channels together; those that wait for the customer do not count."),
    )
    # When a conversation was given to them last; whose turn it is follows from that.
    given_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Raised, it ends every session that was begun before.
    log_ins_ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[assignment,misc]  # replaces AbstractUser's, which wants a user name

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(fields=["email"], name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(email__regex=addresses.FORM), name="user_email_in_its_form"
            ),
            models.CheckConstraint(
                condition=models.Q(is_staff=False) | models.Q(role=Role.ADMIN),
                name="user_only_admins_enter_the_admin",
            ),
            models.CheckConstraint(
                condition=models.Q(staff_role=None) | models.Q(role=Role.AGENT),
                name="user_only_agents_have_another_role",
                violation_error_message=_(
                    "Only an agent can have another role than their account."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        """What customers read in our messages: a first name, never the address."""
        return (self.name.split() or [str(_("An agent"))])[0]

    @property
    def on_the_staff(self) -> bool:
        """Whether this person is an agent, a lead or an admin, whatever they logged in with."""
        return self.is_active and self.role in STAFF_ROLES

    @property
    def granted(self) -> Granted:
        """What their role gives, whether they may come in or not: ask `access.may`."""
        if self.role_row is not None:
            return granted_by(self.role_row)
        return OF_KIND.get(self.role, NOTHING)

    @property
    def may(self) -> dict[str, bool]:
        """The same for templates, which show no button that is refused: `user.may.reply`."""
        return dict.fromkeys(self.granted.permissions, True)

    @property
    def sees_all(self) -> bool:
        return self.granted.visibility == Visibility.ALL

    @property
    def seen_teams(self) -> list[int]:
        """The teams whose conversations they see, by their keys."""
        return [] if self.granted.visibility == Visibility.OWN else self.team_keys

    @property
    def leads(self) -> bool:
        """Whether this person looks after others: the conversations of a team, or of all."""
        return Permission.LEAD in self.granted.permissions

    @property
    def may_block_domains(self) -> bool:
        """It concerns people whom nobody has met yet, so it is a lead's to decide."""
        return self.leads and Permission.SPAM in self.granted.permissions

    @property
    def works_here(self) -> bool:
        """Whether this person may see and do anything that is for the staff.

        Every way in asks this: pages, sockets, files, drafts, actions. So it is here that the
        second factor is asked for; without one they are nobody to the staff's side.
        """
        return self.on_the_staff and (
            not settings.STAFF_NEED_SECOND_FACTOR or self.second_factor is not None
        )

    @cached_property
    def second_factor(self) -> str | None:
        """The keys of their authenticator app and passkeys, None without any: one query per loaded row.

        Recovery codes alone are none: whoever has only them is not asked for one at the log-in.
        """
        found: str | None = _keys(_factors().filter(user=self.pk)).first()
        return found

    @cached_property
    def team_keys(self) -> list[int]:
        """The keys of their teams, as they were when this row was loaded or first asked."""
        return list(self.teams.order_by("pk").values_list("pk", flat=True))

    @cached_property
    def role_row(self) -> dict[str, Any] | None:
        """What their role gives, None without one: loaded with the user, or one query."""
        if self.staff_role_id is None:
            return None
        role = StaffRole.objects.get(pk=self.staff_role_id)
        return {"permissions": role.permissions, "visibility": role.visibility}

    def get_session_auth_hash(self) -> str:
        """A session of the staff is good for the password and the second factor that it began with.

        So one that was opened by the password alone does not gain by a factor that is set up
        elsewhere, and none outlives a factor: each that comes or goes ends all others.
        """
        return self._with_second_factor(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        yield from map(self._with_second_factor, super().get_session_auth_fallback_hash())

    def _with_second_factor(self, by_password: str) -> str:
        if self.log_ins_ended:
            by_password = f"{by_password}.{self.log_ins_ended}"
        if not (settings.STAFF_NEED_SECOND_FACTOR and self.on_the_staff):
            return by_password
        return f"{by_password}.{self.second_factor or 'none'}"


def _factors() -> models.QuerySet[Any]:
    """What people prove themselves with beside a password. Recovery codes alone are nothing."""
    authenticators = apps.get_model("mfa", "Authenticator")._default_manager
    found: models.QuerySet[Any] = authenticators.exclude(type="recovery_codes")
    return found


def _keys(factors: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Those of one person in one value, like "12.40"; no row without any."""
    keys = StringAgg(Cast("pk", models.TextField()), ".", order_by="pk")
    found: models.QuerySet[Any] = (
        factors.order_by("user").values("user").annotate(keys=keys).values_list("keys", flat=True)
    )
    return found


class TeamQuerySet(models.QuerySet["Team"]):
    def locked(self, team: Team) -> Team:
        """The team as it is now, while nobody gives out any team's conversations until the transaction
        ends: an agent of two teams has one room.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", [self.model._meta.db_table]
            )
        return self.get(pk=team.pk)


class Team(models.Model):
    """Those who share a queue. Whoever is in it sees its tickets, other agents do not."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    hours = models.ForeignKey(
        "OpeningHours",
        verbose_name=_("opening hours"),
        on_delete=models.PROTECT,
        related_name="teams",
        null=True,
        blank=True,
        help_text=_("Empty: somebody is always there."),
    )

    method = models.CharField(
        _("who gets the next one"),
        max_length=12,
        choices=Method.choices,
        default=Method.BY_HAND,
        db_default=Method.BY_HAND,
        help_text=_("Only whoever is here, is not busy and has room for it is given one."),
    )
    same_agent_days = models.PositiveSmallIntegerField(
        _("days to the same agent"),
        default=0,
        db_default=0,
        help_text=_(
            "A customer who was with an agent so many days ago at most comes to them again, if they "
            "are here. 0: whoever it is."
        ),
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("minutes until a chat goes back"),
        default=3,
        db_default=3,
        help_text=_(
            "When an agent is gone for so long and a customer waits in a chat, the chat goes back to "
            "the head of the queue. 0: never."
        ),
    )
    overflow_team = models.ForeignKey(
        "self",
        verbose_name=_("overflows to"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Whoever waits too long in this queue is passed on to that team."),
    )
    overflow_minutes = models.PositiveSmallIntegerField(
        _("after minutes"),
        default=0,
        db_default=0,
        help_text=_("Of waiting in this queue. 0: never."),
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(method__in=Method.values), name="team_method_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(overflow_team=models.F("id")),
                name="team_overflows_to_another",
                violation_error_message=_("Choose another team than this one."),
            ),
            models.CheckConstraint(
                condition=models.Q(overflow_minutes=0) | models.Q(overflow_team__isnull=False),
                name="team_overflows_to_somebody",
                violation_error_message=_("Choose the team that they are passed on to."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_given_out(self) -> bool:
        """Whether the helpdesk gives its conversations to agents, who need not take them themselves."""
        return self.method != Method.BY_HAND
