"""docs/guarantees.md names tests that exist, and each of them keeps one promise."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.source import ROOT

PAGE = ROOT / "docs" / "guarantees.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows() -> list[list[str]]:
    """The cells of every row that makes a promise."""
    found = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("|")
    ]
    return [cells for cells in found if cells[0] != "promise" and set(cells[0]) != {"-"}]


def collected_in(name: str) -> set[str]:
    """What pytest would collect in a file: functions of the module, awaited ones too."""
    path = ROOT / "tests" / name
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_promise_names_one_to_three_tests_and_nothing_beside_them() -> None:
    assert len(rows()) > 100
    for cells in rows():
        assert len(cells) == 3, cells
        named = NAMED.findall(cells[2])
        assert 1 <= len(named) <= 3, cells
        assert not NAMED.sub("", cells[2]).replace("<br>", "").strip(), cells


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert [f"{file}::{test}" for file, test in named if test not in collected_in(file)] == []


def test_no_test_and_no_promise_is_there_twice() -> None:
    """So no two rows can say different things of one test."""
    said = Counter(NAMED.findall(PAGE.read_text())) + Counter(cells[0] for cells in rows())
    assert [one for one, times in said.items() if times > 1] == []
