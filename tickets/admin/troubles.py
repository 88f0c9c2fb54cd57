"""What is wrong with the installation, in one place: each with a sentence and the page where it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from knowledgebase import indexing
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article
from tickets.models import (
    ConnectorCall,
    ConnectorCallState,
    Delivery,
    IncomingMail,
    MailState,
    Reaction,
    ReactionState,
    RuleFiring,
    Webhook,
    WebhookState,
    fetching,
)
from tickets.models.deliveries import NOT_ARRIVED
from tickets.service import assistance

LATELY = timedelta(days=7)
JUST_NOW = timedelta(hours=1)
WENT_WRONG = (
    ConnectorCallState.FAILED,
    ConnectorCallState.UNAVAILABLE,
    ConnectorCallState.UNCERTAIN,
)
COUNTED = 1000  # rows of a kind; counting stops here
# Mail about log-ins is no delivery: it is one piece of follow-up work, see tickets.actions.mails.
ABOUT_LOG_INS = "mail.account"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A sentence, and where to go; `stops` says that customers feel it now."""

    words: str
    url: str
    link: str
    stops: bool = False


def found() -> list[Trouble]:
    """All of it, what customers feel now first. At most thirteen statements and two looks into Redis."""
    troubles = [*_mail_stands_still(), *_assistant(), *_mailboxes(), *_connectors(), *_webhooks()]
    troubles += [*_articles(), *_rules()]
    troubles += [*_mail_that_failed(), *_incoming(), *_given_up()]
    return sorted(troubles, key=lambda one: not one.stops)


def log_in_mails() -> Trouble:
    """For the list of outgoing mail: what is not in it, and where that is."""
    number = log_in_mails_given_up()
    words = ngettext(
        "Mail about log-ins is not in this list. Of it %(count)d mail could not be sent.",
        "Mail about log-ins is not in this list. Of it %(count)d mails could not be sent.",
        number,
    )
    url = _list("reaction", name__exact=ABOUT_LOG_INS)
    return Trouble(words % {"count": number}, url, _("Mail about log-ins"))


def mails_of_conversations() -> Trouble:
    """For the list of follow-up work: what is not in it, and where that is."""
    number = not_arrived()
    words = ngettext(
        "Mail of conversations is not in this list. "
        "In the last 7 days %(count)d of them did not arrive.",
        "Mail of conversations is not in this list. "
        "In the last 7 days %(count)d of them did not arrive.",
        number,
    )
    return Trouble(words % {"count": number}, _list("delivery"), _("Outgoing mail"))


def not_arrived() -> int:
    """How many mails of conversations did not arrive in the last days, as far as is counted."""
    failed = Delivery.objects.filter(state__in=NOT_ARRIVED, changed_at__gte=timezone.now() - LATELY)
    return _count(failed)


def log_in_mails_given_up() -> int:
    """How many mails about log-ins could not be sent, as far as is counted."""
    return _count(Reaction.objects.filter(state=ReactionState.DEAD, name=ABOUT_LOG_INS))


def _mail_stands_still() -> Iterator[Trouble]:
    standstill = Delivery.objects.standstill()
    if standstill is None:
        return
    if standstill.answer:
        words = _("No mail could be sent since %(since)s. The mail server: %(answer)s")
    else:
        words = _(
            "No mail was sent since %(since)s, although some is due: "
            "is a worker of the queue “mail” running?"
        )
    since = timezone.localtime(standstill.since).strftime("%Y-%m-%d %H:%M")
    said = words % {"since": since, "answer": standstill.answer}
    yield Trouble(said, _list("delivery", state__exact="deferred"), _("See what waits"), stops=True)


def _assistant() -> Iterator[Trouble]:
    if not assistance.is_elsewhere():  # it works in this very process, as in tests
        return
    url, link = reverse("admin:bots_assistantsettings_changelist"), _("How it answers")
    try:
        processes = assistance.processes()
    except (RedisError, OSError):
        words = _("Redis does not answer: screens are not live, and the assistant is not reached.")
        yield Trouble(words, url, link, stops=True)
        return
    if not processes:
        words = _(
            "The assistant does not run: every question goes to a person. "
            "Is a worker of the queue “assistant” running?"
        )
        yield Trouble(words, url, link, stops=True)
    elif not any(process.is_ready for process in processes):
        words = _("The assistant's model is not ready: %(why)s")
        yield Trouble(words % {"why": processes[0].trouble}, url, link, stops=True)


def _mailboxes() -> Iterator[Trouble]:
    for mailbox, sentence in fetching.in_trouble():
        url = reverse("admin:tickets_mailbox_change", args=[mailbox.pk])
        yield Trouble(f"{mailbox.name}: {sentence}", url, _("Open the mailbox"), stops=True)


