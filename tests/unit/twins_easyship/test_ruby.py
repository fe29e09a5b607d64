"""How values are quoted in messages."""

import pytest

from crossdock_twins.easyship.ruby import class_name, inspect


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nil"),
        (True, "true"),
        (3, "3"),
        (2.5, "2.5"),
        (1e20, "1.0e+20"),
        (1.5e-7, "1.5e-07"),
        ('say "hi"\n', '"say \\"hi\\"\\n"'),
        ("#{x} #y", '"\\#{x} #y"'),
        ("\x00é\U000e0001", '"\\u0000é\\u{E0001}"'),
        ([1, None], "[1, nil]"),
        ({"description": "x", "n": {}}, '{"description"=>"x", "n"=>{}}'),
    ],
)
def test_values_are_written_as_ruby_writes_them(value: object, expected: str) -> None:
    """Texts are escaped, hashes have rockets, and an exponent has a point before it."""
    assert inspect(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "NilClass"), (False, "FalseClass"), ("a", "String"), (1, "Integer"), (1.0, "Float"), ({}, "Hash")],
)
def test_classes_have_rubys_names(value: object, expected: str) -> None:
    """A message about a wrong type names the class that Ruby would have seen."""
    assert class_name(value) == expected
