"""The admin's sidebar, in plain words. The theme calls it by name, see UNFOLD in the settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar, with their pages; one of them is where the viewer is."""
    found = _groups()
    pages = [page for group in found for page in group["items"]]
    above = [page for page in pages if request.path.startswith(page["link"])]
    here = max(above, key=lambda page: len(page["link"]), default=None)
    for page in pages:
        page["active"] = page is here  # the theme would mark all that the address begins with
    return found


def _groups() -> list[dict[str, Any]]:
    return [
        _group(
            _("Knowledge base"),
            _page(_("Articles"), "article", "knowledgebase_article"),
            _page(_("Categories"), "shelves", "knowledgebase_category"),
            _page(_("Words that mean the same"), "join_inner", "knowledgebase_synonyms"),
            _page(_("Words that mean nothing"), "block", "knowledgebase_ignoredword"),
        ),
        _group(
            _("Teams & hours"),
            _page(_("Helpdesk"), "storefront", "tickets_sitesettings"),
            _page(_("Teams"), "groups", "tickets_team"),
            _page(_("People"), "badge", "tickets_user"),
            _page(_("Roles"), "key_vertical", "tickets_staffrole"),
            _page(_("Opening hours"), "schedule", "tickets_openinghours"),
            _page(_("Service levels"), "timer", "tickets_slapolicy"),
            _page(_("Types of conversations"), "category", "tickets_tickettype"),
            _page(_("Statuses"), "label", "tickets_status"),
            _page(_("Custom fields"), "edit_attributes", "tickets_customfield"),
            _page(_("Types of records"), "package_2", "tickets_recordtype"),
            _page(_("Macros"), "bolt", "tickets_macro"),
            _page(_("Kinds of approvals"), "approval", "tickets_approvalkind"),
            _page(_("Approvals"), "fact_check", "tickets_approval"),
        ),
        _group(
            _("Assistant"),
            _page(_("How it answers"), "smart_toy", "bots_assistantsettings"),
            _page(_("Texts in other languages"), "translate", "bots_languagetexts"),
            _page(_("First sentences"), "volunteer_activism", "bots_opening"),
            _page(_("Suggested replies"), "edit_note", "bots_replyphrase"),
            _link(_("Play-ground"), "science", "bots_playground"),
            _page(_("Scenarios"), "checklist", "bots_scenario"),
            _link(_("How sure it is"), "monitoring", "bots_confidence"),
            _page(_("Tasks"), "task_alt", "bots_task"),
            _page(_("What tasks did"), "checklist", "bots_taskrun"),
            _page(_("Detectors"), "sensors", "bots_detector"),
            _page(_("Rules"), "rule", "tickets_escalationrule"),
            _page(_("What rules did"), "fact_check", "tickets_rulefiring"),
        ),
        _group(
            _("Learning"),
            _page(_("Knowledge gaps"), "lightbulb", "bots_knowledgegap"),
            _page(_("Wrong answers"), "flag", "bots_answerreport"),
            _link(_("How articles do"), "thumbs_up_down", "bots_articles"),
            _page(_("Suggested questions"), "rate_review", "bots_questionsuggestion"),
            _link(_("Asked again"), "repeat", "bots_asked_again"),
        ),
        _group(
            _("Customers"),
            _page(_("Customers"), "person", "tickets_customer"),
            _page(_("Organisations"), "apartment", "tickets_organization"),
            _page(_("Blocks"), "person_off", "tickets_block"),
        ),
        _group(
            _("E-mail"),
            _page(_("Mailboxes"), "inbox", "tickets_mailbox"),
            _page(_("Incoming mail"), "mark_email_unread", "tickets_incomingmail"),
            _page(_("Sending from mailboxes"), "outgoing_mail", "tickets_mailboxsending"),
            _page(_("Outgoing mail"), "send", "tickets_delivery"),
            _page(_("Texts of mails"), "edit_note", "tickets_mailtemplate"),
            _page(_("Stopped addresses"), "unsubscribe", "tickets_stoppedaddress"),
        ),
        _group(
            _("Integrations"),
            _page(_("API keys"), "key", "tickets_apikey"),
            _page(_("Identity providers"), "passkey", "tickets_identityprovider"),
            _page(_("Webhooks"), "webhook", "tickets_webhook"),
            _page(_("What webhooks were sent"), "outbox", "tickets_webhookdelivery"),
            _page(_("Connectors"), "cable", "tickets_connector"),
            _page(_("What they are asked for"), "list_alt", "tickets_operation"),
            _page(_("Calls of connectors"), "call_made", "tickets_connectorcall"),
        ),
        _group(
            _("Ledger"),
            _page(_("What happened"), "receipt_long", "tickets_event"),
            _page(_("Record of changes"), "verified_user", "tickets_auditlink"),
            _page(_("Follow-up work"), "sync", "tickets_reaction"),
        ),
    ]


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu under one's own name."""
    return [
        {"title": _("Workspace"), "link": "/workspace/"},
        {"title": _("My log-in"), "link": reverse("workspace-account")},
    ]


def stylesheet(request: HttpRequest) -> str:
    """Our colours and the few parts that the theme has not."""
    return static("css/admin.css")


def script(request: HttpRequest) -> str:
    """Settings of the theme's scripts that have to be there before they run."""
    return static("js/admin.js")


def _group(title: str, *pages: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(pages)}


def _page(title: str, icon: str, name: str) -> dict[str, Any]:
    return _link(title, icon, f"{name}_changelist")


def _link(title: str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse(f"admin:{name}")}
