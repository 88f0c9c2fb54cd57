"""The theme's classes, typed as the Django classes that they extend: the theme ships no types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from django import forms
    from django.contrib import admin
    from django.core import paginator

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    AdminSite = admin.AdminSite
    ModelForm = forms.ModelForm[Any]
    Paginator = paginator.Paginator[Any]
    InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
    CheckboxSelectMultiple = forms.CheckboxSelectMultiple
    SearchableSelect = forms.Select
    SearchableSelectMultiple = forms.SelectMultiple
    Textarea = forms.Textarea
    TextInput = forms.TextInput
    PasswordInput = forms.PasswordInput
else:
    from django.core.paginator import Paginator
    from django.forms import ModelForm
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.forms import PaginationInlineFormSet as InlineFormSet
    from unfold.sites import UnfoldAdminSite as AdminSite
    from unfold.widgets import (
        UnfoldAdminCheckboxSelectMultipleWidget as CheckboxSelectMultiple,
    )
    from unfold.widgets import (
        UnfoldAdminPasswordWidget as PasswordInput,
    )
    from unfold.widgets import (
        UnfoldAdminSelect2MultipleWidget as SearchableSelectMultiple,
    )
    from unfold.widgets import (
        UnfoldAdminSelect2Widget as SearchableSelect,
    )
    from unfold.widgets import (
        UnfoldAdminTextareaWidget as Textarea,
    )
    from unfold.widgets import (
        UnfoldAdminTextInputWidget as TextInput,
    )

__all__ = [
    "AdminSite",
    "CheckboxSelectMultiple",
    "InlineFormSet",
    "ModelAdmin",
    "ModelForm",
    "Paginator",
    "PasswordInput",
    "SearchableSelect",
    "SearchableSelectMultiple",
    "TabularInline",
    "TextInput",
    "Textarea",
]
