"""What looks like a reference is found however it is written, and costs what the text is long."""

from __future__ import annotations

import time

import pytest
from django.core.exceptions import ValidationError

from tickets.models import RecordType
from tickets.models.records import reference_key
from tickets.records.references import READ, among, compiled


def found(look: str, text: str) -> list[str]:
    return [one.key for one in among(text, [(1, compiled(look))])]


@pytest.mark.parametrize(
    ("look", "text", "keys"),
    [
        ("KM-#####", "KM-48213, km 48214 and KM48215", ["KM48213", "KM48214", "KM48215"]),
        ("KM-#####", "KM\N{EN DASH}48213 km\N{NO-BREAK SPACE}48213", ["KM48213"]),
        ("KM-#####", "KM-482134 XKM-48213 KM-4821 KM--48213", []),
        ("KM-#####", "(KM-48213)!", ["KM48213"]),
        ("@@#########@@", "Parcel JJ123456789GB.", ["JJ123456789GB"]),
        ("INV-*", "inv-2026-0042, please", ["INV20260042"]),
        ("INV-*", "invoice", []),
        ("10.####", "1012345 10.1234", ["101234"]),
    ],
)
def test_a_look_finds_what_looks_like_it(look: str, text: str, keys: list[str]) -> None:
    assert found(look, text) == keys


def test_a_reference_is_compared_without_case_and_dashes() -> None:
    assert reference_key("km-482 13") == reference_key("KM48213") == "KM48213"
    assert reference_key("\N{GRINNING FACE} - \x00") == ""


@pytest.mark.parametrize(
    "look", ["(.*", "#", "###", "#####", "****", "KM--##", "-##", "KM", "@" * 5, "a b*c"]
)
def test_a_look_that_is_none_or_fits_everything_is_refused(look: str) -> None:
    made = RecordType(key="order", name="Order", plural="Orders", look=look)
    with pytest.raises(ValidationError):
        made.full_clean(validate_unique=False, validate_constraints=False)


@pytest.mark.parametrize(
    "look", ["KM-#####", "@@@@@@*", "A-A-A-A-A-A-A-#*", "INV-*", "######*", "@#@#@#@#@#"]
)
@pytest.mark.parametrize(
    "piece",
    [
        "KM-4821",
        "A-",
        "a" * 50,
        "A-A-A-A-A-A-A-",
        "1",
        "K\N{COMBINING ACUTE ACCENT}",
        "\N{GRINNING FACE}",
    ],
)
def test_no_text_costs_more_than_it_is_long(look: str, piece: str) -> None:
    text = (piece * READ)[:READ]
    begun = time.process_time()
    among(text, [(1, compiled(look))])
    assert time.process_time() - begun < 0.5
