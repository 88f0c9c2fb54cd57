"""What a key does in tickets for an agent: answers, internal notes, changes, the end."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access, actions
from tickets.actions import Property
from tickets.api.acting import (
    PRIORITIES,
    Changes,
    DraftReceipt,
    NewDraft,
    NewNote,
    NewReply,
    NoteReceipt,
)
from tickets.api.files import taken_along
from tickets.api.idempotency import idempotent
from tickets.api.schema import operation
from tickets.api.serializers import MessageOut, MessageReceipt, TicketOut, TicketReceipt
from tickets.api.views.base import ApiView
from tickets.models import Message, Scope, Team, Ticket, User
from tickets.models.users import STAFF_ROLES

CROSSED = {
    409: "It cannot be done as things are: it is closed, a colleague's reply is leaving, or a note names "
    "somebody who may not see it."
}


class ReplyList(ApiView):
    scopes = {"POST": Scope.TICKETS_ACT}
    receipt = MessageReceipt

    @operation(
        "Answer the customer",
        "In the name of the agent for whom the key acts, who takes the ticket over if nobody has it. "
        "The customer gets it as every answer: on the page, by mail. A key without `tickets:read` gets "
        "the receipt only.",
        scope=Scope.TICKETS_ACT,
        body=NewReply,
        answer=MessageOut,
        receipt=MessageReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent = self.agent
        ticket = access.ticket_for(agent, reference)
        wanted = self.taken(NewReply)
        written = actions.reply(
            actor=agent,
            ticket=ticket,
            body=wanted["body"],
            uploads=taken_along(agent, wanted.get("attachments", ())),
            provenance={"key": self.key.name},
        )
        messages = Message.objects.complete().select_related(
            "author_customer", "ticket", "suggested"
        )
        return Response(MessageOut(messages.get(pk=written.pk)).data, status=201)


class NoteList(ApiView):
    scopes = {"POST": Scope.TICKETS_ACT}
    receipt = NoteReceipt

    @operation(
        "Write an internal note",
        "Only those who work here read it. What it says cannot be read by the API.",
        scope=Scope.TICKETS_ACT,
        body=NewNote,
        answer=NoteReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent = self.agent
        ticket = access.ticket_for(agent, reference)
        note = actions.write_note(actor=agent, ticket=ticket, body=self.taken(NewNote)["body"])
        return Response(NoteReceipt(note).data, status=201)


class DraftList(ApiView):
    scopes = {"POST": Scope.TICKETS_ACT}
    receipt = DraftReceipt

    @operation(
        "Draft a reply",
        "It stands where the agent for whom the key acts writes, says that this key wrote it, and goes "
        "to nobody before they read and send it. What stands there already stays.",
        scope=Scope.TICKETS_ACT,
        body=NewDraft,
        answer=DraftReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent = self.agent
        ticket = access.ticket_for(agent, reference)
        draft = actions.draft_reply(actor=agent, ticket=ticket, body=self.taken(NewDraft)["body"])
        return Response(DraftReceipt(draft).data, status=201)


class ChangeList(ApiView):
    scopes = {"POST": Scope.TICKETS_ACT}
    receipt = TicketReceipt

    @operation(
        "Change, resolve or reopen a ticket",
        "In the name of the agent for whom the key acts, and within what they may do. A key without "
        "`tickets:read` gets the receipt only.",
        scope=Scope.TICKETS_ACT,
        body=Changes,
        answer=TicketOut,
        receipt=TicketReceipt,
        more_problems=CROSSED,
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        agent = self.agent
        ticket = access.ticket_for(agent, reference)
        _change(agent, ticket, self.taken(Changes))
        found = access.ticket_for(self.actor, ticket.reference)
        return Response(TicketOut(found).data, status=201)


def _change(agent: Any, ticket: Ticket, wanted: dict[str, Any]) -> None:
    """One after the other, in the transaction of the request."""
    state = wanted.get("state")
    if state == "open":
        actions.reopen(actor=agent, ticket=ticket)
    if subject := wanted.get("subject"):
        actions.change_ticket(actor=agent, ticket=ticket, name=Property.SUBJECT, value=subject)
    if priority := wanted.get("priority"):
        value = str(PRIORITIES[priority])
        actions.change_ticket(actor=agent, ticket=ticket, name=Property.PRIORITY, value=value)
    add, remove = wanted.get("add_tags", ()), wanted.get("remove_tags", ())
    if add or remove:
        actions.change_tags(actor=agent, ticket=ticket, add=add, remove=remove)
    if slug := wanted.get("team"):
        actions.transfer(actor=agent, ticket=ticket, team=_team(slug))
    if "assignee" in wanted:
        actions.assign(actor=agent, ticket=ticket, agent=_colleague(wanted["assignee"]))
    if state == "resolved":
        actions.resolve(actor=agent, ticket=ticket)
    elif state == "closed":
        actions.close(actor=agent, ticket=ticket)


def _team(slug: str) -> Team:
    found = Team.objects.filter(slug=slug).first()
    if found is None:
        raise ValidationError({"team": [_("There is no such team.")]}, code="unknown")
    return found


def _colleague(email: str | None) -> User | None:
    if email is None:
        return None
    people = User.objects.with_access().filter(is_active=True, role__in=STAFF_ROLES)
    found = people.filter(email=email).first()
    if found is None or not found.works_here:
        raise ValidationError({"assignee": [_("Nobody who works here has it.")]}, code="unknown")
    return found
