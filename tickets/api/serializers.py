"""What goes in and out of the API, field by field. Nothing of a row is shown that is not named here.

Internal notes have no serializer, and an agent is a name: an address of theirs goes out where a key asks
for agents (`tickets.api.desk`) only.
"""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from knowledgebase.models import Article
from knowledgebase.search import ArticleHit
from tickets.api.answers import AnswerOut
from tickets.api.fields import Address, Body, Line, Moment, Short, Strict
from tickets.api.files import AttachmentOut, Files
from tickets.api.identity import IdentityOut
from tickets.api.links import Link, links_of
from tickets.api.paging import PageOut
from tickets.api.promises import PromiseOut, promises_of
from tickets.api.reading import article_url, as_read
from tickets.api.suggested import SuggestedOut
from tickets.api.told import (
    METADATA_HELP,
    CustomValue,
    MetadataIn,
    MetadataOut,
    custom_values,
)
from tickets.intake import text
from tickets.models import (
    AuthorKind,
    Channel,
    Message,
    Priority,
    StatusCategory,
    Ticket,
    Turn,
)
from tickets.models.properties import TAG_LENGTH
from tickets.models.tickets import REFERENCE_LETTERS

MAX_POSITION = 2**31 - 1
EXTERNAL_ID = "By what your system knows it; no two have the same."


class NewCustomer(Strict):
    """Whose words they are."""

    email = Address(help_text="Who it is. An unknown address makes a new customer.")
    name = Line(max_length=150, required=False, default="", help_text="If it is new here.")


@extend_schema_serializer(
    examples=[OpenApiExample("A message", {"body": "It drips at the other seam, too."})]
)
class NewMessage(Strict):
    """What the customer says."""

    body = Body(help_text=f"Plain text, up to {text.MESSAGE_LIMIT} characters.")
    attachments = Files()

    def validate_body(self, value: str) -> str:
        return text.message(value)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A question from the shop",
            {
                "customer": {"email": "ines@walkers.example", "name": "Ines Pardo"},
                "subject": "Seam of the Fell 2",
                "body": "The seam above the door drips. Can I have it sealed?",
            },
        )
    ]
)
class NewTicket(NewMessage):
    """A conversation, begun with the customer's first message."""

    customer = NewCustomer()
    subject = Line(
        max_length=text.LINE_LIMIT,
        required=False,
        default="",
        help_text="One line; without it, the first line of the body.",
    )
    channel = serializers.ChoiceField(
        choices=Channel.choices,
        required=False,
        default=Channel.API,
        help_text="How it reached you. In `portal` and `widget` the assistant answers first, "
        "in the others a person. Without one: `api`.",
    )
    external_id = Short(max_length=100, required=False, help_text=EXTERNAL_ID)
    metadata = MetadataIn(required=False, help_text=METADATA_HELP)


@extend_schema_serializer(
    examples=[
        OpenApiExample("After an import", {"external_id": "4711", "metadata": {"cart": None}})
    ]
)
class TicketData(Strict):
    """What you keep beside a ticket. What is not named stays."""

    external_id = Short(max_length=100, required=False, help_text=EXTERNAL_ID)
    metadata = MetadataIn(required=False, help_text=METADATA_HELP)


@extend_schema_serializer(component_name="Customer")
class CustomerOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, help_text="The address of its resource has it.")
    email = serializers.EmailField(
        allow_null=True, help_text="Null while the address is not confirmed."
    )
    name = serializers.CharField(max_length=150)


