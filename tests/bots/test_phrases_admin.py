"""The phrases of suggested replies in the admin: on record, and without a wrong placeholder."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import ReplyPhrase
from tests.factories import make_admin
from tickets.models import Event

pytestmark = pytest.mark.django_db
ADD = "admin:bots_replyphrase_add"


@pytest.fixture
def admin(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin(), backend="tickets.web.logins.LogIns")
    return client


def test_a_language_gets_its_phrases_and_the_change_is_on_record(admin: Client) -> None:
    data = {"about": "greeting", "language": "fr", "text": "Bonjour {customer.first_name},"}
    assert admin.post(reverse(ADD), data).status_code == 302
    made = ReplyPhrase.objects.get(language="fr")
    assert made.text == "Bonjour {customer.first_name},"
    assert Event.objects.filter(subject="bots.replyphrase", subject_id=str(made.pk)).count() == 1


def test_what_is_no_placeholder_is_refused(admin: Client) -> None:
    data = {"about": "greeting", "language": "fr", "text": "Bonjour {customer.nickname},"}
    refused = admin.post(reverse(ADD), data)
    assert refused.status_code == 200
    assert "There is no placeholder {customer.nickname}." in refused.text
    assert not ReplyPhrase.objects.filter(language="fr").exists()


def test_english_and_german_ones_are_shipped_for_every_state_of_mind() -> None:
    shipped = ReplyPhrase.objects.values_list("language", "about")
    moments = {about for _language, about in shipped}
    assert len(shipped) == 2 * len(moments) == 20
