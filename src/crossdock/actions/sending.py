"""What a call needs before it is sent: its account's turn, and a live credential."""

from __future__ import annotations

from crossdock.actions.pacing import Pacer, Turn
from crossdock.actions.record import Errand, Record
from crossdock.connectors.model import Connector
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError
from crossdock.tokens.lease import Lease, Leases


async def ready(
    errand: Errand, *, connector: Connector, pacer: Pacer, leases: Leases, record: Record, clock: Clock
) -> tuple[Turn, Lease]:
    """Wait for the turn, which the caller ends, and return it with a lease; what gets neither leaves its line.

    Raises RateLimitedError, and what `Leases.lease` raises.
    """
    account = errand.account
    try:
        turn = await pacer.turn(account=account, connector=connector, request=errand.request, priority=errand.priority)
        try:
            return turn, await leases.lease(project_id=account.project_id, account_id=account.id)
        except BaseException:
            turn.over(clock)
            raise
    except CrossdockError as error:
        record.unsent(errand, error)
        raise
