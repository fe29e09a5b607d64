"""Which account an agent's call is for where it names none: the one that its key reaches, as things stand just now."""

from __future__ import annotations

from typing import Any

from agent import agent_key, asked
from crossdock.accounts.model import AccountChange
from crossdock.connectors.model import Effect
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

CATEGORIES = {"name": "easyship_list_item_categories", "arguments": {}}
READ: frozenset[Effect] = frozenset({"read"})
READ_WRITE: frozenset[Effect] = READ | {"write"}
TAG = {"name": "easyship_create_tag", "arguments": {"body": {"name": "warm"}}}


async def _told(live: Live, key: str, params: dict[str, Any]) -> str:
    """Call a tool without naming an account and return what came of it: an error's code, or ok."""
    answer = (await asked(live, "tools/call", params, authorization=f"Bearer {key}")).json()["result"]
    found = answer["structuredContent"]
    return str(found["error"]["code"]) if answer["isError"] else "ok"


async def test_the_only_account_is_known_until_it_changes(
    shared_live: Live, easyship_twin_process: EasyshipTwin
) -> None:
    """A warm call sees at once that its account was paused, widened, narrowed, joined by a second one, or deleted."""
    live, owner = shared_live, "one by one"
    tokens = [easyship_twin_process.integration(f"{owner} {n}", scopes="all")["production_token"] for n in range(2)]
    first = await link_pasted(live, tokens[0], owner=owner)
    key = await agent_key(live, owner_id=owner, effects=frozenset({"read", "write"}))
    accounts = live.house.accounts
    where = {"project_id": live.tenant.project.id, "account_id": first, "actor": "person:p"}

    seen = [await _told(live, key, CATEGORIES), await _told(live, key, CATEGORIES)]
    await accounts.pause(**where)
    seen.append(await _told(live, key, CATEGORIES))
    await accounts.resume(**where)
    seen.append(await _told(live, key, CATEGORIES))
    for effects in (READ_WRITE, READ):
        await accounts.change(**where, change=AccountChange(effects=effects))
        seen.append(await _told(live, key, TAG))
    second = await link_pasted(live, tokens[1], owner=owner)
    seen.append(await _told(live, key, CATEGORIES))
    for account in (second, first):
        await accounts.delete(**{**where, "account_id": account})
        seen.append(await _told(live, key, CATEGORIES))

    assert seen == [
        *("ok", "ok", "inactive", "ok"),
        *("ok", "effect_not_granted"),
        *("account_missing", "ok", "account_missing"),
    ]
