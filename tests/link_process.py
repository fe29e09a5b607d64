"""What a process of its own does in the tests that kill one while it links: submits or comes back, and confirms.

Started as `python tests/link_process.py` by :class:`token_process.Processes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Effect
from crossdock.kernel.clock import OffsetClock
from crossdock.linking.session import Attempt, ConnectSession
from crossdock.server import House, open_house
from crossdock.settings import Settings
from token_process import main

READ: frozenset[Effect] = frozenset({"read"})


async def carry_out(order: Mapping[str, Any]) -> dict[str, Any]:
    """Link in a house of this process's own."""
    clock = OffsetClock(timedelta(seconds=order["offset"]))
    async with open_house(Settings(**order["settings"]), dsn=order["dsn"], clock=clock) as house:
        session = await house.sessions.authenticate(token=order["token"])
        attempt = await _tested(house, session, order)
        if attempt is None:
            return {"account_id": None}
        account = await house.linking.confirm(session=session, attempt_id=attempt.id, on_conflict="refuse")
    return {"account_id": account.id}


async def _tested(house: House, session: ConnectSession, order: Mapping[str, Any]) -> Attempt | None:
    if order["way"] == "form":
        return await house.linking.submit(
            session=session, integration_id=order["integration_id"], fields=order["fields"], effects=READ, test="wait"
        )
    if order["way"] == "window":
        await house.oauth.start(session=session, integration_id=order["integration_id"], effects=READ)
        return None
    params = [(name, value) for name, value in order["params"]]
    finished = await house.oauth.finish(provider="easyship", params=params, cookies=order["cookies"])
    await house.linking.drain()
    return await house.linking.get_attempt(session=session, attempt_id=finished.attempt.id)


if __name__ == "__main__":
    # Read once here, the definitions are at hand in every process that is forked from this one.
    Catalogue.load(origin_rewrites=Settings().origin_rewrites)
    main(carry_out)
