"""Rules in the admin: their list, the page on which one is built and tried, versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actions.errors import ActionError
from tickets.admin import going_live
from tickets.admin.audit.audited import HISTORY_PAGE, AuditedAdmin, actor_of
from tickets.admin.rules import versions
from tickets.admin.rules.form import RuleForm, opened_form
from tickets.admin.site import site
from tickets.models import EscalationRule, RuleFiring, Trigger
from tickets.rules import Content, Names, clean, describe, in_force
from tickets.rules.past import past_trial
from tickets.rules.shipped_automatic import shipped
from tickets.rules.trial import trial

LATELY = timedelta(days=30)
SIZES = (100, 500, 2000)  # conversations that a rule can be tried on
SHOWN = 50  # of each kind of result
LIST = "admin:tickets_escalationrule_changelist"
CHANGE = "admin:tickets_escalationrule_change"


@admin.register(EscalationRule, site=site)
class RuleAdmin(AuditedAdmin):
    """Saved by `actions.save_rule` only, which writes a version each time."""

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(view)
            return path(route, guarded, name=f"tickets_escalationrule_{name}")

        return [
            own("rows/", self.rows, "rows"),
            own("words/", self.words, "words"),
            own("trial/", self.trial, "trial"),
            own("<int:pk>/act/<slug:act>/", self.act, "act"),
            own("<int:pk>/versions/", self.versions, "versions"),
            own("<int:pk>/versions/<int:number>/again/", self.roll_back, "roll_back"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule that came with the helpdesk is switched off instead."""
        own = obj is None or not obj.shipped_key
        return own and super().has_delete_permission(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if request.method == "POST":
            rule = self._rule(request, unquote(object_id))
            page = self._held(request, rule, None, in_force.without(rule))
            if page is not None:
                return page
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            going_live.went_live(request, obj)
            actions.remove_rule(actor=actor_of(request), rule=obj)

    # --- the list

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All rules in their order: what each does in words, and how often it did so lately."""
        fired = (
            RuleFiring.objects.filter(rule=OuterRef("pk"), created_at__gte=timezone.now() - LATELY)
            .order_by()
            .values("rule")
            .annotate(number=Count("pk"))
            .values("number")
        )
        number = Coalesce(Subquery(fired, output_field=IntegerField()), 0)
        rules = list(EscalationRule.objects.annotate(fired=number).order_by("position", "pk"))
        names = Names()
        names.know_people(rules)
        context = self._context(
            request,
            _("Rules"),
            kinds=_by_trigger(rules, names),
            log=reverse("admin:tickets_rulefiring_changelist"),
        )
        return TemplateResponse(request, "admin/rules/list.html", context)

    def act(self, request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
        """Switch a rule on or off, move it, or put it back as it came; by POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        rule, actor = self._rule(request, str(pk)), actor_of(request)
        by = {"up": -1, "down": 1}.get(act, 0)
        if act == "restore" and (original := shipped(rule.shipped_key)) is not None:
            content = Content.of_snapshot(original.content())
            return self._restored(request, lambda: _restore(request, rule), rule, content)
        if act not in ("on", "off", "up", "down"):
            raise Http404
        then = in_force.moved(rule, by) if by else in_force.switched(rule, on=act == "on")
        page = self._held(request, rule, rule, then, back=reverse(LIST))
        if page is not None:
            return page
        with transaction.atomic():
            if by:
                actions.move_rule(actor=actor, rule=rule, by=by)
            else:
                actions.switch_rule(actor=actor, rule=rule, on=act == "on")
            going_live.went_live(request, rule)
        return HttpResponseRedirect(f"{reverse(LIST)}#rule-{rule.pk}")

    # --- building one

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._builder(request, None)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._builder(request, self._rule(request, unquote(object_id)))

    def _builder(self, request: HttpRequest, rule: EscalationRule | None) -> HttpResponse:
        """The page: shown, tried, or saved; without a script also each row added or taken out."""
        if request.method != "POST":
            return self._page(request, rule, opened_form(rule))
        form = RuleForm.sent(request.POST)
        if going_live.BACK in request.POST:
            opened = request.POST.get("opened", "")
            return self._page(request, rule, form, opened=opened)
        if "try" in request.POST:
            return self._page(request, rule, form, **_tried(request, form, rule))
        if "save" not in request.POST:
            return self._page(request, rule, form)
        opened = request.POST.get("opened", "")
        try:
            page = self._held_content(request, rule, clean(form.values(), rule=rule), back="")
            if page is not None:
                return page
            with transaction.atomic():
                saved = actions.save_rule(
                    actor=actor_of(request),
                    rule=rule,
                    values=form.values(),
                    note=form.note,
                    opened=int(opened) if opened.isdecimal() and len(opened) < 10 else None,
                )
                going_live.went_live(request, saved)
        except ValidationError as error:
            form.refuse(error.message_dict)
            return self._page(request, rule, form)
        except ActionError as error:
            form.refuse({"rule": [error.message]})
            return self._page(request, rule, form, opened=opened)
        except IntegrityError:  # two people gave the same name at the same instant
            form.refuse({"name": [_("Another rule has this name. Choose another.")]})
            return self._page(request, rule, form)
        if rule is not None and saved.version == rule.version:
            messages.info(request, _("Nothing was changed."))
        else:
            messages.success(request, _("“%(rule)s” is saved.") % {"rule": saved.name})
        return HttpResponseRedirect(reverse(LIST))

    def _page(
        self, request: HttpRequest, rule: EscalationRule | None, form: RuleForm, **more: Any
    ) -> HttpResponse:
        context = self._context(
            request,
            _("Escalation rule") if rule else _("New escalation rule"),
            rule=rule,
            original=rule,
            opened=rule.version if rule else "",
            form=form,
            in_words=_in_words(form),
            sizes=[(str(size), f"{size:,}", str(size) == _size(request)) for size in SIZES],
            may_delete=rule is not None and self.has_delete_permission(request, rule),
            subtitle=rule.name if rule else None,
        )
        status = 422 if form.errors or any(row.errors for row in form.rows) else 200
        return TemplateResponse(
            request, "admin/rules/builder.html", {**context, **more}, status=status
        )

    def rows(self, request: HttpRequest) -> HttpResponseBase:
        """The rows anew, after another field was chosen, or a row added or taken out."""
        form = RuleForm.sent(request.POST)
        return self._fragment(request, "rows", {"form": form, "in_words": _in_words(form)})

    def words(self, request: HttpRequest) -> HttpResponseBase:
        """The rule in words, as it is now in the form."""
        form = RuleForm.sent(request.POST)
        return self._fragment(request, "words", {"form": form, "in_words": _in_words(form)})

    def trial(self, request: HttpRequest) -> HttpResponseBase:
        """The rule tried on past conversations, as it is now in the form."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pk = request.POST.get("rule", "")
        rule = self._rule(request, pk) if pk else None
        return self._fragment(request, "trial", _tried(request, RuleForm.sent(request.POST), rule))

    def _fragment(
        self, request: HttpRequest, name: str, context: dict[str, Any]
    ) -> HttpResponseBase:
        if request.method != "POST":  # it carries a whole form
            return HttpResponseNotAllowed(["POST"])
        return TemplateResponse(request, f"admin/rules/{name}.html", context)

    # --- versions

    def versions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every version with what it changed, the newest first."""
        rule = self._rule(request, str(pk))
        found = rule.versions.select_related("author").order_by("-number")
        page = Paginator(found, HISTORY_PAGE).get_page(request.GET.get("p"))
        context = self._context(
            request,
            _("Versions"),
            subtitle=rule.name,
            rule=rule,
            original=rule,
            entries=versions.entries(rule, page.object_list),
            page=page,
        )
        return TemplateResponse(request, "admin/rules/versions.html", context)

    def roll_back(self, request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
        """An earlier version as the newest again; by POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        rule = self._rule(request, str(pk))
        if not rule.versions.filter(number=number).exists():
            raise Http404
        actor = actor_of(request)
        return self._restored(
            request,
            lambda: actions.roll_back_rule(actor=actor, rule=rule, number=number),
            rule,
            Content.of_snapshot(rule.versions.get(number=number).snapshot),
        )

    def _restored(
        self, request: HttpRequest, back: Any, rule: EscalationRule, content: Content
    ) -> HttpResponse:
        page = self._held_content(request, rule, content, back=reverse(CHANGE, args=[rule.pk]))
        if page is not None:
            return page
        try:
            with transaction.atomic():
                back()
                going_live.went_live(request, rule)
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
            messages.error(request, _("So that version cannot come back as it was."))
        else:
            messages.success(request, _("“%(rule)s” says that again.") % {"rule": rule.name})
        return HttpResponseRedirect(reverse(CHANGE, args=[rule.pk]))

    # --- before it goes live

    def _held_content(
        self, request: HttpRequest, rule: EscalationRule | None, content: Content, *, back: str
    ) -> HttpResponse | None:
        """The page that says what another content of a rule would break."""
        if rule is not None and (not rule.active or content == Content.of(rule)):
            return None
        row = in_force.with_content(rule, content)
        return self._held(request, rule, row, in_force.with_rule(row), back=back)

    def _held(
        self,
        request: HttpRequest,
        before: EscalationRule | None,
        row: EscalationRule | None,
        then: list[EscalationRule],
        *,
        back: str = "",
    ) -> HttpResponse | None:
        back = back or (reverse(CHANGE, args=[before.pk]) if row is None and before else "")
        if all(one is None or one.trigger != Trigger.TURN for one in (before, row)):
            return None  # scenarios play turns of the assistant
        change = going_live.Change(before, row, then)
        return going_live.held(
            request, change, self._context(request, _("What would break"), back=back)
        )

    # ---

    def _rule(self, request: HttpRequest, pk: str) -> EscalationRule:
        rule = self.get_object(request, pk)
        if not isinstance(rule, EscalationRule):
            raise Http404
        return rule

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return EscalationRule.objects.all()

    def _context(self, request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            **more,
        }


def _by_trigger(
    rules: Sequence[EscalationRule], names: Names
) -> list[tuple[Trigger, list[tuple[EscalationRule, str]]]]:
    """The rules as they are looked at together, each with its words; no trigger without any."""
    found = [
        (one, [(rule, describe(rule, names)) for rule in rules if rule.trigger == one])
        for one in Trigger
    ]
    return [(one, there) for one, there in found if there]


def _restore(request: HttpRequest, rule: EscalationRule) -> EscalationRule:
    return actions.restore_shipped_rule(actor=actor_of(request), rule=rule)


def _content(form: RuleForm) -> Content:
    """The rule in the form, whatever its name is."""
    return clean({**form.values(), "name": "-", "sentence": "-"})


def _in_words(form: RuleForm) -> str:
    """The rule in the form as a sentence; what is not complete yet says what is missing."""
    try:
        return describe(_content(form))
    except ValidationError as error:
        return " ".join(error.messages)


def _tried(request: HttpRequest, form: RuleForm, rule: EscalationRule | None) -> dict[str, Any]:
    """The result of trying the rule in the form, or why it cannot be tried."""
    try:
        content = _content(form)
    except ValidationError as error:
        return {"trial_errors": error.messages}
    if content.trigger != Trigger.TURN:
        return {"past": past_trial(content, last=int(_size(request))), "shown": SHOWN}
    found = trial(content, saved=rule, last=int(_size(request)))
    return {
        "trial": found,
        "shown": SHOWN,
        "hands_over": "hand_over" in content.actions,
        "editing": rule is not None,
        "results": [
            ("newly", found.newly[:SHOWN], len(found.newly)),
            ("anyway", found.anyway[:SHOWN], len(found.anyway)),
            ("lost", found.lost[:SHOWN], len(found.lost)),
        ],
    }


def _size(request: HttpRequest) -> str:
    asked = request.POST.get("last", "")
    return asked if asked in map(str, SIZES) else str(SIZES[1])
