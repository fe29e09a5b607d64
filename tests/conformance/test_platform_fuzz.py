"""Requests written from the API's own description, fitting and not: each is answered as it says, and nothing breaks."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crossdock.api import app
from crossdock.db.embedded import Embedded
from served_process import served
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin

pytestmark = pytest.mark.timeout(600)

PROVIDER = "https://public-api.easyship.com"
CASES, LONGEST_TARGET = 12, 60_000
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass(frozen=True, slots=True)
class Served:
    """A hub that serves, and the headers that open it: a key, a linked account, and a session of the hub."""

    url: str
    headers: dict[str, str]


@pytest_asyncio.fixture
async def hub(
    postgres: Embedded, postgres_dsn: str, easyship_twin: EasyshipTwin, tmp_path: Path
) -> AsyncIterator[Served]:
    """Serve over a database of its own, with an account whose provider is a twin."""
    origins = {PROVIDER: easyship_twin.production}
    async with fresh_database(postgres, postgres_dsn) as dsn:
        async with opened(dsn, data_dir=tmp_path, origin_rewrites=origins) as live:
            token = easyship_twin.integration("fuzz", scopes="all")["production_token"]
            account = await link_pasted(live, token, owner="fuzz")
            wanted = {"origin_owner_id": "fuzz", "origin_owner_name": "Fuzz", "provider": "easyship"}
            session = (await live.call("POST", "/connect_sessions", data=wanted)).json()["token"]
        key = base64.b64encode(f"{live.tenant.key.reveal()}:".encode()).decode()
        headers = {"authorization": f"Basic {key}", "x-account-id": account, "x-hub-session-token": session}
        async with served(dsn, tmp_path, origins=origins) as (url, _):
            yield Served(url, headers)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
async def test_every_operation_answers_as_it_says(hub: Served, mode: GenerationMode) -> None:
    """No answer has a status, a type or a body that the description does not know, and none is a fault of ours."""
    asked, failures = await asyncio.to_thread(_ask_everything, hub, mode)

    assert not failures, "\n\n".join(failures[:10])
    assert asked >= CASES * _operations() / 2


def _ask_everything(hub: Served, mode: GenerationMode) -> tuple[int, list[str]]:
    schema: Any = schemathesis.openapi.from_dict(app.document())
    schema.config.update(base_url=hub.url)
    failures: list[str] = []
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @seed(0)
        @settings(
            max_examples=CASES,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def answered(case: Any) -> None:
            nonlocal asked
            asked += 1
            response = case.call(headers=hub.headers)
            if len(response.request.path_url) < LONGEST_TARGET and (failure := _failure(response, case)):
                failures.append(f"{failure}\n{case.as_curl_command()}")

        answered()
    return asked, failures


def _failure(response: Any, case: Any) -> str:
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return "\n".join(str(each) for each in group.exceptions)
    return ""


def _operations() -> int:
    return sum(len(methods) for methods in app.document()["paths"].values())
