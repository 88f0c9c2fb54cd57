"""A language of the interface is offered only when all of it is there, compiled."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation.template import templatize

_NAMES = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_IN_TEMPLATES = re.compile(
    r"""(?<!\w)(?:_|gettext|ngettext)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
)
_PACKAGES = ("bots", "helpdesk", "knowledgebase", "tickets")


def messages() -> set[str]:
    """Everything that can be read on a screen and has to be translated."""
    root = Path(settings.BASE_DIR)
    python = (file for package in _PACKAGES for file in (root / package).rglob("*.py"))
    return {
        *(text for file in python if "migrations" not in file.parts for text in _in_python(file)),
        *(text for file in (root / "templates").rglob("*.html") for text in _in_template(file)),
    }


def _in_python(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        said = node.args[1 if node.func.id.startswith("pgettext") else 0]
        if node.func.id in _NAMES and isinstance(said, ast.Constant):
            yield str(said.value)


def _in_template(file: Path) -> Iterator[str]:
    for quoted in _IN_TEMPLATES.findall(templatize(file.read_text(encoding="utf-8"))):
        yield str(ast.literal_eval(quoted))


def missing(catalogue: Mapping[object, str]) -> set[str]:
    """What a compiled catalogue does not say."""
    said = {key[0] if isinstance(key, tuple) else key for key, text in catalogue.items() if text}
    return {message for message in messages() if message not in said}


def compiled(code: str) -> Mapping[object, str]:
    """The project's own catalogue of a language, as it was compiled; empty if there is none."""
    found: dict[object, str] = {}
    for folder in settings.LOCALE_PATHS:
        path = Path(folder) / code / "LC_MESSAGES" / "django.mo"
        if path.exists():
            with path.open("rb") as file:
                found |= gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return found


def test_every_language_of_the_interface_has_its_whole_catalogue() -> None:
    offered = [code for code, _name in settings.LANGUAGES]
    assert settings.LANGUAGE_CODE in offered
    incomplete = {
        code: len(missing(compiled(code))) for code in offered if code != settings.LANGUAGE_CODE
    }
    assert {code: number for code, number in incomplete.items() if number} == {}


def test_a_catalogue_that_lacks_a_text_is_noticed() -> None:
    everything = messages()
    assert {"Talk to a human", "Knowledge base", "Did this solve it?"} <= everything
    whole: dict[object, str] = dict.fromkeys(everything, "übersetzt")
    assert missing(whole) == set()
    assert missing({**whole, "Talk to a human": ""}) == {"Talk to a human"}
    assert missing(compiled("de")) == everything, "then German may be offered again"


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["de", "de-AT,de;q=0.9", "fr"])
def test_who_wants_a_language_that_is_not_complete_gets_one_whole_page_in_english(
    wanted: str,
) -> None:
    page = Client(headers={"Accept-Language": wanted}).get(reverse("portal-home"))
    body = page.content.decode()
    assert '<html lang="en"' in body
    assert page.headers["Content-Language"] == "en"
    assert "Talk to a human" in body
    assert "Deutsch" not in body
