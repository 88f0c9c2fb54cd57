"""The words in which the assistant says what it understood: feelings, urgencies, topics, facts.

They stand here once. Rules, screens and briefs get them from the fields that `bots` registers.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CALM, CONFUSED, FRUSTRATED = "calm", "confused", "frustrated"
ANGRY, DISTRESSED = "angry", "distressed"
FEELINGS = (
    (CALM, _("calm")),
    (CONFUSED, _("confused")),
    (FRUSTRATED, _("frustrated")),
    (ANGRY, _("angry")),
    (DISTRESSED, _("distressed")),
)
URGENCIES = (("outage", _("outage")), ("deadline", _("deadline")), ("safety", _("safety")))
GRAVEST_FIRST = ("safety", "outage", "deadline")
QUESTION, NO, NOT_ASKED = "question", "no", "not_asked"
REPEATS = (
    (QUESTION, _("asks the same again")),
    (NO, _("says no")),
    (NOT_ASKED, _("says that it is not what they asked")),
)
SELF_HARM = "self_harm"
TOPICS = (
    (SELF_HARM, _("self-harm or danger")),
    ("danger", _("acute danger")),
    ("bereavement", _("bereavement")),
    ("fraud_security", _("fraud and security")),
    ("legal", _("legal")),
    ("medical", _("medical")),
    ("money_hardship", _("money hardship")),
    ("data_protection", _("data protection")),
)
