"""A lead sees the assistant go wrong, leaves a hint, whispers, takes over; the customer sees none of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.test_story import ask
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]
AMARA, PRIYA = "amara@kestrelmoor.example", "priya@kestrelmoor.example"
HINT = "They train guides: be generous (canary-hint)."
WHISPER = "Offer to collect it (canary-whisper)."


def logged_in(somebody: Somebody, email: str, path: str) -> Person:
    person = somebody()
    person.logs_in(email)
    person.opens(path)
    return person


def whispers(lead: Person, button: str, words: str, send: str) -> None:
    lead.page.locator("[data-panel=actions]").get_by_role("link", name=button).click()
    dialog = lead.page.locator("#whisper")
    dialog.get_by_label("What do you want to say?").fill(words)
    dialog.get_by_role("button", name=send).click()
    expect(dialog).to_be_hidden()
    expect(lead.page.locator("#conversation")).to_contain_text(words)


def test_a_lead_sees_the_assistant_go_wrong_whispers_and_takes_over(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    lead = logged_in(somebody, PRIYA, "/workspace/leads/")
    customer = somebody()
    ask(customer, "How long do I have to return a tent that I have used once?")
    seen: list[str] = []
    customer.page.on("websocket", lambda ws: ws.on("framereceived", lambda f: seen.append(str(f))))
    customer.page.reload()  # so that its socket is listened to
    reference = customer.page.url.rstrip("/").rsplit("/", 1)[1]
    customer.page.get_by_role("button", name="It didn").first.click()

    # The home shows it without a reload, with what shows that it goes badly; one click leads there.
    troubled = lead.page.locator("section", has=lead.page.locator("#troubled-title"))
    row = troubled.locator("li.oversight__one", has=lead.page.locator(f"a[href*='{reference}']"))
    expect(row).to_contain_text("An answer did not help", timeout=20_000)
    row.get_by_role("link").first.click()
    expect(lead.page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    whispers(lead, "Leave a hint", HINT, "Leave the hint")

    # A person is asked for; who accepts reads the hint in the brief.
    customer.presses("Talk to a human")
    amara = logged_in(somebody, AMARA, f"/workspace/{reference}/")
    expect(amara.page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    amara.page.locator("[data-panel=actions]").get_by_role("button", name="Accept").click()
    expect(amara.page.locator("[data-panel=brief]")).to_contain_text(HINT)

    # The lead joins, which colleagues see, and whispers, which the agent sees at once.
    expect(lead.page.locator("[data-panel=actions]")).to_contain_text("Whisper", timeout=15_000)
    lead.page.locator("[data-panel=actions] summary").first.click()
    lead.presses("Join, unseen by the customer")
    expect(amara.page.locator("[data-panel=head]")).to_contain_text("takes part")
    whispers(lead, "Whisper", WHISPER, "Whisper")
    note = amara.page.locator("[data-note=whisper]")
    expect(note).to_contain_text(WHISPER)
    expect(note).to_contain_text("Whisper to you")

    # The lead takes over; the agent is told, and the customer reads who joined.
    lead.page.locator("[data-panel=actions] summary").first.click()
    lead.presses("Take over from")
    expect(lead.page.locator("[data-panel=actions]")).to_contain_text(
        re.compile("Give back to.*Amara", re.DOTALL)
    )
    customer.sees("Priya joined the conversation.")
    amara.opens("/workspace/notifications/")
    amara.sees("Priya Raghunathan whispers to you")
    amara.sees("Priya Raghunathan took this conversation over")

    customer.page.reload()
    everything = customer.page.content() + "".join(seen)
    assert "Priya joined" in everything
    assert "canary-" not in everything
