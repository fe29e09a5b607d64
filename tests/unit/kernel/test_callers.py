"""The address that a request came from, as the log keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.kernel import callers


@pytest.mark.parametrize(
    ("client", "told"),
    [
        (("203.0.113.7", 4711), "203.0.113.7"),
        (("2001:0DB8::0001", 4711), "2001:db8::1"),
        (("::ffff:203.0.113.7", 4711), "203.0.113.7"),
        (("fe80::1%eth0", 4711), "fe80::1"),
        (("unknown", 0), None),
        (("<b>203.0.113.7</b>", 0), None),
        (("", 0), None),
        (None, None),
    ],
)
def test_an_address_is_told_in_its_usual_form(client: Any, told: str | None) -> None:
    """Both kinds of addresses come in one form each, and what is none, whoever said it, is nothing."""
    assert callers.source_ip({"client": client}) == told


def test_a_scope_without_a_client_has_no_address() -> None:
    """A socket in the file system has no address to tell."""
    assert callers.source_ip({}) is None
