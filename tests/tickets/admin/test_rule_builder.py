"""A rule is built without a script, said in words, tried and saved; nonsense is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.admin.conftest import list_of, url_of
from tests.tickets.admin.rules import ADD, PARTS, as_shown, built, text_of
from tickets import actions
from tickets.actors import Actor
from tickets.conditions import Field, field_named, register
from tickets.models import EscalationRule, Event, Reading, Turn, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule_fields")]

WHEN_CALM = {"field": "feeling", "op": "is", "value": "calm"}

# --- building


def test_a_rule_is_built_and_saved_without_any_script(client: Client, odhran: User) -> None:
    team, dana = make_team("Gear care"), make_agent("Dana Osei")
    page = client.get(ADD)
    assert page.status_code == 200
    assert len(page.context["form"].rows) == 1

    # Another row is asked for, and its field chosen: the page comes again with what fits it.
    page = client.post(ADD, built(save=None, add="1"))
    assert len(page.context["form"].rows) == 2
    page = client.post(ADD, built(save=None, look="1", rows="2", **{"field-1": "confidence"}))
    row = page.context["form"].rows[1]
    assert (row.control, row.op) == ("number", "at_least")
    assert not EscalationRule.objects.filter(name="Premier").exists()

    sent = built(
        rows="2",
        match="any",
        **{"field-1": "confidence", "was-1": "confidence", "op-1": "at_most", "value-1": "0.5"},
        team=str(team.pk),
        priority="4",
        skill="German",
        text="One moment.",
        emergency="on",
        offer_person="on",
        flag="look",
        page=[str(dana.pk)],
        tags="vip, premier",
        facts="plan: gold\nsince: 2019",
    )
    assert client.post(ADD, sent)["Location"] == list_of(EscalationRule)
    rule = EscalationRule.objects.get(name="Premier")
    assert (rule.match, rule.reason) == ("any", "important")
    assert rule.conditions == [
        {"field": "tier", "op": "is", "value": "premier"},
        {"field": "confidence", "op": "at_most", "value": 0.5},
    ]
    assert rule.actions == {
        "hand_over": {
            "team": team.pk,
            "skill": "German",
            "priority": 4,
            "text": "One moment.",
            "emergency": True,
        },
        "offer_person": True,
        "flag": "look",
        "page": [dana.pk],
        "tags": ["vip", "premier"],
        "facts": {"plan": "gold", "since": "2019"},
    }
    assert rule.versions.get().author == odhran


def test_saving_a_rule_as_it_was_opened_changes_nothing(client: Client) -> None:
    """Every shipped rule makes the round through the builder unharmed."""
    for rule in EscalationRule.objects.all():
        for condition in rule.conditions:  # what the assistant registers, if it did not yet
            values = condition["value"] if isinstance(condition["value"], list) else []
            kind = "list" if values else "bool" if isinstance(condition["value"], bool) else "text"
            if condition["op"] == "at_least":
                kind = "number"
            known = field_named(condition["field"])
            of_tickets = known is not None and known.read is not None
            if not of_tickets and condition["field"] not in ("trouble", "feeling"):
                register(Field(condition["field"], condition["field"], kind))  # type: ignore[arg-type]
        page = client.get(url_of(rule))
        assert client.post(url_of(rule), as_shown(page)).status_code == 302
        rule.refresh_from_db()
        assert rule.version == 1, rule.name


def test_a_group_within_a_group_is_shown_in_words_and_not_lost_when_the_rule_is_saved(
    client: Client, rule: EscalationRule
) -> None:
    inner = {"match": "any", "conditions": [WHEN_CALM, {**WHEN_CALM, "was": True}]}
    group = {"match": "any", "conditions": [{**WHEN_CALM, "op": "is_not"}, inner]}
    EscalationRule.objects.filter(pk=rule.pk).update(
        conditions=[group, WHEN_CALM, {**WHEN_CALM, "was": True}]
    )
    page = client.get(url_of(rule))
    shown = text_of(page)
    assert "The feeling is calm or previously: the feeling is calm" in shown
    assert client.post(url_of(rule), as_shown(page)).status_code == 302
    rule.refresh_from_db()
    assert rule.version == 1, "nothing was changed"

    # A row is added, another one taken out: what is in words stays, and goes only if it is removed.
    page = client.post(url_of(rule), pressed(page, "add", "1"))
    assert [row.kept for row in page.context["form"].rows][:3] == [None, inner, None]
    page = client.post(url_of(rule), pressed(client.get(url_of(rule)), "remove", "2"))
    sent = as_shown(page) | {"name": "Without the middle"}
    assert client.post(url_of(rule), sent).status_code == 302
    rule.refresh_from_db()
    assert rule.conditions == [group, {**WHEN_CALM, "was": True}]


def pressed(page: Any, button: str, value: str) -> dict[str, Any]:
    """What a browser sends when another button than the one that saves is pressed."""
    sent = {**as_shown(page), button: value}
    del sent["save"]
    return sent


def test_a_group_is_built_filled_and_taken_apart_by_buttons(
    client: Client, rule: EscalationRule
) -> None:
    EscalationRule.objects.filter(pk=rule.pk).update(conditions=[WHEN_CALM])
    page = client.post(url_of(rule), pressed(client.get(url_of(rule)), "add_group", "1"))
    form = page.context["form"]
    assert [(row.index, row.group) for row in form.rows] == [(0, 0), (1, 1), (2, 1)]
    page = client.post(url_of(rule), pressed_empty(page, "add_to", "1"))
    assert [row.group for row in page.context["form"].rows] == [0, 1, 1, 1]
    page = client.post(url_of(rule), pressed_empty(page, "add", "1"))
    assert [row.group for row in page.context["form"].rows] == [0, 1, 1, 1, 0]

    tier = {"was": "tier", "field": "tier", "op": "any_of", "value": ["premier"]}
    calm = {"was": "feeling", "field": "feeling", "op": "any_of", "value": ["calm"]}
    sent = sent_empty(page)
    for index, row in ((0, calm), (1, tier), (3, calm)):
        sent |= {f"{part}-{index}": value for part, value in row.items()}
    assert client.post(url_of(rule), {**sent, "save": "1"}).status_code == 302
    rule.refresh_from_db()
    premier = {"field": "tier", "op": "is", "value": "premier"}
    assert rule.conditions == [WHEN_CALM, {"match": "any", "conditions": [premier, WHEN_CALM]}]
    page = client.get(url_of(rule))
    assert "or the feeling is calm" in text_of(page)

    for _time in range(2):  # whoever takes its last row out takes the group out
        page = client.post(url_of(rule), pressed(page, "remove", "1"))
    assert client.post(url_of(rule), as_shown(page)).status_code == 302
    rule.refresh_from_db()
    assert rule.conditions == [WHEN_CALM]


def sent_empty(page: Any) -> dict[str, Any]:
    """What a browser sends of rows of which some are not filled in yet."""
    form = page.context["form"]
    sent: dict[str, Any] = {"rows": len(form.rows), "opened": page.context["rule"].version}
    for name in ("name", "sentence", "match", "reason", "trigger"):
        sent[name] = getattr(form, name)
    sent |= {f"match-group-{number}": match for number, match in form.groups.items()}
    sent |= {f"group-{row.index}": row.group for row in form.rows if row.group}
    sent |= {"hand_over": "on", "once": "on"}
    return sent


def pressed_empty(page: Any, button: str, value: str) -> dict[str, Any]:
    return {**sent_empty(page), button: value}


def test_what_is_wrong_in_a_group_stands_at_its_row(client: Client) -> None:
    sent = built(rows="3", **{"group-1": "1", "group-2": "1", "match-group-1": "any"})
    sent |= {"field-1": "tier", "was-1": "tier", "op-1": "any_of", "value-1": ["premier"]}
    sent |= {"field-2": "tier", "was-2": "tier", "op-2": "any_of", "value-2": ["none of them"]}
    page = client.post(ADD, sent)
    assert page.status_code == 422
    assert [len(row.errors) for row in page.context["form"].rows] == [0, 0, 1]


@pytest.mark.parametrize(
    "sent",
    [
        {"group-0": "1", "match-group-1": "nonsense"},
        {"group-0": "999999999"},
        {"group-0": "-1"},
        {"group-0": "x", "add_to": "7"},
        {"add_to": "\x00"},
    ],
)
def test_a_group_that_makes_no_sense_is_refused_or_is_none(
    client: Client, sent: dict[str, str]
) -> None:
    assert client.post(ADD, built(**sent)).status_code in (302, 422)


@pytest.mark.parametrize(
    "kept", ["", "x", "[1]", "\x00", "[" * 50_000, '{"conditions": [{"field": "x"}]}']
)
def test_a_group_that_no_page_sent_is_refused_at_its_row(client: Client, kept: str) -> None:
    sent = built(rows="2", **{"kept-1": kept})
    page = client.post(ADD, sent)
    assert page.status_code == 422
    assert len(page.context["form"].rows[1].errors) == 1
    assert 'id="errors-1"' in text_of(page)


def test_saving_a_change_writes_a_version_with_its_note(
    client: Client, rule: EscalationRule
) -> None:
    sent = as_shown(client.get(url_of(rule))) | {"value-1": "3", "note": "Too many"}
    assert client.post(url_of(rule), sent).status_code == 302
    rule.refresh_from_db()
    assert rule.conditions[1] == {"field": "turns", "op": "at_least", "value": 3}
    newest = rule.versions.first()
    assert newest is not None
    assert (newest.number, newest.note) == (2, "Too many")


def test_what_makes_no_sense_is_shown_at_its_place_and_not_saved(client: Client) -> None:
    before = EscalationRule.objects.count()
    page = client.post(
        ADD,
        built(
            name="",
            rows="2",
            hand_over=None,
            **{"field-1": "confidence", "was-1": "confidence", "op-1": "at_least", "value-1": "2"},
        ),
    )
    assert page.status_code == 422
    shown = text_of(page)
    assert "Give the rule a name." in shown
    assert 'href="#field-1">Write a number of at most 1.' in shown
    assert 'aria-invalid="true" aria-describedby="errors-1"' in shown
    assert "Choose what happens when the rule holds." in shown
    assert (EscalationRule.objects.count(), Event.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    "sent",
    [
        {"rows": "9999999"},
        {"rows": "x"},
        {"rows": "1", "field-0": "\x00", "value-0": "\x00"},
        {"rows": "1", "field-0": "tier", "op-0": "explode", "value-0": ["x"] * 99},
        {"rows": "1", "field-0": "text", "op-0": "contains", "value-0": "(" * 5000},
        {"rows": "1", "field-0": "confidence", "op-0": "at_least", "value-0": "1e999"},
        {"team": "\x00", "hand_over": "on", "page": ["1 or 1=1"], "facts": "a\nb"},
        {"opened": "x" * 500, "last": "1e9", "rule": "987654"},
    ],
)
def test_a_form_full_of_nonsense_is_answered(client: Client, sent: dict[str, Any]) -> None:
    for page in (ADD, *(reverse(f"admin:tickets_escalationrule_{name}") for name in PARTS)):
        for name in ("save", "try", "add", "look"):
            answer = client.post(page, {"name": "x", **sent, name: "1"})
            assert answer.status_code in (200, 404, 422)
    assert not Event.objects.exists()


def test_a_change_on_top_of_somebody_elses_is_refused(
    client: Client, rule: EscalationRule, odhran: User
) -> None:
    sent = as_shown(client.get(url_of(rule)))
    actions.save_rule(actor=Actor.agent(odhran), rule=rule, values={"name": "Theirs"})
    page = client.post(url_of(rule), sent | {"name": "Mine"})
    assert page.status_code == 422
    assert "Somebody changed this rule after you opened it" in text_of(page)
    assert client.post(url_of(rule), sent | {"name": "Mine"}).status_code == 422  # nor by insisting
    rule.refresh_from_db()
    assert rule.name == "Theirs"


def test_a_rule_with_what_is_no_longer_there_can_be_opened_and_put_right(
    client: Client, rule: EscalationRule
) -> None:
    team = make_team()
    EscalationRule.objects.filter(pk=rule.pk).update(
        conditions=[
            {"field": "mood", "op": "is", "value": "x"},
            {"field": "team", "op": "is", "value": str(team.pk)},
        ],
        actions={"hand_over": {"team": team.pk}, "page": [987_654]},
    )
    team.delete()
    page = client.get(url_of(rule))
    shown = text_of(page)
    assert "mood (no longer there)" in shown
    assert f"{team.pk or ''}" in shown
    sent = as_shown_of_old(page)
    assert client.post(url_of(rule), sent).status_code == 422
    right = {**sent, "rows": "1", "field-0": "feeling", "was-0": "feeling", "op-0": "any_of"}
    right |= {"value-0": "calm", "team": "", "page": []}
    assert client.post(url_of(rule), right).status_code == 302


def as_shown_of_old(page: Any) -> dict[str, Any]:
    form = page.context["form"]
    sent = {f"field-{row.index}": row.name for row in form.rows}
    sent |= {f"value-{row.index}": row.values for row in form.rows}
    return built(rows=str(len(form.rows)), **sent, team=form.team, page=form.page)


def test_rows_come_alone_for_the_script_with_the_rule_in_words_beside(client: Client) -> None:
    url = reverse("admin:tickets_escalationrule_rows")
    answer = client.post(url, built(**{"field-0": "feeling"}))
    shown = text_of(answer)
    assert "<html" not in shown
    assert 'value="distressed"' in shown  # the values of the field that was chosen
    assert 'value="premier"' not in shown
    assert 'hx-swap-oob="true"' in shown
    answer = client.post(url, built(remove="0"))
    assert len(answer.context["form"].rows) == 1
    assert answer.context["form"].rows[0].name == ""


def test_the_rule_is_said_in_words_while_it_is_built(client: Client) -> None:
    url = reverse("admin:tickets_escalationrule_words")
    shown = text_of(client.post(url, built()))
    assert "When the customer&#x27;s tier is premier, hand over to a person." in shown
    shown = text_of(client.post(url, built(**{"field-0": ""}, hand_over=None)))
    assert "Choose what to look at. Choose what happens when the rule holds." in shown


# --- trying


def test_a_rule_is_tried_before_it_is_saved_with_links_to_the_conversations(
    client: Client, rule: EscalationRule
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="this is a <b>joke</b>")
    message = ticket.messages.latest("position")
    values = {"tier": {"value": "premier", "evidence": ["a joke"]}}
    Reading.objects.create(message=message, ticket=ticket, values=values)
    before = EscalationRule.objects.count()
    alone = client.post(reverse("admin:tickets_escalationrule_trial"), built(last="100"))
    whole = client.post(ADD, built(save=None, **{"try": "1"}))
    for page in (alone, whole):
        shown = text_of(page)
        assert page.context["trial"].total == 1
        assert (
            f"{reverse('workspace-ticket', args=[ticket.reference])}#m{message.position}" in shown
        )
        assert "this is a &lt;b&gt;joke" in shown
    assert "<html" not in text_of(alone)
    assert whole.context["form"].name == "Premier"  # what was typed stays
    assert EscalationRule.objects.count() == before

    edited = built(rule=str(rule.pk))
    compared = client.post(reverse("admin:tickets_escalationrule_trial"), edited)
    assert "more than the saved version" in text_of(compared)
    nonsense = client.post(reverse("admin:tickets_escalationrule_trial"), built(hand_over=None))
    assert "It cannot be tried yet" in text_of(nonsense)
