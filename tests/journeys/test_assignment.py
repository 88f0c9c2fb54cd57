"""A chat is given out by itself, comes back when its agent vanishes, and goes to the next one as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA, TOMASZ = "amara@kestrelmoor.example", "tomasz@kestrelmoor.example"
BETHAN = "bethan@kestrelmoor.example"
TEAM = """
from tickets.models import Team, User
how = {"slug": "chats-of-a-journey", "method": "least_busy", "grace_minutes": 1}
team, _new = Team.objects.update_or_create(name="Chats of a journey", defaults=how)
for email in ("amara@kestrelmoor.example", "tomasz@kestrelmoor.example"):
    User.objects.get(email=email).teams.add(team)
# The demo's people have more chats already than anybody is given by default.
User.objects.filter(teams=team).update(most_chats=100, most_open=100)
"""
# Other journeys take the first team of somebody for the one that they always had.
LEAVE = """
from tickets.models import Team
team = Team.objects.get(name="Chats of a journey")
team.members.clear()
"""
PASS_ON = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Team, Ticket, User
actions.transfer(
    actor=Actor.agent(User.objects.get(email="odhran@kestrelmoor.example")),
    ticket=Ticket.objects.get(reference="%s"), team=Team.objects.get(name="Chats of a journey"),
)
"""
# What is known of somebody who closed everything two minutes ago.
VANISHED = """
import time
from django.core.cache import cache
from tickets.live.presence import agent_key
from tickets.models import User
key = agent_key(User.objects.get(email="amara@kestrelmoor.example").pk)
cache.delete(key)
cache.set(f"{key}:seen", time.time() - 120, 600)
"""


@pytest.fixture
def team(company: LiveHelpdesk) -> Iterator[None]:
    """Amara and Tomasz are given the chats of a team of their own, which they leave again."""
    company.manage("shell", "-v", "0", "-c", TEAM)
    yield
    company.manage("shell", "-v", "0", "-c", LEAVE)


def at_work(somebody: Somebody, email: str) -> Person:
    agent = somebody()
    agent.logs_in(email)
    agent.opens("/workspace/")
    agent.page.mouse.move(200, 200)
    agent.page.mouse.click(700, 20)
    return agent


def test_a_chat_whose_agent_vanishes_goes_to_the_next_one_with_everything(
    somebody: Somebody, company: LiveHelpdesk, team: None
) -> None:
    amara = at_work(somebody, AMARA)
    bethan = at_work(somebody, BETHAN)  # of another team: never hers

    customer = somebody(PHONE)
    customer.opens("/")
    customer.presses("Talk to a human")
    customer.page.wait_for_url(re.compile(r"/requests/\w+/"))
    reference = customer.page.url.rstrip("/").rsplit("/", 1)[1]
    customer.writes("My tent pole broke on the ridge")
    company.manage("shell", "-v", "0", "-c", PASS_ON % reference)

    talk = customer.page.locator("#conversation")
    expect(talk).to_contain_text("Amara", timeout=30_000)
    amara.opens(f"/workspace/{reference}/")
    amara.sees("Given to Amara Okonkwo: the only one here with room")

    amara.page.close()
    company.manage("shell", "-v", "0", "-c", VANISHED)
    expect(talk).to_contain_text("Amara had to leave.", timeout=30_000)
    expect(talk).to_contain_text("Somebody else goes on here, with everything you wrote.")

    tomasz = at_work(somebody, TOMASZ)
    expect(talk).to_contain_text("Tomasz", timeout=30_000)
    tomasz.opens(f"/workspace/{reference}/")
    tomasz.sees("Given to Tomasz Wielgus: the only one here with room")
    tomasz.sees("My tent pole broke on the ridge")
    expect(tomasz.page.get_by_role("region", name="Brief")).to_be_visible()
    tomasz.opens(f"/workspace/{reference}/history/")
    tomasz.sees("whoever had it is gone since 2 minutes")
    bethan.opens("/workspace/?view=mine")
    expect(bethan.page.get_by_text("My tent pole broke on the ridge")).to_have_count(0)
