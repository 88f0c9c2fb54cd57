"""The SQL of the search: what is public, found by words and by meaning; and related articles."""

from typing import Final

# The article is joined wherever passages are taken, so that what is no longer public, or another
# version, is out of reach with the commit that hides it, whatever was indexed.
# OFFSET 0 and IS TRUE say nothing but how: one index scan for the words, and the public versions
# hashed once.

SETTING: Final = """
SELECT encoder.id, encoder.dimension,
    (SELECT json_agg(json_build_array(words, language) ORDER BY id) FROM knowledgebase_synonyms),
    (SELECT array_agg(word) FROM knowledgebase_ignoredword)
FROM (SELECT 1) AS here
LEFT JOIN knowledgebase_encoder AS encoder
    ON encoder.name = %s AND encoder.state IN ('active', 'retired')
"""

# The words of the question, what each weighs, and the passages that they bring.
#
# A synonym is another way to say a word, so it counts as that word. How many passages there are is
# estimated where there are many: to count them takes milliseconds. To visit every passage that has
# a common word takes longer than all the rest, so the rarest words bring passages, as many as a
# search can afford, and the more common ones only together; what each word says of a passage is
# asked of those that were brought. How common words are: see knowledgebase.common_words.
LEXICAL: Final = r"""
WITH everything AS MATERIALIZED (
    SELECT CASE WHEN reltuples > 2000 THEN reltuples
        ELSE (SELECT count(*) FROM knowledgebase_passage) END AS passages
    FROM pg_class WHERE oid = 'knowledgebase_passage'::regclass
), word AS MATERIALIZED (
    SELECT row_number() OVER () AS n, used.stemming, common.passages,
        coalesce(sum(common.passages) OVER (
            PARTITION BY used.stemming ORDER BY common.passages NULLS FIRST, word.lexeme
        ), 0) > %(afforded)s AS common,
        ('''' || replace(replace(word.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery
        || coalesce((
            SELECT string_agg(nullif(phraseto_tsquery(used.stemming, other.word)::text, ''), ' | ')
            FROM jsonb_array_elements(%(synonyms)s::jsonb) AS taught(words),
                jsonb_array_elements_text(taught.words) WITH ORDINALITY AS other(word, place)
            WHERE other.place > 1
                AND (words->>0 = '' OR knowledgebase_stemming(words->>0) = used.stemming)
                AND EXISTS (
                    SELECT FROM jsonb_array_elements_text(taught.words) WITH ORDINALITY
                        AS mine(word, place)
                    WHERE mine.place > 1 AND word.lexeme
                        = ANY(tsvector_to_array(to_tsvector(used.stemming, mine.word)))
                )
        ), '')::tsquery AS wanted
    FROM (
        SELECT DISTINCT knowledgebase_stemming(language) AS stemming
        FROM knowledgebase_article AS article WHERE {public}
    ) AS used
    CROSS JOIN LATERAL (
        SELECT lexeme FROM unnest(to_tsvector(used.stemming, %(query)s))
        ORDER BY length(lexeme) DESC, lexeme LIMIT %(lexemes)s
    ) AS word
    LEFT JOIN knowledgebase_commonword AS common
        ON common.lexeme = word.lexeme AND common.stemming = used.stemming::text
), found AS MATERIALIZED (
    SELECT passage.id, passage.words
    FROM (
        SELECT stemming, concat_ws(
            ' | ',
            string_agg('(' || wanted::text || ')', ' | ') FILTER (WHERE NOT common),
            CASE WHEN count(*) FILTER (WHERE common) > 1 THEN
                '(' || string_agg('(' || wanted::text || ')', ' & ') FILTER (WHERE common) || ')'
            END
        )::tsquery AS wanted
        FROM word GROUP BY stemming
    ) AS brought, LATERAL (
        SELECT id, array(
            SELECT n FROM word WHERE search @@ word.wanted AND word.stemming = brought.stemming
        ) AS words
        FROM knowledgebase_passage
        WHERE search @@ brought.wanted AND kind <> 'heading'
            AND knowledgebase_stemming(language) = brought.stemming
            AND (version_id IN (
                SELECT published_id FROM knowledgebase_article AS article WHERE {public}
            )) IS TRUE
        OFFSET 0
    ) AS passage
), weighed AS MATERIALIZED (
    SELECT n, stemming, wanted, weight / sum(weight) OVER (PARTITION BY stemming) AS share
    FROM (
        SELECT n, stemming, wanted, ln(
            1 + (greatest(everything.passages - had.passages, 0) + 0.5) / (had.passages + 0.5)
        )::float8 AS weight
        FROM everything, word
        LEFT JOIN (SELECT unnest(words) AS n, count(*) AS passages FROM found GROUP BY 1) AS counted
            USING (n),
        LATERAL (
            SELECT coalesce(CASE WHEN common THEN word.passages END, counted.passages, 0)
        ) AS had(passages)
    ) AS each
), worded AS MATERIALIZED (
    SELECT found.id
    FROM found, LATERAL (
        SELECT sum(share) AS lexical FROM weighed WHERE n = ANY(found.words)
    ) AS fit
    ORDER BY fit.lexical DESC, found.id LIMIT %(worded)s
)"""

# How much of the question's words a passage has, 0 to 1.
HELD: Final = """
    coalesce((
        SELECT sum(share) FROM weighed
        WHERE passage.search @@ weighed.wanted
            AND weighed.stemming = knowledgebase_stemming(passage.language)
    ), 0) AS lexical
"""

