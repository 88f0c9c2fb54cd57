"""Merging two customers side by side, and parting them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets import actions, addresses
from tickets.access.customers import customer_for, customers_for
from tickets.actions import ActionError, NotAllowed
from tickets.actions.customer_changes import sent_of
from tickets.actions.customer_merging import CHOSEN
from tickets.intake import text
from tickets.models import Customer, Permission
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.customer_lines import NAMES
from tickets.workspace.customers import show
from tickets.workspace.guard import AgentRequest, actor_of, for_agents, needs

FOUND = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """One value of both: what each has, and whether there is anything to choose."""

    name: str
    label: Any
    own: str
    theirs: str

    @property
    def differs(self) -> bool:
        return bool(self.own and self.theirs) and self.own != self.theirs


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.CUSTOMERS)
def merge(request: AgentRequest, pk: int) -> HttpResponse:
    """Find the other one by a name or an address, see both side by side, choose what stays, merge."""
    customer = customer_for(actor_of(request), pk)
    given = request.POST if request.method == "POST" else request.GET
    other = _other(request, customer, given.get("other", ""))
    problem, status = "", 200
    if request.method == "POST" and other is not None:
        taken = [name for name in CHOSEN if request.POST.get(f"keep_{name}") == "theirs"]
        try:
            actions.merge_customers(
                actor=actor_of(request), customer=other, into=customer, taken=taken
            )
        except NotAllowed as error:
            problem, status = error.message, 403
        except ActionError as error:
            problem, status = error.message, 409
        else:
            return redirect(
                f"{reverse('workspace-customer', args=[customer.pk])}?merged={other.pk}"
            )
    elif request.method == "POST":
        problem, status = _("Choose another customer."), 422
    words = text.line(given.get("words", ""), limit=100)
    context = {
        **views.beside(request),
        "customer": customer,
        "other": other,
        "pairs": _pairs(customer, other) if other else [],
        "words": words,
        "found": _found(request, customer, words) if words and other is None else [],
        "problem": problem,
    }
    return render(request, "workspace/customer_merge.html", context, status=status)


@posted_from("workspace-customer", by="pk")
@for_agents
def part(request: AgentRequest, pk: int, other: int) -> HttpResponse:
    """Take a merge back."""
    customer = customer_for(actor_of(request), pk)
    merged = Customer.objects.filter(pk=other, merged_into=customer).first()
    if merged is None:
        return show(request, customer, problem=_("They are parted already."), status=409)
    try:
        actions.part_customers(actor=actor_of(request), customer=merged)
    except NotAllowed as error:
        return show(request, customer, problem=error.message, status=403)
    words = _("%(one)s and %(other)s are two customers again.")
    messages.success(request, words % {"one": merged, "other": customer})
    return redirect("workspace-customer", customer.pk)


def _other(request: AgentRequest, customer: Customer, key: str) -> Customer | None:
    """Somebody else whom this agent may see, too. Raises Http404."""
    if not key:
        return None
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    found = customer_for(actor_of(request), int(key))
    return None if found.pk == customer.pk else found


def _found(request: AgentRequest, customer: Customer, words: str) -> list[Customer]:
    """By their whole address, or by a part of their name."""
    among = customers_for(actor_of(request)).filter(merged_into=None).exclude(pk=customer.pk)
    address = addresses.to_look_up(words)
    rows = among.filter(email=address) if address else among.filter(name__icontains=words)
    return list(rows.select_related("organization").order_by("name", "pk")[:FOUND])


def _pairs(customer: Customer, other: Customer) -> list[Pair]:
    found = []
    for name in CHOSEN:
        own, theirs = _in_words(customer, name), _in_words(other, name)
        if own or theirs:
            found.append(Pair(name, NAMES.get(name, _LABELS.get(name, name)), own, theirs))
    return found


def _in_words(customer: Customer, name: str) -> str:
    if name == "custom":
        return ", ".join(f"{key}: {value}" for key, value in customer.custom.items())
    if name == "prefers_person":
        return str(_("yes")) if customer.prefers_person else str(_("no"))
    return ", ".join(sent_of(customer, name))


_LABELS: dict[str, Any] = {
    "segment": gettext_lazy("segment as the shop says"),
    "value": gettext_lazy("value"),
    "custom": gettext_lazy("custom fields"),
}
