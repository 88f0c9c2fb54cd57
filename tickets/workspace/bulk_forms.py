"""What an act on several conversations needs to know: a form for each."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import clock
from tickets.actors import Actor
from tickets.models import Permission, Priority, Status, Team, TicketType, User
from tickets.models.jobs import Act
from tickets.models.roles import with_permission
from tickets.workspace.snoozing import AT, UNTIL_THEY_WRITE, SnoozeForm, presets


class ActForm(forms.Form):
    """What an act needs to know. It is filled in once, for all conversations."""

    asks: ClassVar[bool] = True

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert actor.user is not None
        self.user = actor.user

    def values(self) -> dict[str, Any]:
        """What was filled in, as a job keeps it."""
        return dict(self.cleaned_data)


class MineForm(ActForm):
    asks = False

    def values(self) -> dict[str, Any]:
        return {"agent": self.user.pk}


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
        people = User.objects.filter(with_permission(Permission.REPLY), is_active=True)
        if not self.user.sees_all:
            people = people.filter(teams__in=self.user.team_keys).distinct()
        agents = self.fields["agent"]
        assert isinstance(agents, forms.ModelChoiceField)
        agents.queryset = people.order_by("name", "email")

    def values(self) -> dict[str, Any]:
        return {"agent": self.cleaned_data["agent"].pk}


class PriorityForm(ActForm):
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, initial=Priority.HIGH
    )


class TypeForm(ActForm):
    type = forms.ModelChoiceField(
        label=gettext_lazy("Type"),
        queryset=TicketType.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields["type"]
        assert isinstance(types, forms.ModelChoiceField)
        types.queryset = TicketType.objects.offered()

    def values(self) -> dict[str, Any]:
        kind = self.cleaned_data["type"]
        return {"type": str(kind.pk) if kind else ""}


class StatusForm(ActForm):
    status = forms.ModelChoiceField(
        label=gettext_lazy("Status"),
        help_text=gettext_lazy(
            "It brings a conversation where the status belongs. What is closed stays closed, and what "
            "waits for an answer is not ended."
        ),
        queryset=Status.objects.none(),
        error_messages={
            "required": gettext_lazy("Choose a status."),
            "invalid_choice": gettext_lazy("Choose a status."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        statuses = self.fields["status"]
        assert isinstance(statuses, forms.ModelChoiceField)
        statuses.queryset = Status.objects.offered()

    def values(self) -> dict[str, Any]:
        return {"status": self.cleaned_data["status"].pk}


class TagForm(ActForm):
    tag = forms.CharField(
        label=gettext_lazy("Tag"),
        help_text=gettext_lazy("Several are divided by commas. The tags that are there stay."),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write a tag first.")},
    )

    def values(self) -> dict[str, Any]:
        return {"tags": self.cleaned_data["tag"].split(",")}


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

    def values(self) -> dict[str, Any]:
        until = self.cleaned_data["moment"]
        return {"until": until.isoformat() if until else None, "note": self.cleaned_data["note"]}


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

    def values(self) -> dict[str, Any]:
        return {"team": self.cleaned_data["team"].pk, "detail": self.cleaned_data["detail"]}


class ResolveForm(ActForm):
    """Over a last message without an answer only where that was asked for."""

    asks = False
    anyway = forms.BooleanField(required=False)


class SpamForm(ActForm):
    asks = False


FORMS: dict[Act, type[ActForm]] = {
    Act.MINE: MineForm,
    Act.ASSIGN: AssignForm,
    Act.PRIORITY: PriorityForm,
    Act.TYPE: TypeForm,
    Act.STATUS: StatusForm,
    Act.TAG: TagForm,
    Act.SNOOZE: SnoozeAllForm,
    Act.TRANSFER: TransferAllForm,
    Act.RESOLVE: ResolveForm,
    Act.SPAM: SpamForm,
}