# The scan goes on until enough of what it finds is public, however much of it is not. The settings
# hold for this statement (read first, as a one-time filter), and need no transaction around it.
BY_MEANING: Final = """
, near AS MATERIALIZED (
    SELECT passage.id
    FROM knowledgebase_embedding AS embedding
    JOIN knowledgebase_passage AS passage ON passage.id = embedding.passage_id
    JOIN knowledgebase_article AS article
        ON article.published_id = passage.version_id AND {public}
    WHERE embedding.encoder_id = {encoder} AND passage.kind <> 'heading'
        AND (SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)
                 || set_config('hnsw.ef_search', '100', true)) IS NOT NULL
    ORDER BY embedding.vector::vector({dimension}) <=> %(vector)s::vector({dimension})
    LIMIT %(candidates)s
), scored AS (
    SELECT passage.*, 1 - (embedding.vector <=> %(vector)s::vector) AS cosine, {held}
    FROM (SELECT id FROM near UNION SELECT id FROM worded) AS candidate
    JOIN knowledgebase_passage AS passage USING (id)
    JOIN knowledgebase_embedding AS embedding
        ON embedding.passage_id = passage.id AND embedding.encoder_id = {encoder}
), nearest AS (
    SELECT body.id, 1 - (body.vector <=> %(vector)s::vector) AS cosine
    FROM (
        SELECT version_id FROM scored EXCEPT SELECT version_id FROM scored WHERE kind = 'body'
    ) AS unquoted, LATERAL (
        SELECT body.id, embedding.vector
        FROM knowledgebase_passage AS body
        JOIN knowledgebase_embedding AS embedding
            ON embedding.passage_id = body.id AND embedding.encoder_id = {encoder}
        WHERE body.version_id = unquoted.version_id AND body.kind = 'body'
        ORDER BY embedding.vector <=> %(vector)s::vector, body.position LIMIT 1
    ) AS body
)"""

BY_WORDS: Final = """
, scored AS (
    SELECT passage.*, 0::float8 AS cosine, {held}
    FROM worded JOIN knowledgebase_passage AS passage USING (id)
), nearest AS (
    SELECT body.id, 0::float8 AS cosine
    FROM (
        SELECT version_id FROM scored EXCEPT SELECT version_id FROM scored WHERE kind = 'body'
    ) AS unquoted, LATERAL (
        SELECT id FROM knowledgebase_passage AS passage
        WHERE passage.version_id = unquoted.version_id AND passage.kind = 'body'
        ORDER BY passage.position LIMIT 1
    ) AS body
)"""

FOUND: Final = """
SELECT passage.id, passage.article_id, article.slug, article.language, passage.kind, passage.title,
    passage.heading, passage.anchor, passage.text, either.cosine, either.lexical, either.counts,
    {gist}
FROM (
    SELECT id, cosine, lexical, true AS counts FROM scored
    UNION ALL SELECT id, cosine, 0, false FROM nearest
) AS either
JOIN knowledgebase_passage AS passage USING (id)
JOIN knowledgebase_article AS article ON article.published_id = passage.version_id AND {public}
{gists}
"""

# How much the question is about the article, and what that weighs: see knowledgebase.gists.
GIST: Final = "gist.shift - (gist.vector <#> %(vector)s::vector) AS about, gist.weight"
GISTS: Final = """
LEFT JOIN knowledgebase_gist AS gist
    ON gist.article_id = article.id AND gist.encoder_id = {encoder}
"""
NO_GIST: Final = "NULL AS about, NULL AS weight"

RELATED: Final = """
WITH mine AS (
    SELECT embedding.encoder_id, avg(embedding.vector) AS middle
    FROM knowledgebase_embedding AS embedding
    JOIN knowledgebase_encoder AS encoder
        ON encoder.id = embedding.encoder_id AND encoder.state = 'active'
    JOIN knowledgebase_passage AS passage ON passage.id = embedding.passage_id
    JOIN knowledgebase_article AS article ON article.published_id = passage.version_id
    WHERE article.id = %(article)s
    GROUP BY embedding.encoder_id
)
SELECT article.slug, title.text
FROM mine
JOIN knowledgebase_embedding AS embedding ON embedding.encoder_id = mine.encoder_id
JOIN knowledgebase_passage AS title
    ON title.id = embedding.passage_id AND title.kind = 'title'
JOIN knowledgebase_article AS article
    ON article.published_id = title.version_id AND article.state = 'published'
WHERE article.id <> %(article)s
ORDER BY embedding.vector <=> mine.middle, article.id
LIMIT %(limit)s
"""

# All sections of a public article, with how near each of their passages is to the question.
SECTIONS: Final = """
SELECT passage.kind, passage.title, passage.heading, passage.anchor, passage.text,
    1 - (embedding.vector <=> %(vector)s::vector) AS cosine
FROM knowledgebase_article AS article
JOIN knowledgebase_passage AS passage ON passage.version_id = article.published_id
JOIN knowledgebase_embedding AS embedding
    ON embedding.passage_id = passage.id AND embedding.encoder_id = %(encoder)s
WHERE article.id = %(article)s AND article.state = 'published'
    AND passage.kind IN ('title', 'heading', 'question', 'body')
ORDER BY passage.position
"""
