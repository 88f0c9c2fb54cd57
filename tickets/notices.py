"""The words of the system messages: what happened, and what happens next."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.models import Customer, Team, User
from tickets.queues import Outlook

_TIMES = "l, j F, H:i"


def queued(outlook: Outlook, customer: Customer) -> str:
    """Somebody asked for a person: that it worked, and when the answer comes."""
    if not outlook.open_now:
        nobody = _("A person was asked for. Nobody is here right now.")
        return f"{nobody} {_later(outlook, customer)}"
    soon = _("A person will take over here, with everything you wrote.")
    return f"{soon} {place(outlook)}"


def place(outlook: Outlook) -> str:
    """The place in the queue and, when it is known, about how long."""
    if outlook.place == 1:
        text = _("You are next.")
    else:
        text = _("You are number %(place)d in the queue.") % {"place": outlook.place}
    if outlook.minutes is not None:
        text += " " + ngettext(
            "It usually takes about %(minutes)d minute.",
            "It usually takes about %(minutes)d minutes.",
            outlook.minutes,
        ) % {"minutes": outlook.minutes}
    return text


def _later(outlook: Outlook, customer: Customer) -> str:
    if outlook.opens_at is None:
        when = _("We will answer as soon as we are back.")
    else:
        opens = timezone.localtime(outlook.opens_at)
        when = _("We are back on %(when)s.") % {"when": formats.date_format(opens, _TIMES)}
    if customer.email:
        how = _("The answer comes here and to %(email)s.") % {"email": customer.email}
    elif customer.claimed_email:
        how = _("The answer comes here, and we tell you at %(email)s.") % {
            "email": customer.claimed_email
        }
    else:
        how = _("The answer comes here. Leave an e-mail address if you want to be told.")
    return f"{when} {how}"


def accepted(agent: User) -> str:
    return _("%(name)s joined the conversation.") % {"name": agent.get_short_name()}


def handed_back(agent: User) -> str:
    return _(
        "%(name)s handed the conversation back to the AI assistant. "
        "You can talk to a human again at any time."
    ) % {"name": agent.get_short_name()}


def returned(agent: User) -> str:
    return _("%(name)s has the conversation again.") % {"name": agent.get_short_name()}


def transferred(team: Team, outlook: Outlook) -> str:
    text = _("We passed you on to %(team)s. They see everything you wrote.") % {"team": team.name}
    return f"{text} {place(outlook)}" if outlook.open_now else text


def resolved(agent: User) -> str:
    return _("%(name)s marked this as resolved. Is it solved for you?") % {
        "name": agent.get_short_name()
    }


def confirmed() -> str:
    return _("You said that this is solved. Write again if anything is left.")


def reopened(agent: User | None) -> str:
    if agent is not None:
        return _("%(name)s reopened this conversation.") % {"name": agent.get_short_name()}
    return _("You reopened this conversation.")
