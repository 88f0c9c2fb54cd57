"""An admin page whose every change goes through the actions, and so leaves a record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tickets import actions
from tickets.actions.settings import many_values, snapshot
from tickets.actors import Actor
from tickets.admin.audit import history
from tickets.admin.buttons import AdminWithButtons
from tickets.admin.theme import ModelForm, TabularInline, Textarea
from tickets.models import Event, User

VERSION = "_version"  # the hidden field with what the row was when the form was opened
HISTORY_PAGE = 25


class AuditedForm(ModelForm):
    """A form that knows who looks, and refuses to overwrite what somebody else wrote meanwhile."""

    viewer: ClassVar[User]
    conflict: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(str(field.label)) if field.label else field.label

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.conflict:
            raise ValidationError(self.conflict, code="conflict")
        return cleaned


class AuditedAdmin(AdminWithButtons):
    """Adds, changes and removes by `actions.change_setting` and `remove_setting` only.

    The row, its lists (`many`: members, spans) and the event are written in one transaction,
    under the row's lock.
    """

    form = AuditedForm
    many: ClassVar[tuple[str, ...]] = ()
    # Lists that the rows on the other end have too: a team's members are the members' teams.
    mirrored: ClassVar[dict[str, str]] = {}
    # What changes by itself and is not edited here: no conflict.
    unversioned: ClassVar[frozenset[str]] = frozenset({"last_login", "log_ins_ended"})
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 4})}}
    list_per_page = 50
    change_form_before_template = "admin/version_field.html"
    object_history_template = "admin/object_history.html"

    # --- who may: the site lets admins in only, and nobody else

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    # --- what it was when the form was opened

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row; locked where it is about to be changed."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST" and _in_transaction():
            locked = self.model._default_manager.select_for_update().filter(pk=row.pk)
            row = self.get_queryset(request).filter(pk=row.pk).first() if locked.first() else None
        return row

    def version_of(self, row: models.Model) -> str:
        """A short sign of all that the form shows of the row; another one after any change."""
        seen: dict[str, Any] = {
            name: value for name, value in snapshot(row).items() if name not in self.unversioned
        }
        for name in self.many:
            rows = getattr(row, name).order_by("pk")
            if row._meta.get_field(name).many_to_many:
                seen[name] = list(rows.values_list("pk", flat=True))
            else:
                seen[name] = [snapshot(each) for each in rows]
        return sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:20]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        conflict = ""
        if obj is not None and request.method == "POST" and kwargs.get("fields", ()) is not None:
            conflict = self._conflict(request, obj)
        return type(form.__name__, (form,), {"viewer": request.user, "conflict": conflict})

    def _conflict(self, request: HttpRequest, row: models.Model) -> str:
        if request.POST.get(VERSION) == self.version_of(row):
            return ""
        latest = self._events(row).first()
        if latest is None:
            return _(
                "This was changed after you opened it, so nothing was saved. "
                "Open the page again to see how it is now, then make your change."
            )
        return _(
            "%(who)s changed this at %(when)s, after you opened it, so nothing was saved. "
            "Open the page again to see how it is now, then make your change."
        ) % {
            "who": history.who(latest),
            "when": date_format(timezone.localtime(latest.created_at), "TIME_FORMAT"),
        }

    # --- writing

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:  # two people saved the same at the same instant
            messages.error(
                request, _("Somebody saved the same at this moment. Nothing of yours was saved.")
            )
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the row, its lists and the record are written together, below."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool
    ) -> None:
        row = form.instance
        row._prefetched_objects_cache = {}  # the lists are compared as they are in the database
        others = _Others(row, self.mirrored, form) if change or self.mirrored else None

        def write() -> None:
            row.save()
            form.save_m2m()
            for formset in formsets:
                formset.save()

        actor = actor_of(request)
        actions.change_setting(
            actor=actor,
            instance=row,
            save=write,
            many={name: many_values(row, name) if change else [] for name in self.many},
        )
        if others is not None:
            others.record(actor)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        actions.remove_setting(actor=actor_of(request), instance=obj, many=self.many)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What stands in the way is named, rather than a permission that nobody lacks."""
        deleted, counts, permissions, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set() if protected else permissions, protected

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event is the record; Django's own log would be a second, poorer one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As for additions."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """As for additions."""

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page itself, without the detour by Django's table of models."""
        return str(obj.get_absolute_url()) if hasattr(obj, "get_absolute_url") else None

    # --- the form's page

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = context.get("original")
        context["show_save_and_add_another"] = False
        if row is not None:
            context["version"] = request.POST.get(VERSION) or self.version_of(row)
        return super().render_change_form(request, context, *args, **kwargs)

    # --- history

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The row's events, the newest first, with each field before and after."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        page = Paginator(self._events(row), HISTORY_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(row),
            "entries": history.entries(page.object_list),
            "page": page,
            "object": row,
            "original": row,
            "opts": self.opts,
            "module_name": capfirst(str(self.opts.verbose_name_plural)),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    def _events(self, row: models.Model) -> models.QuerySet[Event]:
        return (
            Event.objects.filter(subject=row._meta.label_lower, subject_id=str(row.pk))
            .select_related("actor_user", "actor_customer", "actor_key")
            .order_by("-pk")
        )


class AuditedInline(TabularInline):
    """Rows of a list, changed with the row that they belong to and recorded as a part of it.

    Every inline's relation has to be named in the `many` of its admin.
    """

    extra = 0
    hide_title = True  # a row says what it is by its fields

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The name of the column is the name of the field, too: the theme gives it no label."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            # That of a relation is wrapped.
            widget: Any = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(str(field.label)))
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)


class ReadOnlyAdmin(AuditedAdmin):
    """Rows that are looked at here, and come about elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SingletonAdmin(AuditedAdmin):
    """The one row of a settings model: its list is its form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[1]))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.path)


def actor_of(request: HttpRequest) -> Actor:
    """The admin who is logged in."""
    assert isinstance(request.user, User)
    return Actor.agent(request.user)


class _Others:
    """The rows on the other end of mirrored lists, with what they had before."""

    def __init__(self, row: models.Model, mirrored: dict[str, str], form: Any) -> None:
        self.before: list[tuple[models.Model, str, list[str]]] = []
        for name, theirs in mirrored.items():
            was = set(getattr(row, name).all()) if row.pk else set()
            wanted = form.cleaned_data.get(name)
            changed = was ^ set(was if wanted is None else wanted)
            self.before += [
                (other, theirs, many_values(other, theirs))
                for other in sorted(changed, key=lambda other: other.pk)
            ]

    def record(self, actor: Actor) -> None:
        """A record for each of them, too: their list changed as much as this row's."""
        for other, theirs, values in self.before:
            actions.change_setting(
                actor=actor, instance=other, save=_nothing, many={theirs: values}
            )


def _nothing() -> None:
    """The list is written already."""


def _in_transaction() -> bool:
    return bool(transaction.get_connection().in_atomic_block)
