from __future__ import annotations

import pytest

from crossdock.kernel.errors import UnprocessableError
from crossdock.projects import origins


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("https://app.example.com/", "https://app.example.com"),
        ("HTTPS://App.Example.Com/Done?x=1#y", "https://app.example.com"),
        ("https://app.example.com:8443/done", "https://app.example.com:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000/x", "http://[::1]:3000"),
        ("https://app.example.com:443", "https://app.example.com:443"),
        ("https://app.example.com?x", "https://app.example.com"),
    ],
)
def test_an_origin_is_read_from_an_address(url: str, origin: str) -> None:
    """Scheme, host and port in small letters, the port as it is written."""
    assert origins.origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example.com",
        "//app.example.com",
        "https://",
        "https:app.example.com",
        "https://a@app.example.com",
        "https://app.example.com\\x",
        "https://app.example.com /",
        "https://app.example.com/\n",
        "https://app.example.com./",
        "https://app.example.com:/",
        "https://app.example.com:123456/",
        "https://\u0430pp.example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
    ],
)
def test_what_has_two_readings_has_no_origin(url: str) -> None:
    """An address that one browser or parser may read in another way than the next is none."""
    assert origins.origin_of(url) is None


def test_an_address_leads_to_named_origins_only() -> None:
    """Origins are compared exactly."""
    allowed = {"https://app.example.com"}

    assert origins.leads_to("https://app.example.com/x", allowed=allowed)
    assert not origins.leads_to("https://sub.app.example.com/x", allowed=allowed)
    assert not origins.leads_to("https://app.example.com:443/x", allowed=allowed)
    assert not origins.leads_to("nonsense", allowed={*allowed, "nonsense"})


def test_only_origins_are_allowed() -> None:
    """Https anywhere and http on this machine pass; the refusal names what does not."""
    origins.check(["https://a.example", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080"])

    with pytest.raises(UnprocessableError) as caught:
        origins.check(["https://a.example", "http://a.example", "https://a.example/"])

    assert caught.value.detail == {"origins": ["http://a.example", "https://a.example/"]}
