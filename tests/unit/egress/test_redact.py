from __future__ import annotations

import base64

import pytest

from crossdock.egress.exchange import Reply
from crossdock.egress.redact import headers, redact, without
from crossdock.kernel.secret import Secret

CANARY = "Qm9yaW5nQ2FuYXJ5NDcxMQ"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"access_token": "{CANARY}"}}',
        f'{{"refresh_token":"{CANARY}","expires_in":7200}}',
        f'{{\\"refreshToken\\": \\"{CANARY}\\"}}',
        f"access_token={CANARY}&token_type=bearer",
        f"https://api.example.com/x?api_key={CANARY}&page=2",
        f"client_secret%3D{CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"authorization: Basic {CANARY}",
        f'"password" : "{CANARY}"',
        f"Set-Cookie: session_token={CANARY}; Path=/",
        f"token '{CANARY}abc123/+XYZ' is not known to us",
        f"prod_{CANARY}",
        f"sand_{CANARY}",
        f"whsec_{CANARY}",
        f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.{CANARY}",
        f"postgresql://house:{CANARY}@db/house",
        f"x-signature={CANARY}",
        f"Your key {CANARY}{CANARY} is wrong",
    ],
)
def test_tokens_are_masked_wherever_they_stand(text: str) -> None:
    """JSON, JSON inside JSON, forms, queries, headers and plain words lose their secrets."""
    assert CANARY not in redact(text)


def test_forty_digits_of_hex_are_masked() -> None:
    """A key written in hex is one too."""
    assert "deadbeef" not in redact("key deadbeefdeadbeefdeadbeefdeadbeefdeadbeef refused")


@pytest.mark.parametrize(
    "text",
    [
        '{"message": "The token has expired", "code": "token_expired"}',
        '{"errors": [{"message": "Authentication token is missing", "request_id": "5f1f9d3e8a2b4c6d7e8f9a0b"}]}',
        "request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed",
        "https://public-api.example.com/2024-09/shipments/easyship/orders?page=2",
        '{"id": "T3JkZXI6MTIzNDU2", "country_alpha2": "HK"}',
        "<html><body><h1>502 Bad Gateway</h1></body></html>",
        "",
    ],
)
def test_what_people_need_to_read_stays(text: str) -> None:
    """Messages, ids and addresses come through as they are."""
    assert redact(text) == text


@pytest.mark.parametrize(
    "said",
    [
        "prod_a/b+c=",
        r"prod_a\/b+c=",
        "prod_a%2Fb%2Bc%3D",
        base64.b64encode(b"Bearer prod_a/b+c=").decode(),
        base64.urlsafe_b64encode(b"x:prod_a/b+c=").decode(),
        b"prod_a/b+c=".hex(),
        b"prod_a/b+c=".hex().upper(),
        r"prod_a/b+c\u003d",
        r"prod_a/b\u002Bc=",
    ],
)
def test_what_was_sent_does_not_come_back(said: str) -> None:
    """A secret that its request carried is taken out of a reply whatever its form, in body and headers."""
    reply = Reply(
        500, {"x-said": said, "date": "today"}, f'{{"said": "{said}", "left": 1}}'.encode(), "https://a.example"
    )

    found = without(reply, [Secret("prod_a/b+c="), Secret("1")])

    assert "***" in found.headers["x-said"]
    assert (found.headers["date"], found.status, found.url) == ("today", 500, "https://a.example")
    assert b"***" in found.body
    assert b'"left": 1' in found.body
    assert b"prod_a" not in found.body


def test_headers_are_masked_by_name_and_by_form() -> None:
    """A secret's own header, and a token in another; those that hide nothing stay as they are."""
    found = headers({"x-api-key": "short", "x-said": f"Bearer {CANARY}", "accept": "*/*", "date": "today"})

    assert found == {"x-api-key": "***", "x-said": "Bearer ***", "accept": "*/*", "date": "today"}


def test_small_and_large_letters_are_the_same_to_the_quick_look() -> None:
    """Whatever the letters' size, and a long s or a Kelvin sign among them, what the patterns take is masked."""
    for text in (f"PASSWORD={CANARY}", f"Pa\u017f\u017fWord={CANARY}", f'"to\u212aen": "{CANARY}"', f"BEARER {CANARY}"):
        assert CANARY not in redact(text)
