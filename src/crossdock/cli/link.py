"""`crossdock link` and `crossdock init`: the first steps without the dashboard."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli import first_run, output, place
from crossdock.cli.accounts import operator
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId
from crossdock.kernel.errors import ConflictError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(link)
    app.command()(init)


def link(
    owner: Annotated[str, typer.Option("--owner", help="The id that your product has for the account's owner.")],
    owner_name: Annotated[str | None, typer.Option("--owner-name", help="The owner's name, for people.")] = None,
    provider: Annotated[str | None, typer.Option("--provider", help="Only this provider, such as easyship.")] = None,
    sandbox: Annotated[bool, typer.Option("--test", help="For a test account.")] = False,
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make a hosted link on which a person links an account."""
    from crossdock.linking.session import SessionRequest

    async def work() -> str:
        request = SessionRequest(
            origin_owner_id=owner,
            origin_owner_name=owner_name or owner,
            provider=provider,
            type="test" if sandbox else "production",
            channel="hosted",
        )
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            project_id = (await place.project(house, project)).id
            await house.integrations.ensure_defaults(project_id=project_id)
            return (await house.sessions.create(principal=operator(project_id), request=request)).url

    url = output.run(work())
    if json:
        output.emit({"url": url})
    else:
        output.say("Open this link, or send it to the person who owns the account:")
        output.out.print(url)


def init(
    email: Annotated[str, typer.Option("--email", help="The first owner's e-mail.")],
    name: Annotated[str, typer.Option("--name", help="The first project's name.")] = "Main",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make the first project, its owner and an API key, on a database that has none; `crossdock up` does it itself."""

    async def work() -> first_run.Welcome:
        async with place.house(place.read_settings(data_dir=data_dir), key="create") as house:
            if await house.projects.list_projects():
                raise ConflictError(
                    "This database has a project already.",
                    remedy="Make an API key with: crossdock api-keys create NAME",
                )
            return await first_run.create(house, name=name, email=email)

    welcome = output.run(work())
    if json:
        output.emit(welcome.document())
        return
    output.say("Shown this once; keep them safe:")
    output.facts({"API key": welcome.api_key, "E-mail": welcome.email, "Password": welcome.password})
