from __future__ import annotations

from typing import Any

import pytest

from crossdock.consents import metadata
from crossdock.consents.errors import AppRefusedError

MINE = "https://app.example.com/callback"


def test_an_app_that_says_little_is_named_after_its_address() -> None:
    """Without a name the host stands for it; without a way it proves itself by Basic, and it goes on by itself."""
    said = metadata.read({"redirect_uris": [MINE]}, kind="registered")

    assert said.name == "app.example.com"
    assert said.auth_method == "client_secret_basic"
    assert said.refreshes


def test_an_app_that_wants_no_refresh_gets_none() -> None:
    """Grant types are taken at their word."""
    said = metadata.read({"redirect_uris": [MINE], "grant_types": ["authorization_code"]}, kind="registered")

    assert not said.refreshes


def test_a_document_proves_nothing_by_a_secret() -> None:
    """An app that is known by its document is a public one."""
    given = {"redirect_uris": [MINE], "client_name": "App"}

    said = metadata.read(given, kind="document")

    assert said.auth_method == "none"
    with pytest.raises(AppRefusedError):
        metadata.read({**given, "token_endpoint_auth_method": "client_secret_basic"}, kind="document")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "invalid_redirect_uri"),
        ({"redirect_uris": MINE}, "invalid_client_metadata"),
        ({"redirect_uris": [MINE, 7]}, "invalid_client_metadata"),
        ({"redirect_uris": ["http://app.example.com/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [MINE], "response_types": ["token"]}, "invalid_client_metadata"),
        ({"redirect_uris": [MINE], "grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"redirect_uris": [MINE], "client_name": 7}, "invalid_client_metadata"),
        ({"redirect_uris": [MINE], "token_endpoint_auth_method": ["none"]}, "invalid_client_metadata"),
    ],
)
def test_what_cannot_be_is_refused_in_the_protocols_words(given: dict[str, Any], word: str) -> None:
    """Each member has its form, and RFC 7591 its words for what has not."""
    with pytest.raises(AppRefusedError) as caught:
        metadata.read(given, kind="registered")

    assert caught.value.oauth == word
