"""Articles: what they are filed under, their versions, and who may see them."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A shelf of the help centre. An article stands on one, or on none."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    icon = models.CharField(_("icon"), max_length=50, default="book-open")
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="category_has_a_name"),
            models.CheckConstraint(condition=~Q(slug=""), name="category_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("help-category", args=[self.slug])


NORWEGIAN = ("no", "nb", "nn")  # one language to a reader


class ArticleQuerySet(models.QuerySet["Article"]):
    def public(self) -> Self:
        """Only what anyone may read: published articles."""
        return self.filter(state=Article.State.PUBLISHED)

    def has_language(self, code: str) -> bool:
        """Whether one of them is written in a language, whatever its region."""
        wanted = NORWEGIAN if code[:2] in NORWEGIAN else (code[:2],)
        either = Q(*(Q(language__istartswith=one) for one in wanted), _connector=Q.OR)
        return self.filter(either).exists()

    def visible_to(self, user: AbstractBaseUser | AnonymousUser | None) -> Self:
        """Every article for admins who are let in, the public ones for everybody else."""
        if getattr(user, "is_staff", False) and getattr(user, "works_here", False):
            return self
        return self.public()


class Article(models.Model):
    """One topic of the help centre. Its words are in its versions; one of them may be public."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    slug = models.SlugField(_("address"), max_length=200, unique=True)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="articles",
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    external_id = models.CharField(
        _("import id"), max_length=300, unique=True, null=True, blank=True
    )
    # What the last import of this article was made from, so that the same again changes nothing.
    import_digest = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    popular = models.BooleanField(_("popular"), default=False)
    assistant_may_use = models.BooleanField(
        _("the assistant may quote it"),
        default=True,
        help_text=_("Off: customers still find it by searching, but the assistant leaves it out."),
    )
    published = models.ForeignKey(
        "ArticleVersion",
        verbose_name=_("published version"),
        null=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="+",
    )
    # A worker that indexes takes the article for a while, so that two do not do the same work.
    index_claimed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["category", "id"], condition=Q(state="published"), name="article_public"
            )
        ]
        constraints = [
            models.CheckConstraint(
                # Nothing but a published article points to a public version: a query that forgets
                # the state and asks for the public version still finds no draft.
                condition=Q(state="published", published__isnull=False)
                | Q(state__in=["draft", "archived"], published__isnull=True),
                name="article_published_with_a_version",
            ),
            models.CheckConstraint(condition=~Q(slug=""), name="article_has_an_address"),
            models.CheckConstraint(condition=~Q(language=""), name="article_has_a_language"),
        ]

    def __str__(self) -> str:
        """The title, where the query that loaded it brought one along."""
        return str(getattr(self, "latest_title", "") or self.slug)

    def get_absolute_url(self) -> str:
        return reverse("help-article", args=[self.slug])


class ArticleVersion(models.Model):
    """What an article said at one time. Never changed: an article's versions are its history."""

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300)
    summary = models.CharField(_("summary"), max_length=500, blank=True)
    body = models.TextField(_("text"), blank=True)
    questions = ArrayField(
        models.CharField(max_length=500), verbose_name=_("sample questions"), default=list
    )
    # "Heading -> the sentence that answers", and what the section of each said when somebody last
    # read it against the section; see knowledgebase.short_answers.
    short_answers = ArrayField(
        models.CharField(max_length=620), verbose_name=_("short answers"), default=list
    )
    short_answers_read = ArrayField(models.CharField(max_length=16), default=list)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_one"),
            models.CheckConstraint(condition=~Q(title=""), name="version_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raise TypeError for a version that is stored already; the database refuses it too."""
        if not self._state.adding:
            raise TypeError("A version is never changed: save_article makes a new one.")
        super().save(*args, **kwargs)


class ArticleEvent(models.Model):
    """What was done with an article, when and by whom; written by every action."""

    class Kind(models.TextChoices):
        SAVED = "saved", _("Saved")
        FILED = "filed", _("Filed")
        PUBLISHED = "published", _("Published")
        UNPUBLISHED = "unpublished", _("Unpublished")
        ARCHIVED = "archived", _("Archived")
        HELD_BACK = "held_back", _("Held back from the assistant")
        RELEASED = "released", _("Released to the assistant")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    version = models.ForeignKey(
        ArticleVersion, null=True, on_delete=models.CASCADE, related_name="+"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["article", F("id").desc()]

    def __str__(self) -> str:
        return self.get_kind_display()
