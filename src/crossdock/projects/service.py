"""Projects, their keys and their people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, NotFoundError, UnauthenticatedError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.projects import keys, policy, screening, sign_in, store
from crossdock.projects.agents import AgentKeys
from crossdock.projects.cache import KeyCache
from crossdock.projects.model import ApiKey, Person, Principal, Project, Role, SignIn
from crossdock.projects.origins import check as check_origins
from crossdock.projects.passwords import Passwords
from crossdock.projects.screening import ScreeningCache, Screenings
from crossdock.projects.sign_in import Doorkeeper

T = TypeVar("T")

CHANNEL: Final = "api_keys"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Projects:
    """Makes projects, keys and people, and says for whom a key or a session speaks."""

    db: Database
    clock: Clock
    ids: Ids
    trail: Trail
    passwords: Passwords = field(default_factory=Passwords)
    cache: KeyCache = field(default_factory=KeyCache)
    chosen: ScreeningCache = field(default_factory=ScreeningCache)

    async def follow(self) -> None:
        """Hear of revoked keys and changed screening from now on, whichever process did it; call once at the start."""
        await self.db.listen(CHANNEL, self.cache.drop)
        await self.db.listen(screening.CHANNEL, self.chosen.drop)

    async def create_project(self, *, name: str, actor: str = "system:cli") -> Project:
        """Make a project."""
        project = Project(id=self.ids.new("prj"), name=name.strip(), allowed_origins=(), created_at=self.clock.now())
        async with self.db.transaction() as conn:
            await store.insert_project(conn, project_id=project.id, name=project.name, at=project.created_at)
            await self.trail.record(
                conn,
                project_id=project.id,
                actor=actor,
                event=events.PROJECT_CREATED,
                subject=project.id,
                detail={"name": project.name},
            )
        return project

    async def get_project(self, *, project_id: str) -> Project:
        """Return the project, or raise NotFoundError."""
        async with self.db.connection() as conn:
            return _found(await store.read_project(conn, project_id=project_id), "project")

    async def list_projects(self) -> list[Project]:
        """Return every project, oldest first: for the operator, not for a tenant."""
        async with self.db.connection() as conn:
            return await store.list_projects(conn)

    async def set_allowed_origins(self, *, project_id: str, origins: Sequence[str], actor: str) -> Project:
        """Set which origins may embed the hub: https, or http on this machine; raise UnprocessableError for others."""
        check_origins(origins)
        async with self.db.transaction() as conn:
            changed = await store.write_origins(conn, project_id=project_id, origins=origins)
            project = _found(changed, "project")
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.PROJECT_ORIGINS_CHANGED,
                subject=project_id,
                detail={"origins": list(origins)},
            )
        return project

    async def create_key(
        self, *, project_id: str, actor: str, name: str, scopes: Iterable[str]
    ) -> tuple[ApiKey, Secret]:
        """Make a key and return it with its text, which nobody can see again."""
        granted = frozenset(scopes)
        policy.check_scopes(granted)
        text = keys.mint(self.ids.random)
        key = ApiKey(
            id=self.ids.new("key"),
            project_id=project_id,
            name=name.strip() or "API key",
            prefix=keys.prefix(text),
            scopes=sorted(granted),
            created_at=self.clock.now(),
            created_by=actor,
            last_used_at=None,
            revoked_at=None,
        )
        async with self.db.transaction() as conn:
            _found(await store.read_project(conn, project_id=project_id), "project")
            await store.insert_key(conn, project_id=project_id, key=key, secret_hash=keys.digest(text.reveal()))
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.KEY_CREATED,
                subject=key.id,
                detail={"name": key.name, "scopes": key.scopes},
            )
        return key, text

    async def list_keys(self, *, project_id: str) -> list[ApiKey]:
        """Return the project's keys, newest first, revoked ones included."""
        async with self.db.connection() as conn:
            return await store.list_keys(conn, project_id=project_id)

    async def revoke_key(self, *, project_id: str, key_id: str, actor: str) -> ApiKey:
        """Revoke a key in every process at once; doing it twice changes nothing."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            revoked = await store.revoke_key(conn, project_id=project_id, key_id=key_id, at=now)
            key = _found(revoked, "API key")
            await self.db.notify(conn, CHANNEL, key_id)
            if key.revoked_at == now:
                await self.trail.record(
                    conn,
                    project_id=project_id,
                    actor=actor,
                    event=events.KEY_REVOKED,
                    subject=key_id,
                    detail={"name": key.name},
                )
        self.cache.drop(key_id)
        return key

    async def authenticate_key(self, *, text: str) -> Principal:
        """Return for whom a key speaks; raise UnauthenticatedError, the same for every wrong key."""
        digest, epoch, now = keys.digest(text), self.cache.epoch, self.clock.monotonic()
        known = self.cache.find(digest, now=now)
        if known is not None:
            return known
        if not keys.well_formed(text):
            raise _unknown_key()
        if text.startswith(keys.AGENT):
            if (agent := await self.agents.authenticate(digest=digest)) is None:
                raise _unknown_key()
            return agent
        async with self.db.connection() as conn:
            key = await store.use_key(conn, secret_hash=digest, at=self.clock.now())
        if key is None:
            raise _unknown_key()
        principal = Principal(project_id=key.project_id, actor=f"key:{key.id}", scopes=frozenset(key.scopes))
        self.cache.put(digest, key_id=key.id, principal=principal, epoch=epoch, now=now)
        return principal

    async def create_person(
        self, *, project_id: str, email: str, name: str, password: Secret, role: Role, actor: str = "system:cli"
    ) -> Person:
        """Add a person to the project; raise ConflictError where the e-mail is taken."""
        person = Person(
            id=self.ids.new("per"),
            project_id=project_id,
            email=_email(email),
            name=name.strip(),
            role=role,
            created_at=self.clock.now(),
        )
        password_hash = await self.passwords.hash(password)
        async with self.db.transaction() as conn:
            _found(await store.read_project(conn, project_id=project_id), "project")
            if not await store.insert_person(conn, project_id=project_id, person=person, password_hash=password_hash):
                raise ConflictError("Somebody has this e-mail already.", remedy="Use another e-mail.")
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.PERSON_ADDED,
                subject=person.id,
                detail={"role": role},
            )
        return person

    async def list_people(self, *, project_id: str) -> list[Person]:
        """Return the project's people, oldest first."""
        async with self.db.connection() as conn:
            return await store.list_people(conn, project_id=project_id)

    async def set_password(self, *, project_id: str, person_id: str, password: Secret, actor: str) -> None:
        """Replace a person's password and end all sessions that the old one opened."""
        password_hash = await self.passwords.hash(password)
        async with self.db.transaction() as conn:
            written = await store.write_password(
                conn, project_id=project_id, person_id=person_id, password_hash=password_hash
            )
            _found(written or None, "person")
            await store.delete_sign_ins(conn, project_id=project_id, person_id=person_id)
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.PERSON_PASSWORD_CHANGED,
                subject=person_id,
                detail={},
            )

    async def change_password(
        self, *, project_id: str, person: Person, present: Secret, fresh: Secret, address: str
    ) -> None:
        """Replace a person's own password as :meth:`set_password` does, where they know the present one.

        A wrong one counts as a guess: raise UnauthenticatedError, RateLimitedError after too many of them.
        """
        at = self.clock.now()
        await self._doorkeeper().prove(email=person.email, password=present, address=address, at=at)
        await self.set_password(project_id=project_id, person_id=person.id, password=fresh, actor=f"person:{person.id}")

    async def has_password(self, *, email: str, password: Secret) -> bool:
        """Tell whether this is a person's password; for the operator of the machine, whose guesses nobody counts."""
        async with self.db.connection() as conn:
            row = await store.find_membership(conn, email=_email(email))
        return row is not None and await self.passwords.verify(password, row["password_hash"])

    async def sign_in(
        self, *, email: str, password: Secret, address: str, replaces: str | None = None
    ) -> tuple[SignIn, Secret, Secret]:
        """Return session, token and CSRF token: see :meth:`Doorkeeper.sign_in`; ``address`` is the client's IP."""
        return await self._doorkeeper().sign_in(email=email, password=password, address=address, replaces=replaces)

    async def current_sign_in(self, *, token: str) -> SignIn:
        """Return the session of a token, or raise UnauthenticatedError."""
        return await self._doorkeeper().authenticate(token=token)

    async def authenticate_sign_in(self, *, token: str) -> Principal:
        """Return for whom a session speaks, with the scopes of the person's role; raise UnauthenticatedError."""
        person = (await self.current_sign_in(token=token)).person
        return Principal(
            project_id=person.project_id,
            actor=f"person:{person.id}",
            scopes=policy.ROLES[person.role],
            role=person.role,
        )

    async def check_csrf(self, *, token: str, csrf: str) -> None:
        """Raise ForbiddenError unless ``csrf`` is the session's CSRF token (:func:`sign_in.csrf_token`)."""
        sign_in.check_csrf(token=token, csrf=csrf)

    async def sign_out(self, *, token: str) -> None:
        """End the session of a token."""
        await self._doorkeeper().sign_out(token=token)

    async def sweep(self) -> None:
        """Delete ended sessions and old guesses; a job runs it now and then."""
        await self._doorkeeper().sweep()

    @property
    def agents(self) -> AgentKeys:
        """The keys of agents."""
        return AgentKeys(db=self.db, clock=self.clock, ids=self.ids, trail=self.trail, cache=self.cache)

    @property
    def screening(self) -> Screenings:
        """How results are looked over before they are handed on."""
        return Screenings(db=self.db, clock=self.clock, trail=self.trail, cache=self.chosen)

    def _doorkeeper(self) -> Doorkeeper:
        return Doorkeeper(db=self.db, clock=self.clock, ids=self.ids, trail=self.trail, passwords=self.passwords)


def _found(thing: T | None, name: str) -> T:
    if thing is None:
        raise NotFoundError(f"There is no such {name}.", remedy=f"Check the id; list what there is to find the {name}.")
    return thing


def _unknown_key() -> UnauthenticatedError:
    return UnauthenticatedError(
        "The API key is not valid.", remedy="Check that it was copied whole, or make a new key on the dashboard."
    )


def _email(email: str) -> str:
    normal = sign_in.normal_email(email)
    if not _EMAIL.fullmatch(normal):
        raise UnprocessableError("This is not an e-mail address.", remedy="Write it as name@host.")
    return normal
