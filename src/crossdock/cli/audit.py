"""`crossdock audit`: whether anybody has touched the record of what happened."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId

if TYPE_CHECKING:
    from crossdock.audit.trail import Verdict

app = typer.Typer(help="Verify the audit trail.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Verify the audit trail."""


@app.command()
def verify(project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Recompute the hash chain of every project (or one); ends with 1 where an entry was changed or taken out."""

    async def work() -> dict[str, Verdict]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            every = [await place.project(house, project)] if project else await house.projects.list_projects()
            found = {}
            async with house.db.connection() as conn, output.working("Verifying"):
                for one in every:
                    found[one.id] = await house.trail.verify(conn, project_id=one.id)
            return found

    verdicts = output.run(work())
    sound = all(verdict.ok for verdict in verdicts.values())
    if json:
        projects = [{"project_id": name} | asdict(verdict) for name, verdict in verdicts.items()]
        output.emit({"ok": sound, "projects": projects})
    else:
        for name, verdict in verdicts.items():
            end = "in order" if verdict.ok else f"BROKEN at entry {verdict.broken_at}: {verdict.reason}"
            output.out.print(f"{name}: {verdict.checked} entries, {end}", markup=False)
            output.out.print(f"  head {verdict.head}", markup=False)
    if not sound:
        output.say("Compare with your backups: docs/guides/backup.md")
        raise typer.Exit(code=1)
