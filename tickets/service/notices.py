"""The words of the system messages: what happened, and what happens next."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from tickets.models import Customer, SiteSettings, Team, Ticket, User
from tickets.service import dates
from tickets.service.queues import COUNTED, Outlook
from tickets.service.waits import SAID, Wait

_SHORTEST = SAID[1]


def queued(outlook: Outlook, customer: Customer) -> str:
    """Somebody asked for a person: that it worked, and when the answer comes."""
    if not outlook.open_now:
        asked = _("A person was asked for.")
        return f"{asked} {_later(outlook, customer)}"
    soon = _("A person will take over here, with everything you wrote.")
    return f"{soon} {joined(outlook)}"


def many_ask() -> str:
    """What the assistant says where it could not answer in time."""
    return _(
        "So many people are asking at this moment that I could not answer you in time. "
        "I have asked a person to take over."
    )


def joined(outlook: Outlook) -> str:
    """The place and the wait at the moment they joined: it stays true in the conversation later."""
    if outlook.place == 1:
        text = _("You joined the queue at its front.")
    elif outlook.counted:
        text = _("You joined the queue as number %(place)d.") % {"place": outlook.place}
    else:
        text = _("You joined the queue behind more than %(places)d others.") % {"places": COUNTED}
    if outlook.wait is None:
        return text
    wait = _("Expected wait at that time: %(wait)s.") % {"wait": span(outlook.wait)}
    return f"{text} {wait}"


def how_long(outlook: Outlook) -> str:
    """How long it takes as of now, or that nobody can say; outside the hours when."""
    if not outlook.open_now:
        return closed_now(outlook)
    if outlook.wait is None:
        return _("We cannot say right now how long it takes.")
    return _("Expected wait: %(wait)s.") % {"wait": span(outlook.wait)}


def span(wait: Wait) -> str:
    """A range of minutes in words."""
    if wait.at_most is None:
        hours = {30: _("half an hour"), 60: _("an hour"), 120: _("two hours")}
        minutes = _("%(minutes)d minutes") % {"minutes": wait.at_least}
        return _("more than %(time)s") % {"time": hours.get(wait.at_least, minutes)}
    if wait.at_least:
        return _("about %(from)d to %(to)d minutes") % {"from": wait.at_least, "to": wait.at_most}
    if wait.at_most == _SHORTEST:
        return _("a minute or two")
    return _("less than %(minutes)d minutes") % {"minutes": wait.at_most}


def closed_now(outlook: Outlook) -> str:
    """Outside the hours: whether somebody may be here, and when we surely are. Never minutes."""
    if outlook.somebody_here:
        who = _("It is outside our opening hours. Somebody may be here and answer sooner.")
    else:
        who = _("Nobody is here right now.")
    if outlook.opens_at is None:
        when = _("We will answer as soon as we are back.")
    else:
        back = (
            _("Our hours begin on %(when)s.")
            if outlook.somebody_here
            else _("We are back on %(when)s.")
        )
        when = back % {"when": dates.weekday_moment(outlook.opens_at)}
    return f"{who} {when}"


def _later(outlook: Outlook, customer: Customer) -> str:
    if customer.email:
        how = _("The answer comes here and to %(email)s.") % {"email": customer.email}
    elif customer.claimed_email:
        how = _("The answer comes here, and we tell you at %(email)s.") % {
            "email": customer.claimed_email
        }
    else:
        how = _("The answer comes here. Leave an e-mail address if you want to be told.")
    return f"{closed_now(outlook)} {how}"


def accepted(agent: User) -> str:
    return _("%(name)s joined the conversation.") % {"name": agent.get_short_name()}


def given(agent: User) -> str:
    return _("%(name)s takes care of this now, and sees everything you wrote.") % {
        "name": agent.get_short_name()
    }


def agent_is_gone(agent: User, outlook: Outlook, customer: Customer) -> str:
    """Whoever had the chat is not there any more; it stands at the head of its queue again."""
    text = _("%(name)s had to leave. Somebody else goes on here, with everything you wrote.") % {
        "name": agent.get_short_name()
    }
    following = joined(outlook) if outlook.open_now else _later(outlook, customer)
    return f"{text} {following}"


def handed_back(agent: User) -> str:
    return _(
        "%(name)s handed the conversation back to the AI assistant. "
        "You can talk to a human again at any time."
    ) % {"name": agent.get_short_name()}


def returned(agent: User) -> str:
    return _("%(name)s has the conversation again.") % {"name": agent.get_short_name()}


def transferred(team: Team, outlook: Outlook, customer: Customer) -> str:
    text = _("We passed you on to %(team)s. They see everything you wrote.") % {"team": team.name}
    following = joined(outlook) if outlook.open_now else _later(outlook, customer)
    return f"{text} {following}"


def passed_on(outlook: Outlook, customer: Customer) -> str:
    """Whoever had it gave it back to the queue of the same team."""
    text = _("Somebody else of our team goes on here, with everything you wrote.")
    following = joined(outlook) if outlook.open_now else _later(outlook, customer)
    return f"{text} {following}"


def resolved(agent: User) -> str:
    return _("%(name)s marked this as resolved. Is it solved for you?") % {
        "name": agent.get_short_name()
    }


def resolved_by_itself() -> str:
    """A rule ended it: nobody did."""
    return _("This was marked as resolved automatically. Is it solved for you?")


def closed_by_itself() -> str:
    return _("This conversation was closed automatically. Write, and it goes on.")


def asks_for_proof(agent: User | None) -> str:
    """Somebody asks the customer to prove their address, or the assistant does."""
    who = agent.get_short_name() if agent else _("The assistant")
    return _(
        "%(name)s asks you to prove your e-mail address: we mail you a code, and you type it here."
    ) % {"name": who}


def proved() -> str:
    """They typed the right code."""
    return _("You proved your e-mail address. It counts in this conversation.")


def closing(on: datetime) -> str:
    """That nobody writes any more, and on which day it will be closed."""
    return _(
        "Nobody wrote here for a while. We close this conversation after %(day)s, unless you "
        "write. You can write again later, too."
    ) % {"day": dates.weekday(on)}


def closed_by(agent: User) -> str:
    return _("%(name)s closed this conversation. Write here if anything is left.") % {
        "name": agent.get_short_name()
    }


def closed_quiet() -> str:
    return _(
        "This conversation was closed, since nobody wrote for a while. Write here if anything is left."
    )


def continued_in(reference: str) -> str:
    return _("You wrote again, and it goes on in the conversation %(reference)s.") % {
        "reference": reference
    }


def continues(ticket: Ticket) -> str:
    return _(
        "This goes on with the conversation %(reference)s, which was closed on %(day)s. "
        "Whoever helps you can read it."
    ) % {"reference": ticket.reference, "day": dates.day(ticket.closed_at or ticket.turn_since)}


def merged() -> str:
    """In the conversation that goes on elsewhere; the page names the other one, and leads there."""
    return _(
        "You wrote about this in two conversations, so they are one now. This one goes on in the "
        "other, where we read what you wrote here."
    )


def merged_here() -> str:
    return _("Another conversation of yours goes on here. We read what you wrote there.")


def unmerged() -> str:
    return _("This is a conversation of its own again.")


def unmerged_here() -> str:
    return _("The other conversation of yours is one of its own again.")


def split_into(reference: str) -> str:
    return _(
        "A part of this is about something else, and goes on in the conversation %(reference)s."
    ) % {"reference": reference}


def split_from(reference: str) -> str:
    return _(
        "This is a conversation of its own for what you wrote in %(reference)s. Both go on."
    ) % {"reference": reference}


def confirmed() -> str:
    return _("You said that this is solved. Write again if anything is left.")


def blocked(desk: SiteSettings, until: datetime | None) -> str:
    """To somebody who may not write: that it is so, for how long, and how else to reach us."""
    return " ".join(filter(None, [blocked_here(until), other_ways(desk)]))


def blocked_here(until: datetime | None) -> str:
    """The same without the other ways, where these stand beside it."""
    if until is None:
        said = _("We do not take messages from you here any more.")
    else:
        said = _("We do not take messages from you here until %(when)s.") % {
            "when": dates.weekday_moment(until)
        }
    kept = _("You can still read what was written.")
    return f"{said} {kept}"


def other_ways(desk: SiteSettings) -> str:
    """How else to reach the company, as an admin wrote it; else by what is known of it."""
    if desk.blocked_text.strip():
        return desk.blocked_text.strip()
    ways = {"phone": desk.phone, "email": desk.contact_email}
    if desk.phone and desk.contact_email:
        return _("You reach us by telephone at %(phone)s and by mail at %(email)s.") % ways
    if desk.phone:
        return _("You reach us by telephone at %(phone)s.") % ways
    return _("You reach us by mail at %(email)s.") % ways if desk.contact_email else ""


def taken_back(agent: User) -> str:
    """After an act of which the customer had read already."""
    return _("%(name)s took that back: it is as it was before.") % {"name": agent.get_short_name()}


def reopened(agent: User | None) -> str:
    if agent is not None:
        return _("%(name)s reopened this conversation.") % {"name": agent.get_short_name()}
    return _("You reopened this conversation.")


def approval_asked(what: str) -> str:
    """What an agent may not decide alone is being decided."""
    return _("We have asked for approval of: %(what)s. You hear from us here.") % {"what": what}


def approved(what: str) -> str:
    return _("Approved: %(what)s.") % {"what": what}


def not_approved(what: str) -> str:
    """Never alone: a person says why."""
    return _("Not approved: %(what)s. We will write to you here about it.") % {"what": what}
