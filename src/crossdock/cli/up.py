"""`crossdock up`: the command; what it does is in `starting`."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir
from crossdock.cli.serve import Host, Port


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    json: Json = False,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    no_twins: Annotated[bool, typer.Option("--no-twins", help="Talk to the real providers.")] = False,
    follow_twin_clock: Annotated[
        bool, typer.Option("--follow-twin-clock", help="Live in the twins' time, however it is turned.")
    ] = False,
) -> None:
    """Start Crossdock with its database and the twins; Ctrl-C stops everything, the next start finds it again."""
    from crossdock.cli import starting

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = place.read_settings(data_dir=data_dir, **chosen)
    # A person sits before it: readable lines, and only those that matter.
    calm = {"log_format": "console", "log_level": "warning"}
    settings = settings.model_copy(update={k: v for k, v in calm.items() if k not in settings.model_fields_set})
    output.run(
        starting.up(
            starting.Wishes(
                settings=settings,
                follow="always" if follow_twin_clock else "when_switched_on",
                twins=not no_twins,
                json=json,
            )
        )
    )
