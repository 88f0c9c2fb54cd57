"""The admin: what admins decide is edited here, and every change leaves a record."""

from tickets.admin.audit import chain, incoming, ledger
from tickets.admin.audit.audited import AuditedAdmin, AuditedForm, SingletonAdmin
from tickets.admin.people import blocks, customers, keys, providers, roles, users
from tickets.admin.policy import (
    approvals,
    connectors,
    custom_fields,
    macros,
    mail_templates,
    mailboxes,
    opening_hours,
    record_types,
    sending,
    site_settings,
    statuses,
    teams,
    ticket_types,
    webhooks,
)
from tickets.admin.rules import log, promises, rules
from tickets.admin.site import site

__all__ = [
    "AuditedAdmin",
    "AuditedForm",
    "SingletonAdmin",
    "approvals",
    "blocks",
    "chain",
    "connectors",
    "custom_fields",
    "customers",
    "incoming",
    "keys",
    "ledger",
    "log",
    "macros",
    "mail_templates",
    "mailboxes",
    "opening_hours",
    "promises",
    "providers",
    "record_types",
    "roles",
    "rules",
    "sending",
    "site",
    "site_settings",
    "statuses",
    "teams",
    "ticket_types",
    "users",
    "webhooks",
]
