"""`crossdock profiles`: connector profiles, that is what linked accounts are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId

if TYPE_CHECKING:
    from crossdock.accounts.model import Integration

app = typer.Typer(help="See connector profiles; the dashboard and the API change them.", no_args_is_help=True)


@app.command("list")
def list_profiles(
    connector: Annotated[str | None, typer.Option("--connector", help="Only this connector's.")] = None,
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List the project's connector profiles in the order in which they were made."""

    async def work() -> list[dict[str, object]]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            if connector is not None:
                house.catalogue.get(connector)
            held = await house.integrations.list(project_id=owner.id)
            uses = await house.integrations.uses(project_id=owner.id)
        return [_document(one, accounts=uses.get(one.id, 0)) for one in held if connector in {None, one.connector_key}]

    found = output.run(work())
    if json:
        output.emit({"profiles": found})
        return
    output.table(
        columns=["ID", "CONNECTOR", "WAY", "NAME", "ENVIRONMENT", "MAY", "ACTIONS", "ACCOUNTS", "DEFAULT", "ACTIVE"],
        rows=[
            (
                one["id"],
                one["connector_key"],
                one["authentication_config_key"],
                one["name"],
                one["environment"],
                one["effects"],
                one["actions"],
                one["accounts"],
                "yes" if one["default"] else "no",
                "yes" if one["active"] else "no",
            )
            for one in found
        ],
        empty="There is no profile yet. Make one on the dashboard under Connectors.",
    )


@app.command()
def show(
    profile: Annotated[str, typer.Argument(help="The profile's id, as `crossdock profiles list` shows it.")],
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show one profile: its scopes, the actions that calls of its accounts may name, and its own application."""

    async def work() -> tuple[dict[str, object], list[str]]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            held = await house.integrations.get(project_id=owner.id, integration_id=profile)
            uses = await house.integrations.uses(project_id=owner.id)
            allowed = held.choice.of(house.catalogue.get(held.connector_key))
        return _document(held, accounts=uses.get(held.id, 0)), [action.name for action in allowed]

    found, allowed = output.run(work())
    if json:
        output.emit(found | {"allowed_actions": allowed})
        return
    output.facts(found)
    output.out.print()
    output.table(columns=["ALLOWED ACTION"], rows=[(name,) for name in allowed], empty="It allows no action.")


def _document(one: Integration, *, accounts: int) -> dict[str, object]:
    """Write a profile in the words of `/auth_configs`; secrets are only named."""
    return {
        "id": one.id,
        "name": one.name,
        "connector_key": one.connector_key,
        "authentication_config_key": one.auth_method,
        "environment": one.environment,
        "active": one.active,
        "default": one.is_default,
        "effects": sorted(one.effects),
        "actions": list(one.actions),
        "scopes": list(one.scopes),
        "setup": dict(one.setup),
        "secrets": list(one.setup_secrets),
        "accounts": accounts,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
