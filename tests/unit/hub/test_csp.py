from __future__ import annotations

import pytest

from crossdock.hub import csp

HOSTILE = [
    "https://shop.example.com/path",
    "https://*.example.com",
    "https://shop.example.com; script-src *",
    "https://shop.example.com 'unsafe-inline'",
    "javascript:alert(1)",
    "data:",
    "*",
    "'none'",
    "https:",
    "https://shop.example.com\r\nx-evil: 1",
    "https://user@shop.example.com",
    "https://shop.example.com:99999999",
]


def test_a_closed_page_allows_nothing_from_elsewhere() -> None:
    """Without openness everything is the hub's own, nothing is inline, and nobody may frame the page."""
    policy = csp.policy()

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;")
    assert "form-action 'self';" in policy
    assert policy.endswith("frame-ancestors 'none'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("origin", HOSTILE)
def test_what_is_no_plain_origin_never_reaches_the_header(origin: str) -> None:
    """A path, a wildcard, a scheme or a second directive is left out rather than written."""
    openness = csp.Openness(ancestors=(origin,), form_targets=(origin,))

    assert csp.policy(openness) == csp.policy()


def test_named_origins_may_frame_the_page() -> None:
    """The session's own origins stand in frame-ancestors, and the old header that would forbid them is left out."""
    openness = csp.Openness(("https://shop.example.com", "http://127.0.0.1:3000"), ("https://auth.example.com",))

    headers = csp.headers(openness, https=True)

    assert "frame-ancestors https://shop.example.com http://127.0.0.1:3000" in headers["Content-Security-Policy"]
    assert "form-action 'self' https://auth.example.com" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers


def test_the_door_stands_in_any_page_and_the_last_page_keeps_its_opener() -> None:
    """Anyone may frame the door that takes a token over; a window's last page is not cut off from who closes it."""
    door, closing = csp.headers(csp.DOOR, https=True), csp.headers(csp.CLOSING, https=True)

    assert door["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "X-Frame-Options" not in door
    assert "form-action 'self';" in door["Content-Security-Policy"]
    assert "Cross-Origin-Opener-Policy" not in closing
    assert closing["X-Frame-Options"] == "DENY"
    assert "Cross-Origin-Opener-Policy" in csp.headers(https=True)


def test_every_page_has_its_protections() -> None:
    """A closed page is not framed, not cached, not indexed, not sniffed, and stays on https where it is on it."""
    headers = csp.headers(https=True)

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "max-age" in headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in csp.headers(https=False)
