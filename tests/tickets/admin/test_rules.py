"""Escalation rules in the admin: listed, built without a script, saved, switched, rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_admin, make_agent, make_customer, make_team, make_ticket
from tests.tickets.admin.conftest import list_of, url_of
from tests.tickets.rules.fields import registered
from tickets import actions
from tickets.actors import Actor
from tickets.models import EscalationRule, Event, Reading, RuleFiring, Team, Turn, User
from tickets.rules import Verdict, decide, register
from tickets.rules.clean import ACTIONS
from tickets.rules.fields import Field
from tickets.rules.seen import Seen

pytestmark = pytest.mark.django_db

ADD = "/admin/tickets/escalationrule/add/"


@pytest.fixture(autouse=True)
def _fields() -> Iterator[None]:
    with registered():
        yield


@pytest.fixture
def rule(odhran: User) -> EscalationRule:
    return actions.save_rule(
        actor=Actor.agent(odhran),
        rule=None,
        values={
            "name": "Upset guides",
            "sentence": "They lead groups tomorrow.",
            "conditions": [
                {"field": "feeling", "op": "any_of", "value": ["angry", "distressed"]},
                {"field": "turns", "op": "at_least", "value": 2},
            ],
            "actions": {"hand_over": {"priority": 3}, "tags": ["upset"]},
            "reason": "anger",
        },
    )


def built(**changed: Any) -> dict[str, Any]:
    """What a browser sends of a new rule with one condition."""
    sent = {
        "name": "Premier",
        "sentence": "They pay for it.",
        "match": "all",
        "rows": "1",
        "field-0": "tier",
        "was-0": "tier",
        "op-0": "any_of",
        "value-0": ["premier"],
        "hand_over": "on",
        "reason": "important",
        "save": "1",
        **changed,
    }
    return {name: value for name, value in sent.items() if value is not None}


def as_shown(page: Any) -> dict[str, Any]:
    """What a browser sends when the builder is saved as it was opened."""
    form = page.context["form"]
    sent: dict[str, Any] = {
        name: getattr(form, name)
        for name in (
            *("name", "sentence", "match", "reason", "team", "skill", "priority", "text"),
            *("flag", "page", "tags", "facts"),
        )
    }
    for name in ("hand_over", "emergency", "offer_person"):
        if getattr(form, name):
            sent[name] = "on"
    for row in form.rows:
        sent[f"field-{row.index}"] = sent[f"was-{row.index}"] = row.name
        sent[f"op-{row.index}"] = next(op for op, _label, chosen in row.comparisons if chosen)
        sent[f"value-{row.index}"] = row.text if row.control == "text" else row.values
    return {**sent, "rows": len(form.rows), "opened": page.context["rule"].version, "save": "1"}


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


# --- the list


def test_the_list_says_what_each_rule_does_why_and_how_often(
    client: Client, rule: EscalationRule
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    message = ticket.messages.latest("position")
    verdict = decide({"feeling": Seen("angry"), "turns": Seen(2)}, [rule])
    actions.apply_rules(actor=Actor.assistant(), ticket=ticket, message=message, verdict=verdict)

    shown = text_of(client.get(list_of(EscalationRule)))
    assert "When the feeling is angry or distressed and the number of" in shown
    assert "They lead groups tomorrow." in shown
    assert "fired 1 time in 30 days" in shown
    assert f"rule__id__exact={rule.pk}" in shown
    assert "Somebody may be in danger" in shown


def test_the_list_takes_as_many_queries_for_ten_more_rules(
    client: Client, odhran: User, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in range(11):
        actions.save_rule(
            actor=Actor.agent(odhran),
            rule=None,
            values={
                "name": f"Rule {number}",
                "sentence": "x",
                "conditions": [{"field": "team", "op": "is", "value": make_team().pk}],
                "actions": {"hand_over": {"team": make_team().pk}, "page": [make_agent().pk]},
            },
        )
        if number in (0, 10):
            client.get(list_of(EscalationRule))
            with django_assert_max_num_queries(12) as queries:
                client.get(list_of(EscalationRule))
            counts.append(len(queries))
    assert counts[0] == counts[1]


def press(client: Client, rule: EscalationRule, act: str) -> Any:
    return client.post(f"/admin/tickets/escalationrule/{rule.pk}/act/{act}/")


def test_a_rule_is_switched_and_moved_by_post_only(
    client: Client, rule: EscalationRule, odhran: User
) -> None:
    place = list(EscalationRule.objects.values_list("pk", flat=True)).index(rule.pk)
    assert press(client, rule, "off")["Location"].endswith(f"#rule-{rule.pk}")
    assert press(client, rule, "up").status_code == 302
    rule.refresh_from_db()
    assert not rule.active
    assert list(EscalationRule.objects.values_list("pk", flat=True)).index(rule.pk) == place - 1
    kinds = Event.objects.filter(subject_id=str(rule.pk), actor_user=odhran)
    assert [sorted(event.data["changes"]) for event in kinds.order_by("pk")[1:]] == [
        *(["active"], ["position"]),
    ]
    press(client, rule, "on")
    press(client, rule, "down")
    rule.refresh_from_db()
    assert rule.active
    assert client.get(f"/admin/tickets/escalationrule/{rule.pk}/act/off/").status_code == 405
    assert press(client, rule, "explode").status_code == 404
    assert client.post("/admin/tickets/escalationrule/987654/act/off/").status_code == 404


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
            kind = "list" if values else "bool" if condition["value"] is True else "text"
            if condition["op"] == "at_least":
                kind = "number"
            if condition["field"] not in ("tier", "trouble", "feeling", "prefers_person"):
                register(Field(condition["field"], condition["field"], kind))  # type: ignore[arg-type]
        page = client.get(url_of(rule))
        assert client.post(url_of(rule), as_shown(page)).status_code == 302
        rule.refresh_from_db()
        assert rule.version == 1, rule.name


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


PARTS = ("rows", "words", "trial")


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


# --- versions


def test_versions_say_what_changed_and_one_click_goes_back(
    client: Client, rule: EscalationRule, odhran: User
) -> None:
    actions.save_rule(
        actor=Actor.agent(odhran),
        rule=rule,
        values={"name": "Upset", "actions": {"flag": "look"}},
        note="Fewer hand-overs",
    )
    page = client.get(f"/admin/tickets/escalationrule/{rule.pk}/versions/")
    newest, first = page.context["entries"]
    assert [change.name for change in newest.changes] == ["name", "words"]
    assert (newest.version.note, newest.who) == ("Fewer hand-overs", "Odhrán MacAllister")
    assert (first.changes, first.is_newest, newest.is_newest) == ([], False, True)

    url = f"/admin/tickets/escalationrule/{rule.pk}/versions/1/again/"
    assert client.get(url).status_code == 405
    assert client.post(url.replace("/1/", "/9/")).status_code == 404
    assert "says that again" in text_of(client.post(url, follow=True))
    rule.refresh_from_db()
    assert (rule.version, rule.name) == (3, "Upset guides")


def test_versions_take_as_many_queries_for_ten_as_for_two(
    client: Client, rule: EscalationRule, odhran: User, django_assert_max_num_queries: Any
) -> None:
    url = f"/admin/tickets/escalationrule/{rule.pk}/versions/"
    counts = []
    for number in range(2, 11):
        values = {
            "name": f"Name {number}",
            "actions": {"hand_over": {"team": make_team().pk}, "page": [make_agent().pk]},
        }
        actions.save_rule(actor=Actor.agent(odhran), rule=rule, values=values)
        if number in (2, 10):
            client.get(url)
            with django_assert_max_num_queries(12) as queries:
                client.get(url)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_version_that_cannot_come_back_says_why(
    client: Client, rule: EscalationRule, odhran: User
) -> None:
    team = make_team()
    for to in ({"team": team.pk}, {"team": None}):
        actions.save_rule(
            actor=Actor.agent(odhran), rule=rule, values={"actions": {"hand_over": to}}
        )
    Team.objects.filter(pk=team.pk).delete()
    url = f"/admin/tickets/escalationrule/{rule.pk}/versions/2/again/"
    assert "This team does not exist any more" in text_of(client.post(url, follow=True))
    rule.refresh_from_db()
    assert rule.version == 3


def test_a_shipped_rule_is_restored_and_never_deleted(client: Client, odhran: User) -> None:
    shipped = EscalationRule.objects.get(shipped_key="upset")
    actions.save_rule(actor=Actor.agent(odhran), rule=shipped, values={"name": "Mine"})
    assert "Restore it as it came" in text_of(client.get(url_of(shipped)))
    press(client, shipped, "restore")
    shipped.refresh_from_db()
    assert (shipped.name, shipped.version) == ("Angry or distressed", 3)
    assert client.get(url_of(shipped, "delete")).status_code == 403
    assert client.post(url_of(shipped, "delete"), {"post": "yes"}).status_code == 403


def test_an_own_rule_is_deleted_and_recorded(client: Client, rule: EscalationRule) -> None:
    assert press(client, rule, "restore").status_code == 404
    assert client.get(url_of(rule, "delete")).status_code == 200
    client.post(url_of(rule, "delete"), {"post": "yes"})
    assert not EscalationRule.objects.filter(pk=rule.pk).exists()
    assert Event.objects.filter(kind="setting.removed").count() == 1


# --- the log


def test_the_log_has_every_firing_with_its_evidence_and_links(
    client: Client, rule: EscalationRule, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in range(1, 11):
        ticket = make_ticket(turn=Turn.ASSISTANT, body=f"Joke {number}")
        verdict = decide(
            {"feeling": Seen("angry", (f"Joke {number} <b>",)), "turns": Seen(2)}, [rule]
        )
        actions.apply_rules(
            actor=Actor.assistant(),
            ticket=ticket,
            message=ticket.messages.latest("position"),
            verdict=verdict,
        )
        if number in (1, 10):
            client.get(list_of(RuleFiring))
            with django_assert_max_num_queries(12) as queries:
                page = client.get(list_of(RuleFiring))
            counts.append(len(queries))
    assert counts[0] == counts[1]
    shown = text_of(page)
    assert "Joke 10 &lt;b&gt;" in shown
    assert f"{reverse('workspace-ticket', args=[ticket.reference])}#m" in shown
    assert "Handed over" in shown
    filtered = client.get(f"{list_of(RuleFiring)}?rule__id__exact={rule.pk + 1}")
    assert "Joke 10" not in text_of(filtered)
    firing = RuleFiring.objects.all()[0]
    assert "version 1" in text_of(client.get(url_of(firing)))
    assert client.post(url_of(firing), {"rule_name": "x"}).status_code == 403


# --- who may


def test_nobody_but_admins_finds_any_of_these_pages(rule: EscalationRule) -> None:
    base = f"/admin/tickets/escalationrule/{rule.pk}"
    pages = [
        *(list_of(EscalationRule), ADD, url_of(rule), url_of(rule, "history"), list_of(RuleFiring)),
        *(f"{base}/versions/", f"{base}/versions/1/again/", f"{base}/act/off/"),
        *(reverse(f"admin:tickets_escalationrule_{name}") for name in PARTS),
    ]
    for user in (make_agent(), make_customer(login=True).user):
        client = Client()
        assert user is not None
        client.force_login(user)
        for page in pages:
            assert client.get(page).status_code == 404, page
            assert client.post(page, built()).status_code == 404, page
    for page in pages:
        assert Client().get(page).status_code == 302, page
    rule.refresh_from_db()
    assert (rule.active, rule.version) == (True, 1)


def test_a18_what_changes_something_takes_a_token(rule: EscalationRule) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_admin())
    base = f"/admin/tickets/escalationrule/{rule.pk}"
    for page in (ADD, url_of(rule), f"{base}/act/off/", f"{base}/versions/1/again/"):
        assert strict.post(page, built()).status_code == 403
    for name in PARTS:
        url = reverse(f"admin:tickets_escalationrule_{name}")
        assert strict.post(url, built()).status_code == 403
        assert strict.get(url).status_code == 405


def test_the_pages_have_nothing_inline(client: Client, rule: EscalationRule) -> None:
    for page in (list_of(EscalationRule), url_of(rule), ADD):
        html = client.get(page).content.decode()
        assert "<style" not in html
        assert "<script>" not in html
        assert "hx-on" not in html


def test_no_rule_can_keep_a_customer_from_a_person() -> None:
    """Whatever stands in the rules, there is nothing among what they do that takes a person away."""
    assert {"hand_over", "flag", "offer_person", "page", "facts", "tags"} == ACTIONS
    assert Verdict().hand_over is None


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
