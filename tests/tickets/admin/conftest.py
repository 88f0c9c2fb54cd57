"""An admin who is logged in, and what they see and send in the admin's forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests.factories import make_admin
from tests.tickets.conditions.fields import registered
from tickets import actions
from tickets.actors import Actor
from tickets.models import EscalationRule, User

Change = Callable[..., Any]


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Any) -> None:
    """The second factor has its own tests."""
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def odhran(db: None) -> User:
    """An admin who is no superuser, as most are."""
    return make_admin("Odhrán MacAllister", is_superuser=False, timezone="Europe/Berlin")


@pytest.fixture
def client(client: Client, odhran: User) -> Client:
    client.force_login(odhran)
    return client


@pytest.fixture
def change(client: Client) -> Change:
    """Opens a row's form, changes fields of it, and saves it as a browser would."""

    def save(row: Model, **values: Any) -> Any:
        url = url_of(row)
        return client.post(url, {**sent_by(client.get(url)), **values})

    return save


def url_of(row: Model, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def list_of(model: type[Model], page: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def sent_by(page: Any) -> dict[str, Any]:
    """What a browser sends when the form on this page is saved as it is."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {"_version": page.context.get("version", "")}
    for bound in (field for form in forms for field in form):
        value = bound.value()
        if value is None or value is False:
            continue
        if isinstance(value, list | tuple) or hasattr(value, "all"):
            value = [getattr(each, "pk", each) for each in value]
            if bound.name == "questions":
                value = "\n".join(value)
        values[bound.html_name] = value
    return values


def errors_on(page: Any) -> str:
    """All that the form complains about, as one text; the form was shown again."""
    assert page.status_code == 200
    form = page.context["adminform"].form
    found = [str(error) for errors in form.errors.values() for error in errors]
    for inline in page.context["inline_admin_formsets"]:
        found += inline.formset.non_form_errors()
        for row in inline.formset.forms:
            found += [str(error) for errors in row.errors.values() for error in errors]
    return " ".join(found)


@pytest.fixture
def rule_fields() -> Iterator[None]:
    """Fields like those that the assistant registers."""
    with registered():
        yield


@pytest.fixture
def rule(odhran: User, rule_fields: None) -> EscalationRule:
    return actions.save_rule(
        actor=Actor.agent(odhran),
        rule=None,
        values={
            "name": "Upset guides",
            "sentence": "They lead groups tomorrow.",
            "conditions": [
                {"field": "feeling", "op": "any_of", "value": ["angry", "distressed"]},
                {"field": "turns", "op": "at_least", "value": 2},
            ],
            "actions": {"hand_over": {"priority": 3}, "tags": ["upset"]},
            "reason": "anger",
        },
    )
