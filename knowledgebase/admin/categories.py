"""The categories that articles stand in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lucide import IconDoesNotExist

from knowledgebase.models import Article, Category
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm
from tickets.admin.site import site


class CategoryForm(AuditedForm):
    def clean_icon(self) -> str:
        """A page that shows an icon that does not exist would fail."""
        icon = str(self.cleaned_data["icon"]).strip()
        if not icon_exists(icon):
            raise ValidationError(
                _("There is no such icon. Look for one at lucide.dev and write its name here."),
                code="no_icon",
            )
        return icon


@admin.register(Category, site=site)
class CategoryAdmin(AuditedAdmin):
    form = CategoryForm
    fields = ("name", "slug", "description", "icon", "position")
    prepopulated_fields = {"slug": ["name"]}
    list_display = ("name", "description", "number_of_articles", "position")
    search_fields = ("name", "description")

    def get_queryset(self, request: HttpRequest) -> Any:
        number = (
            Article.objects.filter(category=OuterRef("pk"))
            .order_by()
            .values("category")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return (
            super()
            .get_queryset(request)
            .annotate(number=Subquery(number, output_field=IntegerField()))
        )

    @admin.display(description=gettext_lazy("articles"), ordering=F("number").asc(nulls_first=True))
    def number_of_articles(self, category: Any) -> int:
        return category.number or 0


def icon_exists(name: str) -> bool:
    """Whether there is an icon of this name; the package says so only by failing to draw it."""
    from lucide.templatetags.lucide import lucide

    try:
        return bool(lucide(name))
    except (IconDoesNotExist, ValueError, KeyError):
        return False
