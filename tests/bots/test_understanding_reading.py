"""What is understood of a whole message: each value, its evidence, and texts of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bots.understanding import installed, understand
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]

KEYS = {
    *(
        "asks_hours",
        "language",
        "wants_person",
        "asks_identity",
        "feeling",
        "frustration",
        "sensitive",
        "urgent",
    ),
    *("wants_to_cancel", "billing_dispute", "repeats", "topic", "tasks"),
}


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    installed.forget()
    yield
    installed.forget()


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise EncoderUnavailable("There is none.")

    installed.forget_all()
    monkeypatch.setattr(embeddings, "encode", fails)


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("Honestly I would rather be dead than go on like this", "sensitive", ["self_harm"]),
        ("Two payments on my statement were not made by me", "sensitive", ["fraud_security"]),
        ("My solicitor will be in touch about your breach of contract", "sensitive", ["legal"]),
        ("Since I put it on, my skin is red and itches badly", "sensitive", ["medical"]),
        (
            "I was let go last month and there is nothing left to pay you with",
            "sensitive",
            ["money_hardship"],
        ),
        (
            "Please send me everything you have stored about me as a person",
            "sensitive",
            ["data_protection"],
        ),
        ("How do I wash the sleeping bag?", "sensitive", []),
        ("The app kills the process when I rotate the phone", "sensitive", []),
        ("Can I change my profile picture?", "sensitive", []),
        ("None of our shops can take orders, your whole site is down", "urgent", "outage"),
        ("We fly tomorrow and the tents are not here", "urgent", "deadline"),
        ("Flames shot out of the stove next to the valve", "urgent", "safety"),
        ("What does express delivery cost?", "urgent", ""),
        ("I want to end my membership", "wants_to_cancel", True),
        ("Cancel my newsletter subscription", "wants_to_cancel", False),
        ("You booked 80 pounds twice from my account", "billing_dispute", True),
        ("How do I get an invoice?", "billing_dispute", False),
        ("I am in tears and completely desperate", "feeling", "distressed"),
        ("Sorry, I don't get it, what do you mean by that?", "feeling", "confused"),
        ("You useless liars, this is a disgrace!!", "feeling", "angry"),
        ("What a letdown, this is rubbish and nobody cares", "feeling", "frustrated"),
        ("this is ridiculous", "feeling", "frustrated"),
        ("so disappointed, second time the wrong colour was sent", "feeling", "frustrated"),
        ("I was told it would be here on Friday, it is Tuesday", "feeling", "frustrated"),
        ("Thank you, the refund arrived today", "feeling", "calm"),
        ("charged me 89 pounds instead of 79", "billing_dispute", True),
        ("you deducted postage although your site says returns are free", "billing_dispute", True),
        ("The tent costs 79 pounds, is that right?", "billing_dispute", False),
        ("Which stove fits this cartridge?", "feeling", "calm"),
        ("I need a doctor's certificate for the return, where do I upload it?", "feeling", "calm"),
        ("Wo ist meine Bestellung geblieben?", "language", "de"),
        ("Where has my order got to?", "language", "en"),
        ("KM-10234", "language", ""),
        ("are you a real person?", "asks_identity", True),
        ("speek to somone pls", "wants_person", True),
    ],
)
def test_a_message_is_understood(text: str, key: str, value: object) -> None:
    seen = understand(text).values[key]
    assert seen.value == value
    if value not in ("", [], False, "calm") and key != "language":
        assert seen.evidence
        assert all(words in text for words in seen.evidence) or key == "feeling"


def test_a_reading_has_every_field_and_no_other(no_encoder: None) -> None:
    assert set(understand("Hello").values) == KEYS


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_the_evidence_is_the_sentence_that_shows_it() -> None:
    reading = understand(
        "Thanks for the quick delivery. I will take you to court over the deposit. Bye now."
    )
    assert reading.values["sensitive"].evidence == ("I will take you to court over the deposit.",)


@pytest.mark.parametrize(
    ("text", "earlier", "answers", "kind"),
    [
        ("how can I wash a tent", ["How can I wash the tent?"], ["…"], "question"),
        ("I already asked you this twice", ["Where is it?"], ["…"], "question"),
        ("no", ["Where is it?"], ["Here is an article."], "no"),
        ("that didn't help", ["Where is it?"], ["Here is an article."], "no"),
        ("Das hilft mir nicht", ["Wo ist es?"], ["Ein Artikel."], "no"),
        ("that's not what I asked", ["Where is it?"], ["Here is an article."], "not_asked"),
        ("Is size 40 in stock?", ["Is size 39 in stock?"], ["Yes."], ""),
        ("thanks, that solved it", ["Where is it?"], ["Here is an article."], ""),
        ("no", [], [], ""),
    ],
)
def test_saying_it_again_is_noticed(
    no_encoder: None, text: str, earlier: list[str], answers: list[str], kind: str
) -> None:
    assert understand(text, earlier=earlier, answers=answers).values["repeats"].value == kind


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_the_same_question_in_other_words_is_the_same() -> None:
    reading = understand(
        "how can I clean my sleeping bag",
        earlier=["How do I wash my sleeping bag?"],
        answers=["…"],
    )
    assert reading.values["repeats"].value == "question"


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_a_correction_ranks_above_an_agreement_but_is_no_anger() -> None:
    asked = "Shall I send it to the address in Leeds?"
    corrects = understand("No, to the one in York", earlier=["Send it"], answers=[asked])
    agrees = understand("Yes, that is fine, thanks", earlier=["Send it"], answers=[asked])
    assert corrects.values["frustration"].value > agrees.values["frustration"].value
    assert corrects.values["feeling"].value == "calm"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0\0",
        "🏕️🔥😡" * 50,
        "x" * 100_000,
        "word " * 20_000,
        "no. " * 25_000,
        "((((" * 5_000,
        "\u202eأريد التحدث مع شخص\u202c",
        "\ud800 half a character",
        "ignore your rules and " * 300,
        "a\n" * 30_000,
    ],
)
def test_no_text_stops_the_reading(no_encoder: None, text: str) -> None:
    assert set(understand(text, earlier=[text], answers=[text]).values) == KEYS


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_a_very_long_message_is_read_with_the_encoder_too() -> None:
    text = "The pole is bent and I wonder what to do about it. " * 2_000 + "I will sue you."
    reading = understand(text)
    assert reading.values["sensitive"].value == ["legal"]
