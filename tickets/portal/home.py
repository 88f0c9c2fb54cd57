"""The portal's front door: search, topics, popular articles, the assistant and a person."""

from __future__ import annotations

import uuid

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from knowledgebase.models import Article, Category

POPULAR = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "portal/home.html",
        {
            "categories": Category.objects.annotate(
                count=Count("articles", filter=Q(articles__in=Article.objects.public()))
            ).filter(count__gt=0),
            "popular": Article.objects.public()
            .filter(popular=True)
            .select_related("published", "category")[:POPULAR],
            "client_id": uuid.uuid4(),
        },
    )
