from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.egress import guard
from crossdock.egress.guard import BlockedError, Origin

API = frozenset({guard.origin_of("https://api.example.com")})
TWIN = frozenset({guard.origin_of("http://127.0.0.1:8201"), guard.origin_of("http://twin.internal:8203")})


def check(url: str, *, allowed: frozenset[Origin] | None = None, private: frozenset[Origin] = frozenset()) -> None:
    guard.check_origin(guard.origin_of(url), allowed=allowed, private=private)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example.com", Origin("https", "api.example.com", 443)),
        ("HTTPS://API.Example.com:443/a?b#c", Origin("https", "api.example.com", 443)),
        ("https://api.example.com:8443/", Origin("https", "api.example.com", 8443)),
        ("http://127.0.0.1:8201/x", Origin("http", "127.0.0.1", 8201)),
        ("https://[2001:DB8:0::1]/", Origin("https", "2001:db8::1", 443)),
        ("https://xn--bcher-kva.example", Origin("https", "xn--bcher-kva.example", 443)),
    ],
)
def test_an_origin_is_read_from_a_url(url: str, origin: Origin) -> None:
    """Scheme and host in small letters, with the scheme's own port where none is named."""
    assert guard.origin_of(url) == origin


@pytest.mark.parametrize("url", ["https://api.example.com:8443", "https://[2001:db8::1]:99", "http://127.0.0.1"])
def test_an_origin_is_written_as_it_is_read(url: str) -> None:
    """The text of an origin leads back to it."""
    assert str(guard.origin_of(url)) == url


@pytest.mark.parametrize(
    ("url", "tail"),
    [("https://a.example", ""), ("https://a.example/b?c#d", "/b?c#d"), ("https://a.example?c=/d", "?c=/d")],
)
def test_the_tail_of_a_url_is_what_follows_the_host(url: str, tail: str) -> None:
    """Path, query and fragment stay as they are written."""
    assert guard.split(url)[1] == tail


def test_a_connector_reaches_its_own_hosts_only() -> None:
    """Another host, port or scheme than the connector's is refused."""
    check("https://api.example.com/v1", allowed=API)

    for url in (
        "https://api.example.com:444",
        "http://api.example.com",
        "https://example.com",
        "https://x.api.example.com",
    ):
        with pytest.raises(BlockedError):
            check(url, allowed=API)


def test_a_private_origin_is_reached_where_the_operator_allows_it() -> None:
    """The origin as a whole is allowed: another port of the same host is not."""
    check("http://127.0.0.1:8201/", private=TWIN)
    check("http://twin.internal:8203/", private=TWIN)

    for url in ("http://127.0.0.1:8202/", "https://127.0.0.1:8201/", "http://twin.internal/"):
        with pytest.raises(BlockedError):
            check(url, private=TWIN)


def test_a_private_origin_still_has_to_be_the_connector_s() -> None:
    """What the operator allows is no host of a connector that does not name it."""
    with pytest.raises(BlockedError, match="not among the hosts"):
        check("http://127.0.0.1:8201/", allowed=API, private=TWIN)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "224.0.0.1"]
)
def test_no_operator_can_allow_metadata(address: str) -> None:
    """Link-local, metadata and group addresses stay out of reach even for an allowed origin."""
    with pytest.raises(BlockedError, match="never"):
        guard.check_private(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fd12::1", "100.64.0.1", "8.8.8.8"])
def test_an_allowed_origin_may_lead_into_the_own_network(address: str) -> None:
    """Loopback and private ranges are what an operator allows an origin for."""
    guard.check_private(ipaddress.ip_address(address))


@given(number=st.integers(0, 2**32 - 1))
def test_no_private_ipv4_address_passes_in_disguise(number: int) -> None:
    """An address that is refused as IPv4 is refused as a mapped and as a NAT64 address too, and the other way round."""
    plain = ipaddress.IPv4Address(number)
    disguises: list[guard.Address] = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(0x0064FF9B << 96 | number),
    ]

    assert len({_public(address) for address in [plain, *disguises]}) == 1


@given(number=st.integers(0, 2**128 - 1))
def test_an_ipv6_address_is_public_only_where_the_internet_routes(number: int) -> None:
    """Outside 2000::/3 and the forms that carry IPv4, no address passes."""
    address = ipaddress.IPv6Address(number)

    assert (
        not _public(address)
        or address in ipaddress.ip_network("2000::/3")
        or number >> 32 in {0xFFFF, 0x0064FF9B << 64}
    )


@given(text=st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands after the scheme is either an origin or refused."""
    for url in (text, f"https://{text}", f"http://a.example{text}"):
        try:
            origin = guard.origin_of(url)
        except BlockedError:
            continue
        assert guard.origin_of(f"{origin}{guard.split(url)[1]}") == origin


def _public(address: guard.Address) -> bool:
    try:
        guard.check_public(address)
    except BlockedError:
        return False
    return True
