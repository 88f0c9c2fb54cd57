"""A suggestion: put into a draft, never sent by itself, kept with its reply, withdrawn with its article."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from knowledgebase import actions as articles
from knowledgebase.models import Article
from tests.factories import make_admin, make_agent, make_article, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions, clock
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.conversation import suggested
from tickets.conversation.suggested import Suggestion
from tickets.models import (
    Draft,
    Event,
    EventKind,
    Kind,
    Message,
    SuggestedReply,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
WORDS = "Slide the sleeve over the break, then tape both ends of it twice. It holds for a season."
NO_WAIT = timedelta(0)


@pytest.fixture
def ada() -> User:
    return make_agent("Ada Brook", teams=[make_team()])


@pytest.fixture
def ticket(ada: User) -> Ticket:
    return make_ticket(team=ada.teams.get(), turn=Turn.AGENT, agent=ada)


@pytest.fixture
def article() -> Article:
    return make_article("Mend a pole", body=WORDS)


def section(article: Article) -> dict[str, Any]:
    return {
        "kind": "section",
        "article": article.pk,
        "version": article.published_id,
        "slug": article.slug,
        "title": "Mend a pole",
        "heading": "",
        "anchor": "",
    }


def use(who: User, ticket: Ticket, article: Article, text: str = WORDS, **where: str) -> Draft:
    return actions.use_suggestion(
        actor=Actor.agent(who),
        ticket=ticket,
        suggestion=Suggestion(text, (section(article),)),
        **where,
    )


def send(who: User, ticket: Ticket, body: str, **more: Any) -> Draft | None:
    more = {"wait": NO_WAIT, "client_id": uuid4(), **more}
    return actions.send_reply(actor=Actor.agent(who), ticket=ticket, body=body, **more)


def test_a_suggestion_stands_in_the_draft_and_nothing_is_sent(
    ada: User, ticket: Ticket, article: Article
) -> None:
    said, happened = ticket.messages.count(), Event.objects.count()
    draft = use(ada, ticket, article)
    assert (draft.body, draft.kind, draft.leaves_at) == (WORDS, Kind.REPLY, None)
    assert draft.suggested["sources"] == [section(article)]
    assert (ticket.messages.count(), Event.objects.count()) == (said, happened)
    assert not SuggestedReply.objects.exists()


def test_what_was_typed_stays_around_the_cursor(
    ada: User, ticket: Ticket, article: Article
) -> None:
    draft = use(ada, ticket, article, before="Dear Maya,", after="Ada")
    assert draft.body == f"Dear Maya,\n\n{WORDS}\n\nAda"
    below = use(ada, ticket, article)
    assert below.body == f"{draft.body}\n\n{WORDS}"
    assert below.suggested["texts"] == [WORDS]  # once


def test_what_is_sent_carries_where_it_came_from_and_how_much_was_edited(
    ada: User, ticket: Ticket, article: Article
) -> None:
    use(ada, ticket, article)
    send(ada, ticket, WORDS.replace("twice", "once"))
    message = ticket.messages.latest("position")
    assert message.suggested.sources == [section(article)]
    # One of 19 words and signs was exchanged.
    assert message.suggested.edited == round(100 / len(suggested._words(WORDS)))
    assert message.provenance is None
    assert not Draft.objects.exists()
    posted = Event.objects.get(kind=EventKind.MESSAGE_POSTED, position=message.position)
    assert posted.actor_user == ada


def test_it_is_kept_over_the_wait_and_over_taking_the_reply_back(
    ada: User, ticket: Ticket, article: Article
) -> None:
    use(ada, ticket, article)
    leaving = send(ada, ticket, WORDS, wait=timedelta(seconds=10))
    assert leaving is not None
    actions.take_back(actor=Actor.agent(ada), draft=leaving)
    again = send(ada, ticket, f"{WORDS} Ada", wait=timedelta(seconds=10))
    assert again is not None
    with clock.at(timezone.now() + timedelta(seconds=20)):
        message = actions.send_now(actor=Actor.system(), draft=again)
    assert message is not None
    assert message.suggested.edited == round(100 / (len(suggested._words(WORDS)) + 1))


def test_own_words_have_no_provenance_though_something_was_suggested(
    ada: User, ticket: Ticket, article: Article
) -> None:
    use(ada, ticket, article)
    send(ada, ticket, "Please ring me this afternoon, I would like to hear what you saw yourself.")
    assert not SuggestedReply.objects.exists()
    send(ada, ticket, "A second reply, which nobody suggested.")
    assert not SuggestedReply.objects.exists()


def test_emptying_the_draft_forgets_the_suggestion(
    ada: User, ticket: Ticket, article: Article
) -> None:
    use(ada, ticket, article)
    actions.save_draft(
        actor=Actor.agent(ada), ticket=ticket, kind=Kind.REPLY, body="", client_id=uuid4()
    )
    send(ada, ticket, WORDS)
    assert not SuggestedReply.objects.exists()


@pytest.mark.parametrize("what", ["held back", "unpublished", "changed"])
def test_a_suggestion_is_withdrawn_with_its_article(
    ada: User, ticket: Ticket, article: Article, what: str
) -> None:
    before = Article.objects.get(pk=article.pk)
    use(ada, ticket, before)
    _change(article, what)
    with pytest.raises(ActionError) as refused:
        use(ada, ticket, before)
    assert refused.value.code == "withdrawn"
    said = ticket.messages.count()
    with pytest.raises(ActionError, match="Mend a pole"):
        send(ada, ticket, WORDS)
    assert ticket.messages.count() == said
    send(ada, ticket, WORDS, anyway=True)  # their own decision, and it says where it came from
    assert SuggestedReply.objects.get().message.body == WORDS


def test_own_words_are_not_held_up_by_an_article_that_was_withdrawn(
    ada: User, ticket: Ticket, article: Article
) -> None:
    use(ada, ticket, article)
    _change(article, "held back")
    send(ada, ticket, "I rang them, and all is well: nothing more has to be done about it today.")
    assert ticket.messages.latest("position").author_user == ada


def test_only_agents_use_one_and_only_in_open_conversations(
    ada: User, ticket: Ticket, article: Article
) -> None:
    suggestion = Suggestion(WORDS, (section(article),))
    customer = Actor.of_customer(ticket.customer)
    with pytest.raises(NotAllowed):
        actions.use_suggestion(actor=customer, ticket=ticket, suggestion=suggestion)
    with pytest.raises(ValidationError):
        use(ada, ticket, article, before="x" * 19_990)
    actions.resolve(actor=Actor.agent(ada), ticket=ticket)
    with pytest.raises(ActionError) as refused:
        use(ada, ticket, article)
    assert refused.value.code == "closed"
    assert not Draft.objects.exists()


def test_the_share_edited_goes_from_as_suggested_to_nothing_of_it() -> None:
    assert suggested.share_edited("One two three.", "One two three.") == 0
    assert suggested.share_edited("One two three four.", "One two four.") == 20
    assert suggested.share_edited("One two three", "Other words entirely") == 100
    assert not suggested.is_left("", "Anything")
    assert suggested.is_left("One two three four five", "Hello! One, and then some of my own")


@real_transactions
def test_sent_twice_at_once_it_is_kept_once() -> None:
    agent = make_agent("Ada Brook", teams=[make_team()])
    ticket = make_ticket(team=agent.teams.get(), turn=Turn.AGENT, agent=agent)
    use(agent, ticket, make_article("Mend a pole", body=WORDS))
    client_id = uuid4()
    together(2, lambda _number: send(agent, ticket, WORDS, client_id=client_id))
    message = Message.objects.get(ticket=ticket, author_user=agent)
    assert SuggestedReply.objects.get().message == message


def _change(article: Article, what: str) -> None:
    admin = make_admin()
    if what == "held back":
        articles.hold_back(actor=admin, article=article, held=True)
    elif what == "unpublished":
        articles.unpublish_article(actor=admin, article=article)
    else:
        words = "Send it to us: it is not to be mended any more."
        articles.save_article(actor=admin, article=article, title="Mend a pole", body=words)
        articles.publish_article(actor=admin, article=article)
