"""Lists and files as the client reads them, from bytes as they may arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from crossdock.api import answers
from crossdock.connectors import replies
from crossdock_client import Crossdock, NoAnswerError, OutcomeUnknownError, Retries, RetryError, UnexpectedAnswerError
from crossdock_client.actions import File

ROWS = [{"name": "a\u2028b"}, {"name": "c\x85d"}, {"end": {"rows": 7}}, {"error": "none"}]
END = {"end": {"rows": 4}}
BROKEN = {
    "error": {
        "code": "provider_failed",
        "status": 502,
        "message": "It failed.",
        "remedy": "Go on from `next`.",
        "disposition": "retry",
    },
    "next": "page-2",
    "rows": 4,
}


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def client(*answers: httpx2.Response) -> Crossdock:
    left = iter(answers)
    http = httpx2.Client(transport=httpx2.MockTransport(lambda _request: next(left)))
    return Crossdock("key", "https://hub.example", http=http, retries=Retries(first=0))


def parted(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_rows_come_whole_however_they_arrive(size: int) -> None:
    """Neither the parts in which bytes arrive nor what stands in a text changes the rows; the last line is none."""
    answer = httpx2.Response(200, content=parted(lines(*ROWS, END), size))

    assert list(client(answer).actions.collect("a_b", account_id="acc_1")) == ROWS


def test_a_list_that_breaks_off_says_where_it_goes_on() -> None:
    """The rows before the break are given, then comes the error with the place to go on from."""
    rows = client(httpx2.Response(200, content=lines(*ROWS, BROKEN))).actions.collect("a_b", account_id="acc_1")

    came = [next(rows) for _ in ROWS]
    with pytest.raises(RetryError) as broken:
        next(rows)

    assert came == ROWS
    assert (broken.value.next, broken.value.code) == ("page-2", "provider_failed")
    assert broken.value.remedy == "Go on from `next`."


@pytest.mark.parametrize("content", [b"", lines(*ROWS), lines(*ROWS, END)[:-1], lines(*ROWS) + b'{"en'])
def test_a_list_without_its_end_is_not_taken_for_whole(content: bytes) -> None:
    """Where the last line is missing or cut, the list has broken off on its way."""
    with pytest.raises(NoAnswerError):
        list(client(httpx2.Response(200, content=content)).actions.collect("a_b", account_id="acc_1"))


def test_a_refusal_before_the_first_row_is_an_error_or_waited_for() -> None:
    """A 503 is asked again, since nothing was given yet; another refusal is raised."""
    wait = httpx2.Response(503, json={"code": "unavailable", "remedy": "Wait.", "disposition": "wait"})
    unsure = httpx2.Response(502, json={"code": "outcome_unknown", "remedy": "Look.", "disposition": "give_up"})

    rows = list(client(wait, httpx2.Response(200, content=lines(END))).actions.collect("a_b", account_id="acc_1"))
    with pytest.raises(OutcomeUnknownError):
        list(client(unsure).actions.collect("a_b", account_id="acc_1"))

    assert rows == []


def test_a_file_is_a_file() -> None:
    """Bytes that come as a file keep name, type and every byte; what is none is an error."""
    sent = replies.File(type="application/pdf", name="label \u00e9.pdf", content=bytes(range(256)))
    told = answers.of(result=replies.ActionResult(sent.as_dict(), None, file=sent), answer={})
    answer = httpx2.Response(200, headers=dict(told.headers), content=bytes(told.body))

    file = client(answer).actions.download("a_b", account_id="acc_1")
    with pytest.raises(UnexpectedAnswerError, match="no file"):
        client(httpx2.Response(200, json={"data": {"id": 1}})).actions.download("a_b", account_id="acc_1")

    assert file == File(name="label \u00e9.pdf", type="application/pdf", content=sent.content)


@pytest.mark.parametrize("content", [b"<html>\n<body>\n", lines(*ROWS) + b"\xff\n", lines(*ROWS) + b"{\n"])
def test_a_line_that_is_no_row_is_an_error_of_the_client(content: bytes) -> None:
    """What stands before the hub may answer in its place, from the beginning or in the middle."""
    rows = client(httpx2.Response(200, content=content)).actions.collect("a_b", account_id="acc_1")

    with pytest.raises(UnexpectedAnswerError):
        list(rows)
