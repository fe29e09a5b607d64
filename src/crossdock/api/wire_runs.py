"""The log in the words of the platform's newer addresses: runs of actions, and the steps that they took."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field

from crossdock.accounts.model import Account
from crossdock.actions.log_store import succeeded
from crossdock.api.wire import Body
from crossdock.api.wire_logs import SOURCES
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.pool import Row
from crossdock.kernel.clock import iso

LARGEST_PAGE: Final = 100
MOST_PAGES: Final = 1_000
MOST_NAMES: Final = 200
_NO_REPLY: Final = 502


def _parted(given: Any) -> Any:
    """Take a comma list, or a single number, where a list belongs."""
    if isinstance(given, str):
        return [word.strip() for word in given.split(",") if word.strip()]
    return [given] if isinstance(given, int) else given


Names = Annotated[Annotated[list[str], Field(max_length=MOST_NAMES)] | None, BeforeValidator(_parted)]
Status = Annotated[int, Field(ge=0, le=999)]
Statuses = Annotated[Annotated[list[Status], Field(max_length=MOST_NAMES)] | None, BeforeValidator(_parted)]


class StepsAsked(Body):
    """What `POST /logs/steps` takes; lists may come as comma lists, and nothing leaves nothing out."""

    action_run_ids: Names = None
    account_ids: Names = None
    connector_keys: Names = None
    action_ids: Names = None
    http_methods: Names = None
    status_codes: Statuses = None
    success: bool | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    page: int = Field(default=1, ge=1, le=MOST_PAGES)
    page_size: int = Field(default=25, ge=1, le=LARGEST_PAGE)


class _Told(BaseModel):
    """What a run and each of its steps tell alike."""

    action_run_id: str
    event_time: str
    start_time: str
    end_time: str
    duration_ms: int
    project_id: str
    account_id: str
    connector_key: str
    action_id: str
    success: bool
    status_code: int
    cause: str | None = None


class Run(_Told):
    """One run of an action; owner, mode and profile are the account's of now, and absent once it is deleted."""

    log_id: str
    log_type: Literal["action"] = "action"
    connector_owner: str
    connector_profile_id: str | None = None
    mode: str | None = None
    http_method: str | None = None
    url: str | None = None
    source_type: str
    source_id: str
    source_value: str
    auth_type: str | None = None
    auth_id: str | None = None
    agent_id: str | None = None
    ip_address: str | None = None
    is_background: bool
    origin_owner_id: str | None = None
    origin_owner_name: str | None = None
    category: str
    effect: str


class RunStep(_Told):
    """One exchange of a run; `step_index` counts from 0, `message` says why it failed."""

    log_type: Literal["step"] = "step"
    step_index: int
    step_id: str
    step_function_name: Literal["request"] = "request"
    step_iterations: int = 1
    http_method: str
    url: str
    skipped: bool = False
    message: str | None = None


class PageAsked(BaseModel):
    """Which page this is."""

    page: int
    page_size: int


class RunSteps(BaseModel):
    """Some steps, the newest first; `total` is null where there are over 100,000."""

    data: list[RunStep]
    query: PageAsked
    total: int | None


def run(row: Row, *, catalogue: Catalogue, account: Account | None) -> Run:
    """Tell a run of an action, with what is known of its account."""
    kind, _, name = row["actor"].partition(":")
    return Run(
        **_common(row),
        log_id=row["id"],
        action_run_id=row["id"],
        connector_owner="crossdock",
        connector_profile_id=account.integration_id if account else None,
        mode=account.type if account else None,
        source_type=SOURCES.get(kind, "API"),
        source_id=name,
        source_value=row["actor"],
        auth_type="API_KEY" if kind == "key" else None,
        auth_id=name if kind == "key" else None,
        agent_id=name if kind == "agent" else None,
        ip_address=row["source_ip"],
        is_background=kind == "system",
        origin_owner_id=account.origin_owner_id if account else None,
        origin_owner_name=account.origin_owner_name if account else None,
        category=catalogue.get(row["connector_key"]).category,
        effect=row["effect"],
    )


def run_step(row: Row, *, index: int, catalogue: Catalogue) -> RunStep:
    """Tell a step, the ``index``-th of its run."""
    cause = catalogue.get(row["connector_key"]).causes.get(row["cause"] or "")
    return RunStep(
        **_common(row),
        action_run_id=row["call_id"],
        step_index=index,
        step_id=row["id"],
        message=f"{cause.title}. {cause.explanation}" if cause else None,
    )


def _common(row: Row) -> dict[str, Any]:
    began: datetime = row["created_at"]
    return {
        "event_time": iso(began),
        "start_time": iso(began),
        "end_time": iso(began + timedelta(milliseconds=row["duration_ms"])),
        "duration_ms": row["duration_ms"],
        "project_id": row["project_id"],
        "account_id": row["account_id"],
        "connector_key": row["connector_key"],
        "action_id": row["action"],
        "http_method": row["method"],
        "url": row["url"],
        "success": succeeded(row),
        "status_code": row["status"] or _NO_REPLY,
        "cause": row["cause"],
    }
