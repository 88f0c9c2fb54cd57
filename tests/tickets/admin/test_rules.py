"""Escalation rules in the admin: listed, built without a script, saved, switched, rolled back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_admin, make_agent, make_customer, make_team, make_ticket
from tests.tickets.admin.conftest import list_of, url_of
from tests.tickets.admin.rules import ADD, PARTS, built, text_of
from tickets import actions
from tickets.actors import Actor
from tickets.conditions import Value
from tickets.models import EscalationRule, Event, RuleFiring, Team, Turn, User
from tickets.rules import Verdict, decide
from tickets.rules.clean import ACTIONS, AT_A_TURN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule_fields")]

# --- the list


def test_the_list_says_what_each_rule_does_why_and_how_often(
    client: Client, rule: EscalationRule
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    message = ticket.messages.latest("position")
    verdict = decide({"feeling": Value("angry"), "turns": Value(2)}, [rule])
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
    turns = EscalationRule.objects.filter(trigger="turn").values_list("pk", flat=True)
    place = list(turns).index(rule.pk)
    assert press(client, rule, "off")["Location"].endswith(f"#rule-{rule.pk}")
    assert press(client, rule, "up").status_code == 302
    rule.refresh_from_db()
    assert not rule.active
    assert list(turns.all()).index(rule.pk) == place - 1
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


def test_the_history_has_also_what_is_no_version(client: Client, rule: EscalationRule) -> None:
    press(client, rule, "off")
    shown = text_of(client.get(url_of(rule, "history")))
    assert "When the feeling is angry or distressed" in shown
    assert "Switched on" in shown


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
            {"feeling": Value("angry", (f"Joke {number} <b>",)), "turns": Value(2)}, [rule]
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


def test_what_changes_something_takes_a_token(rule: EscalationRule) -> None:
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
    assert {"hand_over", "flag", "offer_person", "page", "facts", "tags"} == ACTIONS | AT_A_TURN
    assert Verdict().hand_over is None
