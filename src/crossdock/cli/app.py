"""Puts the commands together, runs one, and turns what goes wrong into a message, a remedy and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

import crossdock
from crossdock.cli import (
    accounts,
    agent_keys,
    api_keys,
    apps,
    audit,
    doctor,
    keys,
    link,
    mcp,
    people,
    profiles,
    serve,
    twins,
    up,
)
from crossdock.cli.output import fail
from crossdock.kernel.errors import CrossdockError

OK: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 130

app = typer.Typer(
    name="crossdock",
    help="Crossdock links shipping and fulfilment accounts, keeps their credentials alive, and passes calls through.",
    no_args_is_help=True,
    # Rich tracebacks print local variables, and with them secrets.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (up, serve, twins, doctor, link, mcp):
    module.register(app)
for name, group in (
    ("accounts", accounts.app),
    ("api-keys", api_keys.app),
    ("agent-keys", agent_keys.app),
    ("apps", apps.app),
    ("people", people.app),
    ("profiles", profiles.app),
    ("keys", keys.app),
    ("audit", audit.app),
):
    app.add_typer(group, name=name)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"crossdock {crossdock.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Crossdock links shipping and fulfilment accounts, keeps their credentials alive, and passes calls through."""


def main() -> None:
    """Run the command line: 0 done, 1 failed (with a message and what to do), 2 wrong usage, 130 interrupted."""
    try:
        app()
    except CrossdockError as error:
        fail(error, as_json="--json" in sys.argv)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
