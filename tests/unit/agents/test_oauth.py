from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from crossdock.agents import oauth


@dataclass(frozen=True)
class Standing:
    """Where a hub stands, as far as its documents tell."""

    issuer: str

    @property
    def audience(self) -> str:
        return f"{self.issuer}/mcp"


@pytest.mark.parametrize(
    ("hub_url", "document"),
    [
        ("https://hub.example.com", "https://hub.example.com/.well-known/oauth-protected-resource/mcp"),
        ("https://example.com/hub", "https://example.com/.well-known/oauth-protected-resource/hub/mcp"),
    ],
)
def test_a_hub_below_a_path_keeps_its_documents_where_clients_look(hub_url: str, document: str) -> None:
    """The well-known part comes before the path (RFC 9728, 3.1; RFC 8414, 3.1)."""
    said = oauth.challenge(hub_url, token=None)
    standing: Any = Standing(hub_url)
    paths = {getattr(route, "path", "") for route in oauth.routes(standing)}

    assert f'resource_metadata="{document}"' in said
    assert document.partition(".com")[2] in paths
    assert f"/.well-known/oauth-authorization-server{hub_url.partition('.com')[2]}" in paths


def test_only_a_token_that_came_is_called_wrong() -> None:
    """Who brings nothing is told how to get in, and not that something is invalid (RFC 6750, 3.1)."""
    assert "invalid_token" not in oauth.challenge("https://hub.example.com", token=None)
    assert 'error="invalid_token"' in oauth.challenge("https://hub.example.com", token="Bearer x")
