from __future__ import annotations

import pytest

from crossdock.consents import asks
from crossdock.consents.errors import AppRefusedError

AUDIENCE = "https://hub.example.com/mcp"


@pytest.mark.parametrize(
    ("resource", "ours"),
    [
        (AUDIENCE, True),
        (f"{AUDIENCE}/", True),
        (f"{AUDIENCE}?effects=read", True),
        ("HTTPS://HUB.example.com/mcp", True),
        ("https://hub.example.com", False),
        ("https://hub.example.com/MCP", False),
        ("https://hub.example.com/mcp/other", False),
        ("https://hub.example.com:8443/mcp", False),
        ("http://hub.example.com/mcp", False),
        ("https://elsewhere.example.com/mcp", False),
        (f"{AUDIENCE}#part", False),
        ("", False),
    ],
)
def test_a_resource_is_our_own_address(resource: str, ours: bool) -> None:  # noqa: FBT001 - a table's column
    """Scheme and host in any case, the query left aside; any other path, port or host is somewhere else."""
    assert asks.is_audience(resource, audience=AUDIENCE) is ours


@pytest.mark.parametrize(
    ("scope", "effects"),
    [
        (None, {"read", "write", "destructive"}),
        ("offline_access", {"read", "write", "destructive"}),
        ("read", {"read"}),
        ("read offline_access openid", {"read"}),
        ("write read", {"read", "write"}),
    ],
)
def test_scopes_are_effects(scope: str | None, effects: set[str]) -> None:
    """What is not known is left out, and none means all that a person may give."""
    assert asks.effects(scope) == effects


def test_unknown_scopes_alone_are_refused() -> None:
    """An app that asks for nothing that there is learns so."""
    with pytest.raises(AppRefusedError) as caught:
        asks.effects("everything")

    assert caught.value.oauth == "invalid_scope"


def test_of_a_request_the_known_members_are_taken_once() -> None:
    """What is unknown is left out; what comes twice in the same words counts once, in two words not at all."""
    pairs = [("state", "s"), ("state", "s"), ("other", "x"), ("scope", "")]

    assert asks.members(pairs) == {"state": "s"}
    with pytest.raises(AppRefusedError):
        asks.members([("state", "s"), ("state", "t")])
