from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.audit import chain
from crossdock.kernel.secret import Secret

AT = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def link(**changes: object) -> bytes:
    content = {
        "project_id": "prj_1",
        "seq": 1,
        "at": AT,
        "actor": "key:1",
        "event": "account.linked",
        "subject": "acc_1",
        "detail": {"a": 1, "b": 2},
        "previous": chain.GENESIS,
    }
    return chain.link(**{**content, **changes})  # type: ignore[arg-type]  # each change has its column's type


@pytest.mark.parametrize(
    "change",
    [
        {"project_id": "prj_2"},
        {"seq": 2},
        {"at": AT + timedelta(microseconds=1)},
        {"actor": "key:2"},
        {"event": "account.deleted"},
        {"subject": "acc_2"},
        {"detail": {"a": 1, "b": 3}},
        {"detail": {"a": 1}},
        {"previous": b"\x01" * 32},
    ],
)
def test_every_part_of_an_entry_is_covered(change: dict[str, object]) -> None:
    """Whatever changes in an entry, its hash changes."""
    assert link(**change) != link()


def test_the_hash_does_not_hang_on_how_it_is_written() -> None:
    """The order of keys and the zone of the time make no difference."""
    zoned = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert link(at=zoned, detail={"b": 2, "a": 1}) == link()


@given(value=JSON)
def test_what_is_plain_survives_json(value: object) -> None:
    """A detail made plain is the same after a way through JSON, and making it plain again changes nothing."""
    plain = chain.plain(value)

    assert json.loads(json.dumps(plain)) == plain
    assert chain.plain(plain) == plain


def test_details_of_other_types_become_text_and_lists() -> None:
    """Fractions, times, sets and characters that PostgreSQL cannot keep become what it keeps."""
    detail = {"share": 0.2, "at": AT, "scopes": {"b", "a"}, "odd": "x\x00\ud800", "pair": (1, None)}

    assert chain.plain(detail) == {
        "share": "0.2",
        "at": "2026-11-21T12:00:00.123Z",
        "scopes": ["a", "b"],
        "odd": "x\ufffd?",
        "pair": [1, None],
    }


@pytest.mark.parametrize("value", [Secret("hidden"), {"token": Secret("hidden")}, [b"bytes"], object()])
def test_secrets_and_objects_are_refused(value: object) -> None:
    """A detail cannot hold a secret, and the refusal does not show it."""
    with pytest.raises(TypeError) as caught:
        chain.plain(value)

    assert "hidden" not in str(caught.value)
