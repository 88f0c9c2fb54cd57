"""The data of the system of record, a module per concept."""

from tickets.models.api_keys import ApiKey, IdempotentRequest, Scope
from tickets.models.approvals import Approval, ApprovalKind, ApprovalState
from tickets.models.attachments import Attachment
from tickets.models.audit import AuditLink, Broken, SensitiveTicket
from tickets.models.blocks import Block
from tickets.models.calls import Call, CallOutcome, Direction
from tickets.models.claims import Claim, ClaimState
from tickets.models.connectors import Connector, ConnectorCall, ConnectorCallState, Operation
from tickets.models.contacts import Contact, ContactKind, ExternalId
from tickets.models.custom_fields import CustomField
from tickets.models.customer_merges import CustomerMerge
from tickets.models.customers import Customer, Fact, Organization, OrganizationDomain, Tier
from tickets.models.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    StoppedAddress,
    Urgency,
)
from tickets.models.drafts import Afterwards, Draft, Kind
from tickets.models.events import Event, EventKind, Reaction, ReactionState
from tickets.models.feed import FeedMark
from tickets.models.fetching import Fetching
from tickets.models.following import Follower, Mention, Participant
from tickets.models.handovers import HandOver, Reason
from tickets.models.identity import How, Identity, IdentityCheck, Verification
from tickets.models.identity_providers import IdentityProvider
from tickets.models.incoming import IncomingMail, MailState
from tickets.models.jobs import BulkItem, BulkJob
from tickets.models.links import LinkKind, TicketLink
from tickets.models.macros import Macro, MacroUse
from tickets.models.mail_templates import MailTemplate, MailText
from tickets.models.mailboxes import Mailbox
from tickets.models.mails import QueuedMail
from tickets.models.messages import (
    Answer,
    AuthorKind,
    Citation,
    Decision,
    Message,
    Note,
    NoteKind,
)
from tickets.models.notifications import (
    MailWait,
    Notification,
    NotificationKind,
    NotificationSettings,
    NotificationTarget,
    PushKey,
    Way,
)
from tickets.models.policy import Holiday, OpeningHours, OpeningSpan, SiteSettings
from tickets.models.properties import Tag, TicketType
from tickets.models.ratings import Rating
from tickets.models.readings import Reading
from tickets.models.records import (
    NamedReference,
    Record,
    RecordField,
    RecordType,
    RecordVersion,
    TicketRecord,
)
from tickets.models.roles import Permission, StaffRole, Visibility
from tickets.models.rules import (
    EscalationRule,
    EscalationRuleVersion,
    Match,
    RuleFiring,
    Stopped,
    Trigger,
)
from tickets.models.saved_views import SavedView
from tickets.models.search import TicketText
from tickets.models.segments import Segment
from tickets.models.sending import MailboxSending, Quotes
from tickets.models.sla import SlaClock, SlaPolicy, SlaReview, SlaTarget
from tickets.models.staff_log_ins import StaffLogIn
from tickets.models.states import Channel, Metric, Priority, Resolution, Turn
from tickets.models.statuses import Status, StatusCategory
from tickets.models.suggested import SuggestedReply
from tickets.models.tickets import Ticket
from tickets.models.undo import UndoStep
from tickets.models.users import Method, Role, Team, User
from tickets.models.visits import Visit
from tickets.models.ways_in import LogIn, Provider, Security, TakeFirst, WayIn
from tickets.models.webhooks import (
    Webhook,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookState,
)

__all__ = [
    "Afterwards",
    "Answer",
    "ApiKey",
    "Approval",
    "ApprovalKind",
    "ApprovalState",
    "Attachment",
    "AuditLink",
    "AuthorKind",
    "Block",
    "Broken",
    "BulkItem",
    "BulkJob",
    "Call",
    "CallOutcome",
    "Channel",
    "Citation",
    "Claim",
    "ClaimState",
    "Connector",
    "ConnectorCall",
    "ConnectorCallState",
    "Contact",
    "ContactKind",
    "CustomField",
    "Customer",
    "CustomerMerge",
    "Decision",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Direction",
    "Draft",
    "EscalationRule",
    "EscalationRuleVersion",
    "Event",
    "EventKind",
    "ExternalId",
    "Fact",
    "FeedMark",
    "Fetching",
    "Follower",
    "HandOver",
    "Holiday",
    "How",
    "IdempotentRequest",
    "Identity",
    "IdentityCheck",
    "IdentityProvider",
    "IncomingMail",
    "Kind",
    "LinkKind",
    "LogIn",
    "Macro",
    "MacroUse",
    "MailState",
    "MailTemplate",
    "MailText",
    "MailWait",
    "Mailbox",
    "MailboxSending",
    "Match",
    "Mention",
    "Message",
    "Method",
    "Metric",
    "NamedReference",
    "Note",
    "NoteKind",
    "Notification",
    "NotificationKind",
    "NotificationSettings",
    "NotificationTarget",
    "OpeningHours",
    "OpeningSpan",
    "Operation",
    "Organization",
    "OrganizationDomain",
    "Participant",
    "Permission",
    "Priority",
    "Provider",
    "PushKey",
    "QueuedMail",
    "Quotes",
    "Rating",
    "Reaction",
    "ReactionState",
    "Reading",
    "Reason",
    "Record",
    "RecordField",
    "RecordType",
    "RecordVersion",
    "Resolution",
    "Role",
    "RuleFiring",
    "SavedView",
    "Scope",
    "Security",
    "Segment",
    "SensitiveTicket",
    "SiteSettings",
    "SlaClock",
    "SlaPolicy",
    "SlaReview",
    "SlaTarget",
    "StaffLogIn",
    "StaffRole",
    "Status",
    "StatusCategory",
    "Stopped",
    "StoppedAddress",
    "SuggestedReply",
    "Tag",
    "TakeFirst",
    "Team",
    "Ticket",
    "TicketLink",
    "TicketRecord",
    "TicketText",
    "TicketType",
    "Tier",
    "Trigger",
    "Turn",
    "UndoStep",
    "Urgency",
    "User",
    "Verification",
    "Visibility",
    "Visit",
    "Way",
    "WayIn",
    "Webhook",
    "WebhookDelivery",
    "WebhookDeliveryState",
    "WebhookState",
]
