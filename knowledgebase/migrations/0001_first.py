"""Articles, versions, passages and vectors, with what the database itself refuses."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgvector.django
import pgvector.django.vector
from django.conf import settings
from django.db import migrations, models

# Generated columns need an immutable expression, so each language is named. Title and heading weigh
# A, the text B. Words of other languages are kept as they are written.
SEARCH_FUNCTIONS = """
CREATE FUNCTION knowledgebase_stemming(language text)
RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE pg_catalog.left(language, 2)
        WHEN 'en' THEN 'pg_catalog.english'::pg_catalog.regconfig
        WHEN 'de' THEN 'pg_catalog.german'::pg_catalog.regconfig
        ELSE 'pg_catalog.simple'::pg_catalog.regconfig END
$$;
CREATE FUNCTION knowledgebase_search(language text, title text, heading text, body text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.setweight(pg_catalog.to_tsvector(stemming, title || ' ' || heading), 'A')
        || pg_catalog.setweight(pg_catalog.to_tsvector(stemming, body), 'B')
    FROM (SELECT CASE pg_catalog.left(language, 2)
        WHEN 'en' THEN 'pg_catalog.english'::pg_catalog.regconfig
        WHEN 'de' THEN 'pg_catalog.german'::pg_catalog.regconfig
        ELSE 'pg_catalog.simple'::pg_catalog.regconfig END AS stemming) AS by_language
$$
"""

# A version is an article's history: only its author may go, when their account goes.
VERSIONS_STAY = """
CREATE FUNCTION knowledgebase_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of an article is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER version_never_changed BEFORE UPDATE ON knowledgebase_articleversion FOR EACH ROW
WHEN ((OLD.id, OLD.article_id, OLD.number, OLD.title, OLD.summary, OLD.body, OLD.questions,
       OLD.note, OLD.created_at)
   IS DISTINCT FROM
      (NEW.id, NEW.article_id, NEW.number, NEW.title, NEW.summary, NEW.body, NEW.questions,
       NEW.note, NEW.created_at))
EXECUTE FUNCTION knowledgebase_refuse_change()
"""

# Django has no foreign key over two columns: an article shows only versions of its own, and a
# passage belongs to the article that its version belongs to.
OWN_VERSION = """
ALTER TABLE knowledgebase_articleversion
    ADD CONSTRAINT version_of_article UNIQUE (id, article_id);
ALTER TABLE knowledgebase_article
    ADD CONSTRAINT article_shows_its_own_version FOREIGN KEY (published_id, id)
    REFERENCES knowledgebase_articleversion (id, article_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE knowledgebase_passage
    ADD CONSTRAINT passage_of_its_articles_version FOREIGN KEY (version_id, article_id)
    REFERENCES knowledgebase_articleversion (id, article_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgvector.django.VectorExtension(),
        migrations.RunSQL(
            SEARCH_FUNCTIONS,
            "DROP FUNCTION knowledgebase_search; DROP FUNCTION knowledgebase_stemming",
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=200, unique=True, verbose_name="address")),
                (
                    "language",
                    models.CharField(default="en", max_length=10, verbose_name="language"),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True, max_length=300, null=True, unique=True, verbose_name="import id"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("popular", models.BooleanField(default=False, verbose_name="popular")),
                ("index_claimed_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
            ],
            options={
                "verbose_name": "article",
                "verbose_name_plural": "articles",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ArticleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("summary", models.CharField(blank=True, max_length=500, verbose_name="summary")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                (
                    "questions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=500),
                        default=list,
                        size=None,
                        verbose_name="sample questions",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="knowledgebase.article",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "ordering": ["article", "-number"],
            },
        ),
        migrations.CreateModel(
            name="ArticleEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("saved", "Saved"),
                            ("filed", "Filed"),
                            ("published", "Published"),
                            ("unpublished", "Unpublished"),
                            ("archived", "Archived"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="knowledgebase.article",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledgebase.articleversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ["article", models.OrderBy(models.F("id"), descending=True)],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="published",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="knowledgebase.articleversion",
                verbose_name="published version",
            ),
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("slug", models.SlugField(max_length=100, unique=True, verbose_name="address")),
                (
                    "description",
                    models.CharField(blank=True, max_length=300, verbose_name="description"),
                ),
                ("icon", models.CharField(default="book-open", max_length=50, verbose_name="icon")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ["position", "name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="category_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slug", ""), _negated=True),
                        name="category_has_an_address",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="articles",
                to="knowledgebase.category",
                verbose_name="category",
            ),
        ),
        migrations.CreateModel(
            name="Encoder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                ("dimension", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "Building"),
                            ("active", "Active"),
                            ("retired", "Retired"),
                        ],
                        default="building",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("state",),
                        name="encoder_one_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dimension__gte", 1), ("dimension__lte", 2000)),
                        name="encoder_can_be_indexed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("body", "Body"), ("title", "Title"), ("question", "Question")],
                        max_length=8,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("title", models.CharField(max_length=300)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("anchor", models.CharField(blank=True, max_length=100)),
                ("text", models.TextField()),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("language"),
                            models.F("title"),
                            models.F("heading"),
                            models.F("text"),
                            function="knowledgebase_search",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="knowledgebase.article",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="knowledgebase.articleversion",
                    ),
                ),
            ],
            options={
                "ordering": ["article", "position"],
            },
        ),
        migrations.CreateModel(
            name="Embedding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vector", pgvector.django.vector.VectorField()),
                (
                    "encoder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledgebase.encoder",
                    ),
                ),
                (
                    "passage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="embeddings",
                        to="knowledgebase.passage",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.UniqueConstraint(
                fields=("article", "number"), name="version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="version_number_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="version_has_a_title"
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["category", "id"],
                name="article_public",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published__isnull", False), ("state", "published")),
                    models.Q(("published__isnull", True), ("state__in", ["draft", "archived"])),
                    _connector="OR",
                ),
                name="article_published_with_a_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug", ""), _negated=True), name="article_has_an_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("language", ""), _negated=True), name="article_has_a_language"
            ),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search"], name="passage_search"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.UniqueConstraint(
                fields=("version", "position"), name="passage_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="embedding",
            constraint=models.UniqueConstraint(
                fields=("passage", "encoder"), name="embedding_once"
            ),
        ),
        migrations.RunSQL(VERSIONS_STAY, "DROP FUNCTION knowledgebase_refuse_change CASCADE"),
        migrations.RunSQL(OWN_VERSION, migrations.RunSQL.noop),
    ]
