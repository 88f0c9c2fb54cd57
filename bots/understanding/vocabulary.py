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

# What agents may correct below a message: field, title, the value that says nothing and its name, and
# for each other value what is shown and how it is said that it is not so.
CORRECTABLE = (
    (
        *("feeling", _("Feeling"), CALM, _("Calm")),
        (
            (CONFUSED, _("Confused"), _("Not confused")),
            (FRUSTRATED, _("Frustrated"), _("Not frustrated")),
            (ANGRY, _("Angry"), _("Not angry")),
            (DISTRESSED, _("Distressed"), _("Not distressed")),
        ),
    ),
    (
        *("urgent", _("Urgent"), "", _("Not urgent")),
        (
            ("outage", _("Urgent: nothing works"), _("Not urgent")),
            ("deadline", _("Urgent: a deadline"), _("Not urgent")),
            ("safety", _("Urgent: safety"), _("Not urgent")),
        ),
    ),
    (
        *("repeats", _("Repeats"), "", _("No")),
        (
            (QUESTION, _("Asks the same again"), _("Asks something new")),
            (NO, _("Says that it did not help"), _("Says no such thing")),
            (NOT_ASKED, _("Says that this was not the question"), _("Says no such thing")),
        ),
    ),
    (
        *("wants_person", _("Wants a person"), False, ""),
        ((True, _("Wants a person"), _("Wants no person")),),
    ),
    (
        *("wants_to_cancel", _("Wants to cancel"), False, ""),
        ((True, _("Wants to cancel"), _("Does not cancel")),),
    ),
    (
        *("billing_dispute", _("Disputes a bill"), False, ""),
        ((True, _("Disputes a bill"), _("Disputes no bill")),),
    ),
)
