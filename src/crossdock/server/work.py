"""What a worker does over a house: queued tasks, and the sweeps that look for more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from crossdock.db.jobs import Handler
from crossdock.server.house import House
from crossdock.worker import tasks
from crossdock.worker.tasks import Sweep

_SWEEPS: Final = {
    "schedule": 5.0,
    "outbox": 5.0,
    "linking": 60.0,
    "sign_ins": 600.0,
    "apps": 600.0,
    "events": 3600.0,
    "logs": 3600.0,
}


async def work(house: House, *, stop: asyncio.Event, kind: str) -> None:
    """Refresh, test, deliver and tidy up until ``stop`` is set; ``kind`` is the process's name in the heartbeat."""

    async def deliver(payload: Mapping[str, Any]) -> None:
        await house.deliverer.deliver(project_id=payload["project_id"], delivery_id=payload["delivery_id"])

    async def sweep_apps() -> None:
        await house.consents.sweep()
        await house.link_requests.sweep()

    looks: dict[str, Callable[[], Awaitable[object]]] = {
        "schedule": house.schedule.sweep,
        "outbox": house.deliverer.deliver_due,
        "linking": house.linking.sweep,
        "sign_ins": house.projects.sweep,
        "apps": sweep_apps,
        "events": house.deliverer.prune,
        "logs": house.calls.sweep,
    }
    handlers: dict[str, Handler] = {
        tasks.REFRESH_ACCOUNT: house.schedule.refresh_account,
        tasks.PROBE_ACCOUNT: house.schedule.probe_account,
        tasks.DELIVER_EVENT: deliver,
    }
    await tasks.run(
        jobs=house.jobs,
        tasks=handlers,
        sweeps=[
            *(Sweep(name=name, every=_SWEEPS[name], run=look) for name, look in looks.items()),
            *tasks.housekeeping(db=house.db, jobs=house.jobs, kind=kind),
        ],
        stop=stop,
    )
