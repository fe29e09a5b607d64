from __future__ import annotations

import base64

import pytest

from crossdock.api.auth import one_account
from crossdock.kernel.errors import InvalidRequestError
from crossdock.projects import keys


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (f"Basic {coded('KEY:')}", "KEY"),
        (f"Basic {coded('KEY')}", "KEY"),
        (f"basic {coded('KEY:password:more')}", "KEY"),
        (f"Basic  {coded('KEY:')} ", "KEY"),
        ("Bearer KEY", "KEY"),
        ("bearer  KEY ", "KEY"),
        (f"Basic {coded(':KEY')}", None),
        ("Basic not*base64", None),
        ("Basic", None),
        ("Bearer", None),
        ("Digest KEY", None),
        ("KEY", None),
        ("", None),
    ],
)
def test_a_key_is_read_from_its_header(header: str, key: str | None) -> None:
    """Basic with or without a colon, and bearer, give the key; anything else gives none."""
    assert keys.of_header(header) == key


@pytest.mark.parametrize(("outer", "inner"), [("acc_a", None), (None, "acc_a"), ("acc_a", "acc_a"), ("acc_a", "")])
def test_one_account_is_chosen(outer: str | None, inner: str | None) -> None:
    """The header, or the body where there is none, or both where they agree."""
    assert one_account(outer, inner) == "acc_a"


@pytest.mark.parametrize(
    ("outer", "inner", "code"),
    [(None, None, "account_missing"), ("", "", "account_missing"), ("acc_a", "acc_b", "account_mismatch")],
)
def test_no_account_or_two_are_refused(outer: str | None, inner: str | None, code: str) -> None:
    """Nobody's account, or two different ones, is an error with its own code."""
    with pytest.raises(InvalidRequestError) as caught:
        one_account(outer, inner)

    assert caught.value.error_code == code
