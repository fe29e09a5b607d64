"""Which URLs and which addresses may be reached: pure judgement, made again on every resolved address.

A URL is taken apart strictly: what two parsers could read in two ways is refused, not repaired. An address counts as
public only inside the ranges that the internet routes (IANA special-purpose registries, RFC 6890); forms that carry
an IPv4 address inside an IPv6 one are judged by the address inside, or refused.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final

Address = IPv4Address | IPv6Address

_PORTS: Final = {"https": 443, "http": 80}
_URL = re.compile(r"[\x21\x23-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]+")
_PARTS = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<place>[^/?#]*)(?P<tail>.*)")
_NETLOC = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INNER_NAMES: Final = (
    "internal",
    "local",
    "localhost",
    "localdomain",
    "lan",
    "intranet",
    "corp",
    "home",
    "private",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "onion",
    "test",
    "invalid",
)
_REFUSED_V4: Final = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's host channel, public in form only
    )
)
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED_V6: Final = tuple(
    ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
# Even an operator's private origin may not lead here: cloud metadata, everybody at once, nobody at all.
_NEVER: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:ec2::/32",
        "fd20:ce::/32",
        "fe80::/10",
        "ff00::/8",
    )
)


class BlockedError(Exception):
    """The guard refuses a URL or an address; the message names the reason, never a path or a query."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host in small letters (IPv6 without brackets) and port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


def origin_of(url: str) -> Origin:
    """Return the origin of an absolute http or https URL; raise BlockedError for whatever could be misread."""
    return split(url)[0]


def split(url: str) -> tuple[Origin, str]:
    """Return a URL's origin, and what follows it: path, query and fragment; raise BlockedError as `origin_of` does."""
    parts = _PARTS.fullmatch(url) if _URL.fullmatch(url) else None
    if parts is None or parts["scheme"].lower() not in _PORTS:
        raise BlockedError("this is not a plain http or https URL")
    return _origin(parts["scheme"].lower(), parts["place"]), parts["tail"]


@lru_cache(maxsize=1024)
def _origin(scheme: str, place: str) -> Origin:
    found = _NETLOC.fullmatch(place)
    if found is None:
        raise BlockedError("the URL does not name its host plainly")
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    if not 0 < port < 65536:  # noqa: PLR2004 - the ports of TCP
        raise BlockedError("the port is not a port")
    if found["v6"] is None:
        return Origin(scheme, _name(found["name"].lower()), port)
    address = literal(found["v6"])
    if not isinstance(address, IPv6Address):
        raise BlockedError("the host is not an address")
    return Origin(scheme, str(address), port)


def literal(host: str) -> Address | None:
    """Return the address where the host is one, or None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def check_origin(origin: Origin, *, allowed: frozenset[Origin] | None, private: frozenset[Origin]) -> None:
    """Raise BlockedError unless the origin may be asked: ``allowed`` None stands for any public https origin."""
    if allowed is not None and origin not in allowed:
        raise BlockedError(f"{origin} is not among the hosts of this connector")
    if origin in private:
        address = literal(origin.host)
        if address is not None:
            check_private(address)
        return
    if origin.scheme != "https":
        raise BlockedError(f"{origin} is not reached over https")
    address = literal(origin.host)
    if address is not None:
        check_public(address)
    else:
        _check_public_name(origin.host)


def check_public(address: Address) -> None:
    """Raise BlockedError unless the internet routes to the address."""
    if isinstance(address, IPv4Address):
        public = address.is_global and not any(address in net for net in _REFUSED_V4)
    else:
        inner = _inner(address)
        if inner is not None:
            check_public(inner)
            return
        public = address in _GLOBAL_V6 and not any(address in net for net in _REFUSED_V6) and not _isatap(address)
    if not public:
        raise BlockedError(f"{address} is not a public address")


def check_private(address: Address) -> None:
    """Raise BlockedError where not even an origin allowed by the operator may lead."""
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    judged = inner or address
    if any(judged in net for net in _NEVER if net.version == judged.version):
        raise BlockedError(f"{judged} is an address that is never reached")


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that a mapped (RFC 4291) or NAT64 (RFC 6052) address leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _isatap(address: IPv6Address) -> bool:
    return (int(address) >> 32) & 0xFCFFFFFF == 0x00005EFE  # noqa: PLR2004 - the form of RFC 5214


def _name(host: str) -> str:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - RFC 1035
        raise BlockedError("the host is not a host name")
    # Systems read 127.1, 2130706433, 0x7f.1 and 0177.0.0.1 as addresses; only the dotted decimal form is taken.
    if _NUMBER.fullmatch(labels[-1]) and literal(host) is None:
        raise BlockedError("the host is a number that is not written as an address")
    return host


def _check_public_name(host: str) -> None:
    if "." not in host or any(host == name or host.endswith(f".{name}") for name in _INNER_NAMES):
        raise BlockedError(f"{host} is a name of an inner network")
