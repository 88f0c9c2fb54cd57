"""Every page that there is: its addresses, and who opens it. A new route has to be named here.

The pages of the admin's models are not named: they are made from the models that are registered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

ANYBODY, CUSTOMER, AGENT, ADMIN = "anybody", "customer", "agent", "admin"

# A name of a route, who opens it, and its addresses. `{}` are keys of what the stage prints.
PAGES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "portal-home": (ANYBODY, ("/",)),
    "ask": (ANYBODY, ("/ask/", "/ask/?q=my+tent+leaks")),
    "talk-to-a-human": (ANYBODY, ("/talk-to-a-human/", "/talk-to-a-human/?q=my+tent+leaks")),
    "my-requests": (CUSTOMER, ("/requests/", "/nowhere/")),
    "conversation": (
        CUSTOMER,
        tuple(f"/requests/{{{key}}}/" for key in ("waits", "talks", "asked", "resolved", "all[0]")),
    ),
    "confirm-address": (ANYBODY, ("/confirm/",)),
    "by-mail": (ANYBODY, ("/by-mail/{by_mail}/", "/by-mail/old/")),
    "help-centre": (ANYBODY, ("/help/",)),
    "help-search": (
        ANYBODY,
        ("/help/search/", "/help/search/?q=tent", "/help/search/?q=zzzzqqq"),
    ),
    "help-category": (ANYBODY, ("/help/category/{category}/",)),
    "help-article": (ANYBODY, ("/help/{article}/", "/help/delivery-times-and-costs/")),
    "api-docs": (ANYBODY, ("/api/docs/",)),
    "workspace": (
        AGENT,
        (
            *("/workspace/", "/workspace/?view=mine", "/workspace/?view=assistant"),
            *("/workspace/?view=closed", "/workspace/?q=zzzzqqq", "/workspace/nowhere/"),
            *("/workspace/?view=open&group=team&columns=team,tags", "/workspace/?q=(tag:a+OR+b"),
            *("/workspace/?q=tent&sort=best", "/workspace/?q=nonsense:open"),
        ),
    ),
    "workspace-ticket": (
        AGENT,
        tuple(f"/workspace/{{{key}}}/" for key in ("waits", "talks", "asked", "resolved")),
    ),
    "workspace-notifications": (
        AGENT,
        (
            *("/workspace/notifications/", "/workspace/notifications/?show=unread"),
            "/workspace/notifications/?show=missed",
        ),
    ),
    "workspace-account": (AGENT, ("/workspace/account/",)),
    "workspace-notification-settings": (AGENT, ("/workspace/notifications/settings/",)),
    "workspace-keep-view": (AGENT, ("/workspace/views/keep/?q=status:open+tent",)),
    "workspace-change-view": (AGENT, ("/workspace/views/{view}/",)),
    "workspace-leads": (ADMIN, ("/workspace/leads/",)),
    "workspace-day": (AGENT, ("/workspace/day/",)),
    "workspace-ask-approval": (AGENT, ("/workspace/{waits}/approval/",)),
    "workspace-approval": (ADMIN, ("/workspace/approvals/{approval}/",)),
    "workspace-whisper": (ADMIN, ("/workspace/{talks}/whisper/", "/workspace/{asked}/whisper/")),
    "workspace-new-call": (AGENT, ("/workspace/call/",)),
    "workspace-call": (AGENT, ("/workspace/{talks}/call/",)),
    "workspace-macros": (AGENT, ("/workspace/{talks}/macros/", "/workspace/{talks}/macros/?q=x")),
    "workspace-macro-list": (AGENT, ("/workspace/macros/",)),
    "workspace-add-macro": (AGENT, ("/workspace/macros/add/",)),
    "workspace-change-macro": (AGENT, ("/workspace/macros/{macro}/",)),
    "workspace-customer": (AGENT, ("/workspace/customers/{customer}/",)),
    "workspace-duplicates": (AGENT, ("/workspace/customers/{customer}/same/",)),
    "workspace-merge-customers": (
        AGENT,
        (
            "/workspace/customers/{customer}/merge/?words=Lindqvist",
            "/workspace/customers/{customer}/merge/?other={other_customer}",
        ),
    ),
    "workspace-records": (AGENT, ("/workspace/{talks}/records/", "/workspace/{asked}/records/")),
    "workspace-record": (AGENT, ("/workspace/records/{record}/",)),
    "workspace-customer-records": (AGENT, ("/workspace/customers/{customer}/records/",)),
    "workspace-organization": (AGENT, ("/workspace/organizations/{organization}/",)),
    "workspace-segments": (AGENT, ("/workspace/segments/",)),
    "workspace-segment": (AGENT, ("/workspace/segments/{segment}/",)),
    "workspace-add-segment": (ADMIN, ("/workspace/segments/add/",)),
    "workspace-change-segment": (ADMIN, ("/workspace/segments/{segment}/change/",)),
    "workspace-mails": (AGENT, ("/workspace/mail/",)),
    "workspace-mail": (AGENT, ("/workspace/mail/{mail}/",)),
    "workspace-filter": (AGENT, ("/workspace/filter/?q=tag:tent+OR+tag:stove&group=team",)),
    "workspace-jobs": (AGENT, ("/workspace/jobs/",)),
    "workspace-job": (AGENT, ("/workspace/jobs/{job}/",)),
    "workspace-questions": (AGENT, ("/workspace/questions/",)),
    "workspace-transfer": (AGENT, ("/workspace/{talks}/transfer/",)),
    "workspace-block": (AGENT, ("/workspace/{talks}/block/",)),
    "workspace-snooze": (AGENT, ("/workspace/{talks}/snooze/",)),
    "workspace-tasks": (AGENT, ("/workspace/{talks}/tasks/",)),
    "workspace-do-task": (AGENT, ("/workspace/{talks}/tasks/change_address/",)),
    "workspace-similar": (AGENT, ("/workspace/{talks}/similar/",)),
    "workspace-copilot": (AGENT, ("/workspace/{talks}/copilot/",)),
    "workspace-ask": (AGENT, ("/workspace/{talks}/copilot/ask/?q=broken+pole",)),
    "workspace-summary": (AGENT, ("/workspace/{talks}/copilot/summary/",)),
    "workspace-link": (AGENT, ("/workspace/{talks}/link/",)),
    "workspace-merge": (AGENT, ("/workspace/{talks}/merge/",)),
    "workspace-split": (AGENT, ("/workspace/{talks}/split/{said}/",)),
    "workspace-affected": (AGENT, ("/workspace/{asked}/affected/",)),
    "workspace-history": (AGENT, ("/workspace/{talks}/history/",)),
    "workspace-transcript": (AGENT, ("/workspace/{talks}/transcript/?notes=1",)),
    "workspace-correct": (AGENT, ("/workspace/{read[0]}/readings/{read[1]}/",)),
    "workspace-report": (ADMIN, ("/workspace/{answered[0]}/answers/{answered[1]}/report/",)),
    "account_login": (ANYBODY, ("/account/login/",)),
    "account_signup": (ANYBODY, ("/account/signup/",)),
    "account_inactive": (ANYBODY, ("/account/inactive/",)),
    "account_email_verification_sent": (ANYBODY, ("/account/confirm-email/",)),
    "account_reset_password": (ANYBODY, ("/account/password/reset/",)),
    "account_confirm_password_reset_code": (ANYBODY, ("/account/password/reset/confirm/",)),
    "account_logout": (CUSTOMER, ("/account/logout/",)),
    "account_email": (CUSTOMER, ("/account/email/",)),
    "account_change_password": (CUSTOMER, ("/account/password/change/",)),
    "account_reauthenticate": (CUSTOMER, ("/account/reauthenticate/",)),
    "mfa_index": (CUSTOMER, ("/account/2fa/",)),
    "mfa_list_webauthn": (CUSTOMER, ("/account/2fa/webauthn/",)),
    "mfa_add_webauthn": (CUSTOMER, ("/account/2fa/webauthn/add/",)),
    "mfa_activate_totp": (CUSTOMER, ("/account/2fa/totp/activate/",)),
    "admin:index": (ADMIN, ("/admin/",)),
    "admin:app_list": (ADMIN, ("/admin/tickets/", "/admin/bots/", "/admin/knowledgebase/")),
    "admin:password_change_done": (ADMIN, ("/admin/password_change/done/",)),
    "admin:knowledgebase_article_preview": (
        ADMIN,
        ("/admin/knowledgebase/article/{article_pk}/preview/",),
    ),
    "admin:knowledgebase_article_version": (
        ADMIN,
        ("/admin/knowledgebase/article/{article_pk}/versions/1/",),
    ),
    "admin:tickets_mailtemplate_preview": (
        ADMIN,
        ("/admin/tickets/mailtemplate/{mail_template}/preview/",),
    ),
    "admin:tickets_webhook_again": (ADMIN, ("/admin/tickets/webhook/{hook}/again/",)),
    "admin:tickets_operation_try": (ADMIN, ("/admin/tickets/operation/{operation}/try/",)),
    "admin:tickets_escalationrule_versions": (
        ADMIN,
        ("/admin/tickets/escalationrule/{rule}/versions/",),
    ),
    "admin:bots_try_detectors": (ADMIN, ("/admin/bots/detector/try/",)),
    "admin:bots_articles": (ADMIN, ("/admin/bots/knowledgegap/articles/",)),
    "admin:bots_article": (ADMIN, ("/admin/bots/knowledgegap/articles/{article_pk}/",)),
    "admin:bots_try_article": (ADMIN, ("/admin/bots/knowledgegap/articles/{article_pk}/try/",)),
    "admin:bots_asked_again": (ADMIN, ("/admin/bots/knowledgegap/asked-again/",)),
    "admin:bots_confidence": (ADMIN, ("/admin/bots/assistantsettings/confidence/",)),
    "admin:bots_playground": (ADMIN, ("/admin/bots/assistantsettings/playground/",)),
}

# What is asked for by scripts and programs, what only acts, and what leads elsewhere.
NO_PAGES: Final = frozenset(
    {
        *("help-article-markdown", "help-changes", "llms", "robots", "site-map"),
        *("log-in-at-provider", "log-in-came-back", "mfa_login_webauthn"),
        *("healthz", "readyz", "after-login", "attachment", "conversation-news", "suggest"),
        *("conversation-post", "conversation-helpful", "conversation-solved"),
        *("conversation-reopen", "conversation-rate", "conversation-email", "conversation-code"),
        *("confirm-answer", "confirm-again", "conversation-proof", "conversation-proof-code"),
        "workspace-ask-proof",
        *("workspace-decide-question", "workspace-presence", "workspace-news", "workspace-write"),
        *("workspace-use-suggestion", "workspace-language"),
        *("workspace-known", "workspace-accept", "workspace-hand-back", "workspace-resolve"),
        *("workspace-reopen", "workspace-draft", "workspace-take-back", "workspace-send-now"),
        "workspace-remove-file",
        *("workspace-change", "workspace-tags", "workspace-unsnooze", "workspace-search-words"),
        *("workspace-bulk", "workspace-remove-view"),
        *("workspace-withdraw-approval", "workspace-keep-scenario"),
        *("workspace-join", "workspace-step-out", "workspace-take-over", "workspace-give-back"),
        *("workspace-apply-macro", "workspace-leave-macro-out", "workspace-remove-macro"),
        *("workspace-by-name", "workspace-completions", "workspace-preview"),
        *("workspace-push-worker",),
        *("workspace-read-all", "workspace-read", "workspace-follow", "workspace-unfollow"),
        *("workspace-copy", "workspace-add-browser", "workspace-remove-browser"),
        *("workspace-counts", "mail-in", "admin:tickets_incomingmail_source"),
        *("workspace-mail-original", "workspace-mail-source", "workspace-let-mail-in"),
        *("workspace-open-mail", "workspace-dismiss-mail", "workspace-read-mail-again"),
        *("workspace-stop-job", "workspace-undo-job"),
        *("workspace-end-log-in", "workspace-end-other-log-ins", "admin:tickets_user_end_log_in"),
        *("workspace-change-customer", "workspace-add-contact", "workspace-change-contact"),
        *("workspace-external-id", "workspace-part-customers", "workspace-customer-choices"),
        *("workspace-change-organization", "workspace-organization-domains"),
        "workspace-remove-segment",
        *("workspace-stop", "workspace-unlink", "workspace-unmerge"),
        *("workspace-mail-again", "workspace-mail-hold", "workspace-mail-open"),
        *("workspace-spam", "workspace-not-spam", "workspace-unblock", "workspace-undo"),
        *("workspace-sensitive", "workspace-stop-seeing"),
        *("api-tickets", "api-ticket", "api-messages", "api-articles", "api-article-search"),
        *("api-article", "api-schema", "api-records", "api-record", "api-records-bulk"),
        *("api-replies", "api-notes", "api-changes", "api-events", "api-rules", "api-key"),
        *("api-customer", "api-customers", "api-numbered-customer", "api-organization"),
        *("api-organizations", "api-numbered-organization", "api-ticket-search", "api-preview"),
        *("api-drafts", "api-handovers", "api-link", "api-links", "api-merge", "api-snooze"),
        *("api-teams", "api-agents", "api-tags", "api-custom-fields", "api-segments"),
        *("api-opening-hours", "api-sla-policies", "api-views", "api-view-tickets"),
        *("api-macros", "api-apply-macro", "api-ratings", "api-rating", "api-audit"),
        *("api-turn", "api-attachments", "api-attachment", "admin:tickets_auditlink_export"),
        *("api-ticket-records", "workspace-link-record", "workspace-unlink-record"),
        "workspace-fetch-record",
        # These of allauth's lead elsewhere: for whoever has no second factor, types no code from a
        # mail, or has a password, as everybody has.
        *("account_complete_password_reset", "account_password_reset_completed"),
        *("account_confirm_login_code", "account_set_password", "mfa_authenticate"),
        *("mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
        *("mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
        *("mfa_reauthenticate_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"),
        *("admin:search", "admin:login", "admin:logout", "admin:autocomplete", "admin:jsi18n"),
        *("admin:password_change", "admin:view_on_site", "admin:knowledgebase_article_restore"),
        *(f"admin:tickets_slapolicy_{part}" for part in ("rows", "words", "trial")),
        *(f"admin:tickets_escalationrule_{part}" for part in ("rows", "words", "trial", "act")),
        *("admin:tickets_escalationrule_roll_back", "admin:bots_teach_detector"),
        *("admin:bots_confidence_decide", "admin:bots_run_scenarios"),
    }
)

_OF_A_MODEL: Final = ("changelist", "add", "change", "history", "delete")


def routes() -> set[str]:
    """The names of all routes; those of the admin with `admin:` before them."""
    return {name for name in _named(get_resolver().url_patterns) if not name.endswith(":") and name}


def of_models(rows: Mapping[str, Any]) -> list[str]:
    """The pages of the admin's models: lists, forms, histories. `rows` names one row of each."""
    return [
        address
        for model, row in rows.items()
        for base in [f"/admin/{model.replace('_', '/', 1)}/"]
        for address in (
            *(base, f"{base}add/"),
            *(f"{base}{row}/{page}/" for page in ("change", "history", "delete")),
        )
    ]


def names_of_models(rows: Mapping[str, Any]) -> set[str]:
    """The routes of these pages, and of the buttons on them."""
    return {f"admin:{model}_{page}" for model in rows for page in (*_OF_A_MODEL, "button")}


def addresses(who: str, stage: Mapping[str, Any]) -> list[str]:
    """What somebody opens, with what the stage printed put in."""
    mine = [
        address.format(**stage)
        for person, named in PAGES.values()
        for address in named
        if person == who
    ]
    return [*mine, *of_models(stage["rows"])] if who == ADMIN else mine


def _named(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from _named(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name or ''}"
