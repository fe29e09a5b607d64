"""`crossdock keys`: the vault's keys, and their rotation while everything runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import typer

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir
from crossdock.kernel.clock import SystemClock
from crossdock.kernel.ids import Ids

if TYPE_CHECKING:
    from crossdock.vault.rotation import KeyStatus

_BACK_UP: Final = "Keep a copy apart from the database: without it nobody can open the stored credentials."

app = typer.Typer(help="Make, see and rotate the keys that seal every stored credential.", no_args_is_help=True)


@app.command("list")
def list_keys(data_dir: DataDir = None, json: Json = False) -> None:
    """List the vault's keys: their state, how many values each seals, and whether the key ring has it."""
    from crossdock.vault import rotation

    async def work() -> list[KeyStatus]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house, house.db.connection() as conn:
            return await rotation.status(conn, ring=house.ring)

    _tell(output.run(work()), json=json)


@app.command()
def create(data_dir: DataDir = None, json: Json = False) -> None:
    """Make the key ring of a new installation (mode 0600); never writes over one, and `crossdock up` does it itself."""
    from crossdock.vault.keys import KeyRing

    path = place.read_settings(data_dir=data_dir).key_file
    ring = KeyRing.create(path, ids=Ids(clock=SystemClock()))
    if json:
        output.emit({"path": str(path), "keys": ring.ids()})
        return
    output.out.print(f"The key ring was made: {path}", markup=False)
    output.say(_BACK_UP)


@app.command()
def status(data_dir: DataDir = None, json: Json = False) -> None:
    """Say whether the vault's keys are in order; ends with 1 where a key is missing or a rotation is unfinished."""
    from crossdock.vault import rotation

    async def work() -> list[KeyStatus]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house, house.db.connection() as conn:
            return await rotation.status(conn, ring=house.ring)

    keys = output.run(work())
    missing = [key.id for key in keys if not key.in_ring]
    unfinished = sum(key.sealed for key in keys if key.state == "retired")
    if json:
        output.emit({"ok": not missing and not unfinished, "missing": missing, "sealed_by_retired_keys": unfinished})
    elif missing:
        output.out.print(f"The key ring lacks {', '.join(missing)}. Restore it from your backup.")
    elif unfinished:
        output.out.print(f"{unfinished} values are still sealed with a retired key. Run: crossdock keys rotate")
    else:
        output.out.print("The vault's keys are in order.")
    if missing or unfinished:
        raise typer.Exit(code=1)


@app.command()
def rotate(data_dir: DataDir = None, json: Json = False) -> None:
    """Make a new key, seal everything with it, retire the old one. Safe while Crossdock runs; may be repeated."""
    from crossdock.vault import rotation

    settings = place.read_settings(data_dir=data_dir)

    async def work() -> list[KeyStatus]:
        async with place.house(settings) as house, output.working("Sealing everything with a new key"):
            return await rotation.rotate(house.db, ring=house.ring, ids=house.ids, progress=lambda _done: None)

    _tell(output.run(work()), json=json)
    output.say(f"Back the key ring up now: {settings.key_file}. Without it nobody can open the stored credentials.")


def _tell(keys: list[KeyStatus], *, json: bool) -> None:
    if json:
        output.emit({"keys": [asdict(key) for key in keys]})
        return
    output.table(
        columns=["KEY", "STATE", "SEALS", "IN THE RING", "MADE"],
        rows=[(key.id, key.state, key.sealed, "yes" if key.in_ring else "NO", key.created_at) for key in keys],
        empty="The vault has no key yet.",
    )
