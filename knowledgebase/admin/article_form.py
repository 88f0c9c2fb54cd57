"""The form in which an article is written: its words, and where it stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf.global_settings import LANGUAGES
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from knowledgebase import actions as articles
from knowledgebase import samples, short_answers
from knowledgebase.admin import article_history
from knowledgebase.models import Article, ArticleVersion
from knowledgebase.short_answers import ShortAnswer
from tickets.admin.audit.audited import AuditedForm
from tickets.admin.fields import LinesField
from tickets.admin.theme import SearchableSelect, Textarea, TextInput


class ArticleForm(AuditedForm):
    title = forms.CharField(label=gettext_lazy("title"), max_length=300, widget=TextInput)
    summary = forms.CharField(
        label=gettext_lazy("summary"),
        max_length=500,
        required=False,
        widget=Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One or two sentences, shown in lists and search results."),
    )
    body = forms.CharField(
        label=gettext_lazy("text"),
        max_length=articles.LONGEST_BODY,
        required=False,
        strip=False,
        widget=Textarea(attrs={"rows": 24, "class": "markdown-source"}),
        help_text=gettext_lazy(
            "Markdown: ## for a heading, - for a list, **bold**, [words](address). "
            "Headings help: the assistant quotes the part under the heading that answers."
        ),
    )
    questions = LinesField(
        label=gettext_lazy("sample questions"),
        most=articles.MOST_QUESTIONS,
        longest=500,
        required=False,
        widget=Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One per line, in customers' words: the article is found by them, too. Where one section "
            "answers it, name its heading behind an arrow: How do I claim? -> Make a claim"
        ),
    )
    short_answers = LinesField(
        label=gettext_lazy("short answers"),
        most=short_answers.MOST,
        longest=short_answers.LONGEST_LINE,
        required=False,
        widget=Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One per line: a heading of the text, an arrow, and the sentence that the assistant says "
            "before it quotes that section: Wash it -> It may go in a front-loading machine at 30 "
            "degrees. Everybody who is shown the section reads it, whatever they asked: a sentence "
            "that says what it speaks of is safer than a Yes or a No."
        ),
    )
    read_again = forms.BooleanField(
        label=gettext_lazy("I have read the short answers against the text: they are right"),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("what changed"),
        max_length=300,
        required=False,
        widget=TextInput,
        help_text=gettext_lazy("For colleagues, kept with this version."),
    )

    class Meta:
        model = Article
        fields = ("category", "language", "slug", "popular")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label,
            choices=languages(self.instance.language),
            initial=self.instance.language,
            widget=SearchableSelect,
            help_text=_("Who asks in another one is told so with the answer."),
        )
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("Empty: made from the title.")
        latest = self.instance.versions.first() if self.instance.pk else None
        for name in article_history.WORDS if latest else ():
            self.fields[name].initial = getattr(latest, name)
        self._ask_to_read_again(changed_sections(latest) if latest else [])

    def _ask_to_read_again(self, changed: list[ShortAnswer]) -> None:
        """A box to tick, where the section of a short answer says something else by now."""
        self.fields["read_again"].help_text = format_html(
            '<strong class="to-read-again">{}</strong> {}',
            _("To be read again, since the section was changed:"),
            format_html_join(" · ", "{}: {}", ((one.heading, one.text) for one in changed)),
        )

    def clean(self) -> dict[str, Any]:
        """What names a heading is refused beside its field, with what was written kept."""
        given = super().clean() or {}
        title, body = given.get("title", ""), given.get("body", "")
        sections = short_answers.Sections.of(title=title, body=body)
        if found := short_answers.problem(given.get("short_answers", []), sections):
            self.add_error("short_answers", found)
        headings = [title, *(one.heading for one in sections.sections if one.heading)]
        if missing := samples.unknown(given.get("questions", []), headings):
            self.add_error("questions", samples.no_such_heading(missing[0]))
        return given

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"] or self.instance.slug or "")


def languages(also: str) -> list[tuple[str, str]]:
    """Languages by their names, and a code that is stored and has none."""
    named = {code: str(gettext(name)) for code, name in LANGUAGES}
    named.setdefault(also, also)
    return sorted(named.items(), key=lambda pair: pair[1].casefold())


def changed_sections(version: ArticleVersion) -> list[ShortAnswer]:
    """The short answers whose section says something else than when somebody last read them."""
    sections = short_answers.Sections.of(title=version.title, body=version.body)
    return short_answers.to_read_again(version.short_answers, version.short_answers_read, sections)
