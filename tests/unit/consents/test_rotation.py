"""How one refresh token follows another."""

from __future__ import annotations

from crossdock.consents.rotation import successor


def test_the_same_token_and_salt_have_one_successor() -> None:
    """A request that comes twice is answered with the same token, which has the form of every other."""
    found = {successor("cdrt_one", salt=b"s" * 32) for _ in range(2)}

    assert len(found) == 1
    assert found.pop().startswith("cdrt_")


def test_neither_token_nor_salt_alone_tells_the_successor() -> None:
    """Another salt, or another token, gives another successor."""
    ours = successor("cdrt_one", salt=b"s" * 32)

    assert successor("cdrt_one", salt=b"t" * 32) != ours
    assert successor("cdrt_two", salt=b"s" * 32) != ours