@extend_schema_serializer(component_name="Ticket")
class TicketOut(serializers.Serializer[Any]):
    reference = serializers.RegexField(f"^[{REFERENCE_LETTERS}]{{8}}$")
    external_id = serializers.CharField(help_text="Your number of it; may be empty.")
    url = serializers.SerializerMethodField(help_text="Its address in this API.")
    customer_url = serializers.SerializerMethodField(help_text="Its page for the customer.")
    workspace_url = serializers.SerializerMethodField(help_text="Its page for agents.")
    subject = serializers.CharField(max_length=text.LINE_LIMIT)
    customer = CustomerOut()
    identity = IdentityOut(source="*")
    channel = serializers.ChoiceField(choices=Channel.choices)
    turn = serializers.ChoiceField(choices=Turn.choices, help_text="Who is to act now.")
    turn_since = Moment()
    snoozed_until = Moment(
        allow_null=True, help_text="Put aside by its agent until then, if it is for a time."
    )
    category = serializers.ChoiceField(
        choices=StatusCategory.choices,
        allow_null=True,
        help_text="Where it stands; null in quarantine.",
    )
    status = serializers.SerializerMethodField(
        help_text="A finer word for that, which an admin added, in the words for agents."
    )
    priority = serializers.SerializerMethodField()
    promises = serializers.SerializerMethodField(
        help_text="What its service level promises and how that stands. They are for your eyes, not "
        "for a customer's."
    )
    type = serializers.SerializerMethodField(help_text="What it is, in the admin's words.")
    tags = serializers.ListField(child=serializers.CharField(max_length=TAG_LENGTH))
    custom_fields = serializers.SerializerMethodField(
        help_text="What is filled in of the fields that an admin added to tickets."
    )
    metadata = MetadataOut(help_text=METADATA_HELP)
    team = serializers.SlugField(source="team.slug", max_length=50)
    assignee = serializers.SerializerMethodField(help_text="The name of the agent who has it.")
    participants = serializers.SerializerMethodField(
        help_text="The addresses that get copies of its public messages."
    )
    resolution = serializers.SerializerMethodField()
    follows = serializers.SerializerMethodField(
        help_text="The reference of the closed ticket that it goes on with."
    )
    merged_into = serializers.SerializerMethodField(
        help_text="The reference of the ticket in which it goes on, once it was merged."
    )
    links = serializers.SerializerMethodField(
        help_text="What agents linked it with, at most 200. They may have to do with other customers: "
        "for your eyes, not for a customer's."
    )
    created_at = Moment()
    last_message_at = Moment(allow_null=True)
    updated_at = Moment(
        help_text="When anything was last written in it or about it; by agents among themselves, too."
    )
    closed_at = Moment(allow_null=True)

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, ticket: Ticket) -> str:
        return _address("api-ticket", ticket)

    @extend_schema_field(OpenApiTypes.URI)
    def get_customer_url(self, ticket: Ticket) -> str:
        return _address("conversation", ticket)

    @extend_schema_field(OpenApiTypes.URI)
    def get_workspace_url(self, ticket: Ticket) -> str:
        return _address("workspace-ticket", ticket)

    def get_priority(self, ticket: Ticket) -> Literal["low", "normal", "high", "urgent"]:
        names: dict[int, Literal["low", "normal", "high", "urgent"]] = {
            Priority.LOW: "low",
            Priority.NORMAL: "normal",
            Priority.HIGH: "high",
            Priority.URGENT: "urgent",
        }
        return names[ticket.priority]

    def get_promises(self, ticket: Ticket) -> list[PromiseOut]:
        return promises_of(ticket)

    def get_type(self, ticket: Ticket) -> str | None:
        return ticket.type.name if ticket.type else None

    def get_status(self, ticket: Ticket) -> str | None:
        return ticket.status.name if ticket.status else None

    def get_custom_fields(self, ticket: Ticket) -> list[CustomValue]:
        return custom_values(ticket.custom)

    def get_participants(self, ticket: Ticket) -> list[str]:
        rows: list[dict[str, str]] = getattr(ticket, "in_copy", [])  # a new one has none
        return [row["email"] for row in rows]

    def get_follows(self, ticket: Ticket) -> str | None:
        return ticket.follows.reference if ticket.follows else None

    def get_merged_into(self, ticket: Ticket) -> str | None:
        return ticket.merged_into.reference if ticket.merged_into else None

    def get_links(self, ticket: Ticket) -> list[Link]:
        return links_of(ticket)

    def get_assignee(self, ticket: Ticket) -> str | None:
        agent = ticket.assignee
        return agent.name or agent.get_short_name() if agent else None

    def get_resolution(
        self, ticket: Ticket
    ) -> Literal["confirmed", "resolved", "quiet", "merged", "closed", "spam"] | None:
        match ticket.resolution:
            case "confirmed" | "resolved" | "quiet" | "merged" | "closed" | "spam" as resolution:
                return resolution
        return None


@extend_schema_serializer(component_name="TicketReceipt")
class TicketReceipt(serializers.Serializer[Any]):
    """What a key that may not read learns of a ticket that it opened."""

    reference = serializers.CharField()
    created_at = Moment()


