"""Two admins who save at the same instant: one change, one record, and one who is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories import make_admin
from tests.tickets.admin.conftest import sent_by, url_of
from tickets.models import Event, Organization


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_of_two_who_save_at_the_same_instant_is_told() -> None:
    organization = Organization.objects.create(name="Loch Arden")
    url = url_of(organization)
    clients = []
    for name in ("Odhrán", "Priya"):
        client = Client()
        client.force_login(make_admin(name))
        clients.append((client, sent_by(client.get(url)), name))
    together = Barrier(2)

    def save(each: tuple[Client, dict[str, Any], str]) -> int:
        client, values, name = each
        together.wait(timeout=10)
        try:
            return client.post(url, {**values, "note": f"By {name}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(save, clients))

    assert answers == [200, 302]  # the form again, and done
    organization.refresh_from_db()
    event = Event.objects.get()
    assert event.data["changes"] == {"note": ["", organization.note]}
