"""For those who run Crossdock: is it up, and its figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse

from crossdock.api.auth import needs
from crossdock.api.context import Context
from crossdock.projects.model import Principal
from crossdock.telemetry import metrics

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def health(context: Context) -> JSONResponse:
    """Answer 200 where this process reaches its database, else 503 as an error."""
    async with context.db.connection() as conn:
        await conn.fetchval("select 1")
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


@router.get("/metrics")
async def figures(_: Annotated[Principal, Depends(needs("logs:read"))]) -> PlainTextResponse:
    """Answer this process's figures in Prometheus' text format."""
    return PlainTextResponse(metrics.render(), media_type="text/plain; version=0.0.4")
