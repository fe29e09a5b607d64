"""What a process of its own does in the tests that kill one while it writes: runs one action under a key.

Started as `python tests/write_process.py` by :class:`token_process.Processes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crossdock.actions.model import ActionCall, Manner
from crossdock.connectors.catalogue import Catalogue
from crossdock.kernel.clock import OffsetClock
from crossdock.server import open_house
from crossdock.settings import Settings
from token_process import main


async def carry_out(order: Mapping[str, Any]) -> dict[str, Any]:
    """Write in a house of this process's own."""
    clock = OffsetClock(timedelta(seconds=order["offset"]))
    async with open_house(Settings(**order["settings"]), dsn=order["dsn"], clock=clock) as house:
        principal = await house.projects.authenticate_key(text=order["key"])
        call = ActionCall(action=order["action"], body=order["body"], manner=Manner(once=order["once"]))
        result = await house.calls.actions.run(principal=principal, account_id=order["account_id"], call=call)
    return {"found": result.found}


if __name__ == "__main__":
    # Read once here, the definitions are at hand in every process that is forked from this one.
    Catalogue.load(origin_rewrites=Settings().origin_rewrites)
    main(carry_out)
