"""Acts on many as their agent sees them: asked for, followed, stopped, undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_reply, make_ticket
from tests.tickets.workspace.test_bulk import send
from tests.tickets.workspace.test_pages import queries
from tickets import actions
from tickets.actors import Actor
from tickets.bulk import working
from tickets.models import BulkItem, BulkJob, Priority, Team, Ticket, Turn, User
from tickets.models.jobs import Act, JobState
from tickets.workspace import inbox, jobs

AsUser = Callable[[User | None], Client]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that go on in the background, whose requests do one ticket."""
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    monkeypatch.setattr(working, "SLICE_SECONDS", 0)
    monkeypatch.setattr(working, "HELD_SECONDS", 0)
    monkeypatch.setattr(working.work, "__kwdefaults__", {"seconds": 0, "at_least": 1})
    found: list[int] = []
    monkeypatch.setattr(working, "send", lambda pk, chain, **_: found.append(pk))
    return found


def whole(client: Client, act: str, listed: str, **values: str) -> tuple[int, str]:
    return send(client, act, [], whole="yes", list=listed, **values)


def test_all_of_a_list_is_asked_for_with_its_number_and_then_done(
    danas: Client, team: Team, other_team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    tickets = [make_ticket(team=team) for _ in range(3)]
    urgent = make_ticket(team=team, priority=Priority.URGENT)
    theirs = make_ticket(team=other_team)
    assert "All 4 in this list" in danas.get("/workspace/").text
    page = danas.post(
        "/workspace/bulk/", {"act": "mine", "whole": "yes", "list": "q=priority:normal"}
    )
    assert (page.status_code, BulkJob.objects.count()) == (200, 0)
    assert "3 conversations" in page.text
    assert "Each of the customers reads a line about it." in page.text
    assert "3 done." in whole(danas, "tag", "q=priority:normal", tag="recall")[1]
    assert "4 done." in whole(danas, "tag", "view=waiting", tag="all")[1]
    for ticket in (*tickets, urgent, theirs):
        ticket.refresh_from_db()
    assert {tuple(ticket.tags) for ticket in tickets} == {("recall", "all")}
    assert (urgent.tags, theirs.tags) == (["all"], [])


def test_a_long_one_goes_on_behind_the_page_and_can_be_followed_and_stopped(
    danas: Client, team: Team, sent: list[int]
) -> None:
    for _ in range(4):
        make_ticket(team=team)
    answer = danas.post(
        "/workspace/bulk/",
        {"act": "priority", "whole": "yes", "list": "view=open", "priority": "4", "filled_in": "x"},
    )
    job = BulkJob.objects.get()
    assert answer["Location"] == f"/workspace/jobs/{job.pk}/"
    assert sent == [job.pk]
    page = danas.get(f"/workspace/jobs/{job.pk}/").text
    assert '<progress class="job__bar" max="4" value="1"' in page
    running = danas.get("/workspace/counts/").json()["jobs"]
    assert running == [{"url": f"/workspace/jobs/{job.pk}/", "words": "Priority: 1 of 4"}]
    live = danas.get(f"/workspace/jobs/{job.pk}/", headers={"X-Requested-With": "fetch"}).text
    assert "<html" not in live
    assert "data-running" in live
    danas.post(f"/workspace/jobs/{job.pk}/stop/")
    page = danas.get(f"/workspace/jobs/{job.pk}/").text
    assert "It was stopped: 3 were not touched." in page
    assert Ticket.objects.filter(priority=Priority.URGENT).count() == 1


def test_what_came_of_it_is_undone_from_its_page(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team)
    send(danas, "priority", [ticket], priority="4")
    job = BulkJob.objects.get()
    assert f"/workspace/jobs/{job.pk}/undo/" in danas.get(f"/workspace/jobs/{job.pk}/").text
    answer = danas.post(f"/workspace/jobs/{job.pk}/undo/", follow=True)
    assert "Undo: Priority" in answer.text
    assert "1 done." in " ".join(answer.text.split())
    ticket.refresh_from_db()
    assert ticket.priority == Priority.NORMAL
    page = danas.get(f"/workspace/jobs/{job.pk}/").text
    assert "It was undone." in page
    assert "/undo/" not in page
    again = danas.post(f"/workspace/jobs/{job.pk}/undo/")
    assert again.status_code == 409
    assert "It was undone already." in again.text
    assert danas.get("/workspace/jobs/").text.count("/workspace/jobs/2") >= 0
    done = danas.get(f"/workspace/jobs/{job.pk}/?show=done").text
    assert f"/workspace/{ticket.reference}/" in done


def test_nobody_else_sees_it(danas: Client, robin: User, team: Team, as_user: AsUser) -> None:
    send(danas, "priority", [make_ticket(team=team)], priority="4")
    job = BulkJob.objects.get()
    robins = as_user(robin)
    for method, url in (("get", ""), ("post", "stop/"), ("post", "undo/")):
        answer = getattr(robins, method)(f"/workspace/jobs/{job.pk}/{url}")
        assert answer.status_code == 404
    assert f"/workspace/jobs/{job.pk}/" not in robins.get("/workspace/jobs/").text
    sent = {"act": "resolve", "job": str(job.pk), "anyway": "yes", "filled_in": "x"}
    assert robins.post("/workspace/bulk/", sent).status_code == 404
    assert BulkJob.objects.count() == 1


def test_the_unanswered_ones_of_a_job_are_resolved_when_asked_for_once_more(
    danas: Client, dana: User, team: Team
) -> None:
    owed = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    answered = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(answered, dana)
    assert "1 done, 1 not:" in send(danas, "resolve", [owed, answered])[1]
    job = BulkJob.objects.get()
    said = send(danas, "resolve", [], job=str(job.pk), anyway="yes")[1]
    assert "1 done." in said
    owed.refresh_from_db()
    assert owed.is_closed


def test_results_come_in_pages_of_the_same_cost(
    danas: Client, dana: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PAGE", 10)
    actor = Actor.agent(dana)

    def numbers(many: int) -> int:
        made = [make_ticket(team=team, turn=Turn.CLOSED).pk for _ in range(many)]
        tickets = Ticket.objects.filter(pk__in=made)
        job = actions.start_bulk(
            actor=actor,
            act=Act.MINE,
            values={"agent": dana.pk},
            tickets=tickets,
        )
        working.work(job, seconds=60)
        return queries(danas, f"/workspace/jobs/{job.pk}/")

    assert numbers(1) == numbers(12)
    job = BulkJob.objects.latest("pk")
    page = danas.get(f"/workspace/jobs/{job.pk}/")
    following = page.context["next_items"]
    first = {one.reference for one in page.context["results"]}
    second = danas.get(f"/workspace/jobs/{job.pk}/?from={following}").context["results"]
    assert len(first) == 10
    assert first.isdisjoint(one.reference for one in second)
    assert len(second) == 2
    assert BulkItem.objects.filter(job=job).count() == 12
    assert BulkJob.objects.filter(state=JobState.RUNNING).count() == 0


@pytest.mark.parametrize(
    "listed", ["q=stauts:open", "q=(((", "view=nowhere", "q=%00", "group=x&q=a+OR"]
)
def test_a_hostile_whole_list_is_told_or_harmless(danas: Client, team: Team, listed: str) -> None:
    sent = {"act": "tag", "whole": "yes", "list": listed, "tag": "x", "filled_in": "yes"}
    assert danas.post("/workspace/bulk/", sent).status_code in (200, 302)
    del sent["filled_in"]
    assert danas.post("/workspace/bulk/", sent).status_code in (200, 302)
