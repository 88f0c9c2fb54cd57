"""How sure the assistant is, and how often it is right; and what other thresholds would change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bots import actions, calibrating, outcomes
from bots import confidence as judging
from bots.calibrating import Change
from bots.models import AssistantSettings, Calibration
from bots.outcomes import Bin, TurnedOut
from tickets.actions import ActionError
from tickets.admin import site
from tickets.admin.audit.audited import actor_of

SIZES = (100, 500, 2000, 10_000)
SHOWN = 50  # of the conversations that would have gone otherwise
EXAMPLES = 10  # of the questions that a waiting correction would answer newly, or no longer
WIDTH, HEIGHT, MARGIN = 420, 300, 40  # of the chart, in its own units


class WhatIfForm(forms.Form):
    """Other thresholds, tried on the newest turns. Nothing is saved."""

    answer_from = forms.FloatField(label=_("Answers from"), min_value=0.01, max_value=1)
    offer_from = forms.FloatField(label=_("Offers articles from"), min_value=0.01, max_value=1)
    last = forms.TypedChoiceField(
        label=_("Tried on the last"), choices=[(size, f"{size:,}") for size in SIZES], coerce=int
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        low, high = given.get("offer_from"), given.get("answer_from")
        if low is not None and high is not None and low >= high:
            self.add_error(
                "offer_from", _("Articles must be offered from a lower value than answered from.")
            )
        return given


def confidence(request: HttpRequest) -> HttpResponse:
    """The chart of stated against actual, and the what-if below it."""
    settings = AssistantSettings.load()
    now = {
        "answer_from": settings.answer_threshold,
        "offer_from": settings.offer_threshold,
        "last": 500,
    }
    form = WhatIfForm({**now, **request.GET.dict()})
    valid = form.is_valid()
    wanted = form.cleaned_data if valid else now
    turns = outcomes.recent(int(wanted["last"]))
    before = outcomes.what_if(
        turns, answer_from=settings.answer_threshold, offer_from=settings.offer_threshold
    )
    after = outcomes.what_if(
        turns, answer_from=wanted["answer_from"], offer_from=wanted["offer_from"]
    )
    bins = outcomes.reliability(turns)
    context = {
        **site.each_context(request),
        "title": _("How sure it is"),
        "form": form,
        "turns": len(turns),
        "known": sum(turn.right is not None for turn in turns),
        "bins": bins,
        "chart": _chart(bins),
        "before": before,
        "after": after,
        "changed": after.changed[:SHOWN],
        "waiting": _waiting(settings),
        "tried": bool(request.GET) and valid,
    }
    return TemplateResponse(request, "admin/assistant/confidence.html", context)


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Use the correction that waits, or dismiss it: the one that was looked at, and no newer one."""
    number = request.POST.get("calibration", "")
    found = number.isascii() and number.isdecimal() and len(number) < 18
    calibration = Calibration.objects.filter(pk=int(number)).first() if found else None
    if calibration is None:
        raise Http404
    use = request.POST.get("use") == "yes"
    act = actions.use_calibration if use else actions.dismiss_calibration
    try:
        act(actor=actor_of(request), calibration=calibration)
    except ActionError as error:
        messages.error(request, error.message)
    else:
        judging.forget_correction()
        said = gettext("It is corrected from now on.") if use else gettext("It stays as it is.")
        messages.success(request, said)
    return redirect("admin:bots_confidence")


def _waiting(settings: AssistantSettings) -> dict[str, Any] | None:
    """The correction that waits for a yes, and what it would change now."""
    calibration = Calibration.objects.filter(state=Calibration.State.PROPOSED).first()
    if calibration is None:
        return None
    change: Change = calibrating.changed(
        outcomes.recent(calibrating.MOST),
        calibrating.in_use(),
        calibration.correction,
        settings.answer_threshold,
    )
    return {
        "calibration": calibration,
        "change": change,
        "before": round(100 * change.share_before),
        "after": round(100 * change.share_after),
        "step": round(100 * settings.calibration_step),
        "lost": _examples(change.lost),
        "gained": _examples(change.gained),
    }


def _examples(turns: list[TurnedOut]) -> list[TurnedOut]:
    """Some of the questions, each once."""
    return list({turn.subject: turn for turn in turns}.values())[:EXAMPLES]


def _chart(bins: list[Bin]) -> dict[str, Any]:
    """The points of the chart in its own units, larger where more answers stand behind one."""
    most = max((found.count for found in bins), default=1)
    inner_width, inner_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    points = [
        {
            "x": round(MARGIN + found.stated * inner_width, 1),
            "y": round(HEIGHT - MARGIN - found.actual * inner_height, 1),
            "r": round(4 + 8 * (found.count / most) ** 0.5, 1),
            "bin": found,
        }
        for found in bins
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": MARGIN,
        "right": WIDTH - MARGIN,
        "top": MARGIN,
        "bottom": HEIGHT - MARGIN,
        "middle": WIDTH // 2,
        "points": points,
        "line": " ".join(f"{point['x']},{point['y']}" for point in points),
    }
