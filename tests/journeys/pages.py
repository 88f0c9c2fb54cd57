"""Every page that there is: its addresses, and who opens it. A new route has to be named here.

The pages of the admin's models are not named: they are made from the models that are registered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

ANYBODY, CUSTOMER, AGENT, ADMIN = "anybody", "customer", "agent", "admin"

# Rows for every page to show: conversations of Maya's in all states, and one of each that the admin
# lists. Prints where they are.
STAGE: Final = """
import json
from tickets.email import links
from datetime import timedelta
from django.utils import timezone
from bots.models import (
    AnswerReport, GapQuestion, KnowledgeGap, QuestionSuggestion, Scenario, ScenarioResult, ScenarioRun,
    Task, TaskRun
)
from knowledgebase import indexing
from knowledgebase.models import Article, Category, IgnoredWord, Synonyms
from tickets import actions
from tickets.actors import Actor
from tickets.admin import site
from tickets.models import *

maya = Customer.objects.get(user__email="maya@lindqvist.example")
amara = User.objects.get(email="amara@kestrelmoor.example")
by_maya, by_amara = Actor.of_customer(maya), Actor.agent(amara)
team = amara.teams.first()

def opened(body, **options):
    return actions.open_ticket(
        actor=by_maya, customer=maya, channel=Channel.PORTAL, body=body, team=team, **options
    )

waits = opened("My order KM-48213 never came.", to_a_person=True)
talks = opened("The second pole of my tent broke.", to_a_person=True)
actions.reply(actor=by_amara, ticket=talks, body="Which tent is it?")
actions.write_note(actor=by_amara, ticket=talks, body="Third pole of this batch.")
actions.follow(actor=by_amara, ticket=waits)
actions.add_to_copy(actor=by_amara, ticket=talks, email="workshop@lindqvist.example")
actions.post_message(actor=by_maya, ticket=talks, body="A Fell 2, and it is useless!")
said_there = talks.messages.filter(author_kind="customer").first().position
resolved = opened("Is the guest house open?", to_a_person=True)
actions.resolve(actor=by_amara, ticket=resolved)
asked = opened("Do you ship to the Faroe Islands?")
actions.link(actor=by_amara, ticket=talks, other=asked, kind=LinkKind.CAUSED_BY)
actions.answer_affected(actor=by_amara, problem=asked, body="", resolves=True, wait=timedelta(days=1))
double = Customer.objects.create(name="M. Lindqvist", phone=maya.phone)
actions.open_ticket(
    actor=Actor.of_customer(double), customer=double, channel=Channel.PHONE, body="Me again.", team=team
)
actions.add_contact(actor=by_amara, customer=maya, kind="email", value="office@lindqvist.example")
segment = Segment.objects.order_by("pk").first()
answer = Answer.objects.filter(decision="answer").order_by("pk").first()
read = Message.objects.filter(reading__isnull=False, ticket__team=team).order_by("pk").first()
reported = answer.message

Synonyms.objects.create(words="parcel, package")
IgnoredWord.objects.create(word="whatsoever")
article = Article.objects.public().order_by("pk").first()
said = waits.messages.order_by("position").first()
encoder = indexing.current_encoder()
gap = KnowledgeGap.objects.create(
    label="Do you ship to the Faroe Islands?", encoder=encoder, centroid=[0.05] * encoder.dimension
)
GapQuestion.objects.create(gap=gap, ticket=waits, message=said, text="To the Faroe Islands?")
QuestionSuggestion.objects.create(article=article, text="Where is my parcel?", source="solved")
TaskRun.objects.create(
    task=Task.objects.get(key="return_label"), ticket=talks, state="done", ended_at=timezone.now(),
    facts={"record": "KM-48951"}, result={"return": "R-7001"}
)
scenario = Scenario.objects.order_by("pk").first()
run = ScenarioRun.objects.create(wanted=1, checked=1, broken=1)
went = {"text": "Hi", "expected": "asked back", "came": "answered", "why": ["sure"], "broken": "Not so."}
ScenarioResult.objects.create(
    run=run, scenario=scenario, name=scenario.name, broken="Not so.", turns=[went]
)
RuleFiring.objects.create(ticket=waits, message=said, rule_name="Sea freight", version=1)
Reaction.objects.create(
    event=Event.objects.latest("pk"), name="test", state="dead", due_at=timezone.now()
)
if not AnswerReport.objects.exists():
    AnswerReport.objects.create(answer=answer, reporter=amara, note="Wrong price.")
CustomField.objects.create(
    about="ticket", key="size", name="Size", kind="choice", options=["Small", "Large"]
)
orders = RecordType.objects.order_by("pk").first() or RecordType.objects.create(
    key="order", name="Order", plural="Orders", look="KM-#####"
)
if not orders.fields.exists():
    RecordField.objects.create(
        type=orders, key="status", name="Status", kind="choice", options=["packed", "sent"],
        is_status=True,
    )
