"""What an agent wants to be told of, by which way, and the browsers that get pushes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from tickets import actions, outside
from tickets.delivering import push
from tickets.models import MailWait, NotificationKind, Way
from tickets.models.notifications import CHOICES, NotificationSettings
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents

_TIME = {"type": "time", "autocomplete": "off"}


class NotificationForm(forms.Form):
    """One box for each kind and way, how long mails wait, and the quiet hours."""

    choices = forms.MultipleChoiceField(choices=[(one, one) for one in CHOICES], required=False)
    mail_wait = forms.TypedChoiceField(
        label=gettext_lazy("E-mails come"), choices=MailWait.choices, coerce=int
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput(attrs=_TIME)
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Until"), required=False, widget=forms.TimeInput(attrs=_TIME)
    )


class BrowserForm(forms.Form):
    """What a browser gives that asks for pushes: an address, and its keys."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)
    browser = forms.CharField(max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            outside.read(cleaned.get("endpoint", ""), plain=settings.PUSH_INTO_OWN_NETWORK)
        except outside.Refused as error:
            raise ValidationError(_("This is no address of a push service.")) from error
        if not push.are_keys(cleaned.get("p256dh", ""), cleaned.get("auth", "")):
            raise ValidationError(_("These are no keys of a browser."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def choose(request: AgentRequest) -> HttpResponse:
    """The page of the settings, and saving them."""
    chosen = NotificationSettings.of(request.user)
    initial = {
        "choices": chosen.choices,
        "mail_wait": chosen.mail_wait,
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
    }
    form = NotificationForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            actions.choose_notifications(
                actor=actor_of(request),
                **{**form.cleaned_data, "mail_wait": MailWait(form.cleaned_data["mail_wait"])},
            )
        except ValidationError as error:
            form.add_error("quiet_until", error)
        else:
            return redirect("workspace-notification-settings")
    browsers = request.user.notification_targets.exclude(endpoint="").order_by("-pk")
    context = {
        **views.beside(request),
        "form": form,
        "ways": Way.choices,
        "kinds": _table(form),
        "zone": request.user.timezone or settings.TIME_ZONE,
        "push_key": push.public_key(),
        "browsers": browsers,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workspace/notification_settings.html", context, status=status)


@posted_from("workspace-notification-settings")
@for_agents
def add_browser(request: AgentRequest) -> HttpResponse:
    """A browser asks for pushes. Only a script can do that."""
    form = BrowserForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"error": {"code": "invalid", "message": words}}, status=422)
    actions.add_browser(actor=actor_of(request), **form.cleaned_data)
    return HttpResponse(status=204)


@posted_from("workspace-notification-settings")
@for_agents
def remove_browser(request: AgentRequest) -> HttpResponse:
    """A browser gets no more pushes: this one, by its address, or another of theirs by its key."""
    key = request.POST.get("browser", "")
    actions.remove_browser(
        actor=actor_of(request),
        pk=int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0,
        endpoint=request.POST.get("endpoint", "")[:1000],
    )
    return (
        HttpResponse(status=204)
        if by_script(request)
        else redirect("workspace-notification-settings")
    )


@require_safe
@cache_control(max_age=0, must_revalidate=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows pushes while no page is open. It stands here for all of the workspace."""
    script = settings.BASE_DIR / "helpdesk" / "static" / "js" / "push-worker.js"
    return HttpResponse(script.read_bytes(), content_type="text/javascript; charset=utf-8")


def _table(form: NotificationForm) -> list[dict[str, Any]]:
    """A row for each kind, with a box for each way that there is of it."""
    chosen = set(form["choices"].value() or ())
    return [
        {
            "label": kind.label,
            "boxes": [
                {
                    "name": f"{kind}.{way}" if f"{kind}.{way}" in CHOICES else "",
                    "instead": _("by the rule") if kind == NotificationKind.CALLED else _("never"),
                    "way": way.label,
                    "on": f"{kind}.{way}" in chosen,
                }
                for way in Way
            ],
        }
        for kind in NotificationKind
    ]
