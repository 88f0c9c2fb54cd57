"""Rows for every page to show, made in a helpdesk that runs the demo."""

from __future__ import annotations

from typing import Final

# Conversations of Maya's in all states, and one of each that the admin
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
from tickets import actions, sealing
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
hook = Webhook.objects.create(
    name="Dashboard", address="https://dashboard.kestrelmoor.example/hook", secret=sealing.seal("x"),
    state="paused", cursor="x", trouble="It answers with 500.", kinds=["ticket.opened", "ticket.closed"],
)
told = Event.objects.filter(ticket=talks).latest("pk")
WebhookDelivery.objects.create(
    webhook=hook, event=told, ticket=talks, number="event-1", status=500, attempts=3,
    body='{"id": "event-1", "type": "message.posted", "data": {"author": "customer"}}',
    answer="<h1>Internal Server Error</h1>", problem="It answers with 500.",
)
IdentityProvider.objects.create(
    name="Kestrel", issuer="https://login.kestrelmoor.example", client_id="helpdesk"
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
    "hook": hook.pk,
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
