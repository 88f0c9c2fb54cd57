"""The page of a customer: what is known, what is open, and everything that happened, in one order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import actions
from tickets.access.customers import (
    customer_for,
    customers_for,
    may_vouch,
    tickets_of,
)
from tickets.access.records import records_for
from tickets.actions import ActionError, NotAllowed
from tickets.actions.custom_fields import PREFIX
from tickets.actions.customer_changes import OF_CUSTOMERS, sent_of
from tickets.customers import duplicates, figures, timeline
from tickets.customers.timeline import Line
from tickets.models import Contact, ContactKind, Customer, Organization, Permission, Tier
from tickets.models.custom_fields import About
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.customer_lines import NAMES, Said, in_words, named_in
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

ORGANIZATIONS = 500  # offered by name


@dataclass(frozen=True, slots=True)
class Property:
    """One thing that can be changed where it is read; `sent` is what its form shows and sends."""

    name: str
    label: Any
    kind: str  # line, text, choice, choices, number, date
    sent: Sequence[str]
    options: Sequence[tuple[str, Any]] = ()
    hint: str = ""
    list: str = ""


@require_safe
@for_agents
def customer_page(request: AgentRequest, pk: int) -> HttpResponse:
    """All of a person, also of one who was merged into another: then it is the other one's page."""
    customer = customer_for(actor_of(request), pk)
    if customer.pk != pk:
        return redirect("workspace-customer", customer.pk)
    return show(request, customer)


