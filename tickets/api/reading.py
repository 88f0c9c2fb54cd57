"""A message as its reader reads it: of the assistant's, the words, what they quote, and how sure it is.

As Markdown, since that is what quotes and links are in a text.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from knowledgebase.markdown import as_markdown
from tickets.models import Answer, Citation, Decision, Message
from tickets.templatetags.conversation import beside, confidence_words

LISTED = 16  # words of an article that is offered, as on the page


def as_read(message: Message) -> str:
    """The whole text. The message was loaded `complete`."""
    if not hasattr(message, "answer"):
        return message.body
    sources = list(message.answer.citations.all())
    parts = [message.body]
    if sources and message.answer.decision == Decision.ANSWER:
        parts += _quoted(message.answer, sources)
    elif sources:
        parts.append("\n".join(_offered(source) for source in sources))
    return "\n\n".join(filter(None, parts))


def article_url(slug: str, anchor: str = "") -> str:
    """The page of the help centre, at the address that customers know."""
    path = reverse("help-article", args=[slug])
    return f"{settings.SITE_URL}{path}{'#' if anchor else ''}{anchor}"


def _quoted(answer: Answer, sources: list[Citation]) -> list[str]:
    parts: list[str] = []
    for source in sources:
        if source.quoted:
            parts += _quote(source)
    parts.append(confidence_words(answer))
    if others := beside(sources):
        looked_at = "\n".join(f"- [{one.title}]({article_url(one.slug)})" for one in others)
        parts.append(f"{_('Also looked at')}\n\n{looked_at}")
    return parts


def _quote(source: Citation) -> list[str]:
    lines = "\n".join(f"> {line}".rstrip() for line in source.passage.splitlines())
    parts = [as_markdown(source.short_answer)] if source.short_answer else []
    parts += [lines, _("From %(source)s") % {"source": _link(source)}]
    if source.nearby:
        links = (
            f"[{part['heading'] or _('the start of the article')}]"
            f"({article_url(source.slug, part['anchor'])})"
            for part in source.nearby
        )
        parts.append(f"{_('Or did you mean:')} {' · '.join(links)}")
    return parts


def _offered(source: Citation) -> str:
    return f"- {_link(source)}: {Truncator(source.passage).words(LISTED)}"


def _link(source: Citation) -> str:
    link = f"[{source.title}]({article_url(source.slug, source.anchor)})"
    if source.heading and source.heading != source.title:
        return f"{link}, {source.heading}"
    return link
