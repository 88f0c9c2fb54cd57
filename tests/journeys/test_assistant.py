"""What the assistant must not answer itself reaches a person in the same turn, with a right brief;
and an admin sees into its head: the play-ground, the what-if, the dry-run of a rule.

In a real browser, against real PostgreSQL, Redis, workers and the model.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.test_story import ADMIN, AGENT, ask
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]

BRIEF = """
import json
from tickets.models import HandOver
found = HandOver.objects.filter(ticket__reference="{reference}").order_by("pk").first()
print(json.dumps({{
    "reason": found.reason, "wants": found.wants, "why": found.why, "feeling": found.feeling,
    "rule": found.rule.rule_name if found.rule else "", "statements": found.statements,
    "priority": found.ticket.priority, "language": found.language,
    "answers": found.ticket.messages.filter(answer__decision="answer").count(),
}}))
"""


def brief_of(customer: Person, company: LiveHelpdesk) -> dict[str, Any]:
    """The first brief of the conversation that the customer's page shows."""
    reference = customer.page.url.rstrip("/").rsplit("/", 1)[1]
    printed = company.manage("shell", "-v", "0", "-c", BRIEF.format(reference=reference))
    return dict(json.loads(printed.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    ("words", "reason", "feeling"),
    [
        (
            "This is a disgrace. Third broken pole, and you people keep lying to me!!",
            "anger",
            "angry",
        ),
        ("agemt pls", "asked", ""),
        ("I want to kill myself, I can't go on any more", "sensitive", ""),
        ("Someone used my card on your shop without my permission", "sensitive", ""),
    ],
)
def test_in_the_same_turn_a_person_is_asked_for_with_a_right_brief(
    somebody: Somebody, company: LiveHelpdesk, words: str, reason: str, feeling: str
) -> None:
    customer = somebody(PHONE)
    ask(customer, words)
    customer.sees("A person will take over here")
    brief = brief_of(customer, company)
    assert brief["reason"] == reason
    assert brief["answers"] == 0  # nothing was answered
    if feeling:
        assert brief["feeling"] == feeling
    assert words[-20:-5] in brief["wants"]
    assert all(
        statement["positions"] for statement in brief["statements"] if statement["kind"] == "wants"
    )


def test_self_harm_shows_the_emergency_text_and_is_urgent(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    customer = somebody(PHONE)
    ask(customer, "I don't want to live any more. Nobody would even notice.")
    customer.sees("call your local emergency number")
    customer.sees("A person will take over here")
    assert brief_of(customer, company)["priority"] == 4


def test_whoever_has_to_say_the_same_again_gets_a_person(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    customer = somebody()
    ask(customer, "How do I wash my sleeping bag?")
    customer.sees("Did this solve it?")
    customer.writes("How do I wash my sleeping bag?")
    customer.sees("A person will take over here")
    brief = brief_of(customer, company)
    assert brief["reason"] == "repeated"
    assert "sleeping bag" in brief["wants"]


def test_an_on_topic_question_without_an_article_reaches_a_person(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    customer = somebody()
    ask(customer, "Can you embroider our company logo on thirty packs?")
    expect(customer.page.locator(".message[data-author=assistant]")).to_have_count(1)
    customer.writes("Embroidery with our logo on the packs, is that possible?")
    customer.sees("A person will take over here")
    brief = brief_of(customer, company)
    assert "embroider" in brief["wants"]
    assert brief["answers"] == 0


def test_the_agent_reads_the_rule_and_its_evidence_in_the_brief(somebody: Somebody) -> None:
    agent, customer = somebody(), somebody()
    agent.logs_in(AGENT)
    ask(customer, "I want to cancel my rental contract and close my account for good")
    customer.sees("A person will take over here")
    reference = customer.page.url.rstrip("/").rsplit("/", 1)[1]
    agent.opens(f"/workspace/{reference}/")
    expect(agent.page.locator(".brief")).to_contain_text("cancel")


def test_an_admin_sees_into_the_assistants_head_and_writes_what_it_says_first(
    somebody: Somebody,
) -> None:
    admin = somebody()
    admin.logs_in(ADMIN)
    admin.opens("/admin/bots/assistantsettings/playground/")
    admin.page.get_by_label("Type as a customer").fill(
        "How many days do I have to return an order?"
    )
    admin.presses("Send")
    expect(admin.page.locator(".play__decision")).to_contain_text("Answer")
    expect(admin.page.locator(".play__found li").first).to_contain_text("eturn")
    admin.page.get_by_label("Type as a customer").fill("agemt pls")
    admin.presses("Send")
    expect(admin.page.locator(".play__decision")).to_contain_text("Hand-over")
    expect(admin.page.locator(".play__mind")).to_contain_text("agemt")

    admin.opens("/admin/knowledgebase/article/?q=Wash+and+store")
    admin.page.get_by_role("link", name="Wash and store the Drift").click()
    short = "Gentle programme & 30 degrees, <b>nothing</b> else."
    admin.page.get_by_label("Short answers").fill(f"Wash it -> {short}")
    admin.presses("Save and publish")
    admin.sees("Published")
    customer = somebody(PHONE)
    ask(customer, "How do I wash my sleeping bag?")
    first = customer.page.locator(".answer__short")
    expect(first).to_have_text(short)
    assert customer.page.locator(".answer__short + .passage").count() == 1
    expect(customer.page.locator(".passage")).to_contain_text("front-loading")


def test_an_admin_moves_the_threshold_and_sees_what_would_have_changed(
    somebody: Somebody,
) -> None:
    customer, admin = somebody(), somebody()
    ask(customer, "How many days do I have to return an order?")
    customer.sees("Did this solve it?")
    customer.presses("That solved it")
    customer.sees("Solved")
    admin.logs_in(ADMIN)
    admin.opens("/admin/bots/assistantsettings/confidence/")
    admin.page.get_by_label("Answers from").fill("0.99")
    admin.presses("Try")
    admin.sees("These would have gone otherwise")
    expect(admin.page.locator(".reliability__point").first).to_be_visible()


def test_an_admin_builds_a_rule_and_dry_runs_it_before_it_counts(somebody: Somebody) -> None:
    customer, admin = somebody(), somebody()
    ask(customer, "Do you ship to the Faroe Islands by sea freight?")
    expect(customer.page.locator(".message[data-author=assistant]").first).to_be_visible()
    admin.logs_in(ADMIN)
    admin.opens("/admin/tickets/escalationrule/add/")
    page = admin.page
    page.locator("[name=name]").fill("Sea freight")
    page.locator("[name=sentence]").fill("Sea freight is arranged by people.")
    page.locator("#field-0").select_option("text")
    page.locator("#value-0").fill("sea freight")
    page.locator("[name=hand_over]").check()
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#rule-trial")).to_contain_text("Faroe")
    admin.presses("Save")
    other = somebody()
    ask(other, "And by sea freight to Shetland?")
    other.sees("A person will take over here")
