"""Readers of the help centre: who of them is a person whom we can tell from others, and is kept.

It is one INSERT after the response has left, in the process that made it: the page is not a moment
slower, and the queue, in which customers wait for answers, has nothing to do with it. Should the
process die in this moment, one visit is not known of.
"""

from __future__ import annotations

import re

from django.http import HttpRequest
from limits import parse

from knowledgebase import visits
from knowledgebase.visits import Visit
from tickets import access, actions
from tickets.intake import limits
from tickets.models import SiteSettings, User

OF_A_CUSTOMER = parse("200/day")
OF_A_BROWSER = parse("100/day")
OF_A_NETWORK = parse("1000/day")  # whoever is unknown may say that they are a new browser each time
_PROGRAM = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|archiver|preview|facebookexternalhit|headless|lighthouse|monitor"
    r"|curl|wget|python|http-?client|scan",
    re.IGNORECASE,
)
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # a browser says that nobody looks yet


def take_part() -> None:
    """Called once, at start."""
    visits.add(keep)


def keep(request: HttpRequest, visit: Visit) -> None:
    """Keep a visit, unless it is that of a program, of staff, or of nobody whom we can tell apart."""
    user = request.user
    is_staff = isinstance(user, User) and user.on_the_staff
    if is_staff or not _is_a_reader(request) or not SiteSettings.load().visit_days:
        return
    actor = access.actor_of(request)
    browser = "" if actor.customer else access.browser_of(request)
    if actor.customer is None and not browser:
        return
    try:
        if actor.customer is not None:
            limits.spend(OF_A_CUSTOMER, "visits", str(actor.customer.pk))
        else:
            limits.spend(OF_A_BROWSER, "visits", browser)
            limits.spend(OF_A_NETWORK, "visits", limits.network_address(request))
    except limits.TooMany:
        return
    actions.note_visit(
        actor=actor, browser=browser, article=visit.article, words=visit.words, hits=visit.hits
    )


def _is_a_reader(request: HttpRequest) -> bool:
    """Whether somebody looks at it: no robot, no program without a name, no page fetched ahead."""
    name = request.headers.get("User-Agent", "")
    ahead = any(
        word in request.headers.get(header, "").lower()
        for header in _AHEAD
        for word in ("prefetch", "prerender", "preview")
    )
    return bool(name) and not ahead and not _PROGRAM.search(name)
