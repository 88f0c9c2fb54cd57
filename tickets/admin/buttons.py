"""Buttons on a row's page for what is done with it beside saving it: publish, revoke, try again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from tickets.admin.theme import ModelAdmin

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


@dataclass(frozen=True, slots=True)
class Button:
    """Something to do with a row beside saving it: a POST of its own, explained before it is done.

    `method` is the admin's method for (request, object); it may return a response of its own.
    """

    name: str
    label: StrOrPromise
    explanation: StrOrPromise
    method: str
    shown: Callable[[Any], bool] = lambda row: True
    dangerous: bool = False
    in_transaction: bool = True  # not for what asks another server


class AdminWithButtons(ModelAdmin):
    """Shows its `buttons` above the form, and does what they say, in one transaction unless it may not."""

    buttons: ClassVar[tuple[Button, ...]] = ()
    change_form_outer_before_template = "admin/buttons.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_button"
        pressed = self.admin_site.admin_view(self.press)
        return [path("<path:object_id>/do/<slug:button>/", pressed, name=name), *super().get_urls()]

    def press(self, request: HttpRequest, object_id: str, button: str) -> HttpResponseBase:
        """What a button does, by POST only; back to the row unless its method answers itself."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        wanted = next((each for each in self.buttons if each.name == button), None)
        with transaction.atomic() if wanted is None or wanted.in_transaction else nullcontext():
            row = self.get_object(request, unquote(object_id)) if wanted else None
            if wanted is None or row is None:
                raise Http404
            if not self.may_press(request, row):
                raise PermissionDenied
            if not wanted.shown(row):
                messages.info(request, _("Nothing was left to do: somebody was faster."))
                answer = None
            else:
                answer = getattr(self, wanted.method)(request, row)
        return answer if isinstance(answer, HttpResponse) else self._back(row)

    def may_press(self, request: HttpRequest, row: Any) -> bool:
        return self.has_view_permission(request, row)

    def _back(self, row: models.Model) -> HttpResponseRedirect:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = context.get("original")
        if row is not None:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_button"
            context["row_buttons"] = [
                {"button": button, "url": reverse(name, args=[row.pk, button.name])}
                for button in self.buttons
                if button.shown(row) and self.may_press(request, row)
            ]
        return super().render_change_form(request, context, *args, **kwargs)
