"""Digests, signatures and tokens are compared in constant time, wherever they are compared."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import crossdock

_SECRET = re.compile(r"(^|_)(digest|hash|mac|hmac|signature|check_value|csrf|verifier|secret|password)$")


def test_nothing_secret_is_compared_with_equals() -> None:
    """No ``==`` or ``!=`` stands between two values of which one is named like a digest, a signature or a secret."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in Path(crossdock.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare) and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
        if any(_SECRET.search(_name(side)) for side in (node.left, *node.comparators))
        if not any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
    ]

    assert not found


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))
