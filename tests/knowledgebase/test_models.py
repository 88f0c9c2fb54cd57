"""What the database itself refuses."""

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from knowledgebase.models import Article, ArticleVersion, Embedding, Encoder, Passage
from tests.factories import make_admin, make_customer
from tests.knowledgebase.conftest import MakeArticle

pytestmark = pytest.mark.django_db


def refused(error: type[DatabaseError] = IntegrityError) -> "pytest.RaisesExc[DatabaseError]":
    return pytest.raises(error)


def test_a_published_article_needs_a_version(make_article: MakeArticle) -> None:
    article = make_article(published=False)
    with refused(), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(state="published")


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_only_a_published_article_points_to_a_public_version(
    make_article: MakeArticle, state: str
) -> None:
    article = make_article()
    with refused(), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(state=state)


def test_an_article_shows_no_version_of_another(make_article: MakeArticle) -> None:
    article, other = make_article(), make_article("Wash a sleeping bag")
    with refused(), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(published=other.published)
        connection.check_constraints()


def test_a_passage_belongs_to_the_article_of_its_version(make_article: MakeArticle) -> None:
    article, other = make_article(), make_article("Wash a sleeping bag")
    with refused(), transaction.atomic():
        Passage.objects.create(
            article=article, version=other.versions.get(), position=0, kind="body", text="x"
        )
        connection.check_constraints()


def test_a_version_is_never_changed(make_article: MakeArticle) -> None:
    version = make_article().versions.get()
    version.title = "Another"
    with pytest.raises(TypeError):
        version.save()
    with refused(), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(body="Another")
    version.refresh_from_db()
    assert version.title == "Mend a broken tent pole"


def test_a_version_outlives_its_author(make_article: MakeArticle) -> None:
    author = make_admin()
    article = make_article(published=False)
    version = ArticleVersion.objects.create(article=article, number=2, title="B", author=author)
    author.delete()
    version.refresh_from_db()
    assert version.author_id is None


def test_there_is_one_active_encoder() -> None:
    assert Encoder.objects.get(state="active").name == "all-MiniLM-L6-v2"
    with refused(), transaction.atomic():
        Encoder.objects.create(name="another", dimension=8, state="active")


def test_a_vector_of_the_wrong_length_is_refused(make_article: MakeArticle) -> None:
    article = make_article()
    passage = Passage.objects.create(
        article=article, version=article.versions.get(), position=0, kind="body", text="x"
    )
    with refused(DatabaseError), transaction.atomic():
        Embedding.objects.create(
            passage=passage, encoder=Encoder.objects.get(), vector=np.ones(5, dtype=np.float32)
        )


def test_words_are_stemmed_by_the_articles_language(make_article: MakeArticle) -> None:
    article = make_article()
    found: dict[str, str] = {}
    for position, (language, text) in enumerate(
        [("en", "the houses"), ("de", "die Häuser"), ("fr", "les maisons")]
    ):
        passage = Passage.objects.create(
            article=article,
            version=article.versions.get(),
            position=position,
            kind="body",
            language=language,
            text=text,
        )
        passage.refresh_from_db()
        found[language] = passage.search
    assert found == {"en": "'hous':2B", "de": "'haus':2B", "fr": "'les':1B 'maisons':2B"}


def test_staff_see_every_article_and_everybody_else_the_public_ones(
    make_article: MakeArticle,
) -> None:
    draft, public = make_article(published=False), make_article("Wash a sleeping bag")
    admin, customer = make_admin(), make_customer(login=True).user
    assert set(Article.objects.visible_to(admin)) == {draft, public}
    assert set(Article.objects.visible_to(customer)) == {public}
    assert set(Article.objects.visible_to(None)) == {public}
    admin.is_active = False
    assert set(Article.objects.visible_to(admin)) == {public}
