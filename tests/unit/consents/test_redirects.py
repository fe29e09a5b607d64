from __future__ import annotations

import pytest

from crossdock.consents import redirects


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        ("https://app.example.com/callback", True),
        ("https://app.example.com:8443/callback?a=b", True),
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:1234/callback", True),
        ("http://[::1]:1234/callback", True),
        ("http://localhost:1234/callback", True),
        ("http://app.example.com/callback", False),
        ("http://127.0.0.1.example.com/callback", False),
        ("http://localhost.example.com/callback", False),
        ("http://localhost@example.com/callback", False),
        ("https://app.example.com/callback#part", False),
        ("https://*.example.com/callback", False),
        ("https://app.example.com\\@elsewhere.example.com/", False),
        ("https://app.example.com/\ncallback", False),
        ("app.example:/callback", False),
        ("javascript:alert(1)", False),
        ("", False),
        ("https://app.example.com/" + "x" * 2000, False),
    ],
)
def test_an_app_names_https_or_this_machine(uri: str, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    """Nothing else, and nothing that has two readings."""
    assert redirects.is_allowed(uri) is allowed


@pytest.mark.parametrize(
    ("uri", "known", "same"),
    [
        ("https://app.example.com/callback", "https://app.example.com/callback", True),
        ("https://app.example.com/callback/", "https://app.example.com/callback", False),
        ("https://app.example.com:444/callback", "https://app.example.com/callback", False),
        ("https://APP.example.com/callback", "https://app.example.com/callback", False),
        ("http://127.0.0.1:5000/callback", "http://127.0.0.1/callback", True),
        ("http://127.0.0.1:5000/callback", "http://127.0.0.1:6000/callback", True),
        ("http://127.0.0.1:5000/other", "http://127.0.0.1:6000/callback", False),
        ("http://127.0.0.1:5000/callback?x=1", "http://127.0.0.1:6000/callback", False),
        ("http://localhost:5000/callback", "http://127.0.0.1:5000/callback", False),
    ],
)
def test_an_address_is_compared_exactly(uri: str, known: str, same: bool) -> None:  # noqa: FBT001 - a table's column
    """On the loopback alone the port may differ."""
    assert redirects.is_one_of(uri, known=[known]) is same


def test_an_answer_joins_the_query_that_is_there() -> None:
    """Members are encoded, and those that are None left out."""
    address = redirects.answer("https://app.example.com/callback?a=b", code="c d", state=None, iss="https://hub")

    assert address == "https://app.example.com/callback?a=b&code=c+d&iss=https%3A%2F%2Fhub"
