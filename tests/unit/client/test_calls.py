"""What goes out and comes in, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from crossdock_client import (
    AsyncCrossdock,
    Crossdock,
    NoAnswerError,
    NotFoundError,
    Retries,
    UnexpectedAnswerError,
    every,
)
from crossdock_client.call import Call, comma, once, segment
from crossdock_client.decode import decode

KEY = "v1.local.a-key-that-nobody-may-see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    name: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    id: int
    leaves: Sequence[Leaf]
    best: Leaf | None = None
    list: Sequence[str] | None = None


def answering(*answers: httpx2.Response) -> tuple[Crossdock, list[httpx2.Request]]:
    """Make a client whose requests are kept, and answered one after the other."""
    asked: list[httpx2.Request] = []
    left = iter(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return next(left)

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return Crossdock(KEY, "https://hub.example/", http=http, retries=Retries(first=0)), asked


def test_json_becomes_models() -> None:
    """Objects and lists become models, what the models do not name is left out, and null may be missing."""
    given = {"id": 1, "leaves": [{"name": "a", "new": 1}], "best": {"name": "b", "note": "c"}, "list": ["x"]}

    tree = decode(Tree, given)

    assert tree == Tree(id=1, leaves=[Leaf(name="a", note=None)], best=Leaf(name="b", note="c"), list=["x"])


@pytest.mark.parametrize(
    ("given", "place"),
    [({"leaves": []}, "id"), ({"id": 1, "leaves": {}}, "leaves"), ([], "answer"), ({"id": 1, "leaves": [1]}, r"\[0\]")],
)
def test_another_shape_is_named_by_its_place(given: Any, place: str) -> None:
    """What is not as the document says is an error with the place, and without the value."""
    with pytest.raises(UnexpectedAnswerError, match=place):
        decode(Tree, given)


def test_a_query_is_written_as_the_hub_reads_it() -> None:
    """Lists are repeated or joined by commas, times are ISO 8601, truth is small, and nothing is nothing."""
    at = datetime(2026, 1, 2, tzinfo=UTC)
    query = {"a": ["x", "y"], "b": comma(["x", "y"]), "c": at, "d": True, "e": None, "f": 0}

    params = Call(method="GET", path="/", answer=dict, query=query).request()["params"]

    assert params == [
        ("a", "x"),
        ("a", "y"),
        ("b", "x,y"),
        ("c", "2026-01-02T00:00:00+00:00"),
        ("d", "true"),
        ("f", "0"),
    ]


def test_members_that_are_not_given_are_not_sent() -> None:
    """None leaves a member out; inside a member it stays."""
    body = {"label": None, "metadata": {"a": None}}

    assert Call(method="PATCH", path="/", answer=dict, body=body).request()["json"] == {"metadata": {"a": None}}


@pytest.mark.parametrize(
    ("method", "headers", "repeatable"),
    [
        ("GET", {}, True),
        ("POST", {}, False),
        ("DELETE", {}, False),
        ("POST", {"idempotency-key": "k"}, True),
        ("POST", {"idempotency-key": None}, False),
    ],
)
def test_reads_and_keyed_writes_can_be_repeated(
    method: str, headers: dict[str, str | None], *, repeatable: bool
) -> None:
    """Nothing else can."""
    assert Call(method=method, path="/", answer=dict, headers=headers).repeatable == repeatable


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_an_empty_id_leads_nowhere(text: str) -> None:
    """An id that would lead to another address is refused before anything is sent; others are kept in their place."""
    with pytest.raises(ValueError, match="id"):
        segment(text)

    assert segment("a/../b?c") == "a%2F..%2Fb%3Fc"


def test_keys_are_new_unless_given() -> None:
    """Two writes have two keys; the caller's own is kept."""
    assert once(None) != once(None)
    assert once("mine") == "mine"


@pytest.mark.parametrize("made", [Crossdock, AsyncCrossdock])
def test_a_client_does_not_show_its_key(made: Any) -> None:
    """Neither the client nor what it is made of shows the key."""
    client = made(KEY, "https://hub.example")

    shown = f"{client!r} {client._place!r} {client._transport!r} {vars(client)!r}"

    assert "https://hub.example" in shown
    assert "nobody" not in shown


@pytest.mark.parametrize("url", ["hub.example", "", "ftp://hub.example", "https://", "https://hub.example/?a=1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """A client is not made for what cannot be a hub, or without a key."""
    with pytest.raises(ValueError, match="base_url"):
        Crossdock(KEY, url)
    with pytest.raises(ValueError, match="api_key"):
        Crossdock("", "https://hub.example")


def test_a_redirect_is_not_followed() -> None:
    """Where the address leads elsewhere the key does not go along."""
    client, asked = answering(httpx2.Response(307, headers={"location": "https://evil.example/accounts"}))

    with pytest.raises(Exception, match="base_url"):
        client.accounts.list()

    assert [str(request.url) for request in asked] == ["https://hub.example/accounts"]


def test_a_repeated_write_keeps_its_key_and_its_body() -> None:
    """After a refusal that did nothing the very same request goes out again."""
    wait = {"code": "unavailable", "message": "Down.", "remedy": "Wait.", "disposition": "wait"}
    client, asked = answering(
        httpx2.Response(503, json=wait), httpx2.Response(200, json={"data": {"id": 1}, "next": None})
    )

    answer = client.actions.run("a_b", account_id="acc_1", body={"name": "x"})

    assert answer.data == {"id": 1}
    assert len({(request.headers["idempotency-key"], request.content) for request in asked}) == 1
    assert len(asked) == 2


def test_a_retry_that_finds_another_refusal_ends() -> None:
    """The second answer decides."""
    gone = {"code": "not_found", "message": "Gone.", "remedy": "Look.", "disposition": "fix_request"}
    client, asked = answering(httpx2.Response(502), httpx2.Response(404, json=gone))

    with pytest.raises(NotFoundError):
        client.accounts.get("acc_1")

    assert len(asked) == 2


def test_pages_by_number_end_with_a_short_one() -> None:
    """A list without `next` goes on while its pages are full."""
    client, asked = answering(httpx2.Response(200, json=[]))

    assert list(every(client.accounts.list, status=["active"], page_size=2)) == []
    assert [str(request.url.query, "ascii") for request in asked] == ["status=active&page_size=2"]


@pytest.mark.parametrize(
    "path", ["/../accounts", "..", "/a/../../accounts/acc_1", "/a/./b", "/a#b", "../accounts?x=/.."]
)
def test_a_path_does_not_lead_out_of_the_proxy(path: str) -> None:
    """The key that opens the proxy opens the hub's own API as well; nothing is sent there by a provider's path."""
    client, asked = answering(httpx2.Response(200))

    with pytest.raises(ValueError, match="percent-encoded"):
        client.proxy.request("DELETE", path, account_id="acc_1")

    assert asked == []


def test_a_broken_coding_is_no_answer() -> None:
    """An answer that cannot be unfolded is as good as none, and raised as such."""
    broken = [httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Broken()) for _ in range(3)]
    client, asked = answering(*broken)

    with pytest.raises(NoAnswerError):
        client.accounts.list()

    assert len(asked) == 3


class Broken(httpx2.SyncByteStream):
    """A body that is not in the coding that its head names."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"no gzip"
