"""What a definition file's words stand for."""

from pathlib import Path

import pytest

from crossdock.connectors import source
from crossdock.connectors.source import DefinitionError


def read(folder: Path, text: str) -> source.Source:
    """Read a file with this text."""
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    return source.read(folder=folder, name="one.yaml")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("no", "no"),
        ("on", "on"),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ("-12", -12),
        ("012", "012"),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("12:30", "12:30"),
        ("2024-09", "2024-09"),
        ("[1, a]", [1, "a"]),
    ],
)
def test_plain_words_are_read_as_in_the_core_schema(tmp_path: Path, written: str, meant: object) -> None:
    """Only the constants and numbers of YAML 1.2 are more than text."""
    found = read(tmp_path, f"key: {written}\n")

    assert found.value == {"key": meant}
    assert type(found.value["key"]) is type(meant)


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    """A member's line is that of its name, an item's that of its dash."""
    found = read(tmp_path, "first:\n  second: 1\nthird:\n  - a\n  -\n    b: c\n")

    lines = {steps: line for steps, (_, line) in found.lines.items()}
    assert lines == {
        (): 1,
        ("first",): 1,
        ("first", "second"): 2,
        ("third",): 3,
        ("third", 0): 4,
        ("third", 1): 6,
        ("third", 1, "b"): 6,
    }


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "- a\n", "", "? [a]\n: b\n", "a: *b\n"])
def test_a_file_is_one_plain_mapping(tmp_path: Path, text: str) -> None:
    """A second document, a list, nothing at all, a list for a name and an alias are refused."""
    with pytest.raises(DefinitionError, match=r"one\.yaml:\d"):
        read(tmp_path, text)
