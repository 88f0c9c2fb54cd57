"""Who may not write to us: all blocks, with what became of them; made, and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import actions, addresses
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, actor_of
from tickets.admin.buttons import Button
from tickets.admin.site import site
from tickets.models import Block


class BlockForm(AuditedForm):
    """Whom: exactly one of the three, in the form in which addresses are compared."""

    def clean_email(self) -> str:
        written = self.cleaned_data["email"]
        return addresses.normalised(written) if written else ""

    def clean_domain(self) -> str:
        written = self.cleaned_data["domain"]
        return addresses.domain(written) if written else ""

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise ValidationError(_("Choose a time to come, or leave it empty."), code="past")
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        named = [cleaned.get(name) for name in ("customer", "email", "domain")]
        if not self.errors and sum(map(bool, named)) != 1:
            raise ValidationError(
                _("Name one of the three: a customer, an address or a domain."), code="whom"
            )
        return cleaned

    def _post_clean(self) -> None:
        """The action makes the row; who does so is not known to the form."""


class InForce(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("in_force", _("In force")), ("over", _("Over"))]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any] | None:
        in_force = Block.objects.in_force(timezone.now()).values("pk")
        if self.value() == "in_force":
            return queryset.filter(pk__in=in_force)
        return queryset.exclude(pk__in=in_force) if self.value() == "over" else queryset


@admin.register(Block, site=site)
class BlockAdmin(AuditedAdmin):
    """Blocks are made and taken back, never edited and never deleted: they are their own history."""

    form = BlockForm
    list_display = ("whom", "reason", "by", "since", "until", "state")
    list_filter = (InForce,)
    search_fields = ("email__contains", "domain__contains", "customer__name", "reason")
    autocomplete_fields = ("customer",)
    ordering = ("-pk",)
    buttons = (
        Button(
            name="lift",
            label=gettext_lazy("Take back"),
            explanation=gettext_lazy("They may write again at once. This stays in the list."),
            method="lift",
            shown=lambda block: not block.is_over,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("customer", "by", "lifted_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("customer", "email", "domain", "reason", "until")
        return ("whom", "reason", "by", "since", "until", "state", "lifted_at", "lifted_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        wanted: dict[str, Any] = {
            name: form.cleaned_data[name]
            for name in ("customer", "email", "domain", "reason", "until")
        }
        made = actions.block(actor=actor_of(request), **wanted)
        form.instance.__dict__.update(made.__dict__)

    def lift(self, request: HttpRequest, block: Block) -> None:
        actions.unblock(actor=actor_of(request), block=block)
        messages.success(request, _("%(whom)s may write again.") % {"whom": block.whom})

    @admin.display(description=gettext_lazy("whom"))
    def whom(self, block: Block) -> str:
        return block.whom

    @admin.display(description=gettext_lazy("state"))
    def state(self, block: Block) -> str:
        if block.lifted_at is not None and block.lifted_by is not None:
            return _("Taken back by %(name)s") % {"name": block.lifted_by}
        return _("Run out") if block.is_over else _("In force")
