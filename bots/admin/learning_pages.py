"""What did not work: articles that did not help, and questions that nobody had to answer twice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bots.learning import usage
from tickets.admin import site


def did_not_help(request: HttpRequest) -> HttpResponse:
    """Articles that were shown and did not help, with what was asked."""
    context = {
        **site.each_context(request),
        "title": _("Articles that did not help"),
        "articles": usage.unhelpful_articles(),
    }
    return TemplateResponse(request, "admin/learning/did_not_help.html", context)


def asked_again(request: HttpRequest) -> HttpResponse:
    """How often customers were asked for what they had given."""
    context = {
        **site.each_context(request),
        "title": _("Asked again"),
        "needless": usage.asked_again(),
    }
    return TemplateResponse(request, "admin/learning/asked_again.html", context)
