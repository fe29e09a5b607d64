"""The statements of projects, their keys, the people in them and their sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crossdock.db.pool import Connection, Row
from crossdock.projects.model import ApiKey, Person, Project, Role

# These find out which project is meant, or serve the operator, who owns them all.
ACROSS_PROJECTS = (
    "list_projects",  # the operator's command line
    "use_key",  # the key names its project
    "find_membership",  # the e-mail names the person, and the person the project
    "find_sign_in",  # the session names its project
    "touch_sign_in",  # found by the session's own digest
    "delete_sign_in",  # the same
    "lock_attempts",  # nobody has signed in yet
    "limiting_attempt",  # the same
    "insert_attempts",  # the same
    "delete_attempts",  # the same
    "sweep",  # what has expired, whoever's it is
)

_PROJECT = "id, name, allowed_origins, created_at"
_KEY = "id, project_id, name, prefix, scopes, created_at, created_by, last_used_at, revoked_at"
_PERSON = "people.id, memberships.project_id, people.email, people.name, memberships.role, people.created_at"


async def insert_project(conn: Connection, *, project_id: str, name: str, at: datetime) -> None:
    """Write a project."""
    await conn.execute("insert into projects (id, name, created_at) values ($1, $2, $3)", project_id, name, at)


async def read_project(conn: Connection, *, project_id: str) -> Project | None:
    """Return the project."""
    row = await conn.fetchrow(f"select {_PROJECT} from projects where id = $1", project_id)
    return Project(**row) if row else None


async def list_projects(conn: Connection) -> list[Project]:
    """Return every project, oldest first."""
    return [Project(**row) for row in await conn.fetch(f"select {_PROJECT} from projects order by created_at, id")]


async def write_origins(conn: Connection, *, project_id: str, origins: Sequence[str]) -> Project | None:
    """Set which origins may embed the hub."""
    row = await conn.fetchrow(
        f"update projects set allowed_origins = $2 where id = $1 returning {_PROJECT}", project_id, list(origins)
    )
    return Project(**row) if row else None


async def insert_key(conn: Connection, *, project_id: str, key: ApiKey, secret_hash: bytes) -> None:
    """Write a key: its digest, never its text."""
    await conn.execute(
        "insert into api_keys (id, project_id, name, prefix, secret_hash, scopes, created_at, created_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        key.id,
        project_id,
        key.name,
        key.prefix,
        secret_hash,
        list(key.scopes),
        key.created_at,
        key.created_by,
    )


async def list_keys(conn: Connection, *, project_id: str) -> list[ApiKey]:
    """Return the project's keys, revoked ones included, newest first."""
    rows = await conn.fetch(
        f"select {_KEY} from api_keys where project_id = $1 order by created_at desc, id desc", project_id
    )
    return [ApiKey(**row) for row in rows]


async def revoke_key(conn: Connection, *, project_id: str, key_id: str, at: datetime) -> ApiKey | None:
    """Mark a key as revoked, now or since long, and return it."""
    row = await conn.fetchrow(
        f"update api_keys set revoked_at = coalesce(revoked_at, $3) where project_id = $1 and id = $2 returning {_KEY}",
        project_id,
        key_id,
        at,
    )
    return ApiKey(**row) if row else None


async def use_key(conn: Connection, *, secret_hash: bytes, at: datetime) -> ApiKey | None:
    """Note that a key is used and return it, unless it is unknown or revoked."""
    row = await conn.fetchrow(
        f"update api_keys set last_used_at = $2 where secret_hash = $1 and revoked_at is null returning {_KEY}",
        secret_hash,
        at,
    )
    return ApiKey(**row) if row else None


async def insert_person(conn: Connection, *, project_id: str, person: Person, password_hash: str) -> bool:
    """Write a person and the membership; return False, writing nothing, where the e-mail is taken."""
    tag = await conn.execute(
        """
        with person as (
            insert into people (id, email, name, password_hash, created_at) values ($1, $2, $3, $4, $5)
            on conflict (email) do nothing returning id
        )
        insert into memberships (project_id, person_id, role, created_at) select $6, id, $7, $5 from person
        """,
        person.id,
        person.email,
        person.name,
        password_hash,
        person.created_at,
        project_id,
        person.role,
    )
    return tag == "INSERT 0 1"


async def list_people(conn: Connection, *, project_id: str) -> list[Person]:
    """Return the project's people, oldest first."""
    rows = await conn.fetch(
        f"select {_PERSON} from memberships join people on people.id = memberships.person_id"
        " where memberships.project_id = $1 order by people.created_at, people.id",
        project_id,
    )
    return [Person(**row) for row in rows]


