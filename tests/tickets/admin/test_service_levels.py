"""A service level is built without a script, said in words, tried and saved; nonsense is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_customer, make_organization, make_team, make_ticket
from tests.tickets.admin.conftest import list_of, sent_by, url_of
from tests.tickets.admin.rules import PARTS, text_of
from tests.tickets.promised import make_policy
from tickets import actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.models import (
    Event,
    EventKind,
    OpeningHours,
    SlaPolicy,
    SlaReview,
    Tier,
    Turn,
    User,
)
from tickets.sla.content import Content, minutes_of

pytestmark = pytest.mark.django_db
ADD = "/admin/tickets/slapolicy/add/"


def built(**changed: Any) -> dict[str, Any]:
    """What a browser sends of a new one for premier customers."""
    sent = {
        "name": "Premier",
        "sentence": "They pay for it.",
        "position": "10",
        "match": "all",
        "rows": "1",
        "field-0": "tier",
        "was-0": "tier",
        "op-0": "any_of",
        "value-0": ["premier"],
        "target-first-2": "4 h",
        "target-first-4": "30min",
        "target-resolution-2": "1h 30m",
        "business": "on",
        "active": "on",
        "warn_percent": "80",
        "save": "1",
        **changed,
    }
    return {name: value for name, value in sent.items() if value is not None}


def test_one_is_built_and_saved_and_its_history_says_who_did(client: Client, odhran: User) -> None:
    assert client.get(ADD).status_code == 200
    assert client.post(ADD, built())["Location"] == list_of(SlaPolicy)
    policy = SlaPolicy.objects.get()
    assert (policy.name, policy.position, policy.warn_percent) == ("Premier", 10, 80)
    assert policy.conditions == [{"field": "tier", "op": "is", "value": "premier"}]
    assert Content.of(policy).targets == {
        ("first", 2): 240,
        ("first", 4): 30,
        ("resolution", 2): 90,
    }
    event = Event.objects.filter(subject="tickets.slapolicy").latest("pk")
    assert (event.kind, event.actor_user) == (EventKind.SETTING_ADDED, odhran)
    shown = text_of(client.get(list_of(SlaPolicy)))
    assert (
        "When the customer's tier is premier: first response within 4 h (urgent 30 min, low never, "
        "high never); resolution within 1 h 30 min"
    ).replace("'", "&#x27;") in shown
    assert client.get(url_of(policy, "history")).status_code == 200


def test_a_change_says_what_was_before_and_nothing_is_overwritten_unseen(
    client: Client, odhran: User
) -> None:
    policy = make_policy()
    page = client.get(url_of(policy))
    opened = page.context["opened"]
    sent = built(name="Standard", rows="0", opened=opened, **{"target-first-2": "2 h"})
    assert client.post(url_of(policy), sent).status_code == 302
    event = Event.objects.filter(subject="tickets.slapolicy").latest("pk")
    before, after = event.data["changes"]["targets"]
    assert "First response, Normal: 240 min" in before
    assert "First response, Normal: 120 min" in after
    # Somebody else's page was opened before that.
    answer = client.post(url_of(policy), {**sent, "name": "Mine"})
    assert answer.status_code == 422
    assert "Somebody changed this after you opened it" in text_of(answer)
    policy.refresh_from_db()
    assert policy.name == "Standard"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 90}, "under 80 characters"),
        ({"name": "🏔️" * 2000}, "under 80 characters"),
        ({"name": "Nul\x00", "sentence": "\x00" * 300, "target-next-2": "\x00"}, "Write hours"),
        ({"name": "Nul\x00", "sentence": "\x00", "position": "7"}, None),
        ({"position": "\x00", "warn_percent": "\x00"}, "Write a number from"),
        ({"rows": "999", "field-0": "\x00", "was-0": "\x00"}, "There is nothing called"),
        ({"target-first-2": "soon"}, "Write hours and minutes"),
        ({"target-first-2": "2 d"}, "Write hours and minutes"),
        ({"target-first-2": "0 h"}, "Write hours and minutes"),
        ({"target-first-2": "9000 h"}, "Write hours and minutes"),
        ({"target-first-2": "١ h"}, None),  # an Arabic one is a digit
        ({"warn_percent": "100"}, "Write a number from 1 to 99."),
        ({"position": "-1"}, "Write a number from 0"),
        ({"position": "²"}, "Write a number from 0"),
        (
            {"target-first-2": "", "target-first-4": "", "target-resolution-2": ""},
            "Promise at least one thing",
        ),
        ({"field-0": "breached", "was-0": "breached", "value-0": "yes"}, "cannot depend on this"),
        ({"field-0": "text", "was-0": "text", "value-0": "x"}, "cannot depend on this"),
        ({"field-0": "gone", "was-0": "gone", "value-0": "x"}, ""),
        ({"match": "some"}, "Choose one of the values"),
    ],
)
def test_nonsense_is_refused_in_words_and_nothing_is_saved(
    client: Client, wrong: dict[str, Any], says: str | None
) -> None:
    answer = client.post(ADD, built(**wrong))
    assert answer.status_code == (302 if says is None else 422)
    assert SlaPolicy.objects.exists() is (says is None)
    assert (says or "") in text_of(answer)


def test_a_time_is_read_as_people_write_it() -> None:
    assert [minutes_of(one) for one in ("4h", "4 h", "90 min", "1h30m", " 1 H 30 MIN ")] == [
        240,
        240,
        90,
        90,
        90,
    ]
    assert [minutes_of(one) for one in ("", "4", "h", "-1 h", "1.5 h", "9" * 40 + "h")] == [
        None
    ] * 6


def test_it_is_tried_on_the_newest_conversations_before_it_is_saved(client: Client) -> None:
    make_policy("Everybody", position=50)
    premier = make_customer(organization=make_organization(tier=Tier.PREMIER))
    theirs = make_ticket(turn=Turn.QUEUE, customer=premier, team=make_team())
    other = make_ticket(turn=Turn.QUEUE)
    make_ticket(turn=Turn.ASSISTANT)
    page = client.post(ADD, built(save=None, **{"try": "1"}))
    found = {one.ticket.pk: (one.is_this, one.name) for one in page.context["tried"]}
    assert found == {theirs.pk: (True, "-"), other.pk: (False, "Everybody")}
    assert "It would apply to 1 of the newest 2." in text_of(page)
    assert SlaPolicy.objects.count() == 1
    off = client.post(ADD, built(save=None, active=None, **{"try": "1"}))
    assert "It is switched off" in text_of(off)


def test_the_parts_of_the_page_come_by_post_only_and_show_what_is_in_the_form(
    client: Client,
) -> None:
    for part in PARTS:
        url = f"/admin/tickets/slapolicy/{part}/"
        assert client.get(url).status_code == 405
        assert client.post(url, built(save=None)).status_code == 200
    words = text_of(client.post("/admin/tickets/slapolicy/words/", built(save=None, rows="0")))
    assert "For every conversation: first response within 4 h" in words


def test_one_that_was_used_is_switched_off_not_deleted(client: Client) -> None:
    policy, unused = make_policy(), make_policy("Unused", position=200)
    make_ticket(turn=Turn.QUEUE)
    assert client.post(url_of(policy, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(url_of(unused, "delete"), {"post": "yes"}).status_code == 302
    assert list(SlaPolicy.objects.all()) == [policy]


def test_one_that_can_never_apply_says_so_in_the_list(client: Client) -> None:
    make_policy("Old", conditions=[{"field": "custom.gone", "op": "is", "value": "x"}])
    assert "something that it looks at is no longer there" in text_of(
        client.get(list_of(SlaPolicy))
    )


def test_only_who_saves_the_version_that_they_saw_changes_it(odhran: User) -> None:
    policy = make_policy()
    values = {
        "name": "Standard",
        "position": "1",
        "match": "all",
        "active": True,
        "warn_percent": "",
        "targets": {("first", 2): "1 h"},
    }
    actor = Actor.agent(odhran)
    saved = actions.save_service_level(actor=actor, policy=policy, values=values)
    assert (saved.warn_percent, saved.business) == (None, False)
    with pytest.raises(ActionError):
        actions.save_service_level(actor=actor, policy=policy, values=values, opened="old")
    assert not SlaReview.objects.exists()  # it is a reaction that asks for it


def test_opening_hours_keep_the_holidays_of_a_country_and_of_a_part_that_there_is(
    client: Client,
) -> None:
    hours = OpeningHours.objects.create(name="Office", timezone="Europe/London")
    url = url_of(hours)
    wrong = client.post(url, {**sent_by(client.get(url)), "country": "GB", "region": "ZZ"})
    assert "write one of: ENG, NIR, SCT, WLS" in text_of(wrong)
    alone = client.post(url, {**sent_by(client.get(url)), "country": "", "region": "ENG"})
    assert "Leave this empty" in text_of(alone)
    right = client.post(url, {**sent_by(client.get(url)), "country": "GB", "region": "eng"})
    assert right.status_code == 302
    hours.refresh_from_db()
    assert (hours.country, hours.region) == ("GB", "ENG")
