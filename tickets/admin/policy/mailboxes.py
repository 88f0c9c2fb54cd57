"""Mailboxes: what an admin decides of an address, how its mail comes in, and whether it does."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets import actions, sealing
from tickets.admin.audit.audited import AuditedAdmin, actor_of
from tickets.admin.buttons import Button
from tickets.admin.policy.mailbox_form import MailboxForm
from tickets.admin.site import site
from tickets.email.domains import checking
from tickets.email.fetching import trying
from tickets.models import IncomingMail, Mailbox, WayIn
from tickets.models.ways_in import HAND_OVER_USER


@admin.register(Mailbox, site=site)
class MailboxAdmin(AuditedAdmin):
    """Its page asks in the order in which one sets a mailbox up."""

    form = MailboxForm
    list_display = ("name", "address", "team", "state")
    list_select_related = ("team", "fetching")
    search_fields = ("name", "address")
    readonly_fields = ("state", "hand_over_address")
    buttons = (
        Button(
            name="try",
            label=gettext_lazy("Try it now"),
            explanation=gettext_lazy(
                "Connects to the server with what is saved, looks into the folder and says what it "
                "found, within a quarter of a minute. Nothing is fetched or marked."
            ),
            method="attempt",
            shown=lambda mailbox: mailbox.way_in == WayIn.IMAP,
            in_transaction=False,
        ),
        Button(
            name="new-address",
            label=gettext_lazy("Make an address for the provider"),
            explanation=gettext_lazy(
                "The address has a secret in it and is shown once. One that was made before stops "
                "working at once."
            ),
            method="make_address",
            shown=lambda mailbox: mailbox.way_in == WayIn.WEBHOOK,
        ),
        Button(
            name="domain",
            label=gettext_lazy("Check SPF, DKIM and DMARC"),
            explanation=gettext_lazy(
                "Asks DNS whether mail from this address will be believed, and says what to add. It "
                "takes 20 seconds at most; nothing is changed."
            ),
            method="check_domain",
            in_transaction=False,
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        address: tuple[str, ...] = ("name", "address", "team", "language", "is_active")
        return (
            (None, {"fields": ("state", *address) if obj else address}),
            (gettext_lazy("How mail comes in"), {"fields": ("way_in",)}),
            (gettext_lazy("Mail server (IMAP)"), {"fields": SERVER, "description": PRESETS}),
            (gettext_lazy("Log-in with OAuth 2"), {"fields": OAUTH, "description": OAUTH_HELP}),
            (gettext_lazy("What is taken"), {"fields": TAKEN}),
            (
                gettext_lazy("Mail provider (webhook)"),
                {"fields": HANDED, "description": HANDED_HELP},
            ),
            (gettext_lazy("What happens with it"), {"fields": THEN}),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        own = IncomingMail.objects.filter(mailbox=OuterRef("pk"), created_at__gte=today)
        number = own.order_by().values("mailbox").annotate(number=Count("pk")).values("number")
        found: QuerySet[Any] = (
            super().get_queryset(request).annotate(today=Coalesce(Subquery(number), 0))
        )
        return found

    @admin.display(description=gettext_lazy("state"))
    def state(self, mailbox: Any) -> str:
        """In words: what is in its way, how far it is, or when it was last looked into."""
        if not mailbox.is_active:
            return _("Not in use")
        today = ngettext("%(number)s today", "%(number)s today", mailbox.today) % {
            "number": number_format(mailbox.today)
        }
        if mailbox.way_in != WayIn.IMAP:
            if mailbox.way_in == WayIn.WEBHOOK:
                return today
            return _("Nothing is fetched, %(today)s") % {"today": today}
        fetching = getattr(mailbox, "fetching", None)
        if fetching is None:
            return _("Not fetched yet")
        if fetching.failing_since:
            return _("Fails since %(when)s: %(trouble)s") % {
                "when": naturaltime(fetching.failing_since),
                "trouble": fetching.trouble,
            }
        if fetching.is_taking_old:
            return _("Taking in what was there: %(done)s of %(total)s") % {
                "done": number_format(fetching.old_done, force_grouping=True),
                "total": number_format(fetching.old_total, force_grouping=True),
            }
        if fetching.fetched_at is None:
            return _("Not fetched yet")
        when = naturaltime(fetching.fetched_at)
        return _("Fetched %(when)s, %(today)s") % {"when": when, "today": today}

    @admin.display(description=gettext_lazy("address for the provider"))
    def hand_over_address(self, mailbox: Any) -> str:
        if not mailbox.pk or not mailbox.webhook_secret:
            return _("None yet. Save, then make one with the button above.")
        return _("%(address)s, with its secret, which was shown once") % {
            "address": _address_of(mailbox)
        }

    def attempt(self, request: HttpRequest, mailbox: Mailbox) -> None:
        found = trying.attempt(mailbox)
        (messages.success if found.works else messages.error)(request, found.sentence)

    def check_domain(self, request: HttpRequest, mailbox: Mailbox) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("SPF, DKIM and DMARC"),
            "subtitle": str(mailbox),
            "mailbox": mailbox,
            "findings": checking.check(mailbox),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/mailbox_domain.html", context)

    def make_address(self, request: HttpRequest, mailbox: Mailbox) -> HttpResponse:
        """The address with its secret, in this answer and nowhere else."""
        secret = secrets.token_urlsafe(32)
        mailbox.webhook_secret = sealing.seal(secret)
        actions.change_setting(actor=actor_of(request), instance=mailbox)
        scheme, _slashes, rest = _address_of(mailbox).partition("://")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Address for the provider"),
            "subtitle": str(mailbox),
            "mailbox": mailbox,
            "address": f"{scheme}://{HAND_OVER_USER}:{secret}@{rest}",
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/mailbox_address.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _address_of(mailbox: Mailbox) -> str:
    return f"{settings.SITE_URL}" + reverse("mail-in", args=[mailbox.pk])


SERVER = (
    *("imap_host", "imap_port", "imap_security", "imap_user", "log_in", "imap_password", "folder"),
)
OAUTH = ("oauth_token_address", "oauth_client_id", "oauth_client_secret", "oauth_refresh_token")
TAKEN = ("take_first", "take_days", "done_folder", "raw_days")
HANDED = ("provider", "signing_key", "hand_over_address")
THEN = (
    *("assistant_answers", "acknowledges", "opens_automatic", "has_plus_addresses"),
    *("trusted_server", "dkim_selector", "signature"),
)
PRESETS = gettext_lazy(
    "Gmail and Google Workspace: imap.gmail.com, port 993, TLS, and an app password (not your own; it "
    "is made in the Google account under Security).<br>"
    "Microsoft 365 and Outlook: outlook.office365.com, port 993, TLS, and OAuth 2 below.<br>"
    "iCloud: imap.mail.me.com, port 993, TLS, an app password.<br>"
    "Fastmail: imap.fastmail.com, port 993, TLS, an app password.<br>"
    "Others: the name and port stand in your provider's help under “IMAP”. Servers in your own "
    "network have to be allowed by whoever runs the helpdesk."
)
OAUTH_HELP = gettext_lazy(
    "Only where the log-in is with OAuth 2. For Microsoft 365 the token address is "
    "https://login.microsoftonline.com/YOUR-TENANT/oauth2/v2.0/token, for Google "
    "https://oauth2.googleapis.com/token. New access tokens are then fetched by themselves."
)
HANDED_HELP = gettext_lazy(
    "Only where a provider hands mail over. Enter the address, which is made after saving, at the "
    "provider as the target of incoming mail, and let it send the raw mail where it can."
)
