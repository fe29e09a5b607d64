"""The agents' kit of StackOne (PyPI stackone-ai), unmodified, on this hub: only its base address differs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest_asyncio

from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

_ROOT = Path(__file__).resolve().parents[2]
_PYTHON = _ROOT / ".cache" / "vendor" / "bin" / "python"
_SCRIPT = Path(__file__).parent / "vendor" / "stackone_tools.py"


@pytest_asyncio.fixture(scope="module")
async def met(shared_live: Live, easyship_twin_process: EasyshipTwin) -> dict[str, Any]:
    """Let the kit do everything in one process of the environment that tools/vendor-client installs."""
    token = easyship_twin_process.integration("Kit", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner="kit")
    run = await asyncio.create_subprocess_exec(
        _PYTHON,
        _SCRIPT,
        *("tools", "calls", "searches", "feedback"),
        env={"HUB_URL": shared_live.url, "API_KEY": shared_live.tenant.key.reveal(), "ACCOUNT": account},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await asyncio.wait_for(run.communicate(), timeout=180)
    assert run.returncode == 0, complaint.decode()[-3000:]
    said: dict[str, Any] = json.loads(out)
    return {**said, "account": account}


def test_the_kit_gets_the_tools_of_a_read_only_account(met: dict[str, Any], shared_live: Live) -> None:
    """Every reading action of the connector is a tool with prefixed inputs, and no other one is."""
    actions = shared_live.house.catalogue.get("easyship").actions.values()
    told = met["tools"]

    assert told["names"] == sorted(one.name for one in actions if one.effect == "read")
    assert told["described"]
    assert told["inputs"]
    assert all(name.partition("_")[0] in {"path", "query", "body", "headers"} for name in told["inputs"])


def test_the_kit_narrows_and_converts_tools(met: dict[str, Any]) -> None:
    """Patterns and connectors leave out the rest; each tool becomes one of OpenAI's and one of LangChain's."""
    told = met["tools"]

    assert told["by_pattern"] == [name for name in told["names"] if name.startswith("easyship_list_")]
    assert (told["by_connector"], told["by_nobody"]) == (len(told["names"]), 0)
    assert (told["for_openai"], told["for_langchain"]) == (["function"], len(told["names"]))


def test_the_kit_runs_a_tool(met: dict[str, Any]) -> None:
    """An answer has its data, an input reaches the provider's query, and LangChain may pass an object and leave out."""
    assert isinstance(met["calls"]["run"]["data"], list)
    assert len(met["calls"]["with_query"]["data"]) <= 1
    assert met["calls"]["by_langchain"]["data"]


def test_the_kit_is_told_what_is_refused(met: dict[str, Any]) -> None:
    """An unknown tool, a wrong key, a wrong input and another account are errors with status and words."""
    calls = met["calls"]

    statuses = {name: calls[name]["status"] for name in ("unknown", "wrong_key", "other_account", "broken")}

    assert statuses == {"unknown": 404, "wrong_key": 401, "other_account": 400, "broken": 422}
    assert all(calls[name]["body"]["message"] for name in statuses)
    assert calls["other_account"]["body"]["code"] == "account_mismatch"
    assert "shipment_state" in calls["broken"]["body"]["message"]


def test_the_kit_finds_tools(met: dict[str, Any]) -> None:
    """Searches here and on the hub name real tools, the plainest first; an agent finds one and runs it."""
    found = met["searches"]

    assert set(found["hub"]) | set(found["here"]) <= set(met["tools"]["names"])
    assert "easyship_list_shipments" in found["hub"]
    assert "easyship_list_shipments" in found["rated"][0][0]
    assert [rating for _, rating in found["rated"]] == sorted((rating for _, rating in found["rated"]), reverse=True)
    assert found["agent_found"] >= 1
    assert "data" in found["agent_ran"]


async def test_the_kits_feedback_is_kept(met: dict[str, Any], shared_live: Live) -> None:
    """What the kit says of a tool can be read afterwards, with the account it was about."""
    told = (await shared_live.call("GET", "/ai/tool-feedback")).json()["data"]

    assert [(one["feedback"], one["account_id"]) for one in told] == [("Quick", met["account"])]
