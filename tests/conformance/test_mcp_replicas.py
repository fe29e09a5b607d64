"""`tools/list` over replicas: processes of their own, on one database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agent import agent_key, asked
from crossdock.accounts.model import AccountChange
from crossdock.connectors.model import Effect
from crossdock.db.embedded import Embedded
from served_process import served
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin

EVERYTHING: frozenset[Effect] = frozenset({"read", "write", "destructive"})


async def test_two_processes_list_the_same_bytes(
    postgres: Embedded, postgres_dsn: str, easyship_twin_process: EasyshipTwin, tmp_path: Path
) -> None:
    """Two replicas, each with its own order of sets, give byte by byte the same answer to the same key."""
    easyship_twin_process.reset(seed="empty")
    origins = {"https://public-api.easyship.com": easyship_twin_process.production}
    async with (
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=tmp_path, origin_rewrites=origins) as live,
    ):
        token = easyship_twin_process.integration("replicas", scopes="all")["production_token"]
        account = await link_pasted(live, token, owner="replicas")
        change = AccountChange(effects=EVERYTHING)
        await live.house.accounts.change(
            project_id=live.tenant.project.id, account_id=account, change=change, actor="system:test"
        )
        key = await agent_key(live, owner_id="replicas", actions=("*_list_*", "*_create_*"), effects=EVERYTHING)

        bodies = []
        for seed in ("1", "2"):
            async with served(dsn, tmp_path, origins=origins, PYTHONHASHSEED=seed) as (url, _):
                there = replace(live, url=url)
                answer = await asked(there, "tools/list", authorization=f"Bearer {key}", x_account_id=account)
                bodies.append(answer.body)

    assert bodies[0] == bodies[1]
    assert bodies[0].count(b'"inputSchema"') > 30
