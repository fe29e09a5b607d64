"""Habits of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(path for folder in ("src", "clients") for path in (ROOT / folder).rglob("*.py"))
SHEETS = sorted((ROOT / "src").rglob("*.css"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
_UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
_PROVIDERS = re.compile(r"easyship|shiphero", re.IGNORECASE)
_CLOCKS = {
    ROOT / "src/crossdock/kernel/clock.py",
    ROOT / "src/crossdock_twins/base/clock.py",
    ROOT / "clients/python/src/crossdock_client/clock.py",
}
# The command line, alone, starts the twins and points the hub at them: it has to name them.
_NAMES_PROVIDERS = {"cli", "connectors"}


def test_nothing_is_left_unfinished() -> None:
    """No file says that something is still to be done."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (*PRODUCT, *TESTS)
        for line in path.read_text().splitlines()
        if _UNFINISHED.search(line)
    ]

    assert not found


def test_only_the_clock_reads_the_time() -> None:
    """The time of day is read in one file of the product, one of the twins and one of the client."""
    reads = re.compile(r"datetime\.(now|utcnow|today)\(|\btime\.time\(|date\.today\(")

    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in PRODUCT
        if path not in _CLOCKS
        for line in path.read_text().splitlines()
        if reads.search(line)
    ]

    assert not found


def test_no_provider_is_named_above_its_definition() -> None:
    """The product's Python speaks of providers only through their definition files."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "src/crossdock").rglob("*.py"))
        if path.relative_to(ROOT / "src/crossdock").parts[0] not in _NAMES_PROVIDERS
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if _PROVIDERS.search(line)
    ]

    assert not found


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_test_says_its_behaviour(path: Path) -> None:
    """Every test has a docstring of one sentence."""
    silent = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").strip().endswith(".")
    ]

    assert not silent


def test_no_test_is_switched_off() -> None:
    """No test is skipped, expected to fail, or run again until it passes."""
    marks = re.compile(r"mark\.(skip|skipif|xfail|flaky)\b|pytest\.(skip|xfail)\(")

    found = [
        str(path.relative_to(ROOT))
        for path in TESTS
        if path.name != "test_habits.py" and marks.search(path.read_text())
    ]

    assert not found


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_rule_of_a_style_sheet_is_read(sheet: Path) -> None:
    """Brackets open and close in pairs: one too many, and browsers silently leave out the rule after it."""
    depth, depths = 0, []
    for sign in re.findall(r"[{}]", re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)):
        depth += 1 if sign == "{" else -1
        depths.append(depth)

    assert min(depths) == 0
    assert depths[-1] == 0