def show(
    request: AgentRequest, customer: Customer, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page, with what was wrong with what was sent."""
    actor = actor_of(request)
    tickets = tickets_of(actor, customer)
    place = request.GET.get("before", "")
    try:
        page = timeline.page(customer, tickets, records_for(actor), place)
    except timeline.BadPlace:
        raise BadRequest("That is no place.") from None
    context = {
        **views.beside(request),
        "customer": customer,
        "properties": list(_properties(customer)),
        "contacts": _contacts(customer),
        "may_vouch": may_vouch(request.user),
        "figures": figures.of(customer, tickets),
        "open_matters": timeline.open_matters(tickets) if not place else [],
        "lines": _lines(page.lines),
        "earlier": page.earlier,
        "place": place,
        "local_time": _local_time(customer),
        "problem": problem,
    }
    return render(request, "workspace/customer.html", context, status=status)


@require_safe
@for_agents
@needs(Permission.CUSTOMERS)
def duplicates_panel(request: AgentRequest, pk: int) -> HttpResponse:
    """Who may be the same person: a part of the page that comes after it, or a page of its own."""
    actor = actor_of(request)
    customer = customer_for(actor, pk)
    found = duplicates.of(customer, customers_for(actor))
    name = "workspace/duplicates.html" if by_script(request) else "workspace/duplicates_page.html"
    context = {"customer": customer, "duplicates": found}
    return render(
        request, name, context if by_script(request) else {**views.beside(request), **context}
    )


@posted_from("workspace-customer", by="pk")
@for_agents
def change(request: AgentRequest, pk: int) -> HttpResponse:
    """Set one property."""
    customer = customer_for(actor_of(request), pk)
    return done(
        request,
        customer,
        lambda: actions.change_customer(
            actor=actor_of(request),
            customer=customer,
            name=request.POST.get("name", "")[:60],
            value=request.POST.getlist("value"),
            seen=request.POST.getlist("seen") if "seen" in request.POST else None,
        ),
    )


@posted_from("workspace-customer", by="pk")
@for_agents
def add_contact(request: AgentRequest, pk: int) -> HttpResponse:
    """Note one more address, or a telephone where what was typed has no @."""
    customer = customer_for(actor_of(request), pk)
    value = request.POST.get("contact", "")[:300]
    return done(
        request,
        customer,
        lambda: actions.add_contact(
            actor=actor_of(request),
            customer=customer,
            kind=ContactKind.EMAIL if "@" in value else ContactKind.PHONE,
            value=value,
        ),
    )


@posted_from("workspace-customer", by="pk")
@for_agents
def change_contact(request: AgentRequest, pk: int, contact: int) -> HttpResponse:
    """Confirm it, with how one knows; or take it off."""
    customer = customer_for(actor_of(request), pk)
    found = Contact.objects.filter(pk=contact, customer__in=_rows(customer)).first()
    if found is None:
        return show(request, customer, problem=_("It was removed meanwhile."), status=409)
    if "confirm" in request.POST:
        why = request.POST.get("why", "")[:1000]
        return done(
            request,
            customer,
            lambda: actions.confirm_contact(actor=actor_of(request), contact=found, why=why),
        )
    return done(
        request, customer, lambda: actions.remove_contact(actor=actor_of(request), contact=found)
    )


@posted_from("workspace-customer", by="pk")
@for_agents
def external_id(request: AgentRequest, pk: int) -> HttpResponse:
    """By which number another system knows them."""
    customer = customer_for(actor_of(request), pk)
    return done(
        request,
        customer,
        lambda: actions.set_external_id(
            actor=actor_of(request),
            customer=customer,
            system=request.POST.get("system", "")[:200],
            value=request.POST.get("number", "")[:400],
        ),
    )


def done(request: AgentRequest, customer: Customer, do: Callable[[], object]) -> HttpResponse:
    """Do it and show the page anew; or the page with what was wrong."""
    try:
        do()
    except NotAllowed as error:
        return show(request, customer, problem=error.message, status=403)
    except ActionError as error:
        return show(request, customer, problem=error.message, status=409)
    except ValidationError as error:
        return show(request, customer, problem=" ".join(error.messages), status=422)
    messages.success(request, _("Saved."))
    return redirect("workspace-customer", customer.pk)


# --- what is shown -------------------------------------------------------------------------------


def custom_properties(row: Customer | Organization, about: About) -> list[Property]:
    """What an admin added, for a row that came with the custom fields."""
    return [
        Property(
            name=f"{PREFIX}{field['key']}",
            label=field["name"],
            kind=_KINDS.get(field["kind"], field["kind"]),
            sent=sent_of(row, f"{PREFIX}{field['key']}"),
            options=_options(row, field),
        )
        for field in getattr(row, "custom_fields", ())
        if field["about"] == about
    ]


_KINDS = {"text": "line", "checkbox": "choice"}


def _options(row: Customer | Organization, field: dict[str, Any]) -> list[tuple[str, str]]:
    if field["kind"] == "checkbox":
        return [("", _("Not known")), ("yes", _("Yes")), ("no", _("No"))]
    own = sent_of(row, f"{PREFIX}{field['key']}") if field["kind"].startswith("choice") else []
    there = [(one, one) for one in dict.fromkeys([*field["options"], *own])]
    return [("", _("None")), *there] if field["kind"] == "choice" else there


def _properties(customer: Customer) -> list[Property]:
    fixed = {name: sent_of(customer, name) for name in OF_CUSTOMERS if name != "note"}
    tiers = [("", _("That of the organisation")), *Tier.choices]
    shown: dict[str, tuple[str, Sequence[tuple[str, Any]], str, str]] = {
        "language": ("choice", [("", _("Not known")), *_languages(fixed["language"])], "", ""),
        "timezone": ("line", [], _("Like Europe/London"), "zones"),
        "organization": ("line", [], "", "organizations"),
        "tier": ("choice", tiers, "", ""),
        "prefers_person": ("choice", [("no", _("No")), ("yes", _("Yes"))], "", ""),
        "tags": ("line", [], _("Divided by commas"), ""),
    }
    plain: tuple[str, Sequence[tuple[str, Any]], str, str] = ("line", [], "", "")
    found = [
        Property(name, NAMES[name], kind, sent, options, hint, there)
        for name, sent in fixed.items()
        for kind, options, hint, there in [shown.get(name, plain)]
    ]
    found += custom_properties(customer, About.CUSTOMER)
    return [*found, Property("note", NAMES["note"], "text", sent_of(customer, "note"))]


def _languages(own: Sequence[str]) -> list[tuple[str, str]]:
    known = dict(settings.LANGUAGES)
    common = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano"}
    common |= {
        "nl": "Nederlands",
        "pl": "Polski",
        "pt": "Português",
        "no": "Norsk",
        "sv": "Svenska",
    }
    there = {**common, **{code: str(name) for code, name in known.items() if code in own}}
    there |= {code: code for code in own if code not in there}
    return list(there.items())


def _contacts(customer: Customer) -> list[dict[str, Any]]:
    """Further ones, each with whether it was confirmed."""
    found: list[dict[str, Any]] = getattr(customer, "contacts_here", [])
    return found


def _rows(customer: Customer) -> list[int]:
    merged: list[dict[str, Any]] = getattr(customer, "merged_here", [])
    return [customer.pk, *(row["key"] for row in merged)]


def _lines(lines: Sequence[Line]) -> list[tuple[Line, Said | None]]:
    names = named_in(line.event for line in lines if line.event is not None)
    return [(line, in_words(line.event, names) if line.event else None) for line in lines]


def _local_time(customer: Customer) -> datetime | None:
    """What time it is where they are."""
    try:
        return timezone.now().astimezone(ZoneInfo(customer.timezone)) if customer.timezone else None
    except (KeyError, ValueError, OSError):
        return None


@require_safe
@for_agents
def choices(request: AgentRequest) -> HttpResponse:
    """Organisations and time zones to choose from while one types; a part of the page that comes later."""
    context = {
        "organizations": Organization.objects.values_list("name", flat=True)[:ORGANIZATIONS],
        "zones": sorted(available_timezones()),
    }
    return render(request, "workspace/customer_choices.html", context)
