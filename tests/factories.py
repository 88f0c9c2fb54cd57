"""What tests start from: people, teams and conversations, made by the same actions as real ones.

Everything has a sensible default, and a keyword for what the test is about:

    ticket = make_ticket(turn=Turn.QUEUE, team=team, body="My tent pole broke")
    dana = make_agent("Dana Osei", teams=[team])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from knowledgebase.models import Article, ArticleVersion
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    AuthorKind,
    Channel,
    Citation,
    Customer,
    Decision,
    Message,
    Note,
    OpeningHours,
    OpeningSpan,
    Organization,
    Priority,
    Reason,
    Role,
    Scope,
    StaffRole,
    Team,
    Ticket,
    Tier,
    Turn,
    User,
)
from tickets.models.users import STAFF_ROLES
from tickets.search import indexing

PASSWORD = "a long walk over the moor"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
QUESTION = "The second pole of my Fell 2 snapped at the joint. Can I get a spare one?"

_numbers = count(1)


# All that a key may do by itself, and for no agent.
OWN_SCOPES = [scope for scope in Scope if scope != Scope.TICKETS_ACT]


def make_team(name: str = "", *, hours: OpeningHours | None = None) -> Team:
    """A team that is always open unless it is given `hours`."""
    number = next(_numbers)
    return Team.objects.create(
        name=name or f"Gear care {number}", slug=f"team-{number}", hours=hours
    )


def make_hours(*spans: tuple[int, str, str], zone: str = "UTC") -> OpeningHours:
    """Opening hours of (weekday from 0, opens, closes); none at all means always closed."""
    hours = OpeningHours.objects.create(name=f"Hours {next(_numbers)}", timezone=zone)
    for weekday, opens, closes in spans:
        OpeningSpan.objects.create(hours=hours, weekday=weekday, opens=opens, closes=closes)
    return hours


def make_user(
    name: str = "", *, role: Role = Role.CUSTOMER, email: str = "", **fields: Any
) -> User:
    """A log-in. It has a password only if `password=PASSWORD` is asked for: hashing is slow.

    Whoever is on the staff has a second factor, unless `second_factor=False`.
    """
    number = next(_numbers)
    factor = fields.pop("second_factor", role in STAFF_ROLES)
    user = User.objects.create_user(
        email or f"person{number}@kestrelmoor.example",
        name=name or f"Person {number}",
        role=role,
        **fields,
    )
    if factor:
        give_second_factor(user)
    return user


def give_second_factor(user: User) -> None:
    """An authenticator app, as if they had set it up."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": TOTP_SECRET}
    )


def make_agent(
    name: str = "", *, teams: Iterable[Team] = (), role: Role = Role.AGENT, **fields: Any
) -> User:
    """Somebody who works here, in these teams."""
    user = make_user(name, role=role, **fields)
    user.teams.set(teams)
    return user


def make_light_agent(name: str = "", *, teams: Iterable[Team] = (), **fields: Any) -> User:
    """Somebody who writes notes only."""
    role = StaffRole.objects.get(key="light")
    return make_agent(name, teams=teams, staff_role=role, **fields)


def make_outside_agent(name: str = "", *, teams: Iterable[Team] = (), **fields: Any) -> User:
    """Somebody of an outsourcing partner, who sees no contact details."""
    role = StaffRole.objects.get(key="outside")
    return make_agent(name, teams=teams, staff_role=role, **fields)


def make_lead(name: str = "", *, teams: Iterable[Team] = (), **fields: Any) -> User:
    return make_agent(name, teams=teams, role=Role.LEAD, **fields)


def make_admin(name: str = "", *, teams: Iterable[Team] = (), **fields: Any) -> User:
    fields = {"is_staff": True, "is_superuser": True, **fields}
    return make_agent(name, teams=teams, role=Role.ADMIN, **fields)


def make_organization(name: str = "", *, tier: Tier = Tier.STANDARD) -> Organization:
    return Organization.objects.create(name=name or f"Moor Guides {next(_numbers)}", tier=tier)


def make_customer(
    name: str = "",
    *,
    email: str | None = "",
    organization: Organization | None = None,
    login: bool = False,
    **fields: Any,
) -> Customer:
    """Somebody who asks, with a confirmed address (`email=None`: none), and a log-in if wanted."""
    number = next(_numbers)
    if email == "":
        email = f"customer{number}@walkers.example"
    user = make_user(name, email=email or "") if login else None
    return Customer.objects.create(
        name=name or f"Customer {number}",
        email=email,
        organization=organization,
        user=user,
        **fields,
    )


def make_visitor() -> Customer:
    """Somebody of whom nothing is known."""
    return actions.new_visitor(actor=Actor.nobody())


