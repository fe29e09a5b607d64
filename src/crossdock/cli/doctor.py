"""`crossdock doctor`: looks the whole set-up over and names a command for whatever is wrong."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import typer
from rich.markup import escape

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir
from crossdock.kernel.errors import MisconfiguredError

if TYPE_CHECKING:
    from crossdock.cli.checks import Findings
    from crossdock.settings import Settings

_MARKS: Final = {"ok": "[green]ok[/]", "attention": "[yellow]look[/]", "wrong": "[bold red]WRONG[/]"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(data_dir: DataDir = None, json: Json = False) -> None:
    """Check settings, key, clock, database, migrations, worker and providers; ends with 1 where anything is wrong."""
    from crossdock.cli.checks import Findings
    from crossdock.telemetry import logs

    logs.configure(style="json", level="error")
    found = Findings()
    try:
        settings = place.read_settings(data_dir=data_dir)
    except MisconfiguredError as error:
        found.wrong("settings", error.message, command="env | grep ^CROSSDOCK_")
    else:
        output.run(_look(found, settings))
    if json:
        output.emit({"ok": found.sound, "findings": [asdict(finding) for finding in found.all]})
    else:
        _show(found)
    if not found.sound:
        raise typer.Exit(code=1)


async def _look(found: Findings, settings: Settings) -> None:
    from crossdock.cli import checks

    async with output.working("Looking"):
        checks.data_dir(found, settings)
        checks.port(found, settings, up=checks.in_use(settings.data_dir))
        async with checks.database(found, settings) as reached:
            if reached is not None:
                settings, conn = reached
                await checks.database_clock(found, conn)
                if await checks.migrations(found, settings):
                    await checks.vault_key(found, settings, conn)
                    await checks.worker(found, conn)
                    await checks.people(found, conn)
                    await checks.accounts(found, conn)
        await checks.providers(found, settings)


def _show(found: Findings) -> None:
    width = max(len(finding.check) for finding in found.all)
    for finding in found.all:
        mark = _MARKS[finding.level]
        output.out.print(f"{mark}{' ' * (7 - len(finding.level))}{finding.check.ljust(width)}  {escape(finding.text)}")
        if finding.command:
            output.out.print(f"{' ' * (9 + width)}→ {escape(finding.command)}")
    output.out.print("\nEverything is in order." if found.sound else "\nRun the commands after the arrows, then again.")
