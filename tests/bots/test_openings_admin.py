"""First sentences in the admin: an admin's own words, for what rules know, and on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import Detector, Opening
from tests.factories import make_admin
from tickets.admin.audit.audited import VERSION
from tickets.models import Event

pytestmark = pytest.mark.django_db

BACKEND = "tickets.web.logins.LogIns"
ADD = "admin:bots_opening_add"


@pytest.fixture
def admin(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin(), backend=BACKEND)
    return client


def test_a_sentence_is_written_for_a_topic_of_their_own(admin: Client) -> None:
    Detector.objects.create(slug="wedding", name="A wedding", kind="sensitive")
    page = admin.get(reverse(ADD))
    for value in ("wedding", "danger", "angry", "safety"):
        assert f'<option value="{value}">' in page.text
    assert '<option value="calm">' not in page.text
    data = {"about": "wedding", "language": "en", "text": "Congratulations!"}
    assert admin.post(reverse(ADD), data).status_code == 302
    made = Opening.objects.get(about="wedding")
    assert (made.text, made.safety) == ("Congratulations!", False)
    assert Event.objects.filter(subject="bots.opening", subject_id=str(made.pk)).count() == 1


def test_a_change_is_on_record_with_the_words_before_and_after(admin: Client) -> None:
    row = Opening.objects.get(about="danger", language="en")
    url = reverse("admin:bots_opening_change", args=[row.pk])
    page = admin.get(url)
    form = page.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent[VERSION] = page.context["version"]
    sent["text"] = "Leave the building, then call 112."
    assert admin.post(url, sent).status_code == 302
    row.refresh_from_db()
    assert (row.text, row.safety) == ("Leave the building, then call 112.", True)
    [event] = Event.objects.filter(subject="bots.opening", subject_id=str(row.pk))
    assert "Leave the building" in str(event.data)


def test_there_is_one_for_each_and_none_for_what_nobody_notices(admin: Client) -> None:
    for about in ("danger", "no-such-topic"):
        data = {"about": about, "language": "en", "text": "Once more."}
        assert admin.post(reverse(ADD), data).status_code == 200
    assert not Opening.objects.filter(text="Once more.").exists()
