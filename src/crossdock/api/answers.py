"""What `POST /actions/rpc` answers with: JSON, a file as it is, or a list to its end, a row on each line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from fastapi.responses import JSONResponse
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crossdock.actions.collect import Collection
from crossdock.api.screens import Screen
from crossdock.api.wire import RpcRequest
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.replies import MOST_ERRORS, ActionResult, File
from crossdock.kernel import problem
from crossdock.kernel.errors import CrossdockError, NotFoundError
from crossdock.telemetry import logs

LINES: Final = "application/x-ndjson"
OTHERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The result; with `collect` a row on each line, and of an action that gives a file that file.",
        "content": {
            LINES: {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

log = logs.get("crossdock.api.answers")


def asked_in(asked: RpcRequest, *, accept: str) -> RpcRequest:
    """Return the call; one that accepts lines asks for a list to its end, as `collect` does."""
    return asked.model_copy(update={"collect": True}) if LINES in accept and asked.collect is None else asked


def is_one_json(catalogue: Catalogue, asked: RpcRequest) -> bool:
    """Tell whether a call is answered with one JSON value, and not with a file or with lines."""
    try:
        return not asked.collect and catalogue.action(asked.action)[1].file is None
    except NotFoundError:
        return True


def of(*, result: ActionResult, answer: Mapping[str, Any]) -> Response:
    """Answer with a result: a file as bytes under its own type and name, anything else as JSON."""
    if result.file is not None:
        return _file(result.file)
    headers = None if result.outcome == "ok" else {"x-crossdock-outcome": result.outcome}
    return JSONResponse(dict(answer), headers=headers)


def _file(file: File) -> Response:
    """Answer with a file: never shown as a page of this server, whatever the provider says that it is."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\' else "_" for one in file.name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        "content-disposition": disposition,
        "content-security-policy": "sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(file.content, media_type=file.type, headers=headers)


async def lines(*, collection: Collection, screen: Screen) -> Response:
    """Answer with a list to its end; what its first page fails with is raised, and answered as any error."""
    pages = collection.pages()
    try:
        first, _ = await screen.result(await anext(pages))
    except CrossdockError as error:
        await pages.aclose()
        await screen.refused(error)
        raise
    return _Lines(_written(collection, pages, first, screen))


async def _written(
    collection: Collection, pages: AsyncGenerator[ActionResult, None], first: ActionResult, screen: Screen
) -> AsyncGenerator[bytes, None]:
    """Write a page's rows at a time, then one line that says how it ended: with everything, or where it broke off."""
    rows = 0
    short = _Short()
    try:
        page = first
        while True:
            found = page.data if isinstance(page.data, list) else [page.data] if page.data is not None else []
            rows += len(found)
            short.note(page)
            if found:
                yield b"".join(_line(row) for row in found)
            following = await anext(pages, None)
            if following is None:
                break
            page, _ = await screen.result(following)
        yield _line({"end": {"rows": rows, **short.told()}})
    except CrossdockError as error:
        await screen.refused(error)
        yield _line({"error": problem.told(error), "next": collection.position, "rows": rows})
    except Exception:
        # The answer has begun: its last line is the only place left that can say so.
        log.exception("api.collect.crashed")
        failure = CrossdockError("Something inside Crossdock failed.", remedy="Go on from `next`.")
        yield _line({"error": problem.told(failure), "next": collection.position, "rows": rows})


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass(slots=True)
class _Short:
    """What fell short on the pages of a list, of which the last line tells the first few."""

    warnings: list[str] = field(default_factory=list)
    errors: list[Mapping[str, Any]] = field(default_factory=list)
    pages: int = 0

    def note(self, page: ActionResult) -> None:
        self.pages += bool(page.warnings or page.errors)
        self.warnings += page.warnings[: MOST_ERRORS - len(self.warnings)]
        self.errors += page.errors[: MOST_ERRORS - len(self.errors)]

    def told(self) -> dict[str, Any]:
        told = {"partial_pages": self.pages, "warnings": self.warnings, "provider_errors": self.errors}
        return {name: value for name, value in told.items() if value}


class _Lines(Response):
    """Lines that go out as fast as they are taken; where the caller goes away, nothing more is asked for."""

    media_type = LINES

    def __init__(self, content: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers={"cache-control": "no-store"})
        del self.headers["content-length"]
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end, or until the caller has gone."""
        del scope
        sending = asyncio.create_task(self._send(send), name="api.collect")
        gone = asyncio.create_task(_gone(receive), name="api.collect.gone")
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, sending):
                task.cancel()
            await asyncio.gather(gone, sending, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._content) as chunks:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
