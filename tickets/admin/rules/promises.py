"""Service levels in the admin: their list, and the page on which one is built and tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
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
from tickets.admin.audit.audited import AuditedAdmin, actor_of
from tickets.admin.rules.promise_form import PromiseForm, opened_form
from tickets.admin.site import site
from tickets.models import SlaClock, SlaPolicy, Ticket
from tickets.sla import choosing
from tickets.sla.content import Content, clean, in_words, unusable

LIST = "admin:tickets_slapolicy_changelist"
TRIED = 30  # of the newest conversations in which a person was asked for
DRAFT = 0  # the key of the policy in the form


@dataclass(frozen=True, slots=True)
class Tried:
    """Which service level a conversation would have, and whether it is the one in the form."""

    ticket: Ticket
    name: str
    is_this: bool


@admin.register(SlaPolicy, site=site)
class SlaPolicyAdmin(AuditedAdmin):
    """Saved by `actions.save_service_level` only."""

    many = ("targets",)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(view)
            return path(route, guarded, name=f"tickets_slapolicy_{name}")

        return [
            own("rows/", self.rows, "rows"),
            own("words/", self.words, "words"),
            own("trial/", self.trial, "trial"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was promised by it stays true of the conversations: it is switched off instead."""
        used = obj is not None and (
            SlaClock.objects.filter(policy=obj).exists() or Ticket.objects.filter(sla=obj).exists()
        )
        return not used and super().has_delete_permission(request, obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All of them in the order in which they are asked, each in words."""
        found = SlaPolicy.objects.prefetch_related("targets").order_by("position", "pk")
        listed = [
            (policy, in_words(Content.of(policy)), unusable(Content.of(policy).group))
            for policy in found
        ]
        context = self._context(request, _("Service levels"), listed=listed)
        return TemplateResponse(request, "admin/rules/promises.html", context)

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
        policy = self.get_object(request, unquote(object_id))
        if not isinstance(policy, SlaPolicy):
            raise Http404
        return self._builder(request, policy)

    def _builder(self, request: HttpRequest, policy: SlaPolicy | None) -> HttpResponse:
        """The page: shown, tried, or saved; without a script also each row added or taken out."""
        if request.method != "POST":
            return self._page(request, policy, opened_form(policy))
        form = PromiseForm.sent(request.POST)
        if "try" in request.POST:
            return self._page(request, policy, form, **_tried(form, policy))
        if "save" not in request.POST:
            return self._page(request, policy, form)
        try:
            saved = actions.save_service_level(
                actor=actor_of(request),
                policy=policy,
                values=form.values(),
                opened=request.POST.get("opened", "")[:40],
            )
        except ValidationError as error:
            form.refuse(error.message_dict)
            return self._page(request, policy, form)
        except ActionError as error:
            form.refuse({"name": [error.message]})
            return self._page(request, policy, form)
        except IntegrityError:  # two people gave the same name at the same instant
            form.refuse({"name": [_("Another service level has this name. Choose another.")]})
            return self._page(request, policy, form)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return HttpResponseRedirect(reverse(LIST))

    def _page(
        self, request: HttpRequest, policy: SlaPolicy | None, form: PromiseForm, **more: Any
    ) -> HttpResponse:
        opened = Content.of(policy).version if policy is not None else ""
        context = self._context(
            request,
            _("Service level") if policy else _("New service level"),
            policy=policy,
            original=policy,
            object=policy,
            opened=request.POST.get("opened", opened),
            form=form,
            in_words=_in_words(form),
            may_delete=policy is not None and self.has_delete_permission(request, policy),
            subtitle=policy.name if policy else None,
        )
        status = 422 if form.errors or any(row.errors for row in form.rows) else 200
        return TemplateResponse(
            request, "admin/rules/promise.html", {**context, **more}, status=status
        )

    def rows(self, request: HttpRequest) -> HttpResponseBase:
        """The rows anew, after another field was chosen, or a row added or taken out."""
        return self._fragment(request, "rows")

    def words(self, request: HttpRequest) -> HttpResponseBase:
        """The service level in words, as it is now in the form."""
        return self._fragment(request, "words")

    def trial(self, request: HttpRequest) -> HttpResponseBase:
        """To which of the newest conversations it would apply, as it is now in the form."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pk = request.POST.get("policy", "")
        policy = self.get_object(request, pk) if pk else None
        return self._fragment(
            request, "promise_trial", **_tried(PromiseForm.sent(request.POST), policy)
        )

    def _fragment(self, request: HttpRequest, name: str, **more: Any) -> HttpResponseBase:
        if request.method != "POST":  # it carries a whole form
            return HttpResponseNotAllowed(["POST"])
        form = PromiseForm.sent(request.POST)
        context = {"form": form, "in_words": _in_words(form), **more}
        return TemplateResponse(request, f"admin/rules/{name}.html", context)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return SlaPolicy.objects.all()

    def _context(self, request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            **more,
        }


def _content(form: PromiseForm) -> Content:
    """What is in the form, whatever its name is."""
    return clean({**form.values(), "name": "-"})


def _in_words(form: PromiseForm) -> str:
    """What is in the form, in words; what is not complete yet says what is missing."""
    try:
        return in_words(_content(form))
    except ValidationError as error:
        return " ".join(error.messages)


def _tried(form: PromiseForm, policy: SlaPolicy | None) -> dict[str, Any]:
    """What would apply to the newest conversations if the form were saved, or why that is not known."""
    try:
        content = _content(form)
    except ValidationError as error:
        return {"trial_errors": error.messages}
    newest = Ticket.objects.filter(person_asked_at__isnull=False).order_by("-pk")
    tickets = list(newest.select_related("customer", "team")[:TRIED])
    policies = _with_draft(content, policy)
    chosen = choosing.chosen_for([one.pk for one in tickets], policies, timezone.now())
    tried = [
        Tried(
            one,
            found.name if (found := chosen.get(one.pk)) else "",
            found is not None and found.key == DRAFT,
        )
        for one in tickets
    ]
    return {
        "tried": tried,
        "fits": sum(one.is_this for one in tried),
        "switched_on": content.active,
    }


def _with_draft(content: Content, policy: SlaPolicy | None) -> Sequence[choosing.Policy]:
    """The policies in their order, with the one in the form at its place."""
    others = [one for one in choosing.active() if policy is None or one.key != policy.pk]
    if not content.active:
        return others
    draft = choosing.Policy(DRAFT, content.name, content.group, content.business, None, {})
    places = dict(SlaPolicy.objects.values_list("pk", "position"))
    mine = (content.position, policy.pk if policy is not None else 2**63)
    before = [one for one in others if (places.get(one.key, 0), one.key) < mine]
    return [*before, draft, *others[len(before) :]]
