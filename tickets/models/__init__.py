"""The data of the system of record, a module per concept."""

from tickets.models.api_keys import ApiKey, IdempotentRequest, Scope
from tickets.models.attachments import Attachment
from tickets.models.blocks import Block
from tickets.models.claims import Claim, ClaimState
from tickets.models.custom_fields import CustomField
from tickets.models.customers import Customer, Fact, Organization, Tier
from tickets.models.drafts import Afterwards, Draft, Kind
from tickets.models.events import Event, EventKind, Reaction, ReactionState
from tickets.models.handovers import HandOver, Identity, Reason
from tickets.models.mails import QueuedMail
from tickets.models.messages import Answer, AuthorKind, Citation, Decision, Message, Note
from tickets.models.policy import Holiday, OpeningHours, OpeningSpan, SiteSettings
from tickets.models.properties import Tag, TicketType
from tickets.models.readings import Reading
from tickets.models.rules import EscalationRule, EscalationRuleVersion, Match, RuleFiring
from tickets.models.saved_views import SavedView
from tickets.models.search import TicketText
from tickets.models.statuses import Category, Status
from tickets.models.tickets import Channel, Priority, Rating, Resolution, Ticket, Turn
from tickets.models.undo import UndoStep
from tickets.models.users import Role, Team, User

__all__ = [
    "Afterwards",
    "Answer",
    "ApiKey",
    "Attachment",
    "AuthorKind",
    "Block",
    "Category",
    "Channel",
    "Citation",
    "Claim",
    "ClaimState",
    "CustomField",
    "Customer",
    "Decision",
    "Draft",
    "EscalationRule",
    "EscalationRuleVersion",
    "Event",
    "EventKind",
    "Fact",
    "HandOver",
    "Holiday",
    "IdempotentRequest",
    "Identity",
    "Kind",
    "Match",
    "Message",
    "Note",
    "OpeningHours",
    "OpeningSpan",
    "Organization",
    "Priority",
    "QueuedMail",
    "Rating",
    "Reaction",
    "ReactionState",
    "Reading",
    "Reason",
    "Resolution",
    "Role",
    "RuleFiring",
    "SavedView",
    "Scope",
    "SiteSettings",
    "Status",
    "Tag",
    "Team",
    "Ticket",
    "TicketText",
    "TicketType",
    "Tier",
    "Turn",
    "UndoStep",
    "User",
]
