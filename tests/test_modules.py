"""A module owns one concept, says which, and stays short; kept by reading the source."""

from __future__ import annotations

import ast

from tests.source import OURS, modules


def test_every_module_says_in_its_first_line_which_concept_it_owns() -> None:
    silent = [
        module.name
        for module in (*OURS, *modules("tests"))
        if not module.path.read_text().startswith(('"""', "#!"))
        or ast.get_docstring(module.tree) is None
    ]
    assert silent == []


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = [
        (module.name, module.lines) for module in (*OURS, *modules("tests")) if module.lines > 400
    ]
    assert long == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "helpers", "common", "core", "misc", "util", "helper", "shared"}
    found = [
        module.name for module in OURS if {module.path.stem, module.path.parent.name} & drawers
    ]
    assert found == []
