"""Macros: keeping and removing them, and applying one to a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.access.macros import macros_for, may_change_macro, may_share_macros
from tickets.actions import crossing, rights
from tickets.actions.drafts import send_reply
from tickets.actions.errors import ActionError, NotAllowed, StandsAlready, closed
from tickets.actions.macro_acts import carry_out, refuse_gone
from tickets.actors import Actor
from tickets.acts import Acts, Loaded, cleaned, in_words
from tickets.conversation import macros, placeholders
from tickets.conversation.placeholders import Filled, Unpublished
from tickets.conversation.record_placeholders import NotOne
from tickets.intake import text
from tickets.models import Draft, Event, EventKind, Kind, Macro, Permission, Team, Ticket, User
from tickets.models.macros import FOLDER_LENGTH, MOST_OWN, MOST_SHARED, NAME_LENGTH


@transaction.atomic
def save_macro(
    *,
    actor: Actor,
    macro: Macro | None,
    name: str,
    folder: str = "",
    shared: bool = False,
    team: Team | None = None,
    body: str = "",
    note: str = "",
    acts: Acts | None = None,
    send_at_once: bool = False,
    is_active: bool = True,
    seen: int | None = None,
) -> Macro:
    """Add a macro (None), or change one; `shared` with a `team`, or with all. `seen` is its version.

    Raises:
        NotAllowed: the actor may not change it, or not share it with them.
        ValidationError: a text has an unknown placeholder, an act is none, it does nothing, somebody
            changed it since, the name is taken, or there are too many.
    """
    owner = _locked_author(actor)
    macro = _locked(actor, macro) if macro is not None else Macro()
    if seen is not None and seen != macro.version:
        raise ValidationError(_("Somebody changed it meanwhile. Open it again."), code="changed")
    before = _recorded(macro) if macro.pk else {}
    if shared and not may_share_macros(rights.demand(actor), team):
        raise NotAllowed
    macro.owner, macro.team = (None, team) if shared else (owner, None)
    macro.name, macro.folder = _named(name), text.line(folder, limit=FOLDER_LENGTH)
    macro.body = _written(body)
    macro.note = _written(note)
    macro.acts = cleaned(acts or {})
    macro.send_at_once, macro.is_active = send_at_once and bool(macro.body), is_active
    if not (macro.body or macro.note or macro.acts):
        raise ValidationError(_("Write a text, or choose what it does."), code="empty")
    _refuse_too_many(macro, owner)
    macro.validate_constraints()
    if macro.pk:
        macro.version += 1
    macro.updated_at = clock.now()
    macro.save()
    kind = EventKind.SETTING_CHANGED if before else EventKind.SETTING_ADDED
    after = _recorded(macro)
    changes = {one: [before.get(one), after[one]] for one in after if before.get(one) != after[one]}
    events.record(kind, actor=actor, subject=macro, name=macro.name, changes=changes)
    return macro


@transaction.atomic
def remove_macro(*, actor: Actor, macro: Macro) -> Event:
    """Remove it, for everybody who has it. What it left in drafts stays in them.

    Raises:
        NotAllowed: the actor may not change it.
    """
    _locked_author(actor)
    macro = _locked(actor, macro)
    event = events.record(EventKind.SETTING_REMOVED, actor=actor, subject=macro, name=macro.name)
    macro.delete()
    return event


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a macro would do: its texts for this conversation, and what becomes of them."""

    macro: Macro
    body: Filled
    note: Filled
    acts: Loaded

    def sends(self, draft: Draft | None) -> bool:
        """Whether it sends its reply at once: never with a gap, or over what was begun."""
        begun = draft is not None and (draft.body or draft.attachments.exists())
        return self.macro.send_at_once and not self.body.marks and not begun


