"""A change of the vault's keys in a process of its own, for tests that kill it: arguments are DSN and key ring."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from crossdock.db.pool import Database
from crossdock.kernel.ids import Ids
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing


async def main(dsn: str, ring: str) -> None:
    """Rotate in small batches and print how far it has come after each."""
    database = await Database.open(dsn, size=1)

    def progress(done: int) -> None:
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    await rotation.rotate(database, ring=KeyRing.load(Path(ring)), ids=Ids(), progress=progress, size=50)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
