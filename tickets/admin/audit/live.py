"""A form whose saving goes live: what it would break is looked at before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import AdminErrorList
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models, transaction
from django.forms import all_valid
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.admin import going_live
from tickets.admin.audit.audited import AuditedAdmin
from tickets.admin.going_live import BACK, SHOW, Change


class LiveAdmin(AuditedAdmin):
    """Says of each valid form, and of each removal, what the change is; see `going_live`."""

    def change_by(
        self, request: HttpRequest, before: Any, form: Any, formsets: Sequence[Any]
    ) -> Change | None:
        """What a valid form would change; None if nothing of it goes live."""
        raise NotImplementedError

    def removal(self, request: HttpRequest, row: Any) -> Change | None:
        """What is changed where the row is gone."""
        return None

    # --- the form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST" and not {BACK, SHOW} & request.POST.keys():
            page = self._held(request, object_id)
            if page is not None:
                return page
        page = super().changeform_view(request, object_id, form_url, extra_context)
        if SHOW in request.POST and isinstance(page, TemplateResponse):
            self._shows(request, page)
        return page

    def _shows(self, request: HttpRequest, page: TemplateResponse) -> None:
        """That it was only looked at is no error; what is wrong with the form is."""
        context = page.context_data or {}
        form = context["adminform"].form
        kept = [one for one in form.non_field_errors().data if one.code != "conflict"]
        form.errors.pop(NON_FIELD_ERRORS, None)
        if kept:
            form.add_error(None, kept)
        formsets = [one.formset for one in context["inline_admin_formsets"]]
        context["errors"] = AdminErrorList(form, formsets)
        messages.info(request, form.conflict)

    def _held(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        before = self.get_object(request, unquote(object_id)) if object_id else None
        if (before is None) != (object_id is None) or not self.has_change_permission(request):
            return None
        row = self.get_object(request, unquote(object_id)) if object_id else None
        form = self.get_form(request, row, change=row is not None)(
            request.POST, request.FILES, instance=row
        )
        is_valid = form.is_valid()
        formsets: Sequence[Any]
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined]  # Django's own
            request, form.instance, change=row is not None
        )
        if not (all_valid(formsets) and is_valid):
            return None
        return self._looked_at(request, self.change_by(request, before, form, formsets), "")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if request.method == "POST" and SHOW in request.POST:
            form.conflict = _("Nothing is saved yet. What customers read stands below.")
        elif request.method == "POST" and BACK in request.POST:
            form.conflict = _("Nothing was saved. This is your change as you wrote it.")
        return form

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        going_live.went_live(request, form.instance)

    # --- a removal

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if request.method == "POST":
            row = self.get_object(request, unquote(object_id))
            if row is not None and self.has_delete_permission(request, row):
                page = self._looked_at(request, self.removal(request, row), self._page_of(row))
                if page is not None:
                    return page
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            going_live.went_live(request, obj)
            super().delete_model(request, obj)

    # --- a button

    def look_first(self, request: HttpRequest, object_id: str, change: Any) -> HttpResponse | None:
        """What a button would break: the page that says so. `change` makes the change of the row."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return None
        return self._looked_at(request, change(row), self._page_of(row))

    def _page_of(self, row: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def _looked_at(
        self, request: HttpRequest, change: Change | None, back: str
    ) -> HttpResponse | None:
        if change is None:
            return None
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "opts": self.opts, "back": back}
        return going_live.held(request, change, context)
