"""Much data, made quickly: many passages for the search, a long conversation for the pages."""

from __future__ import annotations

import random

import numpy as np
from django.db import transaction
from django.utils import timezone

from knowledgebase import common_words
from knowledgebase.indexing import current_encoder, plan_for_them
from knowledgebase.models import Article, ArticleVersion, Embedding, Passage
from tickets.models import (
    AuthorKind,
    Channel,
    Customer,
    Message,
    SiteSettings,
    Ticket,
    Turn,
    User,
)

PER_ARTICLE = 20


def fill(count: int) -> None:
    """Published articles until there are `count` passages; their texts mix those that are there."""
    encoder = current_encoder()
    rng = np.random.default_rng(7)
    words = " ".join(
        Passage.objects.filter(kind=Passage.Kind.BODY).values_list("text", flat=True)[:200]
    ).split()
    pick = random.Random(7)
    missing = max(0, count - Passage.objects.count())
    for number in range(-(-missing // PER_ARTICLE)):
        with transaction.atomic():  # whole, or the sweep takes it for one that is not indexed
            article = Article.objects.create(slug=f"bench-{number}")
            version = ArticleVersion.objects.create(
                article=article, number=1, title=f"Bench {number}", body="bench"
            )
            article.state, article.published = Article.State.PUBLISHED, version
            article.save()
            passages = Passage.objects.bulk_create(
                Passage(
                    article=article,
                    version=version,
                    position=place,
                    kind=Passage.Kind.BODY,
                    language=article.language,
                    title=f"Bench {number}",
                    heading="",
                    anchor="",
                    text=" ".join(pick.choices(words, k=60)),
                )
                for place in range(PER_ARTICLE)
            )
            vectors = rng.normal(size=(PER_ARTICLE, encoder.dimension)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            Embedding.objects.bulk_create(
                Embedding(passage=passage, encoder=encoder, vector=vector)
                for passage, vector in zip(passages, vectors, strict=True)
            )
    plan_for_them()  # as after every import
    common_words.count()


def long_ticket(messages: int) -> Ticket:
    """A conversation with so many messages, customer and agent in turn."""
    now = timezone.now()
    agent = User.objects.filter(role="agent").first()
    assert agent is not None
    customer = Customer.objects.create(name="Bench Long")
    ticket = Ticket.objects.create(
        subject="A long story",
        customer=customer,
        team=SiteSettings.load().default_team,
        assignee=agent,
        person_asked_at=now,
        channel=Channel.PORTAL,
        turn=Turn.AGENT,
        turn_since=now,
        last_message_at=now,
        last_position=messages,
    )
    Message.objects.bulk_create(
        Message(
            ticket=ticket,
            position=place,
            author_kind=AuthorKind.CUSTOMER if place % 2 else AuthorKind.AGENT,
            author_customer=customer if place % 2 else None,
            author_user=None if place % 2 else agent,
            channel=Channel.PORTAL,
            body=f"Message number {place}",
        )
        for place in range(1, messages + 1)
    )
    return ticket
