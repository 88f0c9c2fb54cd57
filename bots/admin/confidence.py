"""How sure the assistant is, and how often it is right; and what other thresholds would change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from bots import outcomes
from bots.models import AssistantSettings
from bots.outcomes import Bin
from tickets.admin import site

SIZES = (100, 500, 2000, 10_000)
SHOWN = 50  # of the conversations that would have gone otherwise
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
        "tried": bool(request.GET) and valid,
    }
    return TemplateResponse(request, "admin/assistant/confidence.html", context)


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
