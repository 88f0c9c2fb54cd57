"""What an admin changes, and API keys: saved with a record, secrets in none."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import (
    OWN_SCOPES,
    PASSWORD,
    make_admin,
    make_agent,
    make_hours,
    make_team,
    make_user,
)
from tickets import actions
from tickets.actions.settings import SECRET_FIELDS, many_values
from tickets.actors import Actor
from tickets.models import ApiKey, Event, Scope, SiteSettings, Team, User
from tickets.models.ways_in import SealedField

pytestmark = pytest.mark.django_db


def test_a_change_is_saved_with_what_was_before_and_what_is_now() -> None:
    admin, site = make_admin(), SiteSettings.load()
    before = site.company_name
    site.company_name = "Kestrel & Moor"
    event = actions.change_setting(actor=Actor.agent(admin), instance=site)
    assert event is not None
    assert SiteSettings.load().company_name == "Kestrel & Moor"
    assert (event.kind, event.subject, event.subject_id) == (
        "setting.changed",
        "tickets.sitesettings",
        "1",
    )
    assert event.data["changes"] == {"company_name": [before, "Kestrel & Moor"]}
    assert (event.actor_user, event.ticket) == (admin, None)


def test_saving_without_a_change_records_nothing() -> None:
    assert actions.change_setting(actor=Actor.system(), instance=SiteSettings.load()) is None
    assert not Event.objects.exists()


def test_a_new_row_is_recorded_as_added() -> None:
    team = Team(name="Workshop", slug="workshop")
    event = actions.change_setting(actor=Actor.agent(make_admin()), instance=team)
    assert event is not None
    assert event.kind == "setting.added"
    assert event.data["changes"]["name"] == [None, "Workshop"]


def test_a_list_on_the_row_is_compared_too() -> None:
    team, agent = make_team(), make_agent("Dana Osei")

    def save() -> None:
        team.save()
        agent.teams.set([team])

    event = actions.change_setting(
        actor=Actor.system(),
        instance=team,
        save=save,
        many={"members": many_values(team, "members")},
    )
    assert event is not None
    assert event.data["changes"] == {"members": [[], ["Dana Osei"]]}


def test_a_secret_is_recorded_as_changed_and_in_no_other_form() -> None:
    user = make_user()
    records = []
    for password in (PASSWORD, "another walk over the moor"):
        user.set_password(password)
        records.append(actions.change_setting(actor=Actor.system(), instance=user))
    records.append(actions.change_setting(actor=Actor.system(), instance=user))  # nothing changed
    first, second, none = records
    assert first is not None
    assert second is not None
    assert (
        first.data
        == second.data
        == {
            "name": str(user),
            "changes": {"password": ["", "(changed)"]},
        }
    )
    assert none is None


def test_a_row_that_is_added_or_removed_leaves_no_secret_behind() -> None:
    user = User(email="nia@kestrelmoor.example")
    user.set_password(PASSWORD)
    added = actions.change_setting(actor=Actor.system(), instance=user)
    key = ApiKey(name="Shop", prefix="hd_12345", hash="f" * 64, scopes=[Scope.TICKETS_READ])
    also = actions.change_setting(actor=Actor.system(), instance=key)
    assert added is not None
    assert also is not None
    assert added.data["changes"]["password"] == also.data["changes"]["hash"] == ["", "(changed)"]
    removed = actions.remove_setting(actor=Actor.system(), instance=key)
    assert "hash" not in removed.data["was"]
    recorded = json.dumps([event.data for event in Event.objects.all()])
    for secret in ("f" * 64, user.password, "argon2", "secret"):
        assert secret not in recorded


def test_every_column_that_keeps_a_secret_is_known_as_one() -> None:
    """A new one has to be named, or it would be written into the ledger."""
    sounds_secret = re.compile(
        r"password|secret|token|hash|digest|totp|otp|salt|credential|private"
    )
    found = {
        f"{model._meta.label}.{field.name}"
        for label in ("tickets", "bots", "knowledgebase")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if sounds_secret.search(field.name)
        and field.name not in SECRET_FIELDS
        and not isinstance(field, SealedField)  # never written there, whatever its name
    }
    # Of what everybody may read, and the address of a server.
    assert found == {"knowledgebase.Article.import_digest", "tickets.Mailbox.oauth_token_address"}


def test_what_is_removed_is_recorded_with_what_it_was() -> None:
    hours = make_hours((0, "09:00", "17:00"))
    name = hours.name
    event = actions.remove_setting(actor=Actor.system(), instance=hours, many=["spans"])
    assert event.data["was"]["name"] == name
    assert event.data["was"]["spans"] == ["Monday 09:00-17:00"]
    assert event.kind == "setting.removed"


def test_a_change_that_cannot_be_saved_leaves_no_event() -> None:
    site = SiteSettings.load()
    site.company_name = "x"

    def save() -> None:
        site.save()
        raise ValidationError("no")

    with pytest.raises(ValidationError):
        actions.change_setting(actor=Actor.system(), instance=site, save=save)
    assert SiteSettings.load().company_name != "x"
    assert not Event.objects.exists()


def test_a_password_is_in_no_event() -> None:
    user = make_user(password=PASSWORD)
    user.set_password("another long walk over the moor")
    event = actions.change_setting(actor=Actor.system(), instance=user)
    assert event is not None
    assert event.data["changes"].keys() == {"password"}
    written = json.dumps(event.data)
    assert user.password not in written
    assert "argon2" not in written
    old, new = event.data["changes"]["password"]
    assert old != new  # that it changed is seen


# --- API keys -------------------------------------------------------------------------------------


def test_of_an_api_key_only_the_hash_is_kept() -> None:
    key, secret = actions.create_api_key(
        actor=Actor.system(), name="Shop\r\n", scopes=["tickets:write", "tickets:read"]
    )
    row = ApiKey.objects.values().get(pk=key.pk)
    assert secret.startswith("hd_")
    assert len(secret) >= 43
    assert row["hash"] == hashlib.sha256(secret.encode()).hexdigest()
    assert row["name"] == "Shop"
    assert row["scopes"] == ["tickets:read", "tickets:write"]
    assert secret not in str(row)
    event = Event.objects.get()
    assert (event.kind, event.subject_id) == ("setting.added", str(key.pk))
    assert secret not in json.dumps(event.data)
    assert row["hash"] not in json.dumps(event.data)


@pytest.mark.parametrize(
    ("name", "scopes"), [("Shop", []), ("Shop", ["tickets:delete"]), ("\x00 ", ["tickets:read"])]
)
def test_a_key_needs_a_name_and_scopes_that_exist(name: str, scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        actions.create_api_key(actor=Actor.system(), name=name, scopes=scopes)
    assert not ApiKey.objects.exists()


def test_a_revoked_key_is_not_valid_and_revoking_again_changes_nothing() -> None:
    key, _ = actions.create_api_key(actor=Actor.system(), name="Shop", scopes=OWN_SCOPES)
    for _ in range(2):
        actions.revoke_api_key(actor=Actor.system(), key=key)
    assert not ApiKey.objects.valid().exists()
    assert Event.objects.filter(kind="setting.changed").get().data == {"revoked": True}


def test_an_expired_key_is_not_valid() -> None:
    actions.create_api_key(
        actor=Actor.system(),
        name="Old",
        scopes=OWN_SCOPES,
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    kept, _ = actions.create_api_key(
        actor=Actor.system(),
        name="New",
        scopes=OWN_SCOPES,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    assert list(ApiKey.objects.valid()) == [kept]
