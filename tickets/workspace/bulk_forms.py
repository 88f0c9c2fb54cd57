"""What an act on several conversations needs to know: a form for each, which then does it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions, clock
from tickets.actions import ActionError, Property
from tickets.actions.statuses import ENDS
from tickets.actors import Actor
from tickets.conversation.unanswered import waits_for_answer
from tickets.models import Priority, Role, Status, Team, Ticket, Turn, User
from tickets.models.users import STAFF_ROLES
from tickets.workspace.bulk_acts import Act
from tickets.workspace.snoozing import AT, UNTIL_THEY_WRITE, SnoozeForm, presets

UNANSWERED = "unanswered"


class ActForm(forms.Form):
    """What an act needs to know. It is filled in once, then done to each conversation."""

    asks: ClassVar[bool] = True

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert actor.user is not None
        self.actor, self.user = actor, actor.user

    def do(self, ticket: Ticket) -> None:
        """Do it by the one action that there is for it. Raises ActionError, ValidationError."""
        raise NotImplementedError


class MineForm(ActForm):
    asks = False

    def do(self, ticket: Ticket) -> None:
        actions.assign(actor=self.actor, ticket=ticket, agent=self.user)


class AssignForm(ActForm):
    agent = forms.ModelChoiceField(
        label=gettext_lazy("Assignee"),
        queryset=User.objects.none(),
        error_messages={
            "required": gettext_lazy("Choose somebody."),
            "invalid_choice": gettext_lazy("Choose somebody."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(role__in=STAFF_ROLES, is_active=True)
        if self.user.role != Role.ADMIN:
            people = people.filter(teams__in=self.user.team_keys).distinct()
        agents = self.fields["agent"]
        assert isinstance(agents, forms.ModelChoiceField)
        agents.queryset = people.order_by("name", "email")

    def do(self, ticket: Ticket) -> None:
        actions.assign(actor=self.actor, ticket=ticket, agent=self.cleaned_data["agent"])


class PriorityForm(ActForm):
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, initial=Priority.HIGH
    )

    def do(self, ticket: Ticket) -> None:
        value = self.cleaned_data["priority"]
        actions.change_ticket(actor=self.actor, ticket=ticket, name=Property.PRIORITY, value=value)


class TagForm(ActForm):
    tag = forms.CharField(
        label=gettext_lazy("Tag"),
        help_text=gettext_lazy("Several are divided by commas. The tags that are there stay."),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write a tag first.")},
    )

    def do(self, ticket: Ticket) -> None:
        tags = self.cleaned_data["tag"].split(",")
        actions.change_tags(actor=self.actor, ticket=ticket, add=tags)


class SnoozeAllForm(SnoozeForm, ActForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            *((preset.key, preset.label) for preset in presets(clock.now())),
            (UNTIL_THEY_WRITE, _("Until the customer writes")),
            (AT, _("Date and time")),
        ]
        self.fields["until"] = forms.ChoiceField(label=_("Until"), choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "until" in cleaned and "at" in cleaned:
            cleaned["moment"] = self.moment()
        return cleaned

    def do(self, ticket: Ticket) -> None:
        until, note = self.cleaned_data["moment"], self.cleaned_data["note"]
        actions.snooze(actor=self.actor, ticket=ticket, until=until, note=note)


class TransferAllForm(ActForm):
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.order_by("name"),
        error_messages={"required": gettext_lazy("Choose a team.")},
    )
    detail = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "They read it first, above the brief. The customer does not see it."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )

    def do(self, ticket: Ticket) -> None:
        if ticket.team_id == self.cleaned_data["team"].pk:
            raise ActionError(_("It is with this team already."), code="same_team")
        actions.transfer(actor=self.actor, ticket=ticket, **self.cleaned_data)


class ResolveForm(ActForm):
    """Over a last message without an answer only where that was asked for."""

    asks = False
    anyway = forms.BooleanField(required=False)

    def do(self, ticket: Ticket) -> None:
        if ticket.is_closed:
            raise ActionError(_("It is closed already."), code="closed")
        if not self.cleaned_data["anyway"]:
            _refuse_unanswered(ticket)
        # Whatever is said between this look and the lock refuses it.
        actions.resolve(actor=self.actor, ticket=ticket, seen=ticket.last_position)


class StatusForm(ActForm):
    """One that ends them is only set where nobody waits for an answer."""

    status = forms.ModelChoiceField(
        label=gettext_lazy("Status"),
        queryset=Status.objects.none(),
        error_messages={"required": gettext_lazy("Choose a status.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        statuses = self.fields["status"]
        assert isinstance(statuses, forms.ModelChoiceField)
        statuses.queryset = Status.objects.offered()

    def do(self, ticket: Ticket) -> None:
        status = self.cleaned_data["status"]
        if status.category in ENDS and not ticket.is_closed:
            _refuse_unanswered(ticket)
        actions.set_status(actor=self.actor, ticket=ticket, status=status)


class SpamForm(ActForm):
    asks = False

    def do(self, ticket: Ticket) -> None:
        actions.mark_spam(actor=self.actor, ticket=ticket)


def _refuse_unanswered(ticket: Ticket) -> None:
    if ticket.turn == Turn.QUEUE:
        raise ActionError(_("Somebody waits for a person in it."), code=UNANSWERED)
    if ticket.turn == Turn.AGENT and waits_for_answer(ticket):
        raise ActionError(_("The last message is not answered."), code=UNANSWERED)


FORMS: dict[Act, type[ActForm]] = {
    Act.MINE: MineForm,
    Act.ASSIGN: AssignForm,
    Act.PRIORITY: PriorityForm,
    Act.TAG: TagForm,
    Act.SNOOZE: SnoozeAllForm,
    Act.STATUS: StatusForm,
    Act.TRANSFER: TransferAllForm,
    Act.RESOLVE: ResolveForm,
    Act.SPAM: SpamForm,
}
