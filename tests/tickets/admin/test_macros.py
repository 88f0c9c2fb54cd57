"""Macros in the admin: those that are shared, and whom they are for."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_admin, make_agent, make_team
from tests.tickets.admin.conftest import list_of, sent_by, url_of
from tests.tickets.macro_steps import save
from tickets.models import Event, EventKind, Macro

pytestmark = pytest.mark.django_db


def test_an_admin_sees_what_is_shared_switches_it_off_and_reads_nothing_personal() -> None:
    admin, team = make_admin(), make_team("Gear care")
    client = Client()
    client.force_login(admin, backend="tickets.web.logins.LogIns")
    shared = save(admin, name="Late", body="Sorry", acts={"snooze": 48}, shared=True, team=team)
    own = save(make_agent(teams=[team]), name="Personal", note="x")
    listed = client.get(list_of(Macro)).text
    assert "Late" in listed
    assert "Personal" not in listed
    assert client.get(url_of(own, "change")).status_code == 302  # as if it were missing
    page = client.get(url_of(shared, "change"))
    assert "Put aside for 2 days" in page.text
    said = {**sent_by(page), "folder": "Delivery", "team": "", "body": "Forged"}
    del said["is_active"]
    assert client.post(url_of(shared, "change"), said).status_code == 302
    shared.refresh_from_db()
    assert (shared.folder, shared.team, shared.is_active) == ("Delivery", None, False)
    assert shared.body == "Sorry"
    assert Event.objects.filter(kind=EventKind.SETTING_CHANGED, subject_id=str(shared.pk)).exists()