def _connectors() -> Iterator[Trouble]:
    """Systems that failed in the last hour, each with what was said of it last."""
    since = timezone.now() - JUST_NOW
    failed = ConnectorCall.objects.filter(created_at__gte=since, state__in=WENT_WRONG)
    newest = failed.order_by("operation__connector_id", "-pk").distinct("operation__connector_id")
    for call in newest.select_related("operation__connector")[:COUNTED]:
        url = _list(
            "connectorcall", operation__connector__id__exact=str(call.operation.connector_id)
        )
        yield Trouble(f"{call.operation.connector.name}: {call.problem}", url, _("See its calls"))


def _webhooks() -> Iterator[Trouble]:
    """Those that are told nothing any more, although nobody here switched them off; or that fail."""
    failing = Q(failures__gt=0) | Q(state=WebhookState.PAUSED) | ~Q(trouble="")
    for webhook in Webhook.objects.filter(failing)[:COUNTED]:
        url = reverse("admin:tickets_webhook_change", args=[webhook.pk])
        stands = "" if webhook.state == WebhookState.ACTIVE else webhook.get_state_display()
        words = " – ".join(filter(None, [stands, webhook.trouble]))
        yield Trouble(f"{webhook.name}: {words}", url, _("Open the webhook"))


def _rules() -> Iterator[Trouble]:
    """Rules that held lately and could not do what they say, each with what was said of it last."""
    since = timezone.now() - LATELY
    stopped = RuleFiring.objects.exclude(stopped="").filter(created_at__gte=since)
    newest = {one.rule_name: one for one in stopped.order_by("-pk")[:COUNTED][::-1]}
    for name, firing in newest.items():
        words = _("Rule “%(name)s”: %(why)s %(trouble)s") % {
            "name": name,
            "why": firing.get_stopped_display(),
            "trouble": firing.trouble,
        }
        url = _list("rulefiring", stopped__exact=firing.stopped)
        yield Trouble(words.strip(), url, _("See where"))


def _articles() -> Iterator[Trouble]:
    if not Article.objects.public().exists():
        yield Trouble(
            _("No article is published: the assistant has nothing to answer from."),
            reverse("admin:knowledgebase_article_changelist"),
            _("Write one"),
            stops=True,
        )
        return
    try:
        missing = _count(indexing.due(indexing.current_encoder()))
    except EncoderUnavailable:  # said above, as the assistant's trouble
        return
    if missing:
        words = ngettext(
            "%(count)d article is not found by its meaning yet: its index is still to be made.",
            "%(count)d articles are not found by their meaning yet: their index is still to be made.",
            missing,
        )
        url = reverse("admin:knowledgebase_article_changelist")
        yield Trouble(words % {"count": missing}, url, _("See the articles"))


def _mail_that_failed() -> Iterator[Trouble]:
    """Both kinds, next to each other: they stand in two lists."""
    if number := not_arrived():
        words = ngettext(
            "%(count)d mail of a conversation did not arrive in the last 7 days.",
            "%(count)d mails of conversations did not arrive in the last 7 days.",
            number,
        )
        url = _list("delivery", state__exact="failed")
        yield Trouble(words % {"count": number}, url, _("See which"))
    if number := log_in_mails_given_up():
        words = ngettext(
            "%(count)d mail about a log-in could not be sent: a code or a notice.",
            "%(count)d mails about log-ins could not be sent: codes and notices.",
            number,
        )
        url = _list("reaction", state__exact="dead", name__exact=ABOUT_LOG_INS)
        yield Trouble(words % {"count": number}, url, _("See why and try again"))


def _incoming() -> Iterator[Trouble]:
    unreadable = _count(IncomingMail.objects.filter(state=MailState.UNREADABLE))
    if unreadable:
        words = ngettext(
            "%(count)d mail came that could not be read.",
            "%(count)d mails came that could not be read.",
            unreadable,
        )
        url = _list("incomingmail", state__exact=str(MailState.UNREADABLE))
        yield Trouble(words % {"count": unreadable}, url, _("See which"))


def _given_up() -> Iterator[Trouble]:
    dead = Reaction.objects.filter(state=ReactionState.DEAD).exclude(name=ABOUT_LOG_INS)
    if number := _count(dead):
        words = ngettext(
            "%(count)d piece of follow-up work was given up.",
            "%(count)d pieces of follow-up work were given up.",
            number,
        )
        url = _list("reaction", state__exact="dead")
        yield Trouble(words % {"count": number}, url, _("See why and try again"))


def _count(
    rows: QuerySet[Delivery] | QuerySet[Reaction] | QuerySet[Article] | QuerySet[IncomingMail],
) -> int:
    return rows.order_by().values("pk")[:COUNTED].count()


def _list(model: str, **chosen: str) -> str:
    return f"{reverse(f'admin:tickets_{model}_changelist')}?{urlencode(chosen)}"
