"""What customers write every day, and what each detector makes of it: the tables in `noticed/`.

The sentences are invented, for shops, banks, software, travel, utilities, health and public offices.
Those that look alike and mean something else must not be noticed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bots.doing import replies
from bots.understanding import (
    asks_identity,
    by_words,
    catalogue,
    installed,
    is_courtesy,
    is_greeting,
    understand,
    wants_person,
)
from bots.understanding.vocabulary import NO, NOT_ASKED, QUESTION

FOLDER = Path(__file__).with_name("noticed")
WHOLE: dict[str, Callable[[str], bool]] = {  # all that the message says
    "courtesy": is_courtesy,
    "greeting": is_greeting,
    **{reply.value: partial(replies.says, reply) for reply in replies.Reply},
}
OF_THE_ANSWER = {"refused": NO, "not_asked": NOT_ASKED, "says_again": QUESTION}
FEELINGS = ("angry", "confused", "distressed", "frustrated")
BY_WORDS = ("wants_person", "asks_identity", "asks_hours", *OF_THE_ANSWER)


def tables() -> Iterator[tuple[str, str, bool]]:
    for file in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        for key in ("noticed", "not_noticed"):
            yield from ((file.stem, text, key == "noticed") for text in table[key])


def rows(*slugs: str, but: tuple[str, ...] = ()) -> list[tuple[str, str, bool]]:
    return [row for row in tables() if (row[0] in slugs if slugs else row[0] not in but)]


def test_there_is_a_table_for_every_detector() -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == {*catalogue.shipped(), *WHOLE}


def test_no_sentence_of_a_table_is_an_example_of_its_detector() -> None:
    for slug, text, _noticed in tables():
        one = catalogue.shipped().get(slug)
        assert one is None or text not in (*one.examples, *one.counter_examples), (slug, text)


@pytest.mark.parametrize(("slug", "text", "noticed"), rows(*BY_WORDS, *WHOLE))
def test_the_words_alone_say_it(slug: str, text: str, noticed: bool) -> None:
    says = WHOLE[slug](text) if slug in WHOLE else bool(by_words.quoted(slug, text))
    assert says == noticed


@pytest.mark.parametrize(("slug", "text", "noticed"), rows("wants_person", "asks_identity"))
def test_what_is_quoted_stands_in_the_message(slug: str, text: str, noticed: bool) -> None:
    quoted = wants_person(text) if slug == "wants_person" else asks_identity(text)
    assert quoted in text
    assert bool(quoted) == noticed


@pytest.fixture(scope="module")
def _from_nothing() -> Iterator[None]:
    installed.forget()
    yield
    installed.forget()


@pytest.mark.django_db
@pytest.mark.model
@pytest.mark.usefixtures("encoder", "_from_nothing")
class TestWithTheEncoder:
    @pytest.mark.parametrize(("slug", "text", "noticed"), rows(but=(*WHOLE, *BY_WORDS)))
    def test_it_is_noticed_where_it_is_and_nowhere_else(
        self, slug: str, text: str, noticed: bool
    ) -> None:
        analysis = understand(text)
        assert (analysis.scores[slug] >= catalogue.shipped()[slug].threshold) == noticed

    @pytest.mark.parametrize(("slug", "text", "noticed"), rows("wants_person"))
    def test_a_person_is_fetched_for_whoever_wants_one(
        self, slug: str, text: str, noticed: bool
    ) -> None:
        values = understand(text).values
        only_when = bool(values["asks_hours"].value) and noticed  # "At what time can I reach you?"
        assert (bool(values["wants_person"].value) or only_when) == noticed

    @pytest.mark.parametrize(("slug", "text", "noticed"), rows(*OF_THE_ANSWER))
    def test_what_is_said_of_an_answer_is_understood(
        self, slug: str, text: str, noticed: bool
    ) -> None:
        kind = understand(text, earlier=["Where is it?"], answers=["Here is an article."])
        assert (kind.values["repeats"].value == OF_THE_ANSWER[slug]) == noticed
