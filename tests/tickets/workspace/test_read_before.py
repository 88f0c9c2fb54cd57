"""What customers read and searched, as agents read it: on the timeline, and beside a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from knowledgebase import actions as articles
from knowledgebase.models import Article
from tests.factories import make_article, make_customer, make_ticket
from tickets import actions, clock
from tickets.access.customers import customer_for, tickets_of
from tickets.access.records import records_for
from tickets.actors import Actor
from tickets.customers import timeline
from tickets.models import Customer, Record, RecordType, Team, Ticket, User, Visit

As = Callable[[User | None], Client]


@pytest.fixture
def ines(team: Team) -> Customer:
    return make_customer("Ines Brook", login=True)


def looked(
    customer: Customer, *what: Article | str, ago: timedelta = timedelta(minutes=20), hits: int = 0
) -> None:
    """They opened or searched these one after the other, the first so long ago."""
    for step, one in enumerate(what):
        with clock.at(timezone.now() - ago + timedelta(seconds=30 * step)):
            if isinstance(one, Article):
                actions.note_visit(actor=Actor.of_customer(customer), article=one.pk)
            else:
                actions.note_visit(actor=Actor.of_customer(customer), words=one, hits=hits)


def panel_of(client: Client, ticket: Ticket) -> str:
    answer = client.get(reverse("workspace-ticket", args=[ticket.reference]))
    assert answer.status_code == 200
    found = answer.text.split('id="about-customer"')[1].split("</section>")[0]
    return " ".join(found.split())


def test_beside_a_conversation_stands_what_its_customer_read_before_it(
    danas: Client, team: Team, ines: Customer
) -> None:
    pole, zips = make_article("Mend a pole"), make_article("Mend a <zip>")
    looked(ines, "tent pole", pole, zips)
    ticket = make_ticket(customer=ines, team=team)
    looked(ines, make_article("Read afterwards"), ago=timedelta(0))
    panel = panel_of(danas, ticket)
    assert panel.index("Mend a &lt;zip&gt;") < panel.index("Mend a pole")
    assert 'Searched for: <q dir="auto">tent pole</q> <span class="muted">nothing found' in panel
    assert "Read afterwards" not in panel


def test_at_most_three_articles_are_named_and_the_others_counted(
    danas: Client, team: Team, ines: Customer
) -> None:
    titles = [f"Article of a long help centre {number}" for number in range(5)]
    looked(ines, *(make_article(title) for title in titles))
    panel = panel_of(danas, make_ticket(customer=ines, team=team))
    assert [title in panel for title in titles] == [False, False, True, True, True]
    assert "and 2 more" in panel


def test_who_came_at_once_or_read_long_before_has_no_such_line(
    danas: Client, team: Team, ines: Customer
) -> None:
    looked(ines, make_article("Mend a pole"), ago=timedelta(hours=25))
    looked(make_customer(), make_article("Somebody else's"))
    assert "Read before" not in panel_of(danas, make_ticket(customer=ines, team=team))


def test_an_article_that_is_public_no_more_is_named_without_its_words(
    danas: Client, team: Team, ines: Customer
) -> None:
    article = make_article("A secret of ours")
    looked(ines, article)
    articles.archive_article(actor=None, article=article)
    ticket = make_ticket(customer=ines, team=team)
    for text in (panel_of(danas, ticket), page_of(danas, ines)):
        assert article.slug in text
        assert "A secret of ours" not in text
        assert f"/help/{article.slug}/" not in text


def test_the_panel_costs_no_statement_whatever_was_read(
    danas: Client, team: Team, ines: Customer
) -> None:
    def statements(ticket: Ticket) -> int:
        panel_of(danas, ticket)
        with CaptureQueriesContext(connection) as captured:
            panel_of(danas, ticket)
        return len(captured)

    nothing = statements(make_ticket(customer=ines, team=team))
    for number in range(9):
        looked(ines, make_article(), f"pole {number}")
    # One earlier conversation is there now, which costs nothing either.
    assert statements(make_ticket(customer=ines, team=team)) == nothing


def test_no_customer_and_no_program_reads_what_was_read(
    client: Client, team: Team, ines: Customer
) -> None:
    looked(ines, make_article("Canary of the pole"), "canary words")
    ticket = make_ticket(customer=ines, team=team)
    assert ines.user is not None
    client.force_login(ines.user)
    for address in (f"/requests/{ticket.reference}/", "/requests/"):
        text = client.get(address).text
        assert ticket.reference in text
        assert "canary" not in text.lower()


# --- the timeline ----------------------------------------------------------------------------------


def page_of(client: Client, customer: Customer) -> str:
    answer = client.get(reverse("workspace-customer", args=[customer.pk]))
    assert answer.status_code == 200
    return " ".join(answer.text.split('id="timeline-title"')[1].split("</ol>")[0].split())


def test_what_was_read_in_one_sitting_is_one_line_of_the_timeline(
    danas: Client, team: Team, ines: Customer
) -> None:
    looked(ines, make_article("Long ago"), ago=timedelta(days=2))
    make_ticket(customer=ines, team=team, subject="The pole broke")
    looked(ines, "tent pole", make_article("Mend a pole"), ago=timedelta(0))
    shown = page_of(danas, ines)
    lines = shown.split("<li>")[1:]
    assert len(lines) == 3
    assert "Mend a pole" in lines[0]
    assert 'tent pole</q> <span class="muted">nothing found' in lines[0]
    assert "The pole broke" in lines[1]
    assert "Long ago" in lines[2]


def test_a_search_that_found_something_does_not_say_otherwise(
    danas: Client, team: Team, ines: Customer
) -> None:
    looked(ines, "tent pole", hits=3)
    make_ticket(customer=ines, team=team)
    assert "tent pole" in page_of(danas, ines)
    assert "nothing found" not in page_of(danas, ines)


def test_merged_customers_have_one_timeline_and_part_again(
    danas: Client, dana: User, team: Team, ines: Customer
) -> None:
    other = make_customer("Ines B.")
    looked(other, make_article("Mend a pole"), ago=timedelta(days=3))
    for each in (ines, other):
        make_ticket(customer=each, team=team)
    assert "Mend a pole" not in page_of(danas, ines)
    actions.merge_customers(actor=Actor.agent(dana), customer=other, into=ines)
    assert "Mend a pole" in page_of(danas, ines)
    actions.part_customers(actor=Actor.agent(dana), customer=other)
    assert "Mend a pole" not in page_of(danas, ines)
    assert "Mend a pole" in page_of(danas, other)


def test_who_sees_no_conversation_of_theirs_does_not_read_what_they_read(
    as_user: As, stranger: User, team: Team, ines: Customer
) -> None:
    looked(ines, make_article("Mend a pole"))
    make_ticket(customer=ines, team=team)
    page = reverse("workspace-customer", args=[ines.pk])
    assert as_user(stranger).get(page).status_code == 404


@pytest.mark.parametrize(("lines", "most"), [(3, 200), (3, 5), (20, 4)])
def test_every_visit_comes_once_page_by_page(
    dana: User, team: Team, ines: Customer, monkeypatch: pytest.MonkeyPatch, lines: int, most: int
) -> None:
    """Also where all of them, and conversations, have the same moment."""
    monkeypatch.setattr(timeline, "PAGE", lines)
    monkeypatch.setattr(timeline, "VISITS", most)
    agent, now = Actor.agent(dana), timezone.now()
    tickets = [make_ticket(customer=ines, team=team) for _number in range(5)]
    Ticket.objects.filter(pk__in=[one.pk for one in tickets[:3]]).update(
        last_message_at=now - timedelta(hours=4)
    )
    Visit.objects.bulk_create(
        Visit(customer=ines, words=f"words {number}", hits=1, at=now - timedelta(hours=number // 3))
        for number in range(24)
    )
    Visit.objects.filter(words="words 12").update(at=now - timedelta(hours=4))
    orders = RecordType.objects.create(key="order", name="Order", plural="Orders")
    Record.objects.bulk_create(
        Record(
            type=orders,
            external_id=f"{number}",
            reference=f"KM-{number}",
            reference_key=f"KM{number}",
            customer=ines,
            changed_at=now - timedelta(hours=4 if number < 4 else number),
        )
        for number in range(7)
    )
    found = pages(agent, ines)
    assert sorted(one for one, _key in found) == ["record"] * 7 + ["ticket"] * 5 + ["visit"] * 24
    assert len(set(found)) == len(found)


def pages(agent: Actor, customer: Customer) -> Sequence[tuple[str, int]]:
    found, place = [], ""
    for _page in range(60):
        loaded = customer_for(agent, customer.pk)
        page = timeline.page(loaded, tickets_of(agent, loaded), records_for(agent), place)
        for line in page.lines:
            found += [("ticket", line.ticket.pk)] if line.ticket else []
            found += [("record", line.record.key)] if line.record else []
            found += [("visit", one.pk) for one in line.visits]
        place = page.earlier
        if not place:
            return found
    raise AssertionError("it does not end")
