"""The chain of what admins did: nothing is changed, removed or left out in it unnoticed."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.factories import make_admin, make_agent, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import AuditLink, Broken, Event, EventKind, Team, Ticket, User


def commit() -> None:
    """What is done as a transaction ends, in a test that is one."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def rename(team: Team, name: str, by: User) -> None:
    team.name = name
    actions.change_setting(actor=Actor.agent(by), instance=team)
    commit()


def behind_its_back(statement: str, *values: Any) -> None:
    """As somebody does who has the database to themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def admin(db: None) -> User:
    return make_admin("Priya")


@pytest.fixture
def chain(admin: User) -> list[AuditLink]:
    """Four changes of one row."""
    commit()
    team = make_team("A")
    for name in "BCDE":
        rename(team, name, admin)
    return list(AuditLink.objects.order_by("number"))


def test_each_change_of_a_setting_is_a_link(chain: list[AuditLink]) -> None:
    assert [link.event.data["changes"]["name"][1] for link in chain] == list("BCDE")
    first = chain[0].number
    assert [link.number for link in chain] == list(range(first, first + 4))
    assert len({link.hash for link in chain}) == 4
    assert AuditLink.objects.first_broken() is None


def test_what_happens_in_a_conversation_is_none(admin: User) -> None:
    commit()
    before = AuditLink.objects.count()
    make_ticket()
    commit()
    assert AuditLink.objects.count() == before


@pytest.mark.parametrize("place", [0, 1, 3])
def test_an_event_that_was_changed_is_found(chain: list[AuditLink], place: int) -> None:
    link = chain[place]
    behind_its_back(
        "UPDATE tickets_event SET data = jsonb_set(data, '{name}', '\"Mallory\"') WHERE id = %s",
        link.event_id,
    )
    assert AuditLink.objects.first_broken() == Broken(link.number, "changed")


@pytest.mark.parametrize("column", ["actor_user_id", "created_at", "subject_id", "kind"])
def test_whichever_part_of_it_was_changed(chain: list[AuditLink], column: str, admin: User) -> None:
    value = {
        "actor_user_id": make_agent().pk,
        "created_at": clock.now() - timedelta(days=1),
        "subject_id": "900900",
        "kind": "setting.removed",
    }[column]
    behind_its_back(
        f"UPDATE tickets_event SET {column} = %s WHERE id = %s",  # noqa: S608
        value,
        chain[1].event_id,
    )
    assert AuditLink.objects.first_broken() == Broken(chain[1].number, "changed")


def test_a_link_that_was_taken_out_is_found(chain: list[AuditLink]) -> None:
    behind_its_back("DELETE FROM tickets_auditlink WHERE number = %s", chain[1].number)
    assert AuditLink.objects.first_broken() == Broken(chain[2].number, "gap")


def test_an_event_that_was_taken_out_is_found(chain: list[AuditLink]) -> None:
    behind_its_back("DELETE FROM tickets_event WHERE id = %s", chain[1].event_id)
    assert AuditLink.objects.first_broken() == Broken(chain[1].number, "gone")
    behind_its_back("DELETE FROM tickets_auditlink WHERE number = %s", chain[1].number)


def test_a_chain_that_was_written_anew_is_not_the_one_that_was_kept(
    chain: list[AuditLink], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who can do all that can make a chain that is whole: so its end is kept elsewhere."""
    call_command("check_audit")
    kept = capsys.readouterr().out.split()[-1]
    assert kept == f"{chain[-1].number}:{chain[-1].hash}"
    call_command("check_audit", expect=kept)

    behind_its_back("DELETE FROM tickets_auditlink WHERE number = %s", chain[-1].number)
    behind_its_back("DELETE FROM tickets_event WHERE id = %s", chain[-1].event_id)
    assert AuditLink.objects.first_broken() is None
    with pytest.raises(CommandError, match="cut off"):
        call_command("check_audit", expect=kept)
    with pytest.raises(CommandError, match="NUMBER:HASH"):
        call_command("check_audit", expect="yesterday's")


