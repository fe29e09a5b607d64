"""How a project has results screened: chosen on the dashboard, asked at every call, kept in memory between changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ForbiddenError
from crossdock.projects import screening_store as store
from crossdock.projects.model import Principal, Screening

CHANNEL: Final = "screening"
_SECONDS: Final = 30.0
_MOST: Final = 10_000
_USUAL: Final = Screening()


@dataclass(slots=True)
class ScreeningCache:
    """What was chosen, by project, for 30 s at most; a change drops it at once."""

    epoch: int = 0
    known: dict[str, tuple[Screening, float]] = field(default_factory=dict)

    def put(self, project_id: str, *, screening: Screening, epoch: int, now: float) -> None:
        """Keep a choice, unless something was dropped since ``epoch``: the look-up may be older than that."""
        if epoch != self.epoch:
            return
        if len(self.known) >= _MOST:
            self.known.clear()
        self.known[project_id] = (screening, now + _SECONDS)

    def drop(self, project_id: str) -> None:
        """Forget a project's, or everybody's for an empty id: notifications may have been missed."""
        self.epoch += 1
        self.known = {known: found for known, found in self.known.items() if project_id and known != project_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenings:
    """How each project screens."""

    db: Database
    clock: Clock
    trail: Trail
    cache: ScreeningCache

    async def of(self, *, project_id: str) -> Screening:
        """Return how a project screens; where nobody has chosen, agents' results are marked."""
        epoch, now = self.cache.epoch, self.clock.monotonic()
        known = self.cache.known.get(project_id)
        if known is not None and known[1] > now:
            return known[0]
        async with self.db.connection() as conn:
            found = await store.read_screening(conn, project_id=project_id) or _USUAL
        self.cache.put(project_id, screening=found, epoch=epoch, now=now)
        return found

    async def check_raw(self, *, principal: Principal) -> None:
        """Raise ForbiddenError where an agent would get a provider's answer unseen, though risky ones are kept back."""
        if principal.grant is None or (await self.of(project_id=principal.project_id)).mode != "block":
            return
        raise ForbiddenError(
            "Raw answers cannot be screened, and this project keeps risky results from agents.",
            remedy="Use an action instead, or let the project mark such results: Settings on the dashboard.",
            code="screening_shuts_proxy",
        )

    async def choose(self, *, project_id: str, screening: Screening, actor: str) -> None:
        """Keep how a project screens from now on, in every process."""
        async with self.db.transaction() as conn:
            await store.write_screening(
                conn, project_id=project_id, screening=screening, at=self.clock.now(), actor=actor
            )
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.PROJECT_SCREENING_CHANGED,
                subject=project_id,
                detail={
                    "mode": screening.mode,
                    "everyone": screening.everyone,
                    "classifier": screening.classifier,
                },
            )
            await self.db.notify(conn, CHANNEL, project_id)
        self.cache.drop(project_id)
