"""What helps an agent to write: what is offered as they type, and how it will be read."""

from __future__ import annotations

import pytest
from django.test import Client

from knowledgebase.models import Article
from tests.factories import make_article, make_customer, make_ticket
from tickets.models import Draft, Event, Message, Team, Ticket, Turn, User


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    return make_ticket(
        team=team, turn=Turn.AGENT, agent=dana, customer=make_customer("Ada Lindqvist")
    )


def offered(client: Client, ticket: Ticket, after: str, words: str = "") -> str:
    answer = client.get(f"/workspace/{ticket.reference}/completions/", {"after": after, "q": words})
    assert answer.status_code == 200
    return answer.text.strip()


def test_names_that_are_offered_are_of_those_who_may_see_it(
    danas: Client, ticket: Ticket, robin: User, stranger: User
) -> None:
    assert 'data-text="@Robin Vale "' in offered(danas, ticket, "@")
    assert "Robin Vale" in offered(danas, ticket, "@", "val")
    for words in ("", "Kit", "Dana", "zz"):
        found = offered(danas, ticket, "@", words)
        assert "Kit Marlow" not in found
        assert "Dana" not in found, "nobody names themselves"


def test_an_emoji_is_found_by_any_of_its_names_and_no_colour_of_skin_crowds_it(
    danas: Client, ticket: Ticket
) -> None:
    assert offered(danas, ticket, ":", "tada").count("<li") == 1
    assert 'data-text="🎉"' in offered(danas, ticket, ":", "tada")
    thumbs = offered(danas, ticket, ":", "thumbsup")
    assert 'data-text="👍"' in thumbs
    assert "👍🏽" not in thumbs
    assert offered(danas, ticket, ":", "zzzz") == ""
    assert offered(danas, ticket, ":", "face").count("<li") == 8
    assert "👍" in offered(danas, ticket, ":"), "the common ones, before a letter is typed"


def test_articles_are_offered_as_links_and_only_those_that_customers_may_read(
    danas: Client, ticket: Ticket
) -> None:
    public = make_article("Return a [worn] tent")
    hidden = make_article("Return fraud, how we find it")
    Article.objects.filter(pk=hidden.pk).update(state=Article.State.DRAFT, published=None)
    found = offered(danas, ticket, "[[", "return")
    assert "[Return a \\[worn\\] tent](http" in found
    assert f"{public.get_absolute_url()})" in found
    assert "fraud" not in found


def test_a_sign_that_is_not_known_offers_nothing(
    danas: Client, ticket: Ticket, robin: User
) -> None:
    for sign in ("", "#", "@@", "<script>"):
        assert offered(danas, ticket, sign, "r") == ""


def test_the_preview_shows_what_will_be_read_and_keeps_nothing(
    danas: Client, ticket: Ticket
) -> None:
    url = f"/workspace/{ticket.reference}/preview/"
    before = Event.objects.count(), Message.objects.count(), Draft.objects.count()
    body = "**Hello** <script>alert(1)</script>\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"
    page = danas.post(url, {"body": body}).text
    assert "<strong>Hello</strong>" in page
    assert "<script" not in page
    assert "<td>2</td>" in page
    assert "Nothing is written yet" in danas.post(url, {"body": "  "}).text
    assert (Event.objects.count(), Message.objects.count(), Draft.objects.count()) == before
    assert danas.post(url, {"body": "😀" * 2000 + "x" * 400_000}).status_code == 200
