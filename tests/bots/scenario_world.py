"""A small helpdesk for tests of scenarios: an article about zips, and scenarios that pass."""

from __future__ import annotations

from typing import Any

from bots import actions
from bots.models import Expected, Scenario
from knowledgebase import actions as articles
from knowledgebase import indexing
from knowledgebase.models import Article
from tickets.actors import Actor
from tickets.models import EscalationRule

ZIP = "How do I mend the zip of my tent?"
PERSON = "agemt pls"


def write(title: str = ZIP, body: str = "The zip is mended with wax and a plier.") -> Article:
    """A public article that is found."""
    article = articles.save_article(actor=None, article=None, title=title, body=body)
    articles.publish_article(actor=None, article=article, index_soon=False)
    indexing.index_due()
    return article


def rule(key: str) -> EscalationRule:
    return EscalationRule.objects.get(shipped_key=key)


def keep(*turns: actions.NewTurn, name: str = "A scenario", **who: Any) -> Scenario:
    return actions.keep_scenario(
        actor=Actor.system(), scenario=Scenario(name=name, **who), turns=turns
    )


def turn(text: str, expected: str, **what: Any) -> actions.NewTurn:
    return actions.NewTurn(text, Expected(expected), **what)


def two_that_pass(article: Article) -> None:
    """One of the article, named Zip, and one of a rule, named Person."""
    keep(turn(ZIP, "answered", article=article), name="Zip")
    keep(turn(PERSON, "handed_over", rule=rule("asks-for-a-person")), name="Person")
