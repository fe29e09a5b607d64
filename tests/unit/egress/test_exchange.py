from __future__ import annotations

import json

import pytest

from crossdock.egress.exchange import Reply, Request, bare
from crossdock.kernel.secret import Secret


def reply(body: bytes, content_type: str = "application/json") -> Reply:
    return Reply(200, {"content-type": content_type}, body, "https://api.example.com/path?token=canary")


def test_reprs_show_neither_secrets_nor_queries() -> None:
    """What a log or a traceback may print of an exchange is method, host, path, status and size."""
    request = Request(
        "POST", "https://user:canary@api.example.com/v1?key=canary#canary", {"a": Secret("canary")}, Secret("canary")
    )

    assert repr(request) == "Request(POST https://api.example.com/v1)"
    assert repr(reply(b"canary")) == "Reply(200 https://api.example.com/path, 6 bytes)"


def test_an_unreadable_url_is_not_shown() -> None:
    """A URL that cannot be taken apart is not printed at all."""
    assert bare("https://[canary") == "(unreadable URL)"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"NaN",
        b'{"a": Infinity}',
        b"[" * 50_000,
        b"\xff\xfe\xff",
        b'{"a":1}x',
        b'"\xed\xa0\x80"',
        b'"\xff"',
    ],
)
def test_what_is_not_json_is_a_value_error(body: bytes) -> None:
    """HTML, cut-off, endless and almost-JSON bodies all raise the one error."""
    with pytest.raises(ValueError, match=r".+"):
        reply(body).json()


def test_json_of_every_unicode_coding_is_read() -> None:
    """UTF-8 with and without a mark, UTF-16 and UTF-32 are told apart."""
    codings = ("utf-8", "utf-8-sig", "utf-16", "utf-32")

    assert [reply('{"a":"ü"}'.encode(coding)).json() for coding in codings] == [{"a": "ü"}] * 4


def test_characters_that_nothing_can_carry_are_replaced() -> None:
    """Half surrogate pairs and NULs become U+FFFD, in names and values; whole pairs stay."""
    body = rb'{"a\u0000": ["x\ud83d", "\ud83d\ude00", {"b": "\ude00"}], "n": 1}'

    assert reply(body).json() == {"a\ufffd": ["x\ufffd", "😀", {"b": "\ufffd"}], "n": 1}


def test_text_is_read_in_its_charset() -> None:
    """The declared charset counts; an unknown one is read as UTF-8, and broken bytes become U+FFFD."""
    assert reply("ü".encode("latin-1"), 'text/plain; charset="ISO-8859-1"').text() == "ü"
    assert reply("ü".encode(), "text/plain; charset=klingon").text() == "ü"
    assert reply(b"\xfc", "text/plain").text() == "\ufffd"
    assert reply(b"YQ==", "text/plain; charset=base64").text() == "YQ=="


@pytest.mark.parametrize(
    ("body", "charset"), [(rb"a\ud800b", "unicode_escape"), (b"a\0b", "utf-8"), (b"\0\xd8", "utf-7")]
)
def test_text_can_be_written_again(body: bytes, charset: str) -> None:
    """Whatever a charset makes of the bytes, UTF-8 and PostgreSQL can carry it."""
    text = reply(body, f"text/plain; charset={charset}").text()

    assert "\0" not in text
    assert text.encode()


def test_numbers_can_be_written_again() -> None:
    """JSON knows no largest number: what cannot be counted with stays as its text, the others as numbers."""
    body = b'{"a": 1e999, "b": [-1E+400], "c": 1e10, "d": 1e-999, "e": 0.5, "f": 100e2}'

    found = reply(body).json()

    assert found == {"a": "1e999", "b": ["-1E+400"], "c": 1e10, "d": 0.0, "e": 0.5, "f": 10_000.0}
    assert json.dumps(found, allow_nan=False)
