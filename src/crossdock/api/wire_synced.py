"""Synced calls on the wire."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from crossdock.actions.synced import Run
from crossdock.api.wire import Body, Screened
from crossdock.kernel.clock import iso


class SyncedAsked(Body):
    """What `POST /actions/rpc/synced` takes; `path` are the path inputs that the rows were synced with."""

    action: str = Field(min_length=1, max_length=255)
    path: dict[str, Any] | None = None
    filter: dict[str, Any] | None = Field(
        default=None,
        max_length=20,
        description="What fields of the rows are equal to, by dotted path; a list asks for one of its members.",
    )
    run_id: str | None = Field(default=None, min_length=1, max_length=120, description="The newest run without one.")


class Datasync(BaseModel):
    """The run that rows are of: when it was last added to, by which call, and until when it is kept."""

    path_params_hash: str
    request_id: str
    run_id: str
    synced_at: str
    sync_expires_at: str


class SyncedAnswer(BaseModel):
    """Synced rows."""

    data: list[dict[str, Any]]
    datasync: Datasync
    total: int = Field(description="How many rows fit, on all pages.")
    warnings: list[str] | None = Field(default=None, description="That rows were kept back; absent if none were.")
    defender: Screened | None = Field(default=None, description="What screening found; absent where it was not done.")


def datasync(run: Run) -> dict[str, str]:
    """Tell a run."""
    return Datasync(
        path_params_hash=run.path_hash,
        request_id=run.request_id,
        run_id=run.id,
        synced_at=iso(run.synced_at),
        sync_expires_at=iso(run.expires_at),
    ).model_dump()
