"""The admin: what admins decide is edited here, and every change leaves a record."""

from tickets.admin import (
    articles,
    categories,
    keys,
    ledger,
    people,
    policy,
    rule_log,
    rules,
    wording,
)
from tickets.admin.audited import AuditedAdmin, AuditedForm, SingletonAdmin
from tickets.admin.site import site

__all__ = [
    "AuditedAdmin",
    "AuditedForm",
    "SingletonAdmin",
    "articles",
    "categories",
    "keys",
    "ledger",
    "people",
    "policy",
    "rule_log",
    "rules",
    "site",
    "wording",
]
