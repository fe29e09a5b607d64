"""`crossdock people`: who can sign in to the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from crossdock.cli import output, place
from crossdock.cli.accounts import ACTOR
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId
from crossdock.kernel.errors import InvalidRequestError, NotFoundError
from crossdock.kernel.secret import Secret
from crossdock.projects.model import Role

if TYPE_CHECKING:
    from crossdock.projects.model import Person
    from crossdock.server import House

_BYTES = 15
_ROLES: tuple[Role, ...] = get_args(Role)
Email = Annotated[str, typer.Argument(help="The person's e-mail.")]

app = typer.Typer(help="See who can sign in to the dashboard, add people and set passwords.", no_args_is_help=True)


@app.command("list")
def list_people(project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """List who can sign in, oldest first."""

    async def work() -> list[Person]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            return await house.projects.list_people(project_id=(await place.project(house, project)).id)

    people = output.run(work())
    if json:
        output.emit({"people": [_document(one) for one in people]})
        return
    output.table(
        columns=["ID", "E-MAIL", "NAME", "ROLE", "ADDED"],
        rows=[(one.id, one.email, one.name or "-", one.role, one.created_at) for one in people],
        empty="Nobody can sign in yet. Add somebody with: crossdock people add EMAIL",
    )


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option("--name", help="The person's name.")] = "",
    role: Annotated[str, typer.Option("--role", help=f"One of {', '.join(_ROLES)}.")] = "member",
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Add a person and print a password for them, this once; they change it on the dashboard."""
    chosen = next((one for one in _ROLES if one == role), None)
    if chosen is None:
        raise InvalidRequestError(f"There is no role {role}.", remedy=f"Use one of {', '.join(_ROLES)}.")

    async def work() -> tuple[Person, Secret]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            password = _password(house)
            person = await house.projects.create_person(
                project_id=(await place.project(house, project)).id,
                email=email,
                name=name,
                password=password,
                role=chosen,
                actor=ACTOR,
            )
            return person, password

    _tell(*output.run(work()), json=json)


@app.command()
def password(email: Email, project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Set a new password for a person and print it, this once; they are signed out everywhere."""

    async def work() -> tuple[Person, Secret]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner, fresh = await place.project(house, project), _password(house)
            people = await house.projects.list_people(project_id=owner.id)
            person = next((one for one in people if one.email == email.strip().lower()), None)
            if person is None:
                raise NotFoundError("Nobody here has this e-mail.", remedy="See who there is: crossdock people list")
            await house.projects.set_password(project_id=owner.id, person_id=person.id, password=fresh, actor=ACTOR)
            return person, fresh

    _tell(*output.run(work()), json=json)


def _password(house: House) -> Secret:
    return Secret(house.ids.token("pw", _BYTES).removeprefix("pw_"))


def _tell(person: Person, fresh: Secret, *, json: bool) -> None:
    if json:
        output.emit(_document(person) | {"password": fresh.reveal()})
        return
    output.say("The password is shown this once. It can be changed on the dashboard, under Password:")
    output.facts({"E-mail": person.email, "Role": person.role, "Password": fresh.reveal()})


def _document(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "created_at": person.created_at,
    }
