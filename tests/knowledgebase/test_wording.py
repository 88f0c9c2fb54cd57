"""Words an admin taught the search, and how passages are weighed."""

import pytest
from django.core.exceptions import ValidationError

from knowledgebase import ranking
from knowledgebase.models import Article, IgnoredWord, Synonyms
from knowledgebase.search import passages, search
from knowledgebase.wording import Wording
from tests.knowledgebase.conftest import MakeArticle
from tests.knowledgebase.test_search import add, unit

pytestmark = pytest.mark.django_db


def lexical(query: str) -> dict[int, float]:
    return {hit.article_id: hit.lexical for hit in passages(query, vector=None)}


def test_a_synonym_counts_as_the_word_it_stands_for(make_article: MakeArticle) -> None:
    article = make_article("Delivery")
    add(article, "Your shipment comes on Monday", unit(1))
    assert lexical("parcel") == {}
    Synonyms.objects.create(words="parcel, package, shipment")
    assert lexical("parcel")[article.pk] == pytest.approx(1)
    assert lexical("where are my parcels")[article.pk] == pytest.approx(1)
    (hit,) = passages("shipment", vector=None)
    (same,) = passages("package", vector=None)
    assert same.phrases == hit.phrases


def test_a_synonym_of_several_words_is_a_phrase(make_article: MakeArticle) -> None:
    voucher, cards = make_article("Voucher"), make_article("Cards")
    add(voucher, "A voucher never expires", unit(1))
    add(cards, "A card was declined, and a gift is nice", unit(1))
    Synonyms.objects.create(words="gift card, voucher")
    found = lexical("gift card")
    assert found[voucher.pk] == pytest.approx(1)


def test_synonyms_of_a_language_are_for_its_articles_only(make_article: MakeArticle) -> None:
    german = make_article("Paket", "x", language="de")
    add(german, "Die Sendung kommt", unit(1))
    synonyms = Synonyms.objects.create(words="Paket, Sendung", language="en")
    assert lexical("Paket") == {}
    Synonyms.objects.filter(pk=synonyms.pk).update(language="de")
    assert german.pk in lexical("Paket")


def test_an_ignored_word_finds_nothing_and_takes_nothing_away(make_article: MakeArticle) -> None:
    article = make_article("Poles")
    add(article, "Kestrel poles", unit(1))
    before = lexical("kestrel tents")
    assert article.pk in before
    IgnoredWord.objects.create(word="Kestrel")
    assert lexical("kestrel tents") == {}
    assert lexical("KESTREL poles")[article.pk] == pytest.approx(1)
    assert article.pk in lexical("kestrel")  # alone it is all there is


@pytest.mark.parametrize("words", ["'; DROP, a\\b", "a & b, c | d", "(, )", "\\1, x", "%s, {x}"])
def test_any_words_are_harmless(make_article: MakeArticle, words: str) -> None:
    add(make_article(), "The splint", unit(1))
    Synonyms.objects.create(words=words)
    IgnoredWord.objects.create(word=words.split(",")[0])
    for query in (words, "splint", words.split(",")[0]):
        search(query, vector=unit(1))
    assert Article.objects.count() == 1


def test_one_word_alone_has_no_synonym() -> None:
    with pytest.raises(ValidationError):
        Synonyms(words="parcel, ").clean()
    assert Wording(groups=[("parcel,", "")]).meant("parcel") == []


def test_what_the_assistant_may_not_use_is_found_by_people_only(make_article: MakeArticle) -> None:
    article = make_article()
    add(article, "splint", unit(1))
    Article.objects.filter(pk=article.pk).update(assistant_may_use=False)
    assert [hit.article_id for hit in search("splint", vector=unit(1)).hits] == [article.pk]
    assert search("splint", vector=unit(1), for_assistant=True).hits == []


def test_a_hit_knows_its_language(make_article: MakeArticle) -> None:
    add(make_article("Zelte", "x", language="de"), "Zelte", unit(1))
    (hit,) = search("Zelte", vector=unit(1)).hits
    assert hit.language == "de"


def candidate(article: int, text: str, cosine: float, kind: str = "body") -> ranking.Candidate:
    number = len(text) + 1000 * article
    return ranking.Candidate(
        number, article, f"a{article}", "en", kind, "", "", "", text, cosine, 0.0
    )


def test_small_words_and_their_order_tell_questions_apart() -> None:
    can, how = ranking.shared("can I cancel", ["can I cancel", "how do I cancel"])
    assert can == pytest.approx(1)
    assert how < can
    assert ranking.shared("", ["x"]) == [0.0]
    assert ranking.shared("x", []) == []


def test_several_passages_that_fit_count_more_than_one() -> None:
    weak = [candidate(9, f"weak {n}", 0.1) for n in range(5)]
    one, many = [candidate(1, "one", 0.8)], [candidate(2, f"many {n}", 0.8) for n in range(3)]
    first, second, *_ = ranking.rank("zzz", [*one, *many, *weak], by_meaning=True)
    assert (first.best.article_id, second.best.article_id) == (2, 1)


def test_one_sample_question_counts_a_little_less_than_text() -> None:
    text, sample = candidate(1, "text", 0.8), candidate(2, "sample", 0.8, kind="question")
    ranking.weigh("zzz", [text, sample], by_meaning=True)
    assert text.score - sample.score == pytest.approx(ranking.SAMPLE)


def test_a_vector_is_not_needed_to_rank() -> None:
    (found,) = ranking.rank("splint", [candidate(1, "splint", 0.0)], by_meaning=False)
    assert found.score > 0
