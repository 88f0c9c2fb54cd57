"""Only admins get in: unknown visitors log in first, for everybody else there is nothing here."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import (
    AnswerReport,
    AssistantSettings,
    Detector,
    KnowledgeGap,
    LanguageTexts,
    Opening,
    QuestionSuggestion,
    ReplyPhrase,
    Scenario,
    ScenarioRun,
    Task,
    TaskRun,
)
from knowledgebase.models import Article, Category, IgnoredWord, Synonyms
from tests.factories import make_admin, make_agent, make_article, make_lead, make_user
from tests.tickets.admin.conftest import list_of, url_of
from tickets.admin import site
from tickets.models import (
    ApiKey,
    Approval,
    ApprovalKind,
    AuditLink,
    Block,
    Connector,
    ConnectorCall,
    Customer,
    CustomField,
    Delivery,
    EscalationRule,
    Event,
    IdentityProvider,
    IncomingMail,
    Macro,
    Mailbox,
    MailboxSending,
    MailTemplate,
    OpeningHours,
    Operation,
    Organization,
    Reaction,
    RecordType,
    Role,
    RuleFiring,
    SiteSettings,
    SlaPolicy,
    StaffRole,
    Status,
    StoppedAddress,
    Team,
    TicketType,
    User,
    Webhook,
    WebhookDelivery,
)

pytestmark = pytest.mark.django_db

MODELS = {
    *(
        ApiKey,
        Article,
        AssistantSettings,
        Category,
        CustomField,
        TicketType,
        Status,
        Block,
        Customer,
        Delivery,
        IncomingMail,
        Mailbox,
        MailboxSending,
        MailTemplate,
        StoppedAddress,
        Event,
        LanguageTexts,
        Macro,
        OpeningHours,
    ),
    *(Organization, Reaction, SiteSettings, Team, User, EscalationRule, RuleFiring),
    *(AuditLink, SlaPolicy, StaffRole),
    *(AnswerReport, Detector, KnowledgeGap, Opening, QuestionSuggestion, Synonyms, IgnoredWord),
    *(Scenario, ScenarioRun, Task, TaskRun),
    *(ReplyPhrase, Connector, Operation, ConnectorCall, Approval, ApprovalKind, RecordType),
    *(Webhook, WebhookDelivery, IdentityProvider),
}


def _pages() -> list[str]:
    settings = SiteSettings.load()
    pages = [reverse("admin:index"), reverse("admin:search"), reverse("admin:jsi18n")]
    pages += [reverse("admin:autocomplete"), reverse("admin:app_list", args=["tickets"])]
    pages += [list_of(model) for model in MODELS]
    pages += [url_of(settings, page) for page in ("change", "history", "delete")]
    article = make_article()
    pages += [url_of(article, "preview"), url_of(article, "history")]
    return [*pages, "/admin/no/such/page/"]


def test_the_admin_has_what_it_is_meant_to_have_and_nothing_else() -> None:
    """Tickets and messages belong to the workspace; other packages' models are not recorded."""
    assert set(site._registry) == MODELS


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_user(),
        lambda: make_agent(),
        lambda: make_lead(),
        lambda: make_agent(role=Role.ADMIN, is_staff=False),
    ],
    ids=["customer", "agent", "lead", "admin without staff"],
)
def test_whoever_is_no_admin_finds_nothing(make: Callable[[], User]) -> None:
    client = Client()
    client.force_login(make())
    for page in _pages():
        assert client.get(page).status_code == 404, page
        assert client.post(page, {"company_name": "Mine"}).status_code == 404, page
    assert client.get(reverse("admin:login")).status_code == 404
    assert SiteSettings.load().company_name == "Helpdesk"
    assert not Event.objects.exists()


def test_an_unknown_visitor_is_asked_to_log_in_and_comes_back() -> None:
    for page in [*_pages(), reverse("admin:login")]:
        answer = Client().get(page)
        assert answer.status_code == 302, page
        assert unquote(answer["Location"]).startswith("/account/login/?next=/admin/"), page


def test_an_admin_who_was_made_inactive_is_out_with_the_next_request() -> None:
    admin = make_admin()
    client = Client()
    client.force_login(admin)
    assert client.get(reverse("admin:index")).status_code == 200
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert client.get(reverse("admin:index")).status_code == 302


def test_an_admin_who_became_an_agent_finds_nothing_any_more() -> None:
    admin = make_admin()
    client = Client()
    client.force_login(admin)
    User.objects.filter(pk=admin.pk).update(role="agent", is_staff=False, is_superuser=False)
    assert client.get(reverse("admin:index")).status_code == 404


def test_passwords_are_changed_in_one_place_only(client: Client) -> None:
    answer = client.get(reverse("admin:password_change"))
    assert answer["Location"] == reverse("account_change_password")


def test_logging_out_takes_a_post(client: Client) -> None:
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.post(reverse("admin:logout")).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 302


def _policy(client: Client, address: str) -> dict[str, str]:
    """The directives of a page's policy, whose order says nothing."""
    policy = client.get(address)["Content-Security-Policy"]
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule.strip())


def test_only_the_admins_pages_may_compile_scripts(client: Client) -> None:
    rules = _policy(client, reverse("admin:index"))
    assert rules["script-src"] == "'self' 'inline-speculation-rules' 'unsafe-eval'"
    assert _policy(client, "/")["script-src"] == "'self' 'inline-speculation-rules'"
    assert rules["style-src-elem"] == "'self'"
    assert rules["style-src-attr"] == "'unsafe-inline'"
    assert rules["frame-ancestors"] == "'none'"
    elsewhere = client.get(reverse("account_login"))["Content-Security-Policy"]
    assert "unsafe" not in elsewhere


def test_the_admins_pages_have_no_inline_script_or_style_element(client: Client) -> None:
    for page in (reverse("admin:index"), list_of(Team), url_of(SiteSettings.load())):
        html = client.get(page).content.decode()
        assert "<style" not in html
        assert "<script>" not in html
