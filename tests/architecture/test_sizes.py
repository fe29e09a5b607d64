"""The house stays small enough to be read: limits on files and functions, without a list of exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LIMIT, TEST_LIMIT, FUNCTION_LIMIT = 400, 600, 50


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_too_long() -> None:
    """A file of the product has at most 400 lines, a test file at most 600."""
    lengths = {path: len(path.read_text().splitlines()) for path in sources("src", "clients", "tests", "tools")}

    too_long = {
        str(path.relative_to(ROOT)): length
        for path, length in lengths.items()
        if length > (TEST_LIMIT if path.is_relative_to(ROOT / "tests") else FILE_LIMIT)
    }

    assert lengths
    assert not too_long


def test_no_function_is_too_long() -> None:
    """A function has at most 50 lines, its docstring included."""
    too_long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in sources("src", "clients", "tests", "tools")
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LIMIT
    }

    assert not too_long
