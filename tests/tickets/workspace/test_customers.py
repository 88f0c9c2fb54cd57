"""The pages of customers, organisations and segments: who sees what, what can be changed there, its cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_admin, make_customer, make_lead, make_ticket
from tests.tickets.records.making import make_record, make_type
from tickets import actions
from tickets.actors import Actor
from tickets.customers import timeline
from tickets.models import (
    Contact,
    Customer,
    CustomField,
    Event,
    EventKind,
    Organization,
    Rating,
    Record,
    Segment,
    Team,
    Turn,
    User,
)

MOST_STATEMENTS = 15
As = Callable[[User | None], Client]


@pytest.fixture
def ines(team: Team) -> Customer:
    guides = Organization.objects.create(name="Guides")
    ines = make_customer("Ines Brook", organization=guides, phone="+44 7700 900 529")
    make_ticket(customer=ines, team=team, subject="The pole broke")
    return ines


def page_of(customer: Customer) -> str:
    return reverse("workspace-customer", args=[customer.pk])


def test_an_agent_sees_whom_they_answer_and_of_them_what_they_may_see(
    danas: Client, as_user: As, stranger: User, ines: Customer, other_team: Team
) -> None:
    hidden = make_ticket(customer=ines, team=other_team, subject="An invoice")
    text = danas.get(page_of(ines)).text
    assert "The pole broke" in text
    assert hidden.reference not in text
    assert "An invoice" not in text
    nobody = make_customer("Nobody's")
    assert danas.get(page_of(nobody)).status_code == 404
    assert as_user(make_admin()).get(page_of(nobody)).status_code == 200
    theirs = as_user(stranger).get(page_of(ines)).text
    assert "An invoice" in theirs
    assert "The pole broke" not in theirs


def test_whoever_sees_no_conversation_of_theirs_finds_no_page_and_changes_nothing(
    as_user: As, stranger: User, ines: Customer
) -> None:
    client = as_user(stranger)
    missing = client.get("/workspace/customers/999999/")
    assert client.get(page_of(ines)).status_code == missing.status_code == 404
    answer = client.post(f"{page_of(ines)}change/", {"name": "name", "value": "X"})
    assert answer.status_code == 404
    ines.refresh_from_db()
    assert ines.name == "Ines Brook"
    assert not Event.objects.filter(kind=EventKind.CUSTOMER_CHANGED).exists()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("name", "Ines B.", "Ines B."),
        ("language", "de", "de"),
        ("timezone", "Europe/Oslo", "Europe/Oslo"),
        ("tier", "premier", "premier"),
        ("prefers_person", "yes", True),
        ("organization_role", "Buys", "Buys"),
        ("tags", "VIP, press,vip", ["vip", "press"]),
        ("note", "Rings early.\nAlways.", "Rings early.\nAlways."),
    ],
)
def test_a_property_is_changed_where_it_is_read_with_what_it_was_before(
    danas: Client, dana: User, ines: Customer, name: str, value: str, kept: object
) -> None:
    answer = danas.post(f"{page_of(ines)}change/", {"name": name, "value": value})
    assert (answer.status_code, answer["Location"]) == (302, page_of(ines))
    ines.refresh_from_db()
    assert getattr(ines, name) == kept
    event = Event.objects.get(kind=EventKind.CUSTOMER_CHANGED)
    assert (event.subject_id, event.actor_user, event.data["field"]) == (str(ines.pk), dana, name)
    assert ("before" in event.data) == (name != "note")
    assert "Rings" not in str(event.data)
    assert "Dana Osei" in danas.get(page_of(ines)).text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "klingon"),
        ("timezone", "Mars/Base"),
        ("tier", "gold"),
        ("organization", "No such"),
        ("prefers_person", "maybe"),
        ("email", "x@y.example"),
        ("user", "1"),
        ("custom.nothing", "1"),
        ("note", "x" * 5001),
    ],
)
def test_what_is_no_value_is_refused_and_said(
    danas: Client, ines: Customer, name: str, value: str
) -> None:
    before = Customer.objects.filter(pk=ines.pk).values().get()
    answer = danas.post(f"{page_of(ines)}change/", {"name": name, "value": value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert Customer.objects.filter(pk=ines.pk).values().get() == before


def test_a_colleagues_change_is_not_written_over(danas: Client, ines: Customer) -> None:
    sent = {"name": "tier", "value": "plus", "seen": ""}
    Customer.objects.filter(pk=ines.pk).update(tier="premier")
    answer = danas.post(f"{page_of(ines)}change/", sent)
    assert answer.status_code == 409
    ines.refresh_from_db()
    assert ines.tier == "premier"


def test_custom_fields_of_customers_and_organisations_are_changed_there(
    danas: Client, ines: Customer
) -> None:
    CustomField.objects.create(about="customer", key="boat", name="Boat", kind="checkbox")
    CustomField.objects.create(about="organization", key="size", name="Size", kind="number")
    danas.post(f"{page_of(ines)}change/", {"name": "custom.boat", "value": "yes"})
    ines.refresh_from_db()
    assert ines.custom == {"boat": True}
    assert ines.organization is not None
    page = reverse("workspace-organization", args=[ines.organization.pk])
    assert danas.post(f"{page}change/", {"name": "custom.size", "value": "12"}).status_code == 302
    ines.organization.refresh_from_db()
    assert ines.organization.custom == {"size": 12}
    assert "Boat" not in danas.get(page).text


def test_leads_confirm_and_agents_do_not(
    danas: Client, as_user: As, team: Team, ines: Customer
) -> None:
    danas.post(f"{page_of(ines)}contacts/", {"contact": "ines@work.example"})
    contact = Contact.objects.get()
    confirm = {"confirm": "yes", "why": "By telephone."}
    url = f"{page_of(ines)}contacts/{contact.pk}/"
    assert danas.post(url, confirm).status_code == 403
    assert "How do you know" not in danas.get(page_of(ines)).text
    lead = as_user(make_lead(teams=[team]))
    assert "How do you know" in lead.get(page_of(ines)).text
    assert lead.post(url, confirm).status_code == 302
    contact.refresh_from_db()
    assert contact.confirmed_at is not None
    other = make_customer("Olaf")
    make_ticket(customer=other, team=team)
    assert (
        danas.post(f"{page_of(other)}contacts/{contact.pk}/", {"remove": "yes"}).status_code == 409
    )
    assert Contact.objects.exists()


def test_the_page_of_who_was_merged_is_the_other_ones_and_parts_them(
    danas: Client, ines: Customer, team: Team
) -> None:
    other = make_customer("Ines B.")
    make_ticket(customer=other, team=team, subject="The same again")
    compared = danas.get(f"{page_of(ines)}merge/?other={other.pk}").text
    assert "Ines B." in compared
    answer = danas.post(f"{page_of(ines)}merge/", {"other": other.pk, "keep_name": "theirs"})
    assert answer.status_code == 302
    ines.refresh_from_db()
    assert ines.name == "Ines B."
    answer = danas.get(page_of(other))
    assert (answer.status_code, answer["Location"]) == (302, page_of(ines))
    text = danas.get(page_of(ines)).text
    assert "The pole broke" in text
    assert "The same again" in text
    danas.post(f"{page_of(ines)}part/{other.pk}/")
    ines.refresh_from_db()
    assert ines.name == "Ines Brook"
    assert "The same again" not in danas.get(page_of(ines)).text


def test_nobody_merges_with_somebody_whom_they_do_not_see(
    danas: Client, ines: Customer, other_team: Team
) -> None:
    hidden = make_customer("Hidden")
    make_ticket(customer=hidden, team=other_team)
    assert danas.get(f"{page_of(ines)}merge/?other={hidden.pk}").status_code == 404
    assert danas.post(f"{page_of(ines)}merge/", {"other": hidden.pk}).status_code == 404
    assert "Hidden" not in danas.get(f"{page_of(ines)}merge/?words=Hidden").text.split("<ul")[-1]
    assert not Customer.objects.filter(merged_into__isnull=False).exists()


def test_duplicates_are_suggested_with_their_evidence_to_who_sees_them(
    danas: Client, ines: Customer, team: Team, other_team: Team
) -> None:
    assert ines.email is not None
    local, domain = ines.email.split("@")
    alike = {
        "phone": make_customer("By phone", phone="07700 900529"),
        "name": make_customer("Ines Brook", organization=ines.organization),
        "mailbox": make_customer("By mailbox", email=f"{local[:3]}.{local[3:]}+x@{domain}"),
    }
    for one in alike.values():
        make_ticket(customer=one, team=team)
    hidden = make_customer("Not seen", phone="07700 900529")
    make_ticket(customer=hidden, team=other_team)
    stranger = make_customer("Somebody else", phone="07700 900528")
    make_ticket(customer=stranger, team=team)
    panel = danas.get(f"{page_of(ines)}same/", headers={"X-Requested-With": "fetch"}).text
    for one in alike.values():
        assert f"merge/?other={one.pk}" in panel
    assert "the same telephone number: 07700 900529" in panel
    assert "Not seen" not in panel
    assert "Somebody else" not in panel
    assert not Customer.objects.filter(merged_into__isnull=False).exists()


def test_every_entry_of_the_timeline_comes_once_page_by_page(
    danas: Client, dana: User, ines: Customer, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "PAGE", 4)
    subjects = {f"Matter {number}." for number in range(9)}
    for subject in sorted(subjects):
        make_ticket(customer=ines, team=team, subject=subject)
        actions.change_customer(
            actor=Actor.agent(dana), customer=ines, name="organization_role", value=[subject]
        )
    seen: list[str] = []
    url, pages = page_of(ines), 0
    while url:
        text = danas.get(url).text
        shown = text.split("Everything, the newest first")[1].split("</ol>")[0]
        seen += [subject for subject in sorted(subjects) for _ in range(shown.count(f"{subject}<"))]
        earlier = text.split('href="?before=')
        url = f"{page_of(ines)}?before={earlier[1].split(chr(34))[0]}" if len(earlier) > 1 else ""
        pages += 1
        assert pages < 20
    assert pages == 5
    # Each as the subject of its conversation, as what a role became, and as what one was before.
    assert {subject: seen.count(subject) for subject in subjects} == {
        subject: 2 if subject == "Matter 8." else 3 for subject in subjects
    }


def test_records_stand_in_the_one_order_of_time_with_their_status(
    danas: Client, ines: Customer
) -> None:
    """And only those of the person, for whom may see them."""
    orders = make_type()
    hers = make_record(orders, 48213, status="sent")
    another = make_record(orders, 48214, status="packed")
    Record.objects.filter(pk=hers.pk).update(customer=ines)
    Record.objects.filter(pk=another.pk).update(customer=make_customer("Somebody else"))
    timeline_part = danas.get(page_of(ines)).text.partition('id="timeline-title"')[2]
    assert "KM-48213" in timeline_part
    assert "sent" in timeline_part
    assert "KM-48214" not in timeline_part


def test_a_page_asks_the_same_for_one_conversation_and_for_many(
    danas: Client, dana: User, ines: Customer, team: Team
) -> None:
    def statements() -> int:
        danas.get(page_of(ines))
        with CaptureQueriesContext(connection) as captured:
            assert danas.get(page_of(ines)).status_code == 200
        return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

    one = statements()
    for _again in range(6):
        ticket = make_ticket(customer=ines, team=team, turn=Turn.CLOSED, agent=dana)
        Rating.objects.create(ticket=ticket, satisfaction=2, effort=2)
        record = make_record(make_type(f"type{_again}", look=""), _again)
        Record.objects.filter(pk=record.pk).update(customer=ines)
        actions.change_customer(
            actor=Actor.agent(dana), customer=ines, name="name", value=[f"Ines {_again}"]
        )
    assert statements() <= MOST_STATEMENTS
    assert one <= MOST_STATEMENTS


def test_signs_that_somebody_may_leave_are_said_each(
    danas: Client, dana: User, ines: Customer, team: Team
) -> None:
    assert "No sign that they may leave" in danas.get(page_of(ines)).text
    for _again in range(2):
        closed = make_ticket(customer=ines, team=team, turn=Turn.CLOSED, agent=dana)
    Rating.objects.create(ticket=closed, satisfaction=2, effort=5)
    text = danas.get(page_of(ines)).text
    assert "2 signs that they may leave" in text
    assert "Their last rating was 2 of 5" in text
    assert "3 conversations in the last 30 days" in text


def test_domains_are_set_on_the_organisations_page_by_admins(
    danas: Client, as_user: As, ines: Customer
) -> None:
    assert ines.organization is not None
    page = reverse("workspace-organization", args=[ines.organization.pk])
    sent = {"domains": "guides.example"}
    assert danas.post(f"{page}domains/", sent).status_code == 403
    admin = as_user(make_admin())
    assert admin.post(f"{page}domains/", {"domains": "gmail.com"}).status_code == 422
    assert admin.post(f"{page}domains/", sent).status_code == 302
    assert "guides.example" in danas.get(page).text
    assert "The pole broke" in danas.get(page).text


def test_a_segment_is_made_listed_and_counted_as_far_as_one_sees(
    as_user: As, danas: Client, team: Team, other_team: Team
) -> None:
    lead = as_user(make_lead(teams=[team]))
    for where in (team, team, other_team):
        make_ticket(customer=make_customer(tier="premier"), team=where)
    sent = {"name": "VIPs", "match": "all", "field_0": "tier", "op_0": "is", "value_0": "Premier"}
    answer = lead.post("/workspace/segments/add/", sent)
    segment = Segment.objects.get()
    assert answer["Location"] == reverse("workspace-segment", args=[segment.pk])
    assert "2 customers whom you see" in danas.get(answer["Location"]).text
    assert "3 customers whom you see" in as_user(make_admin()).get(answer["Location"]).text
    assert "VIPs" in danas.get("/workspace/segments/").text
    wrong = lead.post("/workspace/segments/add/", {**sent, "name": "W", "op_0": "contains"})
    assert wrong.status_code == 422
    assert "cannot be compared" in wrong.text
    assert danas.get("/workspace/segments/add/").status_code == 404
    found = danas.get("/workspace/", {"q": f"segment.{segment.key}:yes"})
    assert found.status_code == 200
