"""What the navigation learns after the page: how many are in each kept view, and what is running.

The page waits for none of it. A count stops at 999+, is known for some seconds, and is left out where it
would take long.
"""

from __future__ import annotations

import time
from hashlib import blake2s
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import access
from tickets.actors import Actor
from tickets.models import BulkItem, BulkJob
from tickets.models.jobs import JobState, Outcome
from tickets.search.finding import TooSlow, count
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.workspace import inbox, mail
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

KNOWN_FOR = 15  # seconds
ONE_SECONDS = 0.3  # of one count
ALL_SECONDS = 2.0  # of all together: what is left is counted with the next


@require_safe
@for_agents
def counts(request: AgentRequest) -> HttpResponse:
    """The numbers of the kept views by their keys, the acts that are running, mail that waits."""
    actor = actor_of(request)
    found = {"views": _numbers(actor), "jobs": _running(actor), "mails": mail.waiting(actor)}
    return JsonResponse(found)


def _numbers(actor: Actor) -> dict[str, str]:
    """ "" where nothing is in it, or where it is not known."""
    assert actor.user is not None
    kept = access.saved_views_for(actor).order_by("name", "pk")[: inbox.MOST_KEPT]
    queries = dict(kept.values_list("pk", "query"))
    keys = {pk: _key(actor.user.pk, query) for pk, query in queries.items()}
    known: dict[str, str] = cache.get_many(keys.values())
    until = time.monotonic() + ALL_SECONDS
    fresh = {}
    for pk, query in queries.items():
        if keys[pk] not in known and time.monotonic() < until:
            known[keys[pk]] = fresh[keys[pk]] = _number(actor, query)
    if fresh:
        cache.set_many(fresh, timeout=KNOWN_FOR)
    return {str(pk): known.get(key, "") for pk, key in keys.items()}


def _number(actor: Actor, query: str) -> str:
    try:
        found = count(actor, read(query, actor.user), most=inbox.COUNT_LIMIT, seconds=ONE_SECONDS)
    except (Misread, TooSlow):
        return ""
    return inbox.shown_number(found)


def _key(user: int, query: str) -> str:
    return f"view-count:{user}:{blake2s(query.encode(), digest_size=12).hexdigest()}"


def _running(actor: Actor) -> list[dict[str, Any]]:
    found = []
    for job in BulkJob.objects.filter(by=actor.user, state=JobState.RUNNING).order_by("pk"):
        left = BulkItem.objects.filter(job=job, outcome=Outcome.TO_DO).count()
        words = _("%(act)s: %(done)s of %(total)s") % {
            "act": _("Undo") if job.undoes_id else job.get_act_display(),
            "done": job.total - left,
            "total": job.total,
        }
        found.append({"url": reverse("workspace-job", args=[job.pk]), "words": words})
    return found
