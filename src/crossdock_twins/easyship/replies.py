"""The answers' form: one member named after the resource, `meta` beside it, and the headers of every answer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

_HTTP_OK = 200
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Rendered:
    """A value that is JSON text already."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What is sent instead of JSON: a document or a table."""

    content: bytes = field(repr=False)
    content_type: str
    name: str

    def headers(self) -> dict[str, str]:
        """Give the headers that say what it is."""
        return {"Content-Type": self.content_type, "Content-Disposition": f'inline; filename="{self.name}"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where a list stands: `next` is the next page's number or None, `count` None where nobody counts."""

    page: int
    next: int | None
    count: int | None

    def as_json(self) -> dict[str, int | None]:
        """Give the page as `meta.pagination` shows it."""
        return {"page": self.page, "next": self.next, "count": self.count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A successful answer; `members` hold JSON values or Rendered texts, `meta` what stands beside the request's id.

    A `file` goes out as it is, without either.
    """

    members: Mapping[str, Any] = field(default_factory=dict)
    status: int = _HTTP_OK
    page: Page | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    file: File | None = None

    def render(self, request_id: str) -> bytes:
        """Write the whole body."""
        if self.file is not None:
            return self.file.content
        meta: dict[str, Any] = {} if self.page is None else {"pagination": self.page.as_json()}
        members = {**self.members, "meta": meta | dict(self.meta) | {"request_id": request_id}}
        return ("{" + ",".join(f"{to_json(name)}:{to_json(value)}" for name, value in members.items()) + "}").encode()


def success(message: str) -> Reply:
    """Make the answer of a deletion or a switch."""
    return Reply(members={"success": {"message": message}})


def to_json(value: Any) -> str:
    """Write a JSON value without blanks, in Unicode."""
    if isinstance(value, Rendered):
        return value.text
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def headers(*, status: int, request_id: str, runtime: float) -> dict[str, str]:
    """Give the headers of every answer as recorded; a 429 has no Content-Type."""
    given = {
        "X-Request-Id": request_id,
        "X-Runtime": f"{runtime:.6f}",
        "Vary": "Accept-Encoding, Origin",
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "Server": "cloudflare",
        "Cache-Control": "max-age=0, private, must-revalidate" if status == _HTTP_OK else "no-cache",
    }
    if status != _TOO_MANY:
        given["Content-Type"] = "application/json; charset=utf-8"
    return given


def headers_for(request: Request, *, status: int, body: bytes) -> dict[str, str]:
    """Give the headers that depend on the request: a weak ETag for what was read, and CORS for a page elsewhere."""
    given = {}
    if status == _HTTP_OK and request.method == "GET":
        given["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    if "origin" in request.headers:
        given |= {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "x-request-id"}
    return given
