"""No index is kept that another one serves: each costs something with every row that is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model, UniqueConstraint

OURS = [
    model
    for app in ("tickets", "bots", "knowledgebase")
    for model in apps.get_app_config(app).get_models()
]


def beginnings(model: type[Model]) -> Iterator[str]:
    """The first column of every index that holds all rows."""
    for index in model._meta.indexes:
        if index.condition is None and index.fields:
            yield index.fields[0].lstrip("-")
    for constraint in model._meta.constraints:
        if (
            isinstance(constraint, UniqueConstraint)
            and constraint.condition is None
            and constraint.fields
        ):
            yield constraint.fields[0]


def test_no_reference_has_an_index_of_its_own_where_a_longer_one_begins_with_it() -> None:
    assert [
        f"{model.__name__}.{field.name}: db_index=False"
        for model in OURS
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and not field.unique
        and getattr(field, "db_index")  # noqa: B009 - the stubs do not know it
        and field.name in set(beginnings(model))
    ] == []


@pytest.mark.django_db
def test_every_reference_is_found_by_an_index() -> None:
    """Else whoever deletes what it refers to reads the whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indrelid::regclass::text, attname FROM pg_index"
            " JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
            " WHERE indpred IS NULL"
        )
        indexed = set(cursor.fetchall())
    assert [
        f"{model.__name__}.{field.name}"
        for model in OURS
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and (model._meta.db_table, field.column) not in indexed
    ] == []
