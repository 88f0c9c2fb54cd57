"""Who sent a mail, as far as it can be believed, and who else it was sent to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from knowledgebase.lately import Lately
from tickets import access
from tickets.actors import Actor
from tickets.email import tokens
from tickets.email.incoming.places import Place
from tickets.email.reading.mail import Incoming, Person
from tickets.models import Contact, ContactKind, Customer, Mailbox, Participant, Ticket, User
from tickets.models.following import MOST_COPIES


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a mail, by the address that it says; and the log-in of ours that has this address."""

    person: Person
    user: User | None
    is_doubted: bool  # our own server says that the address was not theirs to use
    is_proved: (
        bool  # it says that it was: nothing else counts where somebody would act as a colleague
    )

    @property
    def works_here(self) -> bool:
        return self.user is not None and self.user.on_the_staff


def sender_of(mail: Incoming) -> Sender:
    """Of From. What a mail wants its answers to go to says nothing of who wrote it."""
    user = User.objects.filter(email=mail.sender.address).first() if mail.sender.address else None
    found = mail.authentication.get("dmarc")
    return Sender(mail.sender, user, found == "fail", found == "pass")


def is_the_agent(sender: Sender, place: Place) -> bool:
    """Whether it says that it is from the agent for whom the conversation's name was made, and they may
    write there. Whether it is from them is another question: `is_proved`.

    The name was sent to their address alone. Their second factor's rules hold: `works_here`.
    """
    user = sender.user
    return (
        user is not None
        and place.user == user.pk
        and user.works_here
        and access.may_see(Actor.agent(user), place.ticket, teams=user.team_keys)
    )


def takes_part(sender: Sender, ticket: Ticket) -> bool:
    """Whether the address is the customer's, or of somebody in copy.

    One that a visitor only left does not count: whoever has it may never have heard of them, and
    what they answer would be read by the visitor.
    """
    return is_the_customer(sender, ticket) or sender.person.address in in_copy(ticket)


def is_the_customer(sender: Sender, ticket: Ticket) -> bool:
    """Whether it is their own address, or one that was confirmed to be theirs, too."""
    address = sender.person.address
    if not address:
        return False
    return address == ticket.customer.email or _is_confirmed(address, ticket)


def _is_confirmed(address: str, ticket: Ticket) -> bool:
    """As long as nobody else proved it: whoever did is the one who has it."""
    contacts = Contact.objects.filter(
        kind=ContactKind.EMAIL,
        value=address,
        confirmed_at__isnull=False,
        customer=ticket.customer_id,
    )
    return contacts.exists() and not Customer.objects.filter(email=address).exists()


def is_a_mailbox(person: Person) -> bool:
    """Whether an address is one at which we get mail ourselves."""
    return tokens.without(person.address) in _mailboxes()


def others(mail: Incoming, customer: Customer) -> list[str]:
    """To whom else it was sent: not us, not the customer, nobody who works here; so many at most."""
    found = dict.fromkeys(person.address for person in (*mail.to, *mail.cc) if person.address)
    found.pop(customer.email or "", None)
    found.pop(customer.claimed_email, None)
    for one in ours(found):
        found.pop(one, None)
    return list(found)[:MOST_COPIES]


def ours(among: Iterable[str]) -> list[str]:
    """The addresses that are this helpdesk's, or of somebody who works here."""
    plain = {one: tokens.without(one) for one in among}
    known = {settings.DEFAULT_FROM_EMAIL.lower(), *_mailboxes()}
    if others := set(plain.values()) - known:
        staff = User.objects.filter(email__in=others, is_active=True)
        known |= {user.email for user in staff if user.on_the_staff}
    return [one for one, without in plain.items() if without in known]


def _addresses() -> frozenset[str]:
    return frozenset(Mailbox.objects.values_list("address", flat=True))


_mailboxes = Lately(_addresses)


def in_copy(ticket: Ticket) -> set[str]:
    return set(Participant.objects.filter(ticket=ticket).values_list("email", flat=True))
