"""How articles do, and questions that nobody had to answer twice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bots.learning import article_use, readers, usage
from knowledgebase.admin.article_form import changed_sections
from knowledgebase.models import Article
from tickets.admin import site
from tickets.admin.audit.audited import actor_of


def articles(request: HttpRequest) -> HttpResponse:
    """How articles do, first those that would help most customers if they were better."""
    context = {
        **site.each_context(request),
        "title": _("How articles do"),
        "articles": article_use.articles(),
        "read": readers.articles(),
        "missing": readers.in_vain(),
    }
    return TemplateResponse(request, "admin/learning/articles.html", context)


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """How one article does, section by section."""
    found = get_object_or_404(Article.objects.select_related("published"), pk=pk)
    latest = found.versions.first()
    context = {
        **site.each_context(request),
        "title": _("How it does: %(title)s") % {"title": latest.title if latest else found.slug},
        "article": found,
        "page": article_use.of(found, actor=actor_of(request)),
        "read": next(iter(readers.articles(article=found.pk)), None),
        "to_read_again": changed_sections(latest) if latest else [],
    }
    return TemplateResponse(request, "admin/learning/article.html", context)


def asked_again(request: HttpRequest) -> HttpResponse:
    """How often customers were asked for what they had given."""
    context = {
        **site.each_context(request),
        "title": _("Asked again"),
        "needless": usage.asked_again(),
    }
    return TemplateResponse(request, "admin/learning/asked_again.html", context)