@extend_schema_serializer(component_name="Author")
class AuthorOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        source="author_kind",
        choices=AuthorKind.choices,
        help_text="Always show it: `assistant` is a machine, and readers are told so.",
    )
    name = serializers.SerializerMethodField(
        help_text="As customers read it: of an agent the first name; empty for the assistant and "
        "the system."
    )

    def get_name(self, message: Message) -> str:
        if message.author_user:
            return message.author_user.get_short_name()
        return message.author_customer.name if message.author_customer else ""


@extend_schema_serializer(component_name="Message")
class MessageOut(serializers.Serializer[Any]):
    ticket = serializers.RegexField(
        f"^[{REFERENCE_LETTERS}]{{8}}$", source="ticket.reference", help_text="Where it stands."
    )
    position = serializers.IntegerField(
        min_value=1,
        max_value=MAX_POSITION,
        help_text="Its place in the conversation. Always rising; gaps mean nothing.",
    )
    author = AuthorOut(source="*")
    channel = serializers.ChoiceField(choices=Channel.choices)
    body = serializers.SerializerMethodField(
        help_text="What is read: plain text; of the assistant Markdown, with what it quotes, where "
        "from, and how sure it is, in the language of `Accept-Language`."
    )
    by_key = serializers.SerializerMethodField(
        help_text="The API key that sent it for the customer or wrote it for the agent, if one did."
    )
    drafted_by = serializers.SerializerMethodField(
        help_text="The name of the API key whose draft the agent read and sent, if it was one."
    )
    created_at = Moment()
    answer = AnswerOut(allow_null=True, help_text="Only of messages by the assistant.")
    suggested = SuggestedOut(allow_null=True, help_text="Only of a reply that began as one.")
    attachments = AttachmentOut(many=True, source="attachments.all")

    def get_body(self, message: Message) -> str:
        return as_read(message)

    def get_by_key(self, message: Message) -> str | None:
        return (message.provenance or {}).get("key")

    def get_drafted_by(self, message: Message) -> str | None:
        return (message.provenance or {}).get("drafted_by")


@extend_schema_serializer(component_name="MessageReceipt")
class MessageReceipt(serializers.Serializer[Any]):
    """What a key that may not read learns of a message that it added."""

    position = serializers.IntegerField()
    created_at = Moment()


@extend_schema_serializer(component_name="Category")
class CategoryOut(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()


@extend_schema_serializer(component_name="Article")
class ArticleOut(serializers.Serializer[Any]):
    slug = serializers.SlugField(max_length=200)
    title = serializers.CharField(source="published.title", max_length=300)
    summary = serializers.CharField(source="published.summary")
    category = CategoryOut(allow_null=True)
    language = serializers.CharField()
    url = serializers.SerializerMethodField()
    updated_at = Moment(source="published.created_at")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, article: Article) -> str:
        return article_url(article.slug)


@extend_schema_serializer(component_name="ArticleWithBody")
class ArticleWithBodyOut(ArticleOut):
    body = serializers.CharField(source="published.body", help_text="Markdown.")


@extend_schema_serializer(component_name="SearchHit")
class HitOut(serializers.Serializer[Any]):
    slug = serializers.SlugField(max_length=200)
    title = serializers.CharField(max_length=300)
    heading = serializers.CharField(max_length=300)
    url = serializers.SerializerMethodField()
    passage = serializers.CharField()
    score = serializers.FloatField(help_text="0 to 1: how well it fits.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, hit: ArticleHit) -> str:
        return article_url(hit.slug, hit.anchor)


class TicketPage(PageOut):
    results = TicketOut(many=True)


class MessagePage(PageOut):
    results = MessageOut(many=True)
    next_cursor = serializers.IntegerField(  # type: ignore[assignment]  # a position
        allow_null=True, help_text="What `after` is in that address; null on the last page."
    )


class ArticlePage(PageOut):
    results = ArticleOut(many=True)


@extend_schema_serializer(component_name="SearchResult")
class SearchOut(serializers.Serializer[Any]):
    results = HitOut(many=True, source="hits")
    by_meaning = serializers.BooleanField(
        help_text="False while only words are compared, because the encoder is away."
    )


def _address(route: str, ticket: Ticket) -> str:
    return f"{settings.SITE_URL}{reverse(route, args=[ticket.reference])}"