def test_an_event_that_was_written_past_it_is_found(chain: list[AuditLink], admin: User) -> None:
    behind_its_back(
        "INSERT INTO tickets_event (kind, subject, subject_id, actor_kind, data, created_at, place)"
        " VALUES ('setting.changed', 'tickets.team', '1', 'agent', '{}', now(), 0)"
    )
    broken = AuditLink.objects.first_broken()
    assert broken == Broken(Event.objects.latest("pk").pk, "left_out")
    with pytest.raises(CommandError, match="no link"):
        call_command("check_audit")
    behind_its_back("DELETE FROM tickets_event WHERE id = %s", Event.objects.latest("pk").pk)


@pytest.mark.parametrize(
    "statement", ["UPDATE tickets_auditlink SET hash = 'x'", "DELETE FROM tickets_auditlink"]
)
def test_the_database_lets_nobody_change_a_link(chain: list[AuditLink], statement: str) -> None:
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditLink.objects.order_by("number")) == chain


@real_transactions
def test_many_at_once_make_one_chain() -> None:
    admin = make_admin()
    teams = [make_team() for _n in range(8)]
    before = AuditLink.objects.count()

    def change(index: int) -> None:
        with transaction.atomic():
            for name in ("x", "y"):
                team = Team.objects.get(pk=teams[index].pk)
                team.name = f"{name} {index}"
                actions.change_setting(actor=Actor.agent(admin), instance=team)

    together(8, change)
    assert AuditLink.objects.count() == before + 16
    assert AuditLink.objects.first_broken() is None


def test_who_opens_a_sensitive_conversation_is_kept_once_a_day(admin: User) -> None:
    team = make_team()
    dana = make_agent("Dana", teams=[team])
    ticket = make_ticket(team=team)
    client = Client()
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    page = f"/workspace/{ticket.reference}/"
    client.get(page)
    assert not Event.objects.filter(kind=EventKind.LOOKED_AT).exists()
    assert client.post(f"{page}sensitive/", {"sensitive": "yes"}).status_code == 302
    assert ticket.events.get(kind=EventKind.TICKET_CHANGED).data["field"] == "sensitive"
    for _n in range(3):
        assert "Sensitive" in client.get(page).text
    client.get(f"{page}transcript/")
    looks = Event.objects.filter(kind=EventKind.LOOKED_AT)
    assert [(one.actor_user, one.data["name"]) for one in looks] == [(dana, ticket.reference)]
    commit()
    assert AuditLink.objects.filter(event__in=looks).count() == 1
    with clock.at(clock.now() + timedelta(days=1)):
        actions.look_at(actor=Actor.agent(dana), ticket=ticket)
    assert looks.all().count() == 2
    client.post(f"{page}sensitive/", {"sensitive": "no"})
    client.get(page)
    assert looks.all().count() == 2
    assert not hasattr(Ticket.objects.get(pk=ticket.pk), "sensitive_mark")


def test_it_is_taken_along_as_csv_without_formulas_and_as_json(
    admin: User, chain: list[AuditLink]
) -> None:
    rename(Team.objects.get(name="E"), '=HYPERLINK("http://evil.example")', admin)
    admin.name = "=1+1"
    admin.save()
    client = Client()
    client.force_login(admin)
    answer = client.get("/admin/tickets/auditlink/take/csv/")
    text = b"".join(answer).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == AuditLink.objects.count()
    assert rows[-1]["who"] == "'=1+1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    answer = client.get("/admin/tickets/auditlink/take/ndjson/")
    lines = b"".join(answer).decode().splitlines()
    assert [json.loads(line)["hash"] for line in lines] == [row["hash"] for row in rows]
    assert client.get("/admin/tickets/auditlink/").status_code == 200
    assert Client().get("/admin/tickets/auditlink/take/csv/").status_code == 302
