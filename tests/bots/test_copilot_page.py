"""The co-pilot beside a conversation: for its agents, after the page, and into the composer by a click."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.html import escape

from bots.similar import learning
from knowledgebase.models import Article
from tests.bots import meanings
from tests.bots.conftest import Find
from tests.factories import (
    make_agent,
    make_article,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import Draft, Scope, SiteSettings, SuggestedReply, Ticket, Turn, User

pytestmark = pytest.mark.django_db
BY_SCRIPT = {"X-Requested-With": "fetch", "Accept": "application/json"}
TOKEN = re.compile(r'name="suggestion" value="([^"]+)"')


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    meanings.instead_of_the_model(monkeypatch)
    settings.STAFF_NEED_SECOND_FACTOR = False  # type: ignore[attr-defined]


@pytest.fixture
def ada() -> User:
    SiteSettings.objects.update(undo_seconds=0)
    return make_agent("Ada Brook", teams=[make_team()])


@pytest.fixture
def adas(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def article(finds: Find) -> Article:
    article = make_article(
        "Mend a pole", body="Slide the sleeve over the break, and tape both ends."
    )
    finds((article, 0.95))
    return article


@pytest.fixture
def ticket(ada: User) -> Ticket:
    return make_ticket(
        team=ada.teams.get(), turn=Turn.AGENT, agent=ada, body="How do I mend a broken pole?"
    )


def panel(client: Client, ticket: Ticket) -> str:
    return client.get(address(ticket), headers=BY_SCRIPT).content.decode()


def address(ticket: Ticket, what: str = "") -> str:
    return f"/workspace/{ticket.reference}/copilot/{what}"


def test_the_panel_has_a_suggested_reply_and_the_articles_that_fit(
    adas: Client, ticket: Ticket, article: Article
) -> None:
    shown = panel(adas, ticket)
    assert "Suggested reply" in shown
    assert "Mend a pole" in shown
    assert 'data-key="i"' in shown


def test_the_conversations_page_does_not_look_for_it(
    adas: Client, ticket: Ticket, asked: list[str]
) -> None:
    page = adas.get(f"/workspace/{ticket.reference}/").content.decode()
    assert asked == []
    assert f'hx-get="{address(ticket)}"' in page


def test_by_a_click_it_is_in_the_draft_and_with_the_reply_it_is_kept(
    adas: Client, ada: User, ticket: Ticket, article: Article
) -> None:
    token = TOKEN.findall(panel(adas, ticket))[0]
    said = ticket.messages.count()
    used = adas.post(
        address(ticket, "use/"), {"suggestion": token, "before": "", "after": ""}, headers=BY_SCRIPT
    ).json()
    assert used["type"] == "composed"
    assert "Spare pole sections are in the shop" in used["body"]
    assert Draft.objects.get().body == used["body"]
    assert ticket.messages.count() == said
    edited = used["body"].replace("in the shop", "in our shop")
    adas.post(f"/workspace/{ticket.reference}/write/", {"kind": "reply", "body": edited})
    kept = SuggestedReply.objects.get()
    assert kept.message.author_user == ada
    assert 0 < kept.edited < 15
    page = adas.get(f"/workspace/{ticket.reference}/").content.decode()
    assert f"Began as a suggestion, {kept.edited} % edited" in page


def test_the_api_tells_where_a_reply_came_from_and_of_others_nothing(
    adas: Client, ticket: Ticket, article: Article
) -> None:
    token = TOKEN.findall(panel(adas, ticket))[0]
    body = adas.post(address(ticket, "use/"), {"suggestion": token}, headers=BY_SCRIPT).json()[
        "body"
    ]
    adas.post(f"/workspace/{ticket.reference}/write/", {"kind": "reply", "body": body})
    adas.post(f"/workspace/{ticket.reference}/write/", {"kind": "reply", "body": "My own words."})
    scopes = [Scope.TICKETS_READ]
    _key, secret = actions.create_api_key(actor=Actor.system(), name="Shop", scopes=scopes)
    shop = Client(headers={"Authorization": f"Bearer {secret}"})
    messages = shop.get(f"/api/v1/tickets/{ticket.reference}/messages/").json()["results"]
    told = [one["suggested"] for one in messages if one["author"]["kind"] == "agent"]
    assert told[1] is None
    assert (told[0]["by"], told[0]["edited"]) == ("Ada", 0)
    (source,) = told[0]["sources"]
    assert (source["kind"], source["title"]) == ("section", "Mend a pole")
    assert source["url"].endswith(f"/help/{article.slug}/#order-a-spare")
    assert all(one["suggested"] is None for one in messages if one["author"]["kind"] != "agent")


def test_a_suggestion_is_for_one_conversation_and_made_here_only(
    adas: Client, ada: User, ticket: Ticket, article: Article
) -> None:
    token = TOKEN.findall(panel(adas, ticket))[0]
    other = make_ticket(team=ada.teams.get(), turn=Turn.AGENT, agent=ada)
    for where, given in ((other, token), (ticket, token[:-2]), (ticket, "")):
        answer = adas.post(address(where, "use/"), {"suggestion": given}, headers=BY_SCRIPT)
        assert answer.status_code == 400
    assert not Draft.objects.exists()


def test_one_that_was_held_back_since_is_refused_and_shown_no_more(
    adas: Client, ticket: Ticket, article: Article
) -> None:
    token = TOKEN.findall(panel(adas, ticket))[0]
    Article.objects.filter(pk=article.pk).update(assistant_may_use=False)
    refused = adas.post(address(ticket, "use/"), {"suggestion": token}, headers=BY_SCRIPT)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "withdrawn"
    shown = panel(adas, ticket)
    assert "No suggested reply." in shown
    assert "Held back from the assistant" in shown
    assert TOKEN.findall(shown) == []


def test_asking_finds_sections_and_notes_of_conversations_that_one_sees(
    adas: Client, ada: User, ticket: Ticket, article: Article
) -> None:
    mine = make_ticket(team=ada.teams.get(), turn=Turn.AGENT, agent=ada, body="My zip is stuck.")
    make_note(mine, ada, "The zip of that batch is bad: send a slider.")
    theirs = make_ticket(turn=Turn.QUEUE, team=make_team(), body="A zip that does not close.")
    make_note(theirs, make_agent(teams=[theirs.team]), "Their zip is none of ours.")
    for each in Ticket.objects.exclude(pk__in=[mine.pk, theirs.pk]):
        make_message(each, "Still there?")
    actions.resolve(actor=Actor.agent(ada), ticket=Ticket.objects.get(pk=mine.pk))
    learning.learn(seconds=5)
    page = address(ticket, "ask/")
    shown = adas.get(page, {"q": "What do I do about a zip?"}, headers=BY_SCRIPT).content.decode()
    assert "Mend a pole" in shown
    assert "send a slider" in shown
    assert "none of ours" not in shown
    assert "Insert text" in shown
    assert "Insert link" in shown


def test_it_says_in_which_language_they_write_and_that_a_reply_is_in_another(
    adas: Client, ada: User, article: Article
) -> None:
    german = make_ticket(
        team=ada.teams.get(),
        turn=Turn.AGENT,
        agent=ada,
        body="Wie kann ich die gebrochene Stange meines Zeltes wieder reparieren?",
    )
    assert "They write in German" in panel(adas, german)
    page, english = address(german, "language/"), "Please slide the sleeve over the broken pole."
    said = adas.post(page, {"kind": "reply", "body": english}, headers=BY_SCRIPT).content.decode()
    assert escape("They write in German, this is in English.") in said
    fits = "Bitte schieben Sie die Hülse über die gebrochene Stange."
    for kind, body in (("reply", fits), ("note", english), ("reply", "Ok.")):
        quiet = adas.post(page, {"kind": kind, "body": body}, headers=BY_SCRIPT).content.decode()
        assert quiet.strip() == ""


@pytest.mark.parametrize("several", [1, 10])
def test_the_panel_costs_the_same_beside_a_long_conversation(
    adas: Client,
    ada: User,
    ticket: Ticket,
    article: Article,
    several: int,
    django_assert_max_num_queries: object,
) -> None:
    for number in range(several):
        make_message(ticket, f"How do I mend pole number {number}?")
    panel(adas, ticket)
    with django_assert_max_num_queries(28):  # type: ignore[operator]
        panel(adas, ticket)
