"""A house with accounts of two owners, apps that come by OAuth, and a person who answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from app import App
from guest import Guest, new_guest
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

OWNER = "app-owner"
OTHER = "other-owner"


@dataclass(frozen=True, slots=True)
class Scene:
    """A served house with an account of one owner and of another, and a person who is signed in."""

    live: Live
    account: str
    foreign: str
    guest: Guest

    async def app(self, **said: Any) -> App:
        """Register an app."""
        app = App(self.live)
        answer = await app.register(**said)
        assert answer.status == 201, answer.text()
        return app

    async def let_in(self, app: App, **said: str) -> str:
        """Have the person let an app in to the one account; return the code."""
        answer = await app.let_in(self.guest, answers={"accounts": self.account, "owner": OWNER}, owner=OWNER, **said)
        return answer["code"]

    async def tokens(self, app: App) -> dict[str, Any]:
        """Let an app in and get its tokens."""
        answer = await app.exchange(await self.let_in(app))
        assert answer.status == 200, answer.text()
        found: dict[str, Any] = answer.json()
        return found

    async def entries(self, event: str) -> list[Any]:
        """Return the trail's entries of one kind, newest first."""
        async with self.live.house.db.connection() as conn:
            found = await self.live.house.trail.entries(conn, project_id=self.live.tenant.project.id, limit=100)
        return [one for one in found if one.event == event]


@pytest_asyncio.fixture(scope="module")
async def app_accounts(shared_live: Live, easyship_twin_process: EasyshipTwin) -> tuple[str, str]:
    """Link an account of each owner, once."""
    tokens = [easyship_twin_process.integration(f"app {n}", scopes="all")["production_token"] for n in range(2)]
    return (
        await link_pasted(shared_live, tokens[0], owner=OWNER),
        await link_pasted(shared_live, tokens[1], owner=OTHER),
    )


@pytest_asyncio.fixture
async def scene(shared_live: Live, app_accounts: tuple[str, str]) -> AsyncIterator[Scene]:
    """Sign a person in; nobody has registered anything within the hour."""
    await _forget_registrations(shared_live)
    guest = new_guest(shared_live)
    await guest.sign_in(shared_live)
    yield Scene(shared_live, *app_accounts, guest)
    await guest.client.close()


async def _forget_registrations(live: Live) -> None:
    async with live.house.db.connection() as conn:
        await conn.execute("update oauth_clients set registered_from = null")
