"""Before a change goes live in the admin: what would break is shown, and may be published anyway."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bots import actions
from bots.models import AssistantSettings, Detector, Scenario, ScenarioRun, Task
from bots.rehearsal import Setup
from bots.scenarios import drafts, telling
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article
from tickets import clock
from tickets.admin.audit.audited import actor_of
from tickets.admin.going_live import ANYWAY, BACK, Change
from tickets.models import EscalationRule

Against = ScenarioRun.Against
SEEN_FOR = timedelta(hours=1)
_NOT_OF_THE_DRAFT = (ANYWAY, BACK, "csrfmiddlewaretoken")


class ScenarioCheck:
    """Plays the scenarios with a change before it goes live; see tickets.admin.going_live."""

    def held(
        self, request: HttpRequest, change: Change, context: dict[str, Any]
    ) -> HttpResponse | None:
        """The page that shows what would break; None if nothing does, or it was seen already."""
        counting = Scenario.objects.filter(is_active=True)
        if self._seen(request) is not None or not counting.exists():
            return None
        against, setup = _draft(change)
        try:
            found = drafts.would_break(setup())
        except EncoderUnavailable:
            messages.warning(
                request,
                _(
                    "The scenarios were not played with this change: the language model does not "
                    "answer. Run them when it does."
                ),
            )
            return None
        if not found.went:
            if not found.is_complete:
                messages.warning(request, _not_all(found))
            return None
        run = actions.record_run(
            actor=actor_of(request),
            run=telling.run_of(
                wanted=found.wanted,
                against=against,
                change=_name(change),
                sign=_sign(request),
            ),
            results=telling.results_of(found.went),
            passed=found.checked - len(found.went),
        )
        page = {
            "title": _("What would break"),
            **context,
            "run": run,
            "results": run.results.order_by("name", "pk"),
            "not_all": "" if found.is_complete else _not_all(found),
            "change": _name(change),
            "sent": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in _NOT_OF_THE_DRAFT
                for value in values
            ],
            "anyway": ANYWAY,
            "back_to_form": BACK,
        }
        return TemplateResponse(request, "admin/scenarios/held.html", page, status=409)

    def went_live(self, request: HttpRequest, instance: models.Model) -> None:
        """Record that it went live although it breaks what was shown, in the change's transaction."""
        run = self._seen(request)
        if run is not None:
            actions.publish_anyway(actor=actor_of(request), run=run, instance=instance)

    def _seen(self, request: HttpRequest) -> ScenarioRun | None:
        """The check that this admin saw of this very draft, if they send it anyway."""
        seen = request.POST.get(ANYWAY, "")
        if not (seen.isascii() and seen.isdecimal() and len(seen) < 16):
            return None
        checks = ScenarioRun.objects.filter(
            sign=_sign(request), published_at=None, created_at__gt=clock.now() - SEEN_FOR
        )
        return checks.filter(pk=int(seen), by=actor_of(request).user).first()


def _draft(change: Change) -> tuple[Against, Callable[[], Setup]]:
    """What is changed, and how everything is with it."""
    subject = change.subject
    match subject:
        case AssistantSettings():
            return Against.SETTINGS, lambda: drafts.with_settings(subject)
        case EscalationRule():
            return Against.RULE, lambda: drafts.with_rules(change.more)
        case Detector():
            shown, not_shown = change.more
            gone = change.row is None
            return Against.DETECTOR, lambda: drafts.with_detector(
                subject, shown, not_shown, gone=gone
            )
        case Task():
            return Against.TASK, lambda: drafts.with_task(subject, *change.more)
        case Article():
            return Against.ARTICLE, lambda: drafts.with_article(subject, change.more)
    raise TypeError(f"no scenario depends on {subject!r}")


def _name(change: Change) -> str:
    if isinstance(change.subject, Article) and change.more is not None:
        return str(change.more.title)
    return str(change.subject)


def _not_all(found: drafts.Broken) -> str:
    return _(
        "Only %(checked)d of %(wanted)d scenarios could be played with this change in the time "
        "that there is. Run all of them afterwards."
    ) % {"checked": found.checked, "wanted": found.wanted}


def _sign(request: HttpRequest) -> str:
    """Of the draft as it was sent: another one is checked anew."""
    sent = {name: values for name, values in request.POST.lists() if name not in _NOT_OF_THE_DRAFT}
    told = json.dumps([request.path, sent], sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
