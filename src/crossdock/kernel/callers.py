"""Where a request came from: the address of the connection, or what a proxy that is trusted told the web server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any


def source_ip(scope: Mapping[str, Any]) -> str | None:
    """Return the address that an ASGI scope names as its client, in the usual form; None where it is no address."""
    client = scope.get("client")
    return _usual(client[0]) if client else None


@lru_cache(maxsize=4096)
def _usual(host: str) -> str | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    # A socket for both kinds of addresses tells one of the older kind in the form of the newer.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
