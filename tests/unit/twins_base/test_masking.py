import json

import pytest

from crossdock_twins.base import masking

TOKEN = "prod_5fXq8sE1hQx9Zt0Rk+Lm/2aVbNcD3eFgH4iJkLmNoPq="
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhdXRoMHwxMjMifQ.c2lnbmF0dXJlLXdpdGgtbGVuZ3Ro"


def test_a_mask_tells_two_secrets_apart() -> None:
    """The first five characters and a fingerprint stay: the same secret looks the same, another one does not."""
    masked = masking.mask(TOKEN)

    assert masked == masking.mask(TOKEN)
    assert masked.startswith("prod_…")
    assert len(masked) == 5 + 1 + 8
    assert masked != masking.mask(TOKEN + "x")


def test_short_secrets_show_nothing() -> None:
    """Of a short secret not even the beginning stays readable."""
    assert masking.mask("hunter2").startswith("…")


def test_headers_keep_the_scheme_only() -> None:
    """Authorization shows its scheme, cookies show nothing, the rest is as it came."""
    shown = masking.mask_headers(
        [(b"Authorization", f"Bearer {TOKEN}".encode()), (b"Cookie", b"a=secret-value-of-some-length"), (b"X-A", b"1")]
    )

    assert shown["authorization"] == f"Bearer {masking.mask(TOKEN)}"
    assert "value-of-some-length" not in shown["cookie"]
    assert shown["x-a"] == "1"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            json.dumps({"refresh_token": "opaque-refresh-token-of-length", "deep": [{"password": "opaque-refresh"}]}),
            "json",
        ),
        (json.dumps({"note": f"use {TOKEN} or {JWT}"}), "application/json"),
        (
            "grant_type=authorization_code&code=opaque-refresh-token&client_secret=opaque-refresh",
            "x-www-form-urlencoded",
        ),
        (f"not json {TOKEN} {JWT}", "text/plain"),
    ],
)
def test_bodies_lose_their_secrets(body: str, content_type: str) -> None:
    """Secret members and known token forms are masked in JSON, forms and plain text."""
    shown = masking.mask_body(body.encode(), content_type=f"application/{content_type}")

    for secret in ("opaque-refresh", TOKEN[5:], JWT[10:]):
        assert secret not in shown
    assert "…" in shown


def test_harmless_text_stays_as_it_is() -> None:
    """What holds no secret is not touched, blanks and escapes included."""
    assert masking.mask_query("label_state%5B%5D=a&page=2") == "label_state%5B%5D=a&page=2"
    assert masking.mask_query("token=abc") != "token=abc"
    assert masking.mask_body(b"", content_type="application/json") == ""
    assert masking.mask_body(b"\xff\xfe", content_type="image/png") == "(2 bytes that are not text)"
