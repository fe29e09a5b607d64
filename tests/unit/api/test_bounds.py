from __future__ import annotations

import json
from typing import Any

import pytest

from crossdock.api.bounds import refuse_unkept


@pytest.mark.parametrize(
    "value",
    [
        "\x00",
        "a\x00b",
        "\ud800",
        "a\udfffb",
        float("nan"),
        float("inf"),
        -float("inf"),
        {"a\x00": 1},
        {"a": {"b": ["\ud83d"]}},
        [[float("nan")]],
        json.loads("[" * 65 + "]" * 65),
        json.loads('{"a":' * 64 + "[]" + "}" * 64),
    ],
)
def test_what_nothing_can_keep_is_refused(value: Any) -> None:
    """NUL, half surrogate pairs, numbers that JSON does not know and deep nesting are refused wherever they stand."""
    with pytest.raises(ValueError, match=r"holds|nested"):
        refuse_unkept(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "\u0001 and \U0001f600 and \ufffd",
        1.5,
        True,
        {"a": [1, {"b": None}]},
        json.loads("[" * 60 + "]" * 60),
    ],
)
def test_everything_else_passes(value: Any) -> None:
    """Emoji, other control characters and reasonable nesting are no trouble."""
    refuse_unkept(value)
