"""What every service stands on: database, keys, the catalogue, the way out and the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crossdock.accounts.changes import Changes
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.jobs import Jobs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import Clock
from crossdock.kernel.ids import Ids
from crossdock.outbox.publish import Outbox
from crossdock.settings import Settings
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing
from crossdock.vault.store import Vault

KeySource = Literal["create", "require"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every service stands on."""

    settings: Settings
    clock: Clock
    ids: Ids
    db: Database
    jobs: Jobs
    ring: KeyRing
    vault: Vault
    egress: Egress
    catalogue: Catalogue
    trail: Trail
    changes: Changes
    outbox: Outbox


async def open_ground(settings: Settings, *, clock: Clock, db: Database, egress: Egress, key: KeySource) -> Ground:
    """Return the ground on an open database; refuse where the vault's key is missing or not this database's."""
    ids = Ids(clock=clock)
    async with db.connection() as conn:
        if key == "create":
            ring = await rotation.open_ring(conn, path=settings.key_file, ids=ids)
        else:
            ring = KeyRing.load(settings.key_file)
        await rotation.admit(conn, ring=ring, clock=clock)
    jobs = Jobs(dsn=db.dsn)
    return Ground(
        settings=settings,
        clock=clock,
        ids=ids,
        db=db,
        jobs=jobs,
        ring=ring,
        vault=Vault(ring, clock),
        egress=egress,
        catalogue=Catalogue.load(origin_rewrites=settings.origin_rewrites),
        trail=Trail(clock),
        changes=Changes(),
        outbox=Outbox(clock=clock, ids=ids, jobs=jobs),
    )


def private_origins(settings: Settings) -> frozenset[str]:
    """Return the origins on private addresses that may be called: those named, and those put in a provider's place."""
    return frozenset((*settings.allow_private_origins, *settings.origin_rewrites.values()))
