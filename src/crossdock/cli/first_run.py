"""What the first start makes, and where it is kept so that the next start can show it again."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crossdock.cli.accounts import ACTOR
from crossdock.kernel.errors import CrossdockError
from crossdock.kernel.secret import Secret

if TYPE_CHECKING:
    from crossdock.projects.model import Project
    from crossdock.server import House

FILE: Final = "first-run.json"
EMAIL: Final = "owner@crossdock.localhost"
_PASSWORD_BYTES: Final = 15


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first project with what opens it; printed to the person who started Crossdock, and to nobody else.

    The password is None where the owner has changed it.
    """

    project_id: str
    email: str
    api_key: str = field(repr=False)
    password: str | None = field(repr=False)

    def document(self) -> dict[str, object]:
        """Return it as `crossdock up --json` prints it."""
        return {"api_key": self.api_key, "admin": {"email": self.email, "password": self.password}}


async def ensure(house: House, data_dir: Path) -> Welcome:
    """Return what the first start made, making what is missing or no longer opens anything."""
    kept = _read(data_dir / FILE)
    if kept is not None and await _opens(house, kept):
        await house.integrations.ensure_defaults(project_id=kept.project_id)
        known = kept.password and await house.projects.has_password(email=kept.email, password=Secret(kept.password))
        return kept if known else replace(kept, password=None)
    projects = await house.projects.list_projects()
    welcome = await (_again(house, projects[0]) if projects else create(house, name="My project", email=EMAIL))
    _write(data_dir / FILE, welcome)
    return welcome


async def create(house: House, *, name: str, email: str) -> Welcome:
    """Make a project, its owner with a random password, an API key that may do everything, and the integrations."""
    project = await house.projects.create_project(name=name, actor=ACTOR)
    return await _open_up(house, project, email)


async def _again(house: House, project: Project) -> Welcome:
    """Give a project whose first key is lost a new one, and its own owner a new password."""
    return await _open_up(house, project, EMAIL)


async def _open_up(house: House, project: Project, email: str) -> Welcome:
    password = Secret(house.ids.token("pw", _PASSWORD_BYTES).removeprefix("pw_"))
    people = {person.email: person for person in await house.projects.list_people(project_id=project.id)}
    if email in people:
        await house.projects.set_password(
            project_id=project.id, person_id=people[email].id, password=password, actor=ACTOR
        )
    else:
        await house.projects.create_person(
            project_id=project.id, email=email, name="Owner", password=password, role="owner", actor=ACTOR
        )
    _, key = await house.projects.create_key(project_id=project.id, actor=ACTOR, name="First key", scopes=["admin"])
    await house.integrations.ensure_defaults(project_id=project.id)
    return Welcome(project_id=project.id, email=email, api_key=key.reveal(), password=password.reveal())


async def _opens(house: House, welcome: Welcome) -> bool:
    with suppress(CrossdockError):
        return (await house.projects.authenticate_key(text=welcome.api_key)).project_id == welcome.project_id
    return False


def _read(path: Path) -> Welcome | None:
    try:
        document = json.loads(path.read_text())
        admin = document["admin"]
        return Welcome(
            project_id=document["project_id"],
            email=admin["email"],
            api_key=document["api_key"],
            password=admin["password"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, welcome: Welcome) -> None:
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"project_id": welcome.project_id} | welcome.document(), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
