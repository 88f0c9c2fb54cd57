"""Mail that waits for somebody, and a mail as it came: what agents decide and look at."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from tickets import access, actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.email import tokens
from tickets.email.incoming import letting_in, original
from tickets.lists.keyset import Order
from tickets.models import IncomingMail, MailState, Permission
from tickets.models.incoming import WAITS
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

PAGE = 50
COUNTED = 100  # "99+" says enough
_MAILS = Order("mails", ("-pk",))


@require_safe
@for_agents
@needs(Permission.CONTACTS)
def mail_list(request: AgentRequest) -> HttpResponse:
    """What waits for somebody: held, automatic, not to be read; the newest first."""
    waiting = access.mails_for(actor_of(request)).filter(state__in=WAITS)
    rows = waiting.select_related("mailbox", "ticket")
    page = _MAILS.page(rows, request.GET.get("from", "")[:200], size=PAGE)
    context = {**views.beside(request), "mails": page.rows, "next_mails": page.next}
    return render(request, "workspace/waiting_mails.html", context)


@require_safe
@for_agents
def mail_page(request: AgentRequest, pk: int) -> HttpResponse:
    """A mail: who sent it to whom, what became of it, what it looks like."""
    return _show(request, access.mail_for(actor_of(request), pk))


@require_safe
@xframe_options_sameorigin
@for_agents
def mail_original(request: AgentRequest, pk: int) -> HttpResponse:
    """The document in the frame: what the mail looks like, and nothing of it runs."""
    mail = access.mail_for(actor_of(request), pk)
    pictures = request.GET.get("pictures") == "yes"
    try:
        page = original.document(letting_in.readable(mail), pictures=pictures)
    except ActionError as error:
        page = original.sentence(error.message)
    response = HttpResponse(page)
    response["Content-Security-Policy"] = original.WITH_PICTURES if pictures else original.POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@for_agents
def mail_source(request: AgentRequest, pk: int) -> HttpResponse:
    """The bytes as they came, to be kept and opened elsewhere."""
    mail = access.mail_for(actor_of(request), pk)
    response = HttpResponse(mail.source, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@posted_from("workspace-mails")
@for_agents
def let_in(request: AgentRequest, pk: int) -> HttpResponse:
    """Put its sender in copy, and the mail into its conversation."""
    return _decide(request, pk, letting_in.let_in)


@posted_from("workspace-mails")
@for_agents
def open_alone(request: AgentRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, letting_in.open_alone)


@posted_from("workspace-mails")
@for_agents
def dismiss(request: AgentRequest, pk: int) -> HttpResponse:
    mail = access.mail_for(actor_of(request), pk)
    if actions.dismiss_mail(actor=actor_of(request), mail=mail):
        messages.success(request, _("Dismissed. The mail itself is kept."))
    return _done(request, mail)


@posted_from("workspace-mails")
@for_agents
def read_again(request: AgentRequest, pk: int) -> HttpResponse:
    mail = access.mail_for(actor_of(request), pk)
    if not actions.read_again(actor=actor_of(request), mail=mail):
        return _show(request, mail, problem=_("This cannot be read again."))
    messages.success(request, _("It is read once more. What comes of it is here in a moment."))
    return _done(request, mail)


def waiting(actor: Actor) -> list[dict[str, str]]:
    """How many want a look, as the navigation says it; nothing where none does."""
    found = access.mails_for(actor).filter(state__in=WAITS).order_by()
    number = found.values("pk")[:COUNTED].count()
    if not number:
        return []
    words = ngettext("%(count)s mail wants a look", "%(count)s mails want a look", number) % {
        "count": number if number < COUNTED else f"{COUNTED - 1}+"
    }
    return [{"url": reverse("workspace-mails"), "words": words}]


def _decide(request: AgentRequest, pk: int, decide: Callable[..., IncomingMail]) -> HttpResponse:
    """Decide about a mail, and go to its conversation; or say why that is not to be done."""
    mail = access.mail_for(actor_of(request), pk)
    try:
        said = letting_in.readable(mail)
        decided = decide(actor=actor_of(request), mail=mail, said=said)
    except (ActionError, ValidationError) as error:
        problem = " ".join(error.messages) if isinstance(error, ValidationError) else error.message
        if by_script(request):
            return JsonResponse({"error": {"code": "refused", "message": problem}}, status=409)
        return _show(request, access.mail_for(actor_of(request), pk), problem=problem)
    assert decided.ticket is not None
    return redirect("workspace-ticket", decided.ticket.reference)


def _done(request: AgentRequest, mail: IncomingMail) -> HttpResponse:
    if mail.ticket is not None:
        return redirect("workspace-ticket", mail.ticket.reference)
    return redirect("workspace-mails")


def _show(request: AgentRequest, mail: IncomingMail, *, problem: str = "") -> HttpResponse:
    pictures = request.GET.get("pictures") == "yes"
    context = {
        **views.beside(request),
        "mail": mail,
        "shown": mail.shown,
        "sent_to": [
            {**person, "address": tokens.without(person["address"])}
            for person in mail.shown.get("to", ())
        ],
        "problem": problem,
        "pictures": pictures,
        "waits": mail.state in WAITS,
        "is_unreadable": mail.state == MailState.UNREADABLE,
        "may_begin": bool(mail.shown.get("from", {}).get("address")),
        "is_held": mail.state == MailState.HELD and mail.ticket is not None,
        "is_kept": bool(mail.raw),
    }
    return render(request, "workspace/mail.html", context, status=409 if problem else 200)
