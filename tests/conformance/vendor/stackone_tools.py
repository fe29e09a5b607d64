"""Uses a running hub through the unmodified stackone-ai and prints what it met as JSON, for `test_stackone_ai.py`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

_HUB, _KEY, _ACCOUNT = (os.environ[name] for name in ("HUB_URL", "API_KEY", "ACCOUNT"))
_kit = import_module("stackone_ai").StackOneToolSet
_refusal = import_module("stackone_ai.models").StackOneAPIError


def _opened(key: str = _KEY, **options: Any) -> Any:
    return _kit(api_key=key, base_url=_HUB, **options)


def _tools(**narrowed: Any) -> Any:
    return _opened().fetch_tools(account_ids=[_ACCOUNT], **narrowed)


def _rates() -> dict[str, Any]:
    """Ask for rates through the kit's function for LangChain, which sends null for all that is left out."""
    ask = next(one for one in _tools(actions=["easyship_list_rates"]).to_langchain())
    place = {"line_1": "1 Main St", "city": "New York", "state": "NY", "postal_code": "10001", "country_alpha2": "US"}
    person = {"contact_name": "Ada", "contact_phone": "+12125550100", "contact_email": "ada@shop.example"}
    sock = {"description": "Sock", "category": "fashion", "quantity": 1, "actual_weight": 1, "sku": "sock"}
    worth = {"declared_currency": "USD", "declared_customs_value": 10, "origin_country_alpha2": "US"}
    told: dict[str, Any] = ask.invoke(
        {
            "body_origin_address": {**place, **person},
            "body_destination_address": {**place, **person},
            "body_insurance": {"is_insured": False},
            "body_parcels": [{"items": [{**sock, **worth, "dimensions": {"length": 9, "width": 9, "height": 1}}]}],
        }
    )
    return told


def _refused(call: Callable[[], object]) -> dict[str, Any]:
    try:
        call()
    except _refusal as error:
        return {"status": error.status_code, "body": error.response_body}
    return {"status": 200}


def tools() -> dict[str, Any]:
    """Fetch the account's tools, all and narrowed, and see them as other kits would."""
    every = _tools()
    one = every.get_tool("easyship_list_shipments")
    return {
        "names": sorted(tool.name for tool in every),
        "inputs": sorted(one.parameters.properties),
        "described": all(tool.description for tool in every),
        "by_pattern": sorted(tool.name for tool in _tools(actions=["easyship_list_*"])),
        "by_connector": len(_tools(providers=["Easyship"])),
        "by_nobody": len(_tools(providers=["nobody"])),
        "for_openai": sorted({kind["type"] for kind in every.to_openai()}),
        "for_langchain": len(every.to_langchain()),
    }


def calls() -> dict[str, Any]:
    """Run tools, rightly and wrongly."""
    every = _tools()
    shipments = every.get_tool("easyship_list_shipments")
    elsewhere = shipments.model_copy()
    elsewhere.name = "easyship_fly_away"
    stranger = shipments.model_copy()
    stranger._api_key = "v1.local.nobody"
    return {
        "run": shipments.execute({}),
        "by_langchain": _rates(),
        "with_query": shipments.call(query_page_size=1),
        "unknown": _refused(lambda: elsewhere.execute({})),
        "wrong_key": _refused(lambda: stranger.execute({})),
        "other_account": _refused(lambda: shipments.execute({"headers_x-account-id": "acc_of_another"})),
        "broken": _refused(lambda: shipments.execute({"query_shipment_state": "lost"})),
    }


def searches() -> dict[str, Any]:
    """Find tools by what they do, here and on the hub, and let an agent find and run one."""
    hub, here = _opened(search={"method": "semantic"}), _opened(search={"method": "local"})
    agent = _opened(search={"method": "auto"}, execute={"account_ids": [_ACCOUNT]})
    wish = "list shipments"
    found = agent.execute("tool_search", {"query": wish, "top_k": 5})
    run = agent.execute("tool_execute", {"tool_name": "easyship_list_shipments", "parameters": {}})
    return {
        "hub": [tool.name for tool in hub.search_tools(wish, account_ids=[_ACCOUNT], top_k=3)],
        "here": [tool.name for tool in here.search_tools(wish, account_ids=[_ACCOUNT], top_k=3)],
        "rated": [[row.id, row.similarity_score] for row in hub.search_action_names(wish, top_k=3, min_similarity=0.0)],
        "agent_found": found["total"],
        "agent_ran": sorted(run),
    }


def feedback() -> dict[str, Any]:
    """Say what a tool was like."""
    kit = import_module("stackone_ai.feedback.tool").create_feedback_tool(_KEY, _ACCOUNT, _HUB)
    said: dict[str, Any] = kit.call(feedback="Quick", account_id=_ACCOUNT, tool_names=["easyship_list_shipments"])
    return said


if __name__ == "__main__":
    chosen = {"tools": tools, "calls": calls, "searches": searches, "feedback": feedback}
    sys.stdout.write(json.dumps({name: chosen[name]() for name in sys.argv[1:]}))
