"""A customer reads what is for them of a record that their conversation is about, while it is theirs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_agent, make_customer, make_ticket
from tests.tickets.portal.conftest import Browser
from tests.tickets.records.making import make_record, make_type
from tickets import actions
from tickets.actors import Actor
from tickets.models import Record

pytestmark = pytest.mark.django_db

MARK = "<b>Friday</b>"


def test_a_customer_reads_what_is_for_them_of_their_own_record_and_nothing_of_anothers(
    browser: Browser,
) -> None:
    maya = make_customer(login=True)
    ticket = make_ticket(customer=maya)
    orders = make_type()
    orders.fields.filter(key="due").update(kind="text")
    record = make_record(orders, status="sent", margin="28 %", due=MARK, customer_email=maya.email)
    client, url = browser(maya), reverse("conversation", args=[ticket.reference])
    assert "KM-48213" not in client.get(url).text, "it is not linked"
    actions.link_record(actor=Actor.agent(make_agent()), ticket=ticket, record=record)
    page = client.get(url).text
    assert "KM-48213" in page
    assert "&lt;b&gt;Friday&lt;/b&gt;" in page
    assert "28 %" not in page
    Record.objects.update(customer=make_customer())
    assert "KM-48213" not in client.get(url).text
