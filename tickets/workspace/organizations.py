"""The page of an organisation: who belongs to it, what is known, and its conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access, actions
from tickets.access.customers import customers_for, may_set_domains, organization_for
from tickets.actions import ActionError, NotAllowed
from tickets.actions.customer_changes import OF_ORGANIZATIONS, sent_of
from tickets.lists.keyset import BadCursor, Order
from tickets.models import CustomField, Event, Organization, Tier
from tickets.models.custom_fields import About
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.customer_lines import NAMES, in_words
from tickets.workspace.customers import Property, custom_properties
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

PEOPLE = 50
CONVERSATIONS = 20
CHANGES = 10
LATEST = Order("organization", ("-last_message_at", "-pk"))


@require_safe
@for_agents
def organization_page(request: AgentRequest, pk: int) -> HttpResponse:
    return _show(request, organization_for(actor_of(request), pk))


@posted_from("workspace-organization", by="pk")
@for_agents
def change(request: AgentRequest, pk: int) -> HttpResponse:
    """Set one property."""
    organization = organization_for(actor_of(request), pk)
    return _done(
        request,
        organization,
        lambda: actions.change_organization(
            actor=actor_of(request),
            organization=organization,
            name=request.POST.get("name", "")[:60],
            value=request.POST.getlist("value"),
            seen=request.POST.getlist("seen") if "seen" in request.POST else None,
        ),
    )


@posted_from("workspace-organization", by="pk")
@for_agents
def domains(request: AgentRequest, pk: int) -> HttpResponse:
    """Which domains are its own; for admins."""
    organization = organization_for(actor_of(request), pk)
    given = request.POST.get("domains", "")[:4000].replace(",", " ").split()
    return _done(
        request,
        organization,
        lambda: actions.set_domains(
            actor=actor_of(request), organization=organization, domains=given
        ),
    )


def _done(
    request: AgentRequest, organization: Organization, do: Callable[[], object]
) -> HttpResponse:
    try:
        do()
    except NotAllowed as error:
        return _show(request, organization, problem=error.message, status=403)
    except ActionError as error:
        return _show(request, organization, problem=error.message, status=409)
    except ValidationError as error:
        return _show(request, organization, problem=" ".join(error.messages), status=422)
    messages.success(request, _("Saved."))
    return redirect("workspace-organization", organization.pk)


def _show(
    request: AgentRequest, organization: Organization, *, problem: str = "", status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    tickets = access.tickets_for(actor).filter(customer__organization=organization)
    shown = tickets.select_related("customer", "team", "assignee")
    try:
        page = LATEST.page(shown, request.GET.get("from", ""), size=CONVERSATIONS)
    except BadCursor:
        page = LATEST.page(shown, "", size=CONVERSATIONS)
    people = customers_for(actor).filter(organization=organization, merged_into=None)
    rows = list(people.order_by("name", "pk")[: PEOPLE + 1])
    changes = Event.objects.filter(
        subject="tickets.organization", subject_id=str(organization.pk)
    ).select_related("actor_user", "actor_customer", "actor_key")
    context: dict[str, Any] = {
        **views.beside(request),
        "organization": organization,
        "properties": _properties(organization),
        "may_set_domains": may_set_domains(request.user),
        "people": rows[:PEOPLE],
        "more_people": len(rows) > PEOPLE,
        "counts": tickets.aggregate(all=Count("pk"), open=Count("pk", filter=Q(closed_at=None))),
        "tickets": page.rows,
        "next": page.next,
        "changes": [in_words(event, {}) for event in changes.order_by("-pk")[:CHANGES]],
        "problem": problem,
    }
    return render(request, "workspace/organization.html", context, status=status)


def _properties(organization: Organization) -> list[Property]:
    fields = CustomField.objects.filter(about=About.ORGANIZATION).order_by("position", "name")
    names = ("about", "key", "name", "kind", "options")
    organization.custom_fields = list(fields.values(*names))  # type: ignore[attr-defined]  # kept beside it
    kinds: dict[str, tuple[str, Sequence[tuple[str, Any]], str]] = {
        "tier": ("choice", Tier.choices, ""),
        "note": ("text", [], ""),
    }
    plain: tuple[str, Sequence[tuple[str, Any]], str] = ("line", [], _("Divided by commas"))
    fixed = [
        Property(name, NAMES[name], kind, sent_of(organization, name), options, hint)
        for name in OF_ORGANIZATIONS
        for kind, options, hint in [kinds.get(name, plain)]
    ]
    return [*fixed, *custom_properties(organization, About.ORGANIZATION)]
