"""Migrations take the time that they need: an index over a million rows is no runaway request."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_migrate

pytestmark = pytest.mark.django_db


def limits() -> list[str]:
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
    with connection.cursor() as cursor:
        return [cursor.execute(f"SHOW {name}").fetchone()[0] for name in names]


def test_no_limit_ends_a_migration_and_a_lock_is_not_waited_for_longer_than_ever() -> None:
    before, during = limits(), []

    def look(**_how: Any) -> None:
        during.append(limits())

    post_migrate.connect(look, sender=apps.get_app_config("tickets"))
    try:
        call_command("migrate", verbosity=0)
    finally:
        post_migrate.disconnect(look, sender=apps.get_app_config("tickets"))
    assert during == [["0", "0", before[2]]]
    assert limits() == before == ["15s", "30s", "3s"]