def make_ticket(
    *,
    turn: Turn = Turn.QUEUE,
    customer: Customer | None = None,
    team: Team | None = None,
    agent: User | None = None,
    channel: Channel = Channel.PORTAL,
    body: str = QUESTION,
    subject: str = "",
    priority: Priority = Priority.NORMAL,
    reason: Reason = Reason.ASKED,
    ago: timedelta | None = None,
) -> Ticket:
    """A conversation whose turn is `turn`, brought there by the actions that lead to it.

    With `agent`, that agent has it where somebody can have it (agent, customer, closed); without,
    the assistant answered what waits for the customer or is closed. `ago` sets its clocks back.
    """
    customer = customer or make_customer()
    ticket = actions.open_ticket(
        actor=Actor.of_customer(customer),
        customer=customer,
        channel=channel,
        body=body,
        subject=subject,
        team=team or make_team(),
        priority=priority,
    )
    if turn == Turn.AGENT and agent is None:
        agent = make_agent(teams=[ticket.team])
    if turn == Turn.QUEUE or agent:
        actions.hand_over(actor=Actor.of_customer(customer), ticket=ticket, reason=reason)
    if agent:
        ticket = actions.accept(actor=Actor.agent(agent), ticket=ticket)
    if turn == Turn.CUSTOMER:
        if agent:
            make_reply(ticket, agent)
        else:
            make_answer(ticket)
    elif turn == Turn.CLOSED:
        if agent:
            actions.resolve(actor=Actor.agent(agent), ticket=ticket)
        else:
            actions.confirm_solved(actor=Actor.of_customer(customer), ticket=ticket)
    elif turn == Turn.SPAM:
        agent = agent or make_agent(teams=[ticket.team])
        actions.mark_spam(actor=Actor.agent(agent), ticket=ticket)
    if ago:
        then = timezone.now() - ago
        Ticket.objects.filter(pk=ticket.pk).update(turn_since=then, last_message_at=then)
        Ticket.objects.filter(pk=ticket.pk, person_asked_at__isnull=False).update(
            person_asked_at=then
        )
        ticket.handovers.filter(ended_at=None).update(asked_at=then)
    ticket.refresh_from_db()
    assert ticket.turn == turn
    return ticket


def make_message(ticket: Ticket, body: str = "Could you say more?") -> Message:
    """The customer writes."""
    return actions.post_message(actor=Actor.of_customer(ticket.customer), ticket=ticket, body=body)


def make_reply(
    ticket: Ticket, agent: User, body: str = "I am sending you a spare pole."
) -> Message:
    """An agent answers."""
    return actions.reply(actor=Actor.agent(agent), ticket=ticket, body=body)


def make_note(ticket: Ticket, agent: User, body: str = "Second broken pole this week.") -> Note:
    """An agent tells the other agents something."""
    return actions.write_note(actor=Actor.agent(agent), ticket=ticket, body=body)


def make_answer(
    ticket: Ticket,
    body: str = "Here is what I found about spare poles.",
    *,
    articles: Sequence[Article] = (),
    score: float = 0.71,
    confidence: float = 0.82,
    decision: Decision = Decision.ANSWER,
    short_answer: str = "",
) -> Message:
    """The assistant answers the customer's last message, from `articles`."""
    asked = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).latest("position")
    message = actions.answer(
        actor=Actor.assistant(),
        ticket=ticket,
        to_position=asked.position,
        body=body,
        decision=decision,
        confidence=confidence,
        citations=[
            Citation(
                article=article,
                title=article.published.title if article.published else article.slug,
                slug=article.slug,
                heading="Order a spare",
                anchor="order-a-spare",
                short_answer="" if place else short_answer,
                passage="Spare pole sections are in the shop under Spare parts.",
                nearby=[{"heading": "Change a pole", "anchor": "change"}],
                quoted=decision == Decision.ANSWER and not place,
                score=score,
            )
            for place, article in enumerate(articles)
        ],
    )
    assert message is not None, "It is not the assistant's turn."
    return message


def make_article(title: str = "", *, body: str = "Slide the sleeve over the break.") -> Article:
    """A published article, not indexed."""
    number = next(_numbers)
    article = Article.objects.create(slug=f"article-{number}")
    article.published = ArticleVersion.objects.create(
        article=article, number=1, title=title or f"Mend a pole {number}", body=body
    )
    article.state = Article.State.PUBLISHED
    article.save()
    return article


def add_messages(ticket: Ticket, number: int, agent: User | None = None) -> None:
    """Lengthen a conversation by `number` messages at once, in turns if there is an agent."""
    Message.objects.bulk_create(
        Message(
            ticket=ticket,
            position=ticket.next_position(),
            author_kind=AuthorKind.AGENT if agent and index % 2 else AuthorKind.CUSTOMER,
            author_user=agent if agent and index % 2 else None,
            author_customer=None if agent and index % 2 else ticket.customer,
            channel=ticket.channel,
            body=f"Message {index + 1} of {number} about the tent.",
        )
        for index in range(number)
    )
    ticket.last_message_at = timezone.now()
    ticket.save()


def index_tickets() -> None:
    """Let the search know all tickets as they are now, as its reactions would."""
    for batch in indexing.batches(Ticket.objects.all()):
        indexing.index(batch)
