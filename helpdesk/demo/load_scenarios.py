"""The demo company's scenarios: what must come of conversations with its assistant."""

from __future__ import annotations

from bots import actions
from bots.models import Expected, Scenario
from helpdesk.demo.load_content import Entry
from knowledgebase.models import Article
from tickets.actors import Actor
from tickets.models import EscalationRule

WHO = ("channel", "tier", "identity", "prefers_person", "is_open", "is_active", "note")


def load_scenarios(told: Entry, actor: Actor) -> None:
    """Keep all of them; articles are named by their addresses, rules by their keys."""
    articles = {article.slug: article for article in Article.objects.select_related("published")}
    rules = {rule.shipped_key: rule for rule in EscalationRule.objects.exclude(shipped_key="")}
    for one in told["scenario"]:
        actions.keep_scenario(
            actor=actor,
            scenario=Scenario(name=one["name"], **{key: one[key] for key in WHO if key in one}),
            turns=[
                actions.NewTurn(
                    text=turn["says"],
                    expected=Expected(turn["expected"]),
                    article=articles[turn["article"]] if "article" in turn else None,
                    rule=rules[turn["rule"]] if "rule" in turn else None,
                    reason=turn.get("reason", ""),
                    task_key=turn.get("task", ""),
                    facts=turn.get("facts", {}),
                )
                for turn in one["turns"]
            ],
        )