status = orders.fields.filter(is_status=True).first()
for value in status.options[:2]:
    told = actions.NewRecord(
        "stage-1", reference="KM-98213", customer_email=maya.email, values={status.key: value}
    )
    actions.upsert_record(actor=Actor.system(), record_type=orders, row=told)
record = Record.objects.get(external_id="stage-1")
actions.link_record(actor=by_amara, ticket=talks, record=record)
view = SavedView.objects.create(
    owner=amara, team=team, name="Open tents", query="status:open tent", sort="newest"
)
job = actions.start_bulk(
    actor=by_amara, act="tag", values={"tags": ["tent"]}, tickets=Ticket.objects.filter(team=team)[:3]
)
actions.block(actor=by_amara, email="pills@spam.example", reason="Sells pills.")
mailbox = Mailbox.objects.filter(team=team).first() or Mailbox.objects.create(
    name="Support", address="orders@kestrelmoor.example", team=team
)
report = (
    "From: Shop <shop@shop.example>", "To: support@kestrelmoor.example",
    "Subject: Your weekly report", "Auto-Submitted: auto-generated",
    "Message-ID: <weekly@shop.example>", "", "All is well.",
)
mail, _new = actions.receive_mail(
    actor=Actor.system(), mailbox=mailbox, raw=chr(10).join(report).encode()
)
support, _is_new = Mailbox.objects.get_or_create(
    address="support@kestrelmoor.example", defaults={"name": "Support", "team": team}
)
MailboxSending.objects.get_or_create(mailbox=support)
bounced = Delivery.objects.create(
    kind="reply", event=Event.objects.filter(ticket=talks).latest("pk"), ticket=talks,
    message=talks.messages.filter(author_kind="agent").latest("pk"), position=1, urgency=0,
    recipient="gone@walkers.example", internet_message_id="<gone@help>", is_automatic=False,
    state="bounced", answer="mailbox full", due_at=timezone.now(), attempts=1,
)
operation = Operation.objects.get(key="find_order")
actions.begin_connector_call(
    actor=Actor.system(), operation=operation, number="stage", inputs={"number": "KM-49288"}, ticket=waits
)
exception = ApprovalKind.objects.first() or ApprovalKind.objects.create(
    name="Refund", limit=100, unit="GBP"
)
approval = actions.ask_for_approval(
    actor=by_amara, ticket=talks, kind=exception, amount=250, why="Two poles of one batch.",
    for_customer="two new poles",
)
template = MailTemplate.objects.create(kind="closing", text="We close it after {day}.")
StoppedAddress.objects.create(address="gone@walkers.example", why="mailbox full", by=bounced)
rule = EscalationRule.objects.order_by("pk").first()
rows = {model: model._default_manager.order_by("pk").first() for model in site._registry}
print(json.dumps({
    "rows": {model._meta.label_lower.replace(".", "_"): row and row.pk for model, row in rows.items()},
    "article": article.slug, "article_pk": article.pk, "record": record.pk,
    "category": Category.objects.first().slug,
    "mail": mail.pk, "mail_template": template.pk, "approval": approval.pk, "operation": operation.pk,
    "by_mail": links.make(links.Act.PERSON, reported).rsplit("/", 2)[1],
    "macro": Macro.objects.get(owner=amara).pk, "customer": maya.pk, "segment": segment.pk,
    "other_customer": double.pk, "organization": Organization.objects.first().pk,
    "job": job.pk, "view": view.pk, "rule": rule.pk, "waits": waits.reference, "talks": talks.reference,
    "asked": asked.reference, "said": said_there, "resolved": resolved.reference,
    "all": [maya.tickets.exclude(resolution="").first().reference],
    "answered": [reported.ticket.reference, reported.position],
    "read": [read.ticket.reference, read.position],
}, default=str))
"""

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
        *("workspace-change-customer", "workspace-add-contact", "workspace-change-contact"),
        *("workspace-external-id", "workspace-part-customers", "workspace-customer-choices"),
        *("workspace-change-organization", "workspace-organization-domains"),
        "workspace-remove-segment",
        *("workspace-stop", "workspace-unlink", "workspace-unmerge"),
        *("workspace-mail-again", "workspace-mail-hold", "workspace-mail-open"),
        *("workspace-spam", "workspace-not-spam", "workspace-unblock", "workspace-undo"),
        *("api-tickets", "api-ticket", "api-messages", "api-articles", "api-article-search"),
        *("api-article", "api-schema", "api-records", "api-record", "api-records-bulk"),
        *("api-ticket-records", "workspace-link-record", "workspace-unlink-record"),
        "workspace-fetch-record",
        # These of allauth's lead elsewhere: for whoever has no second factor, types no code from a
        # mail, or has a password, as everybody has.
        *("account_complete_password_reset", "account_password_reset_completed"),
        *("account_confirm_login_code", "account_set_password", "mfa_authenticate"),
        *("mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
        *("mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
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
