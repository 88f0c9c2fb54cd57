"""The form of a segment: what is saved comes back from it unchanged, however it nests."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from knowledgebase import lately
from tests.factories import make_lead
from tickets import actions
from tickets.actors import Actor
from tickets.models import Event, EventKind, Segment, Team, User

PREMIER = {"field": "tier", "op": "is", "value": "premier"}
PRESS = {"field": "customer_tags", "op": "any_of", "value": ["press", "radio"]}
OFTEN = {"field": "conversations", "op": "at_least", "value": 3.0}
PERSON = {"field": "prefers_person", "op": "is", "value": True}


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "SECONDS", 0.0)


@pytest.fixture
def lead(team: Team) -> User:
    return make_lead(teams=[team])


@pytest.fixture
def browser(lead: User) -> Client:
    client = Client()
    client.force_login(lead, backend="tickets.web.logins.LogIns")
    return client


def group(match: str, *there: Any) -> dict[str, Any]:
    return {"match": match, "conditions": list(there)}


def saved(lead: User, conditions: dict[str, Any]) -> Segment:
    return actions.save_segment(
        actor=Actor.agent(lead), segment=None, name="Those", conditions=conditions
    )


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    form = page.split('<form class="stack"')[1].split("</form>")[0]
    sent = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', form)
        if not name.startswith("out_")
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)">(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"', options)
        chosen = re.findall(r'<option value="([^"]*)"[^>]* selected', options)
        sent[name] = html.unescape((chosen or values)[-1 if chosen else 0])
    return sent


def address(segment: Segment) -> str:
    return reverse("workspace-change-segment", args=[segment.pk])


@pytest.mark.parametrize(
    "conditions",
    [
        group("all", PREMIER, group("any", PRESS, OFTEN)),
        group("any", group("all", PREMIER, PERSON), PRESS, group("all", OFTEN, PERSON)),
        group("all", PREMIER, group("any", OFTEN, group("all", PRESS, PERSON))),
        group("all", group("any", PREMIER)),
        group("any", PREMIER, PRESS),
    ],
)
def test_what_is_saved_without_a_change_is_what_it_was(
    browser: Client, lead: User, conditions: dict[str, Any]
) -> None:
    segment = saved(lead, conditions)
    before, events = segment.conditions, Event.objects.count()
    sent = form_of(browser.get(address(segment)).text)
    assert browser.post(address(segment), sent).status_code == 302
    segment.refresh_from_db()
    assert segment.conditions == before
    assert Event.objects.count() == events


def test_a_group_is_changed_by_its_rows_and_its_match(browser: Client, lead: User) -> None:
    segment = saved(lead, group("all", PREMIER, group("any", PRESS, OFTEN)))
    sent = form_of(browser.get(address(segment)).text)
    assert sent["match_1"] == "any"
    sent |= {"match_1": "all", "value_1": "press", "field_2": ""}
    assert browser.post(address(segment), sent).status_code == 302
    segment.refresh_from_db()
    press = {**PRESS, "value": ["press"]}
    assert segment.conditions == group("all", PREMIER, group("all", press))
    assert Event.objects.filter(kind=EventKind.SETTING_CHANGED).count() == 1


def test_a_group_is_added_by_a_button_and_one_without_conditions_is_none(
    browser: Client, lead: User
) -> None:
    segment = saved(lead, group("all", PREMIER))
    sent = form_of(browser.get(address(segment)).text)
    page = browser.post(address(segment), {**sent, "more": "group"})
    assert page.status_code == 200
    sent = form_of(page.text)
    assert sent["group_2"] == "1"
    page = browser.post(address(segment), {**sent, "more": "1"})
    sent = form_of(page.text)
    assert [name for name in sent if name.startswith("group_")] == [
        f"group_{number}" for number in (2, 3, 4, 5)
    ]
    filled = {"field_2": "prefers_person", "op_2": "is", "value_2": "yes", "match_1": "any"}
    assert browser.post(address(segment), {**sent, **filled}).status_code == 302
    segment.refresh_from_db()
    assert segment.conditions == group("all", PREMIER, group("any", PERSON))
    assert browser.post(address(segment), {**sent, "field_2": ""}).status_code == 302
    segment.refresh_from_db()
    assert segment.conditions == group("all", PREMIER)


def test_a_group_within_a_group_is_said_in_words_and_taken_out_if_wanted(
    browser: Client, lead: User
) -> None:
    segment = saved(lead, group("all", PREMIER, group("any", OFTEN, group("all", PRESS, PERSON))))
    page = browser.get(address(segment)).text
    assert "press” or “radio” and " in html.unescape(page)
    sent = form_of(page)
    (number,) = (name.removeprefix("kept_") for name in sent if name.startswith("kept_"))
    assert browser.post(address(segment), {**sent, f"out_{number}": "yes"}).status_code == 302
    segment.refresh_from_db()
    assert segment.conditions == group("all", PREMIER, group("any", OFTEN))


def test_what_is_wrong_in_a_group_is_said_at_its_row(browser: Client, lead: User) -> None:
    segment = saved(lead, group("all", PREMIER, group("any", PRESS, OFTEN)))
    sent = form_of(browser.get(address(segment)).text)
    page = browser.post(address(segment), {**sent, "value_2": "many"})
    assert page.status_code == 422
    rows = page.text.split('<fieldset class="condition"')[1:]
    assert ["field__error" in row for row in rows[:4]] == [False, False, True, False]
    segment.refresh_from_db()
    assert segment.conditions["conditions"][1]["conditions"][1]["value"] == 3


def test_a_condition_on_a_removed_segment_stays_until_somebody_takes_it_out(
    browser: Client, lead: User
) -> None:
    gone = saved(lead, group("all", PREMIER))
    segment = actions.save_segment(
        actor=Actor.agent(lead),
        segment=None,
        name="Others",
        conditions=group(
            "all", PERSON, {"field": f"segment.{gone.key}", "op": "is", "value": True}
        ),
    )
    actions.remove_segment(actor=Actor.agent(lead), segment=gone)
    page = browser.get(address(segment))
    assert "(no longer there)" in page.text
    sent = form_of(page.text)
    assert browser.post(address(segment), sent).status_code == 422
    assert browser.post(address(segment), {**sent, "field_1": ""}).status_code == 302
    segment.refresh_from_db()
    assert segment.conditions == group("all", PERSON)


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "7",
        "[]",
        '{"conditions": 5}',
        "[" * 100_000,
        '{"conditions": [' * 30_000 + "]}" * 30_000,
        json.dumps({"conditions": [{"field": "tier", "op": "is", "value": "a\0b"}]}),
        '{"conditions": [{"field": "\\ud800", "op": "is", "value": "x"}]}',
        json.dumps(group("any", *[PREMIER] * 500)),
        json.dumps(group("any", group("any", group("any", PREMIER)))),
    ],
)
def test_what_no_page_of_ours_sent_is_refused(browser: Client, lead: User, kept: str) -> None:
    segment = saved(lead, group("all", PREMIER))
    sent = {"name": "Those", "match": "all", "kept_0": kept, "group_0": "1", "match_1": "any"}
    assert browser.post(address(segment), sent).status_code == 422
    segment.refresh_from_db()
    assert segment.conditions == group("all", PREMIER)
