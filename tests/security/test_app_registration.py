"""Apps register themselves: what is refused, how a name is shown, and how many may come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from app import App
from crossdock.consents import clients
from crossdock.consents.errors import AppRefusedError
from crossdock.kernel.clock import OffsetClock
from guest import Guest, new_guest
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link one account, once."""
    token = easyship_twin_process.integration("registering", scopes="all")["production_token"]
    return await link_pasted(shared_live, token, owner="registering")


@pytest_asyncio.fixture
async def person(shared_live: Live, account: str) -> AsyncIterator[Guest]:
    """Sign a person in; nobody has registered anything within the hour."""
    assert account
    async with shared_live.house.db.connection() as conn:
        await conn.execute("update oauth_clients set registered_from = null")
    guest = new_guest(shared_live)
    await guest.sign_in(shared_live)
    yield guest
    await guest.client.close()


@pytest.mark.parametrize(
    "said",
    [
        {"redirect_uris": []},
        {"redirect_uris": None},
        {"redirect_uris": ["http://elsewhere.example.com/callback"]},
        {"redirect_uris": ["https://*.example.com/callback"]},
        {"redirect_uris": ["https://app.example.com/callback#part"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["https://user@app.example.com/"]},
        {"redirect_uris": [f"https://app.example.com/{n}" for n in range(11)]},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"grant_types": ["client_credentials"]},
        {"response_types": ["token"]},
        {"client_name": {"no": "text"}},
    ],
)
async def test_an_app_that_describes_itself_wrongly_is_not_registered(shared_live: Live, said: dict[str, Any]) -> None:
    """Wildcards, plain http elsewhere, fragments, other schemes and other flows are refused in RFC 7591's words."""
    answer = await App(shared_live).register(**said)

    assert answer.status == 400
    assert answer.json()["error"] in {"invalid_redirect_uri", "invalid_client_metadata"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{" + b" " * 20_000 + b"}"])
async def test_what_is_no_description_is_refused(shared_live: Live, body: bytes) -> None:
    """Nothing, a list, broken JSON and too much of it are refused."""
    answer = await App(shared_live).send("/oauth/register", data=body)

    assert answer.status == 400


async def test_an_apps_name_is_only_text(shared_live: Live, person: Guest) -> None:
    """Markup in a name is printed, and characters that nobody sees are taken out."""
    app = App(shared_live)
    await app.register(client_name="<img src=x onerror=alert(1)>\u202eCrossdock\u200b" + "x" * 200)

    sight = await person.get(app.address())

    assert "&lt;img" in sight.html
    assert "<img" not in sight.html
    assert "\u202e" not in sight.html
    assert "x" * 81 not in sight.html


async def test_a_name_that_is_made_to_look_like_another_is_pointed_at(shared_live: Live, person: Guest) -> None:
    """A Cyrillic letter among Latin ones is told to the person, what is hidden goes; nothing is said of other names."""
    forged, plain = App(shared_live), App(shared_live)
    named = await forged.register(client_name="\u0421l\u034fau\u3164de\U000e0141")
    await plain.register(client_name="Яндекс Assistant")

    warned, left = await person.get(forged.address()), await person.get(plain.address())

    assert named.json()["client_name"] == "\u0421laude"
    assert "different alphabets" in warned.html
    assert "different alphabets" not in left.html


@pytest.mark.usefixtures("person")
async def test_one_address_registers_twenty_apps_an_hour(shared_live: Live) -> None:
    """The twenty-first is asked to wait."""
    answers = [await App(shared_live).register() for _ in range(clients.PER_ADDRESS + 1)]

    assert {answer.status for answer in answers[:-1]} == {201}
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_registrations_do_not_pile_up(
    shared_live: Live, person: Guest, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too many apps wait for somebody, the oldest go; one that somebody let in stays."""
    used, idle = App(shared_live), App(shared_live)
    await used.register()
    await used.let_in(person, answers={"accounts": account})
    await idle.register()
    clock, known = shared_live.house.clock, shared_live.house.consents.clients
    assert isinstance(clock, OffsetClock)
    async with shared_live.house.db.connection() as conn:
        await conn.execute("delete from oauth_clients where allowed_at is null and id <> $1", idle.client_id)
    monkeypatch.setattr(clients, "MOST_IDLE", 1)

    clock.offset += timedelta(hours=2)
    second = await App(shared_live).register()
    third = await App(shared_live).register()
    clock.offset -= timedelta(hours=2)

    assert second.status == 201
    assert third.status == 429
    with pytest.raises(AppRefusedError):
        await known.find(client_id=idle.client_id)
    assert (await known.find(client_id=used.client_id)).id == used.client_id
