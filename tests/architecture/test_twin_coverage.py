"""The page on the twins' coverage tells the truth: its notes are about what exists, and nothing is missing."""

import runpy
from pathlib import Path
from typing import Any

import pytest

COVERAGE: dict[str, Any] = runpy.run_path(str(Path(__file__).resolve().parents[2] / "tools/twin_coverage.py"))
TWINS = ("easyship", "shiphero")


@pytest.mark.parametrize("twin", TWINS)
def test_every_note_is_about_something_that_exists(twin: str) -> None:
    """A note names an operation, a type or a field of its twin."""
    assert COVERAGE["unknown"](twin) == []


@pytest.mark.parametrize("twin", TWINS)
def test_every_note_says_what_differs_and_where_that_comes_from(twin: str) -> None:
    """A note has a known state, a sentence and a known source."""
    notes = COVERAGE["notes"](twin)

    assert {name for name, said in notes.items() if said["status"] not in COVERAGE["STATES"][:3]} == set()
    assert {name for name, said in notes.items() if said["from"] not in COVERAGE["SOURCES"]} == set()
    assert {name for name, said in notes.items() if not said["note"].endswith(".")} == set()


@pytest.mark.parametrize("twin", TWINS)
def test_every_operation_is_built(twin: str) -> None:
    """No operation of either provider is left without an answer."""
    names = [name for area in COVERAGE[twin]() for name in area.operations]

    assert len(names) == {"easyship": 138, "shiphero": 192}[twin]
    assert [name for name in names if COVERAGE["status"](twin, name)["status"] == "not built"] == []
