"""Agent keys: what an agent may reach is said when its key is made, and checked at every call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import NotFoundError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.projects import agent_store, keys, policy
from crossdock.projects.cache import KeyCache
from crossdock.projects.model import AgentGrant, AgentKey, Principal

CHANNEL: Final = "api_keys"
LONGEST: Final = timedelta(days=366)
_EFFECTS: Final = frozenset({"read", "write", "destructive"})
_GLOB: Final = re.compile(r"[a-z0-9_*?]{1,120}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKeys:
    """Makes, lists and revokes the keys of agents, and says for whom one speaks."""

    db: Database
    clock: Clock
    ids: Ids
    trail: Trail
    cache: KeyCache

    async def create(self, *, project_id: str, actor: str, name: str, grant: AgentGrant) -> tuple[AgentKey, Secret]:
        """Make a key and return it with its text, which nobody can see again; raise UnprocessableError naming a field.

        ``grant`` needs an owner and an end within 366 days; no accounts mean all of the owner's.
        """
        check(grant, now=self.clock.now())
        text = keys.mint(self.ids.random, region=keys.AGENT)
        key = AgentKey(
            id=self.ids.new("agk"),
            project_id=project_id,
            name=name.strip() or "Agent",
            prefix=keys.prefix(text),
            grant=grant,
            created_at=self.clock.now(),
            created_by=actor,
            last_used_at=None,
            revoked_at=None,
        )
        async with self.db.transaction() as conn:
            await agent_store.insert_agent_key(
                conn, project_id=project_id, key=key, secret_hash=keys.digest(text.reveal())
            )
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.AGENT_KEY_CREATED,
                subject=key.id,
                detail={"name": key.name, **told(grant)},
            )
        return key, text

    async def all(self, *, project_id: str) -> list[AgentKey]:
        """Return the project's agent keys, newest first, ended and revoked ones included."""
        async with self.db.connection() as conn:
            return await agent_store.list_agent_keys(conn, project_id=project_id)

    async def revoke(self, *, project_id: str, key_id: str, actor: str) -> AgentKey:
        """Revoke a key in every process at once; doing it twice changes nothing."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            key = await agent_store.revoke_agent_key(conn, project_id=project_id, key_id=key_id, at=now)
            if key is None:
                raise NotFoundError("There is no such agent key.", remedy="List the agent keys to find its id.")
            await self.db.notify(conn, CHANNEL, key_id)
            if key.revoked_at == now:
                await self.trail.record(
                    conn,
                    project_id=project_id,
                    actor=actor,
                    event=events.AGENT_KEY_REVOKED,
                    subject=key_id,
                    detail={"name": key.name},
                )
        self.cache.drop(key_id)
        return key

    async def authenticate(self, *, digest: bytes) -> Principal | None:
        """Return for whom a key speaks by its digest, None where it is unknown, revoked or at its end."""
        epoch, now = self.cache.epoch, self.clock.monotonic()
        known = self.cache.find(digest, now=now)
        if known is None:
            async with self.db.connection() as conn:
                key = await agent_store.use_agent_key(conn, secret_hash=digest, at=self.clock.now())
            if key is None:
                return None
            known = _principal(key)
            self.cache.put(digest, key_id=key.id, principal=known, epoch=epoch, now=now)
        ends_at = known.grant.ends_at if known.grant else None
        return known if ends_at is None or ends_at > self.clock.now() else None


def check(grant: AgentGrant, *, now: datetime) -> None:
    """Raise UnprocessableError naming each member of a grant that cannot be given out like this."""
    wrong = {
        "owner_id": not (grant.owner_id or "").strip(),
        "actions": not grant.actions or not all(_GLOB.fullmatch(glob) for glob in grant.actions),
        "effects": not grant.effects or not grant.effects <= _EFFECTS,
        "ends_at": grant.ends_at is None or not now < grant.ends_at <= now + LONGEST,
    }
    if any(wrong.values()):
        named = ", ".join(name for name, is_wrong in wrong.items() if is_wrong)
        raise UnprocessableError(
            f"An agent key cannot be bound like this: {named}.",
            remedy="Name an owner, actions such as *_list_*, effects, and an end within a year.",
            detail={"fields": [name for name, is_wrong in wrong.items() if is_wrong]},
        )


def told(grant: AgentGrant) -> dict[str, object]:
    """Return a grant as JSON and audit entries have it."""
    return {
        "owner_id": grant.owner_id,
        "accounts": sorted(grant.accounts),
        "actions": list(grant.actions),
        "effects": sorted(grant.effects),
        "ends_at": grant.ends_at,
        "may_request_links": grant.may_request_links,
    }


def granted(
    *,
    owner_id: str,
    accounts: Iterable[str],
    actions: Iterable[str],
    effects: Iterable[str],
    days: int,
    clock: Clock,
    may_request_links: bool = False,
) -> AgentGrant:
    """Return a grant as people ask for one: no actions mean all; it ends after ``days`` days."""
    return AgentGrant(
        owner_id=owner_id.strip(),
        accounts=frozenset(accounts),
        actions=tuple(actions) or ("*",),
        effects=frozenset(effects),
        ends_at=clock.now() + timedelta(days=days),
        may_request_links=may_request_links,
    )


def scopes_of(grant: AgentGrant) -> frozenset[str]:
    """Return a grant's scopes: requests of one's own are for those alone who are not bound to actions."""
    scopes = {"actions:read"} if "read" in grant.effects else set()
    scopes |= {"actions:write"} if grant.effects - {"read"} else set()
    scopes |= {"proxy"} if policy.is_any_action(grant) else set()
    return frozenset(scopes)


def _principal(key: AgentKey) -> Principal:
    return Principal(
        project_id=key.project_id, actor=f"agent:{key.id}", scopes=scopes_of(key.grant), grant=key.grant, name=key.name
    )
