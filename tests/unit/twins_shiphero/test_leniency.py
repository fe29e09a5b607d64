from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse

from crossdock_twins.shiphero.leniency import soften

_SCHEMA = build_schema("""
  scalar BigInt
  type Query { a(s: String, i: Int, id: ID): Int }
  input Inner { name: String! weight: Float }
  input Data { tags: [String], inner: Inner, inners: [Inner!], ready: Boolean }
""")


def _soften(kind: str, value: Any) -> Any:
    operation = parse(f"query($v: {kind}) {{ a }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return soften(_SCHEMA, tuple(operation.variable_definitions or ()), {"v": value, "stray": 1})


@pytest.mark.parametrize(
    ("kind", "sent", "taken"),
    [
        ("String", 12, "12"),
        ("String", 1.5, "1.5"),
        ("String", True, "true"),
        ("String!", False, "false"),
        ("ID", 7, "7"),
        ("Int", "10", 10),
        ("Int", "3.0", 3),
        ("Int", True, 1),
        ("BigInt", "100579698", 100579698),
        ("Float", "2.5", 2.5),
        ("Boolean", 1, True),
        ("Boolean", "yes", True),
        ("[String]", 5, ["5"]),
        ("[String]", ["a", 1], ["a", "1"]),
        ("Data", {"inner": {"name": 4}}, {"inner": {"name": "4"}}),
        ("Data", {"inners": {"name": "x", "weight": "1.5"}}, {"inners": [{"name": "x", "weight": 1.5}]}),
    ],
)
def test_values_come_in_other_types(kind: str, sent: Any, taken: Any) -> None:
    """Values are read as the older library reads them, at any depth."""
    softened = _soften(kind, sent)

    assert softened == {"v": taken}


def test_undeclared_variables_are_dropped() -> None:
    """A variable that the operation does not declare goes no further."""
    softened = _soften("String", "x")

    assert "stray" not in softened


@pytest.mark.parametrize("kind", ["String", "Int", "[Inner]", "Data"])
def test_null_stays_null(kind: str) -> None:
    """Null is no value to read."""
    softened = _soften(kind, None)

    assert softened == {"v": None}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Int", "ten"),
        ("Int", float("inf")),
        ("Float", "much"),
        ("String", {"a": 1}),
        ("Data", "text"),
        ("Data", {"odd": 1}),
    ],
)
def test_what_cannot_be_read_is_left_to_the_strict_rules(kind: str, value: Any) -> None:
    """Nonsense and unknown keys pass through unchanged, for the library to refuse."""
    softened = _soften(kind, value)

    assert softened == {"v": value}
