"""What customers read and searched in the help centre, and when: kept for the days that an admin sets."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.customers import Customer

LONGEST_WORDS = 200  # characters of a search that are kept
FORGET_AT_ONCE = 20_000
# So long before a conversation it is read before it; and what an unknown browser read is taken for that
# of whoever writes in it. Not longer: a browser may be a family's.
BEFORE_WRITING = timedelta(days=1)


class VisitQuerySet(models.QuerySet["Visit"]):
    def lock_browser(self, browser: str) -> None:
        """Until the transaction ends nobody else writes of this browser, which has no row to lock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [browser])

    def forget_older(self, days: int) -> int:
        """Remove what is older than so many days, some at a time; returns how many."""
        old = self.filter(at__lt=clock.now() - timedelta(days=days)).order_by("at").values("pk")
        keys = list(old.values_list("pk", flat=True)[:FORGET_AT_ONCE])
        return self.filter(pk__in=keys).delete()[0]

    def before(self, moment: datetime, span: timedelta = BEFORE_WRITING) -> VisitQuerySet:
        return self.filter(at__gt=moment - span, at__lte=moment)


class Visit(models.Model):
    """An article that somebody opened, or words for which they searched.

    Of a customer; or, as long as nobody knows who it is, of a browser that has our cookie for forms:
    a fingerprint, which leads to nobody. What that browser read becomes the customer's who writes in it.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="visits", null=True, db_index=False
    )
    browser = models.CharField(max_length=64, blank=True)
    article = models.ForeignKey(
        "knowledgebase.Article",
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        db_index=False,
    )
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    hits = models.PositiveSmallIntegerField(null=True)  # of a search
    at = models.DateTimeField(default=clock.now)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit of the help centre")
        verbose_name_plural = _("visits of the help centre")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer=None) ^ Q(browser=""), name="visit_of_a_customer_or_browser"
            ),
            models.CheckConstraint(
                condition=Q(article__isnull=False, words="", hits=None)
                | (Q(article=None, hits__isnull=False) & ~Q(words="")),
                name="visit_of_an_article_or_words",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="visit_of_customer"),
            models.Index(fields=["browser", "-at"], condition=~Q(browser=""), name="visit_unknown"),
            models.Index(fields=["article", "-at"], name="visit_article"),
            models.Index(fields=["-at"], condition=Q(hits=0), name="visit_in_vain"),
            models.Index(fields=["at"], name="visit_at"),
        ]

    def __str__(self) -> str:
        return self.words or str(self.article_id)
