"""The log of rules: every firing, with what showed it and what came of it. To be read only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.admin.audit.ledger import LedgerAdmin
from tickets.admin.site import site
from tickets.models import RuleFiring, Trigger
from tickets.rules import Effects, Names
from tickets.rules.sentences import effects_in_words

EXCERPT = 120  # characters of the message


@admin.register(RuleFiring, site=site)
class FiringAdmin(LedgerAdmin):
    list_display = ("at", "which", "conversation", "evidence_shown", "came_of_it")
    list_display_links = ("at",)
    list_filter = ("rule", "trigger", "stopped", "decided", "created_at")
    list_select_related = ("ticket", "message")
    search_fields = ("=ticket__reference", "rule_name")
    search_help_text = gettext_lazy("The reference of a conversation, or the name of a rule")
    fields = readonly_fields = (
        *("at", "rule_as_it_was", "trigger", "conversation", "said", "evidence_shown", "does"),
        *("came_of_it", "set_off_by"),
    )

    @admin.display(description=gettext_lazy("when"))
    def at(self, firing: RuleFiring) -> datetime:
        return firing.created_at

    @admin.display(description=gettext_lazy("rule"))
    def which(self, firing: RuleFiring) -> str | SafeString:
        if firing.rule_id is None:
            return firing.rule_name
        url = reverse("admin:tickets_escalationrule_change", args=[firing.rule_id])
        return format_html('<a class="plain-link" href="{}">{}</a>', url, firing.rule_name)

    @admin.display(description=gettext_lazy("rule"))
    def rule_as_it_was(self, firing: RuleFiring) -> SafeString:
        version = _("version %(number)d") % {"number": firing.version}
        return format_html("{}, {}", self.which(firing), version)

    @admin.display(description=gettext_lazy("conversation"))
    def conversation(self, firing: RuleFiring) -> SafeString:
        url = reverse("workspace-ticket", args=[firing.ticket.reference])
        if firing.message is not None:
            url += f"#m{firing.message.position}"
        return format_html('<a class="plain-link" href="{}">{}</a>', url, firing.ticket.reference)

    @admin.display(description=gettext_lazy("message"))
    def said(self, firing: RuleFiring) -> str:
        return firing.message.body if firing.message is not None else "–"

    @admin.display(description=gettext_lazy("evidence"))
    def evidence_shown(self, firing: RuleFiring) -> SafeString | str:
        pieces = firing.evidence if isinstance(firing.evidence, list) else []
        shown = [(str(piece)[:EXCERPT],) for piece in pieces]
        return format_html_join(" ", '<span class="mark" dir="auto">{}</span>', shown) or "–"

    @admin.display(description=gettext_lazy("what it does"))
    def does(self, firing: RuleFiring) -> str:
        return ", ".join(effects_in_words(Effects.of(firing.actions), Names()))

    @admin.display(description=gettext_lazy("came of it"))
    def came_of_it(self, firing: RuleFiring) -> str:
        if firing.stopped:
            why = f"{firing.get_stopped_display()} {firing.trouble}".strip()
            return _("Nothing. %(why)s") % {"why": why}
        if firing.decided:
            return _("Handed over")
        if firing.trigger != Trigger.TURN:
            return _("Done")
        hands_over = Effects.of(firing.actions).hand_over is not None
        return _("Another decided") if hands_over else _("Done beside the answer")

    @admin.display(description=gettext_lazy("set off by the rule"))
    def set_off_by(self, firing: RuleFiring) -> SafeString | str:
        if firing.cause is None:
            return "–"
        url = reverse("admin:tickets_rulefiring_change", args=[firing.cause.pk])
        return format_html('<a class="plain-link" href="{}">{}</a>', url, firing.cause.rule_name)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["show_close"] = True
        return super().render_change_form(request, context, *args, **kwargs)
