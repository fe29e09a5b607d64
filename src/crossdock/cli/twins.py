"""`crossdock twins`: the twins alone."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Final

import typer

from crossdock.cli import place
from crossdock.cli.place import DataDir

DEFAULT_PORT: Final = 8201


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(twins)


def twins(
    port: Annotated[
        int, typer.Option("--port", help="The first of three ports; 0 takes free ones.", min=0)
    ] = DEFAULT_PORT,
    data_dir: DataDir = None,
    memory: Annotated[bool, typer.Option("--memory", help="Keep nothing.")] = False,
    seed: Annotated[
        str, typer.Option("--seed", help="What new twins hold: small-shop, empty, 3pl, medium or large.")
    ] = "small-shop",
    no_rate_limit: Annotated[
        bool,
        typer.Option("--no-rate-limit", help="Let everybody ask as often as they like."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when ready.")] = False,
) -> None:
    """Run the twins alone: local stand-ins for Easyship and ShipHero, with a clock that can be turned."""
    folder = place.read_settings(data_dir=data_dir).data_dir / "twins"
    arguments = ["--memory"] if memory else ["--data-dir", str(folder)]
    if not memory:
        place.private_dir(folder)
    arguments += ["--seed", seed, *(["--no-rate-limit"] if no_rate_limit else []), *(["--json"] if json else [])]
    command = [sys.executable, "-m", "crossdock_twins", "--port", str(port), *arguments]
    os.execv(sys.executable, command)  # noqa: S606 - the twins take this process over: signals reach them directly
