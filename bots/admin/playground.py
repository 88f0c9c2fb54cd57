"""The play-ground: type as a customer, and see what the assistant sees, thinks and does."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from bots import near_draft, rehearsal
from bots.turns import Articles
from knowledgebase import drafts
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import ArticleVersion
from tickets import conditions
from tickets.admin import site
from tickets.admin.audit.audited import actor_of
from tickets.conditions import Value
from tickets.intake import text
from tickets.models import Channel, Identity, Tier

MOST_TURNS = 12
# What is said of every turn in words, in this order; the rest is under "everything".
TOLD = (
    *(
        "wants_person",
        "asks_hours",
        "feeling",
        "sensitive",
        "urgent",
        "wants_to_cancel",
        "billing_dispute",
    ),
    *("repeats", "topic", "language", "times_confused", "unhelpful_answers"),
)


class PlayForm(forms.Form):
    """What a customer would type, and who that customer is."""

    text = forms.CharField(
        label=_("Type as a customer"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=20_000,
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, required=False)
    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices, required=False)
    identity = forms.ChoiceField(label=_("Known as"), choices=Identity.choices, required=False)
    prefers_person = forms.BooleanField(label=_("Prefers a person"), required=False)
    closed_now = forms.BooleanField(label=_("Nobody is there"), required=False)

    def clean_text(self) -> str:
        return text.message(self.cleaned_data["text"])

    def around(self) -> dict[str, Value]:
        """The customer as the rules would see them."""
        given = self.cleaned_data
        return rehearsal.somebody(
            channel=given["channel"] or Channel.PORTAL,
            tier=given["tier"] or Tier.STANDARD,
            identity=given["identity"] or Identity.UNKNOWN,
            prefers_person=given["prefers_person"],
            open_now=not given["closed_now"],
        )


def playground(request: HttpRequest) -> HttpResponse:
    """The page; a POST plays the whole conversation again, with what was typed last."""
    return _page(request, nullcontext, {"title": _("Play-ground")})


def try_article(request: HttpRequest, pk: int) -> HttpResponse:
    """The same with an article's newest version as if it were public; and who asked what it answers."""
    version = ArticleVersion.objects.filter(article=pk).order_by("-number").first()
    if version is None:
        raise Http404
    context: dict[str, Any] = {"version": version}
    context["title"] = _("Try it: %(title)s") % {"title": version.title}
    try:
        draft = drafts.read(version)
        if request.method != "POST":
            context["near"] = near_draft.questions(draft, actor=actor_of(request))
    except EncoderUnavailable:
        context["not_tried"] = True
        return _page(request, nullcontext, context)
    return _page(request, partial(drafts.as_published, draft), context)


def _page(request: HttpRequest, articles: Articles, context: dict[str, Any]) -> HttpResponse:
    form = PlayForm(request.POST or None, initial={"channel": Channel.PORTAL})
    said = _said(request)
    turns: list[rehearsal.Played] = []
    if form.is_valid():
        said = [*said, form.cleaned_data["text"]][-MOST_TURNS:]
        setup = replace(rehearsal.Setup.now(), articles=articles)
        turns = rehearsal.play(said, form.around(), setup=setup)
        said = [turn.text for turn in turns]
    context = {
        **site.each_context(request),
        **context,
        "form": form,
        "turns": [_shown(turn) for turn in turns],
        "last": _shown(turns[-1]) if turns else None,
        "said": said,
        "over": bool(turns) and turns[-1].outcome.decision == "hand_over",
    }
    return TemplateResponse(request, "admin/assistant/playground.html", context)


def _said(request: HttpRequest) -> list[str]:
    """The earlier lines of this play, as far as they are lines."""
    lines = []
    for line in request.POST.getlist("said")[:MOST_TURNS]:
        try:
            lines.append(text.message(line))
        except ValidationError:
            continue
    return lines


def _shown(turn: rehearsal.Played) -> dict[str, Any]:
    """One turn for the template: the decision, why, what was found and understood."""
    thought, situation = turn.turned.thought, turn.turned.situation
    labels = {field.name: str(field.label) for field in conditions.all_fields()}
    seen = [
        {
            "label": labels.get(name, name),
            "value": _in_words(situation[name].value),
            "evidence": situation[name].evidence,
            "score": situation[name].score,
            "told": name in TOLD and situation[name].value not in ("", False, [], 0, None, "calm"),
        }
        for name in sorted(situation, key=lambda name: TOLD.index(name) if name in TOLD else 99)
        if name not in ("text", "decision")
    ]
    return {
        "text": turn.text,
        "says": turn.says,
        "decision": turn.outcome.decision,
        "decision_label": turn.outcome.decision.label,
        "rule": turn.outcome.rule,
        "firings": turn.turned.verdict.firings,
        "thought": thought,
        "percent": round(100 * thought.confidence) if thought and thought.looked_up else None,
        "sources": thought.sources if thought and turn.outcome.rule is None else [],
        "considered": thought.considered if thought else [],
        "told": [row for row in seen if row["told"]],
        "everything": seen,
    }


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(value) if value not in ("", None) else "–"
