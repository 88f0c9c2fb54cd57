"""Every colour of text on every surface it may stand on, in both themes, by WCAG 2.2."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "helpdesk/static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}
SURFACES = ("page", "surface", "sunken", "raised", "hover", "selected", "accent-soft")
BUBBLES = ("customer-bubble", "note")
STATES = ("danger", "warning", "success", "info")

TEXT = 4.5  # WCAG 1.4.3, level AA, text of any size
CONTROL = 3.0  # WCAG 1.4.11, level AA, edges of controls and the focus ring

PAIRS = [
    *(
        (text, surface, TEXT)
        for text in ("text", "text-muted", "text-faint", "accent-text")
        for surface in SURFACES + BUBBLES
    ),
    *((state, surface, TEXT) for state in STATES for surface in ("page", "surface", "selected")),
    *((state, f"{state}-soft", TEXT) for state in STATES),
    *(("text-muted", f"{state}-soft", TEXT) for state in STATES),
    *(("focus", surface, CONTROL) for surface in SURFACES + BUBBLES),
    *(("control-line", surface, CONTROL) for surface in ("page", "surface", "sunken", "raised")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    ("on-assistant-mark", "assistant-mark", TEXT),
    ("note-text", "note", TEXT),
    ("text", "mark", TEXT),
]


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_and_control_can_be_read_on_its_surface(theme: int) -> None:
    too_faint = [
        f"{front} on {back}: {ratio:.2f} < {least}"
        for front, back, least in PAIRS
        if (ratio := contrast(COLOURS[front][theme], COLOURS[back][theme])) < least
    ]
    assert too_faint == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_white_can_be_read_on_a_dangerous_button(theme: int) -> None:
    assert contrast("#ffffff", COLOURS["danger-fill"][theme]) >= TEXT
    assert contrast("#ffffff", COLOURS["danger-fill-hover"][theme]) >= TEXT
