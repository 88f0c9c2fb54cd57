"""A lead reads why each of five conversations is where it is: who did it, when, and for what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
LEAD = "priya@kestrelmoor.example"
STAGE = """
from datetime import timedelta
from django.utils import timezone
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, EscalationRule, Reason, Team, User
amara = Actor.agent(User.objects.get(email="amara@kestrelmoor.example"))
admin = Actor.agent(User.objects.get(email="odhran@kestrelmoor.example"))
here = amara.user.teams.order_by("pk").first()
how = {"slug": "workshop-of-a-journey"}
workshop, _new = Team.objects.get_or_create(name="Workshop of a journey", defaults=how)
for user in (amara.user, User.objects.get(email="priya@kestrelmoor.example")):
    user.teams.add(here, workshop)
actions.save_rule(
    actor=admin, rule=EscalationRule.objects.filter(name="Boots go to the workshop").first(),
    values={
        "name": "Boots go to the workshop", "sentence": "They mend them.", "trigger": "changed",
        "match": "all", "conditions": [{"field": "tags", "op": "any_of", "value": ["boots"]}],
        "actions": {"acts": {"team": workshop.pk}},
    },
)
def opened(name, channel=Channel.EMAIL):
    customer = Customer.objects.create(name=name)
    return actions.open_ticket(
        actor=Actor.of_customer(customer), customer=customer, channel=channel,
        subject=f"Matter of {name}", body="My boots leak.", team=here,
    )
passed, taken, aside, moved = map(opened, ("Pavel", "Tala", "Arne", "Runa"))
upset = opened("Una", Channel.PORTAL)
actions.hand_over(actor=Actor.system(), ticket=upset, reason=Reason.ANGER)
actions.accept(actor=amara, ticket=passed)
actions.transfer(actor=amara, ticket=passed, team=workshop, detail="They know boots.")
actions.accept(actor=amara, ticket=taken)
actions.accept(actor=amara, ticket=aside)
tomorrow = timezone.now() + timedelta(hours=30)
actions.snooze(actor=amara, ticket=aside, until=tomorrow, note="The parcel comes then")
actions.accept(actor=amara, ticket=moved)
actions.change_tags(actor=amara, ticket=moved, add=["boots"])
print(upset.reference, passed.reference, taken.reference, aside.reference, moved.reference)
"""


def test_a_lead_reads_why_each_of_five_conversations_is_where_it_is(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    upset, passed, taken, aside, moved = company.manage("shell", "-v", "0", "-c", STAGE).split()[
        -5:
    ]
    lead = somebody()
    lead.logs_in(LEAD)
    page = lead.page

    def history(reference: str) -> None:
        lead.opens(f"/workspace/{reference}/history/")

    history(upset)
    lead.sees("asked for a person")
    lead.sees("Upset")

    history(passed)
    line = page.locator("li", has_text="transferred to another team").first
    expect(line).to_contain_text("Amara Okonkwo")
    expect(line).to_contain_text("Workshop of a journey")
    lead.opens(f"/workspace/{passed}/")
    lead.sees("They know boots.")

    history(taken)
    line = page.locator("li", has_text="accepted the conversation").first
    expect(line).to_contain_text("Amara Okonkwo")

    history(aside)
    line = page.locator("li", has_text="put the conversation aside").first
    expect(line).to_contain_text("Amara Okonkwo")
    lead.opens(f"/workspace/{aside}/")
    lead.sees("The parcel comes then")

    # A rule moved it: its name and version stand there, beside what an agent did before.
    lead.opens(f"/workspace/{moved}/")
    expect(page.locator("#conversation, main").first).to_contain_text(
        "Workshop of a journey", timeout=30_000
    )
    history(moved)
    line = page.locator("li", has_text="transferred to another team").first
    expect(line).to_contain_text("Rule “Boots go to the workshop”, version 1")
    expect(line).to_contain_text("Workshop of a journey")
    lead.sees("Amara Okonkwo")