async def write_password(conn: Connection, *, project_id: str, person_id: str, password_hash: str) -> bool:
    """Replace the password of a person of this project; return whether there is one."""
    tag = await conn.execute(
        """
        update people set password_hash = $3
        where id = $2 and exists (select from memberships where project_id = $1 and person_id = people.id)
        """,
        project_id,
        person_id,
        password_hash,
    )
    return tag == "UPDATE 1"


async def find_membership(conn: Connection, *, email: str) -> Row | None:
    """Return the person's columns and ``password_hash`` by e-mail, in the project joined first."""
    return await conn.fetchrow(
        f"select {_PERSON}, people.password_hash from people join memberships on memberships.person_id = people.id"
        " where people.email = $1 order by memberships.created_at limit 1",
        email,
    )


def person_of(row: Row) -> Person:
    """Return the person in a row that may hold further columns."""
    role: Role = row["role"]
    return Person(
        id=row["id"],
        project_id=row["project_id"],
        email=row["email"],
        name=row["name"],
        role=role,
        created_at=row["created_at"],
    )


async def insert_sign_in(
    conn: Connection,
    *,
    project_id: str,
    token_hash: bytes,
    person_id: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Write a person's session by the digest of its token."""
    await conn.execute(
        "insert into sign_ins (token_hash, person_id, project_id, created_at, seen_at, expires_at)"
        " values ($1, $2, $3, $4, $4, $5)",
        token_hash,
        person_id,
        project_id,
        at,
        expires_at,
    )


async def find_sign_in(conn: Connection, *, token_hash: bytes, at: datetime, seen_since: datetime) -> Row | None:
    """Return the person's columns, ``expires_at`` and ``seen_at`` of a session that is neither over nor idle."""
    return await conn.fetchrow(
        f"""
        select {_PERSON}, sign_ins.expires_at, sign_ins.seen_at from sign_ins
        join people on people.id = sign_ins.person_id
        join memberships on memberships.person_id = people.id and memberships.project_id = sign_ins.project_id
        where sign_ins.token_hash = $1 and sign_ins.expires_at > $2 and sign_ins.seen_at > $3
        """,
        token_hash,
        at,
        seen_since,
    )


async def touch_sign_in(conn: Connection, *, token_hash: bytes, at: datetime) -> None:
    """Note that a session was used."""
    await conn.execute("update sign_ins set seen_at = $2 where token_hash = $1", token_hash, at)


async def delete_sign_in(conn: Connection, *, token_hash: bytes) -> tuple[str, str] | None:
    """End a session; return its project and person where there was one."""
    row = await conn.fetchrow("delete from sign_ins where token_hash = $1 returning project_id, person_id", token_hash)
    return (row["project_id"], row["person_id"]) if row else None


async def delete_sign_ins(conn: Connection, *, project_id: str, person_id: str) -> None:
    """End every session of a person in this project."""
    await conn.execute("delete from sign_ins where project_id = $1 and person_id = $2", project_id, person_id)


async def lock_attempts(conn: Connection, *, subject: bytes) -> None:
    """Let nobody else count this subject's sign-in attempts until the transaction ends."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", subject)


async def limiting_attempt(conn: Connection, *, subject: bytes, since: datetime, allowed: int) -> datetime | None:
    """Return the attempt that must pass out of the window before another is allowed, or None where one is."""
    found: datetime | None = await conn.fetchval(
        "select at from sign_in_attempts where subject = $1 and at > $2 order by at desc offset $3 limit 1",
        subject,
        since,
        allowed - 1,
    )
    return found


async def insert_attempts(conn: Connection, *, subjects: Sequence[bytes], at: datetime) -> None:
    """Count an attempt for every subject."""
    await conn.execute("insert into sign_in_attempts (subject, at) select unnest($1::bytea[]), $2", list(subjects), at)


async def delete_attempts(conn: Connection, *, subject: bytes, at: datetime | None = None) -> None:
    """Forget a subject's attempts, or only the one of a moment."""
    await conn.execute(
        "delete from sign_in_attempts where subject = $1 and ($2::timestamptz is null or at = $2)", subject, at
    )


async def sweep(conn: Connection, *, ended: datetime, idle: datetime, attempts: datetime) -> None:
    """Delete sessions that ended or idled, and attempts that no limit counts any more."""
    await conn.execute("delete from sign_ins where expires_at <= $1 or seen_at <= $2", ended, idle)
    await conn.execute("delete from sign_in_attempts where at <= $1", attempts)
