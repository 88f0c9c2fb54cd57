"""What happened, and what follows from it: to be read, and to be tried again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets import actions, events
from tickets.actors import Actor
from tickets.admin import troubles
from tickets.admin.audit import history
from tickets.admin.audit.audited import ReadOnlyAdmin, actor_of
from tickets.admin.buttons import Button
from tickets.admin.site import site
from tickets.admin.theme import Paginator
from tickets.models import Event, Reaction, ReactionState

COUNTED = 10_000  # rows; the ledger grows for ever, and counting it all would be the slowest part


class CappedPaginator(Paginator):
    """Counts no further than anybody would turn pages; what is older is found by the filters."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return int(rows.order_by("-pk").values("pk")[:COUNTED].count())


class LedgerAdmin(ReadOnlyAdmin):
    """Lists that grow for ever: never counted, never sorted by anything but their order."""

    ordering = ("-pk",)
    sortable_by = ()
    paginator = CappedPaginator
    show_full_result_count = False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["show_history"] = False  # it is the history
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        changes.full_result_count = changes.result_count  # "show all" would count them
        return changes


@admin.register(Event, site=site)
class EventAdmin(LedgerAdmin):
    list_display = ("at", "who", "what", "about")
    list_display_links = ("at",)
    list_filter = ("kind", "actor_kind", "created_at")
    list_select_related = ("ticket", "actor_user", "actor_customer", "actor_key")
    search_fields = ("=subject_id", "=ticket__reference")
    search_help_text = gettext_lazy("The reference of a conversation, or the number of a row")
    fields = readonly_fields = ("at", "who", "what", "about", "details")

    @admin.display(description=gettext_lazy("when"))
    def at(self, event: Event) -> datetime:
        return event.created_at

    @admin.display(description=gettext_lazy("who"))
    def who(self, event: Event) -> str:
        return history.who(event)

    @admin.display(description=gettext_lazy("what"))
    def what(self, event: Event) -> str:
        return str(event.get_kind_display())

    @admin.display(description=gettext_lazy("about"))
    def about(self, event: Event) -> str | SafeString:
        url = history.url_of(event)
        name = history.about(event)
        return format_html('<a class="plain-link" href="{}">{}</a>', url, name) if url else name

    @admin.display(description=gettext_lazy("details"))
    def details(self, event: Event) -> SafeString:
        (entry,) = history.entries([event])
        return render_to_string("admin/changes.html", {"changes": entry.changes})


@admin.register(Reaction, site=site)
class ReactionAdmin(LedgerAdmin):
    list_before_template = "admin/mail_elsewhere.html"
    list_display = ("name", "state", "after", "attempts", "due_at", "why")
    list_filter = ("state", "name")
    list_select_related = ("event__ticket",)
    fields = readonly_fields = (
        *("name", "state", "after", "attempts", "due_at", "done_at", "error"),
    )
    actions = ("try_again",)
    buttons = (
        Button(
            name="try-again",
            label=gettext_lazy("Try again"),
            explanation=gettext_lazy(
                "It was given up after several attempts. It is put in the queue once more."
            ),
            method="try_this_again",
            shown=lambda reaction: reaction.state == ReactionState.DEAD,
        ),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With the way to the mails of conversations, which are deliveries."""
        elsewhere = troubles.mails_of_conversations()
        return super().changelist_view(request, {"elsewhere": elsewhere, **(extra_context or {})})

    @admin.display(description=gettext_lazy("follows from"))
    def after(self, reaction: Reaction) -> str:
        return f"{reaction.event.get_kind_display()}: {history.about(reaction.event)}"

    @admin.display(description=gettext_lazy("last error"))
    def why(self, reaction: Reaction) -> str:
        return reaction.error.split("\n")[0][:80]

    @admin.action(description=gettext_lazy("Try again what was given up"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        with transaction.atomic():
            dead = queryset.select_related(None).filter(state=ReactionState.DEAD)
            found = list(dead.select_for_update(of=("self",)))
            for reaction in found:
                _try_again(actor_of(request), reaction)
        number = len(found)
        messages.info(
            request,
            ngettext("%(number)d is tried again.", "%(number)d are tried again.", number)
            % {"number": number},
        )

    def try_this_again(self, request: HttpRequest, reaction: Reaction) -> None:
        _try_again(actor_of(request), reaction)
        messages.success(request, _("It is tried again."))


def _try_again(actor: Actor, reaction: Reaction) -> None:
    """Make a reaction that was given up due once more, with all its attempts."""
    reaction.state = ReactionState.DUE
    reaction.due_at = timezone.now()
    reaction.attempts = 0
    reaction.done_at = None
    actions.change_setting(actor=actor, instance=reaction)
    transaction.on_commit(lambda: events.ring(reaction.queue), robust=True)
