from __future__ import annotations

from datetime import timedelta

import pytest

from crossdock.audit import events
from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    UnauthenticatedError,
    UnprocessableError,
)
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.projects import keys
from crossdock.projects.model import ApiKey, Project
from crossdock.projects.service import Projects
from waiting import until

PASSWORD = Secret("correct horse battery")


async def make_key(projects: Projects, project: Project, *scopes: str) -> tuple[ApiKey, str]:
    key, text = await projects.create_key(
        project_id=project.id, actor="system:cli", name="CI", scopes=scopes or ("accounts:read",)
    )
    return key, text.reveal()


async def test_a_project_is_found_again(projects: Projects, project: Project) -> None:
    """What was created can be read, and another id is not there."""
    assert (await projects.get_project(project_id=project.id)).name == "One"
    assert [found.id for found in await projects.list_projects()] == [project.id]
    with pytest.raises(NotFoundError):
        await projects.get_project(project_id="prj_other")


async def test_origins_that_may_embed_the_hub(projects: Projects, project: Project) -> None:
    """Origins over https, and http ones of this machine, are kept as they are."""
    origins = ["https://app.example.com", "https://app.example.com:8443", "http://localhost:3000", "http://[::1]:5"]

    changed = await projects.set_allowed_origins(project_id=project.id, origins=origins, actor="person:1")

    assert list(changed.allowed_origins) == origins


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "http://app.example.com", "https://app.example.com/", "https://APP.example.com", "https://a b"],
)
async def test_what_is_no_origin_is_refused(projects: Projects, project: Project, origin: str) -> None:
    """Wildcards, paths, capital letters and plain http to others are refused, all at once."""
    with pytest.raises(UnprocessableError) as caught:
        await projects.set_allowed_origins(project_id=project.id, origins=[origin], actor="person:1")

    assert caught.value.detail == {"origins": [origin]}


async def test_a_key_speaks_for_its_project(projects: Projects, project: Project) -> None:
    """A new key leads to project, actor and scopes, and the database holds no part of its secret but the prefix."""
    key, text = await make_key(projects, project, "accounts:read", "proxy")

    principal = await projects.authenticate_key(text=text)

    assert (principal.project_id, principal.actor) == (project.id, f"key:{key.id}")
    assert principal.scopes == {"accounts:read", "proxy"}
    async with projects.db.connection() as conn:
        row = await conn.fetchval("select k::text from api_keys k")
    assert text not in row
    assert text[20:40] not in row


async def test_every_wrong_key_is_refused_alike(projects: Projects, project: Project, ids: Ids) -> None:
    """Malformed, mistyped, unknown and revoked keys get the same words."""
    key, text = await make_key(projects, project)
    await projects.revoke_key(project_id=project.id, key_id=key.id, actor="person:1")
    wrong = ["", "nonsense", text[:-1] + "x", keys.mint(ids.random).reveal(), text]

    told = set()
    for attempt in wrong:
        with pytest.raises(UnauthenticatedError) as caught:
            await projects.authenticate_key(text=attempt)
        told.add((caught.value.message, caught.value.remedy, caught.value.error_code))

    assert len(told) == 1


async def test_a_warm_key_asks_the_database_nothing(projects: Projects, project: Project) -> None:
    """The second time within thirty seconds the answer comes from memory."""
    _, text = await make_key(projects, project)
    await projects.authenticate_key(text=text)

    async with projects.db.connection() as conn:
        await conn.execute("alter table api_keys rename to api_keys_away")
        principal = await projects.authenticate_key(text=text)
        await conn.execute("alter table api_keys_away rename to api_keys")

    assert principal.project_id == project.id


async def test_a_revoked_key_is_dropped_in_every_process(
    projects: Projects, project: Project, database_url: str, clock: OffsetClock, ids: Ids
) -> None:
    """Another process that has the key in its memory hears of the revocation."""
    key, text = await make_key(projects, project)
    elsewhere = await Database.open(database_url, size=2)
    other = Projects(db=elsewhere, clock=clock, ids=ids, trail=projects.trail)
    await other.follow()
    await other.authenticate_key(text=text)

    await projects.revoke_key(project_id=project.id, key_id=key.id, actor="person:1")
    await until(lambda: not other.cache.known)

    with pytest.raises(UnauthenticatedError):
        await other.authenticate_key(text=text)
    await elsewhere.close()