@transaction.atomic
def apply_macro(
    *,
    actor: Actor,
    ticket: Ticket,
    macro: Macro,
    version: int,
    client_id: UUID,
    wait: timedelta,
    typed: str | None = None,
    seen: int | None = None,
) -> Draft | Ticket:
    """Apply a macro, as it was when `version` of it was looked at; the second time of the same
    `client_id` finds the first.

    Its text comes below what the agent has `typed` (None: what is kept of it), and nothing is sent;
    a note and acts are done when that reply leaves. One that sends at once sends it, with all that,
    after `wait`, unless it has a gap or there was something typed. Without a text it is done at once.
    What a program applies for an agent only drafts its reply, and nothing that stands there is touched.
    A draft comes back, which leaves or which is being typed; else the ticket.

    Raises:
        NotAllowed: the actor is no agent.
        TextError: the reply would be too long.
        Crossed: somebody wrote after position `seen`, and something would be sent or done.
        ActionError: it was changed or removed, names something that is gone, or the conversation is
            closed; or a program would write where the agent writes already.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.REPLY)
    if (before := _applied_before(ticket, user, client_id)) is not None:
        return before
    macro = _as_looked_at(actor, macro, version)
    if ticket.is_closed:
        raise closed(ticket)
    plan = plan_for(ticket, user, macro)
    draft = Draft.objects.unsent().filter(ticket=ticket, author=user, kind=Kind.REPLY).first()
    left = macros.left_in_draft(macro, plan.note.text, plan.body.marks, str(client_id))
    if not plan.body.text:
        crossing.refuse_crossing(ticket, user, seen)
        return carry_out(actor, ticket, left, client_id)
    by_program = actor.api_key is not None
    if by_program and draft is not None:
        raise StandsAlready
    draft = draft or Draft(ticket=ticket, author=user, kind=Kind.REPLY)
    draft.by_key = actor.api_key.name if actor.api_key is not None else draft.by_key
    draft.body = draft.body if typed is None else text.message(typed, may_be_empty=True)
    sends = plan.sends(draft if draft.pk or draft.body else None) and not by_program
    draft.body = text.message("\n\n".join(filter(None, [draft.body, plan.body.text])))
    draft.macro, draft.updated_at = macros.with_another(draft.macro, left), clock.now()
    draft.macro["words"] = in_words(refuse_gone(draft.macro))
    draft.save()
    if not sends:
        return draft
    sent = send_reply(
        actor=actor,
        ticket=ticket,
        body=draft.body,
        wait=wait,
        client_id=client_id,
        seen=seen,
        with_macro=True,
    )
    return sent or Ticket.objects.get(pk=ticket.pk)


@transaction.atomic
def leave_macro_out(*, actor: Actor, ticket: Ticket) -> Draft | None:
    """Only the text stays of the macros in what an agent is typing: nothing else is done with it."""
    ticket = Ticket.objects.locked(ticket)
    own = Draft.objects.unsent().filter(ticket=ticket, author=actor.user, kind=Kind.REPLY)
    draft = own.first()
    if draft is None or not draft.macro:
        return draft
    draft.macro = {**draft.macro, "acts": {}, "words": [], "note": ""}
    draft.updated_at = clock.now()
    draft.save()
    return draft


def plan_for(ticket: Ticket, user: User, macro: Macro) -> Plan:
    """What a macro would do now. At most eleven queries, six more where it names records.

    Raises:
        ActionError: it names something that is not there any more, or no one record.
    """
    try:
        body = placeholders.fill(macro.body, ticket, user)
        note = placeholders.fill(macro.note, ticket, user)
    except Unpublished as error:
        raise ActionError(str(error), code="gone") from error
    except NotOne as error:
        raise ActionError(str(error), code="not_one") from error
    return Plan(macro, body, note, refuse_gone({"acts": macro.acts}))


def _applied_before(ticket: Ticket, user: User, client_id: UUID) -> Draft | Ticket | None:
    """What the same application came to, if it was done already. The ticket is locked."""
    drafts = Draft.objects.filter(ticket=ticket, author=user)
    for found in (
        drafts.leaving().filter(client_id=client_id).first(),
        drafts.unsent().filter(macro__applied__contains=[str(client_id)]).first(),
    ):
        if found is not None:
            return found
    done = ticket.events.filter(
        kind=EventKind.MACRO_APPLIED, actor_user=user, data__client_id=str(client_id)
    )
    return ticket if done.exists() else None


def _as_looked_at(actor: Actor, macro: Macro, version: int) -> Macro:
    found = macros_for(actor).filter(pk=macro.pk, is_active=True).first()
    if found is None:
        raise ActionError(_("This macro is not there any more. Nothing was done."), code="gone")
    if found.version != version:
        words = _("This macro was changed meanwhile. Look at it again; nothing was done.")
        raise ActionError(words, code="changed")
    return found


def _locked_author(actor: Actor) -> User:
    """The agent's row, so that of two macros that are kept at once both are counted."""
    user = rights.demand(actor)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _locked(actor: Actor, macro: Macro) -> Macro:
    """The macro as it is now, for whoever may change it."""
    macro = Macro.objects.select_for_update().get(pk=macro.pk)
    if not may_change_macro(actor, macro):
        raise NotAllowed
    return macro


def _named(name: str) -> str:
    if text.says_nothing(name[:1000]):
        raise ValidationError({"name": _("Write a name for the macro.")})
    return text.line(name, limit=NAME_LENGTH)


def _written(words: str) -> str:
    """A text of a macro, which has no placeholder that there is not."""
    words = text.message(words, may_be_empty=True)
    if unknown := placeholders.unknown_in(words):
        known = ", ".join(name for name, _words in placeholders.all_names())
        raise ValidationError(
            _("There is no %(unknown)s. What exists: %(known)s; articles must be published.")
            % {"unknown": ", ".join(unknown[:5]), "known": known},
            code="placeholder",
        )
    return words


def _refuse_too_many(macro: Macro, author: User) -> None:
    if macro.pk:
        return
    own = macro.owner_id is not None
    most = MOST_OWN if own else MOST_SHARED
    if Macro.objects.filter(owner=author if own else None).count() >= most:
        words = _("There are %(most)d macros already. Remove one first.") % {"most": most}
        raise ValidationError(words, code="too_many")


def _recorded(macro: Macro) -> dict[str, Any]:
    """What the record keeps of a macro: not its texts."""
    names = ("name", "folder", "owner_id", "team_id", "send_at_once", "is_active", "acts")
    return {name: getattr(macro, name) for name in names}
