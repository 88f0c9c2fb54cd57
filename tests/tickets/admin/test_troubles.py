"""What is wrong with the installation stands on the admin's first page, each with where it is mended."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from knowledgebase.models import Article
from tests.factories import make_ticket
from tests.tickets.admin.conftest import list_of
from tickets import actions
from tickets.actors import Actor
from tickets.admin import troubles
from tickets.models import Delivery, DeliveryState, Event, Reaction, ReactionState

pytestmark = pytest.mark.django_db


def give_up_a_log_in_mail() -> Reaction:
    actions.queue_mail(actor=Actor.system(), to="a@b.example", subject="Code", text="123")
    reaction = Reaction.objects.get(name=troubles.ABOUT_LOG_INS)
    Reaction.objects.filter(pk=reaction.pk).update(state=ReactionState.DEAD)
    return reaction


def fail_a_mail() -> Delivery:
    ticket = make_ticket()
    return Delivery.objects.create(
        kind="reply",
        event=Event.objects.filter(ticket=ticket).latest("pk"),
        ticket=ticket,
        message=ticket.messages.latest("position"),
        position=1,
        urgency=0,
        recipient="gone@walkers.example",
        internet_message_id="<gone@help>",
        is_automatic=False,
        state=DeliveryState.BOUNCED,
        answer="mailbox full",
        due_at=timezone.now(),
        changed_at=timezone.now(),
        attempts=1,
    )


def test_without_an_article_the_first_page_says_what_that_means(client: Client) -> None:
    Article.objects.update(state=Article.State.DRAFT, published=None)
    shown = client.get("/admin/").text
    assert "No article is published" in shown
    assert "Nothing is wrong" not in shown


def test_both_kinds_of_mail_that_failed_stand_next_to_each_other(client: Client) -> None:
    shown = client.get("/admin/").text
    assert "did not arrive" not in shown
    assert "about a log-in" not in shown
    fail_a_mail()
    give_up_a_log_in_mail()
    shown = client.get("/admin/").text
    assert "1 mail of a conversation did not arrive in the last 7 days." in shown
    assert "1 mail about a log-in could not be sent" in shown
    assert "was given up" not in shown  # it is not said twice


def test_the_two_lists_of_mail_name_each_other(client: Client) -> None:
    fail_a_mail()
    give_up_a_log_in_mail()
    outgoing = client.get(list_of(Delivery)).text
    assert "Of it 1 mail could not be sent." in outgoing
    assert f"{list_of(Reaction)}?name__exact=mail.account" in outgoing
    follow_up = client.get(list_of(Reaction)).text
    assert "In the last 7 days 1 of them did not arrive." in follow_up
    assert f'href="{list_of(Delivery)}"' in follow_up