async def test_a_key_looked_up_during_its_revocation_is_not_kept(projects: Projects, project: Project) -> None:
    """An answer that may be older than a revocation does not enter the memory."""
    key, text = await make_key(projects, project)
    principal = await projects.authenticate_key(text=text)
    epoch = projects.cache.epoch

    projects.cache.drop(key.id)
    projects.cache.put(b"digest", key_id=key.id, principal=principal, epoch=epoch, now=0.0)

    assert projects.cache.known == {}


async def test_keys_are_listed_without_their_text(projects: Projects, project: Project) -> None:
    """The list shows name, scopes, prefix, last use and revocation."""
    key, text = await make_key(projects, project)
    await projects.authenticate_key(text=text)
    await projects.revoke_key(project_id=project.id, key_id=key.id, actor="person:1")

    [listed] = await projects.list_keys(project_id=project.id)

    assert (listed.name, listed.prefix, list(listed.scopes)) == ("CI", text[:13], ["accounts:read"])
    assert listed.last_used_at is not None
    assert listed.revoked_at is not None


async def test_revoking_twice_is_one_revocation(projects: Projects, project: Project, clock: OffsetClock) -> None:
    """The second time changes neither the date nor the trail."""
    key, _ = await make_key(projects, project)
    first = await projects.revoke_key(project_id=project.id, key_id=key.id, actor="person:1")
    clock.offset += timedelta(hours=1)

    second = await projects.revoke_key(project_id=project.id, key_id=key.id, actor="person:2")

    async with projects.db.connection() as conn:
        entries = await projects.trail.entries(conn, project_id=project.id, subject=key.id)
    assert second.revoked_at == first.revoked_at
    assert [entry.event for entry in entries] == [events.KEY_REVOKED, events.KEY_CREATED]


async def test_a_key_of_another_project_cannot_be_revoked(projects: Projects, project: Project) -> None:
    """Foreign keys are not there."""
    key, text = await make_key(projects, project)
    other = await projects.create_project(name="Two")

    with pytest.raises(NotFoundError):
        await projects.revoke_key(project_id=other.id, key_id=key.id, actor="person:1")

    assert (await projects.authenticate_key(text=text)).project_id == project.id


async def test_a_key_needs_scopes_and_a_project(projects: Projects, project: Project) -> None:
    """Unknown scopes and unknown projects make no key."""
    with pytest.raises(InvalidRequestError):
        await projects.create_key(project_id=project.id, actor="system:cli", name="x", scopes=["root"])
    with pytest.raises(NotFoundError):
        await projects.create_key(project_id="prj_other", actor="system:cli", name="x", scopes=["admin"])


async def test_people_are_added_once(projects: Projects, project: Project) -> None:
    """An e-mail belongs to one person, however it is written."""
    made = await projects.create_person(
        project_id=project.id, email=" Ada@Example.com ", name="Ada", password=PASSWORD, role="admin"
    )

    with pytest.raises(ConflictError):
        await projects.create_person(
            project_id=project.id, email="ada@example.COM", name="Eve", password=PASSWORD, role="owner"
        )

    assert made.email == "ada@example.com"
    assert [person.name for person in await projects.list_people(project_id=project.id)] == ["Ada"]


@pytest.mark.parametrize(
    ("email", "password"), [("ada", "correct horse battery"), ("a@b", "short"), ("a@b", "x" * 257)]
)
async def test_a_person_needs_an_address_and_a_password(
    projects: Projects, project: Project, email: str, password: str
) -> None:
    """What is no e-mail, and passwords too short or too long, are refused without showing them."""
    with pytest.raises(UnprocessableError) as caught:
        await projects.create_person(
            project_id=project.id, email=email, name="Ada", password=Secret(password), role="admin"
        )

    assert password not in caught.value.message + caught.value.remedy
