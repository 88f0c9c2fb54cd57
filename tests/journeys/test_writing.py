"""Writing a reply by its toolbar, by what is offered, and by what is pasted; and what is read of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import UNDO_SECONDS, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA = "amara@kestrelmoor.example"
STAGE = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, User
amara = User.objects.get(email="amara@kestrelmoor.example")
customer = Customer.objects.create(name="Wren Halloran")
ticket = actions.open_ticket(
    actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
    subject="Sizes", body="Which sizes are there?", team=amara.teams.first(),
)
actions.accept(actor=Actor.agent(amara), ticket=ticket)
print(ticket.reference)
"""
PASTE = """(field, [html, text]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
PASTE_PICTURE = """async (field) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "image.png", {type: "image/png"}));
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
TABLE = "<table><tr><th>Size</th><th>Chest</th></tr><tr><td>S</td><td>88 | 92 cm</td></tr></table>"


def paste(field: Locator, *, html: str = "", text: str = "") -> None:
    field.evaluate(PASTE, [html, text])


def test_a_reply_is_written_with_marks_an_emoji_an_article_a_table_and_a_picture(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    reference = company.manage("shell", "-v", "0", "-c", STAGE).split()[-1]
    amara = somebody()
    amara.logs_in(AMARA)
    page = amara.page
    amara.opens(f"/workspace/{reference}/?view=mine")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    body = page.locator("#composer-body")
    offers = page.get_by_role("listbox", name="Completions")

    page.keyboard.press("r")
    page.keyboard.type("Dear Wren, we have all sizes ")
    page.keyboard.type(":tad")
    expect(offers.get_by_role("option").first).to_contain_text("tada")
    page.keyboard.press("Enter")
    expect(body).to_have_value("Dear Wren, we have all sizes 🎉")
    page.keyboard.press("Control+z")
    expect(body).to_have_value("Dear Wren, we have all sizes :tad")
    page.keyboard.press("Control+Shift+z")

    page.keyboard.press("Enter")
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(body).to_have_value("Dear Wren, we have all sizes 🎉\n- one\n- two\n")

    page.keyboard.type("See ")
    page.get_by_role("button", name="Link to an article").click()
    expect(offers.get_by_role("option").first).to_be_visible()
    page.keyboard.type("sleeping")
    expect(offers.get_by_role("option").first).to_contain_text("leeping")
    page.keyboard.press("Enter")
    expect(body).to_have_value(body_with("]("))

    page.keyboard.type(" now")
    for _letter in "now":
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Control+b")
    expect(body).to_have_value(body_with("**now**"))
    page.keyboard.press("Control+b")
    expect(body).to_have_value(body_with(") now"))
    paste(body, text="https://kestrelmoor.example/sizes")
    expect(body).to_have_value(body_with("[now](https://kestrelmoor.example/sizes)"))

    page.keyboard.press("Control+End")
    page.keyboard.type("\n\n")
    paste(body, html=TABLE, text="Size\tChest\nS\t88 | 92 cm")
    expect(body).to_have_value(body_with(r"| S | 88 \| 92 cm |"))
    body.evaluate(PASTE_PICTURE)
    expect(page.locator(".composer__files output")).to_contain_text("Picture")

    page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("td").last).to_have_text("88 | 92 cm")
    expect(preview.locator("li")).to_have_count(2)
    expect(body).to_be_hidden()
    page.get_by_role("button", name="Preview").click()
    expect(body).to_be_focused()

    page.keyboard.press("Control+Enter")
    sent = page.locator("#conversation > [data-author=agent]")
    expect(sent).to_have_count(1, timeout=(UNDO_SECONDS + 10) * 1000)
    expect(sent.locator("td").last).to_have_text("88 | 92 cm")
    expect(sent).to_contain_text("Picture")

    page.keyboard.press("Escape")
    page.keyboard.press("n")
    body.evaluate(PASTE_PICTURE)
    amara.sees("A note takes no files.")


def body_with(words: str) -> re.Pattern[str]:
    return re.compile(re.escape(words))
