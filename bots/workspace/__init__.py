"""The assistant's part of the agent's screen.

Below a customer's message stands what was understood of it, below an answer whether it was reported
as wrong, below a reply that it began as a suggestion; pages of its own correct the one, report the
other, and approve sample questions. Beside a conversation stand the co-pilot and similar ones; in the
leads' home what looks bad, was reported, or is lacking.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bots.similar import fitting_macros as near_macros
from bots.workspace import customers, lacking, troubled, understood
from tickets.conversation import fitting_macros
from tickets.models import Message, Permission
from tickets.workspace import side_panels, timeline
from tickets.workspace.oversight import sections
from tickets.workspace.oversight.sections import Section
from tickets.workspace.side_panels import SidePanel


def take_part() -> None:
    """Called once, at start: the workspace shows what the assistant knows of each message."""
    fitting_macros.use(near_macros.find)
    customers.take_part()
    timeline.add_below_messages(load=("reading", "answer__report", "suggested"), show=_below)
    sections.add(Section("workspace/oversight/troubled.html", troubled.section, wide=True))
    sections.add(Section("workspace/oversight/reported.html", lacking.reported))
    sections.add(Section("workspace/oversight/gaps.html", lacking.gaps))
    side_panels.add(
        SidePanel(
            "copilot",
            _("Co-pilot"),
            "workspace-copilot",
            when="load",
            first=True,
            needs=(Permission.REPLY,),
        )
    )
    side_panels.add(
        SidePanel(
            "tasks", _("Tasks"), "workspace-tasks", needs=(Permission.REPLY, Permission.CONTACTS)
        )
    )
    side_panels.add(SidePanel("similar", _("Similar conversations"), "workspace-similar"))


def _below(message: Message) -> dict[str, Any]:
    """The template that stands below a message, and what it reads; nothing for other messages."""
    found = understood.shown(message)
    if found is not None:
        return {"below": "workspace/reading.html", "understood": found}
    if hasattr(message, "answer"):
        report = getattr(message.answer, "report", None)
        return {"below": "workspace/reported.html", "report": report}
    if hasattr(message, "suggested"):
        return {"below": "workspace/suggested.html", "suggested": message.suggested}
    return {}
