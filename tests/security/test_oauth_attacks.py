"""Attacks on signing in at a provider (RFC 9700): state, PKCE, issuer, and where people are sent back to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import pytest_asyncio

from crossdock.kernel.clock import OffsetClock
from crossdock.linking.oauth import challenge
from house import Answer, Live, new_tenant
from oauth_dance import Begun, Dance, changed
from twins import EasyshipTwin, fetch

ROUNDS = 20
CALLERS = 50
VERIFIER = "an-attacker-s-own-verifier-that-is-long-enough-0123456789"

Attack = Callable[[Dance, Begun], Awaitable[Answer]]


@pytest_asyncio.fixture(scope="module")
async def dance(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[Dance]:
    yield await Dance.prepare(shared_live, easyship_twin_process)


async def missing(dance: Dance, begun: Begun) -> Answer:
    return await dance.come_back(changed(await dance.allow(begun), state=None), begun.cookie)


async def empty(dance: Dance, begun: Begun) -> Answer:
    return await dance.come_back(changed(await dance.allow(begun), state=""), begun.cookie)


async def reused(dance: Dance, begun: Begun) -> Answer:
    """Spend the state on a refusal, then bring the code that was granted after all."""
    answer = await dance.allow(begun)
    await dance.come_back(changed(answer, code=None, error="access_denied"), begun.cookie)
    return await dance.come_back(answer, begun.cookie)


async def other_session(dance: Dance, begun: Begun) -> Answer:
    """Bring this session's answer with the cookie of another one."""
    other = await dance.begin()
    return await dance.come_back(await dance.allow(begun), other.cookie)


async def other_browser(dance: Dance, begun: Begun) -> Answer:
    return await dance.come_back(await dance.allow(begun), {})


async def forged_cookie(dance: Dance, begun: Begun) -> Answer:
    """Bring a cookie of the right name that another authorization got."""
    other = await dance.begin()
    return await dance.come_back(await dance.allow(begun), dict(zip(begun.cookie, other.cookie.values(), strict=True)))


async def other_project(dance: Dance, begun: Begun) -> Answer:
    """Bring the answer of another project's authorization into this browser."""
    tenant = await new_tenant(dance.live.house, f"Attacker {begun.attempt_id}")
    attacker = await Dance.prepare(dance.live, dance.twin, tenant)
    return await attacker.come_back(await attacker.allow(await attacker.begin()), begun.cookie)


async def expired(dance: Dance, begun: Begun) -> Answer:
    answer = await dance.allow(begun)
    clock = dance.live.house.clock
    assert isinstance(clock, OffsetClock)
    clock.offset += timedelta(minutes=10, seconds=1)
    try:
        return await dance.come_back(answer, begun.cookie)
    finally:
        clock.offset -= timedelta(minutes=10, seconds=1)


async def truncated(dance: Dance, begun: Begun) -> Answer:
    return await dance.come_back(changed(await dance.allow(begun), state=begun.state[:-1]), begun.cookie)


async def double_encoded(dance: Dance, begun: Begun) -> Answer:
    rest = urlencode(changed(await dance.allow(begun), state=None))
    twice = "".join(f"%25{ord(character):02X}" for character in begun.state)
    return await dance.come_back(f"{rest}&state={twice}", begun.cookie)


async def duplicated(dance: Dance, begun: Begun) -> Answer:
    answer = await dance.allow(begun)
    return await dance.come_back([*answer, ("state", begun.state)], begun.cookie)


async def before_consent(dance: Dance, begun: Begun) -> Answer:
    """Bring a made-up code before anybody has allowed anything."""
    answer = [("code", "made-up"), ("state", begun.state), ("iss", dance.twin.production)]
    return await dance.come_back(answer, begun.cookie)


async def swapped(dance: Dance, begun: Begun) -> Answer:
    """Put the code of one authorization beside the state of another, in one browser that holds both cookies."""
    other = await dance.begin()
    code = dict(await dance.allow(other))["code"]
    return await dance.come_back(changed(await dance.allow(begun), code=code), {**begun.cookie, **other.cookie})


STATE_ATTACKS = MappingProxyType(
    {
        attack.__name__: attack
        for attack in (
            missing,
            empty,
            reused,
            other_session,
            other_browser,
            forged_cookie,
            other_project,
            expired,
            truncated,
            double_encoded,
            duplicated,
            before_consent,
            swapped,
        )
    }
)
SPENT = frozenset({"before_consent", "swapped"})
"""Attacks that a right state accompanies: the exchange fails at the provider, and the state is used up."""


@pytest.mark.parametrize("name", list(STATE_ATTACKS))
async def test_no_answer_without_its_own_state_links(dance: Dance, name: str) -> None:
    """An answer whose state is not this browser's own, fresh and unused, gets no token and links nothing."""
    begun = await dance.begin()
    dance.twin.clear_journal()

    answer = await STATE_ATTACKS[name](dance, begun)

    assert await dance.linked(begun.session) == 0
    assert 200 not in dance.exchanges()
    if name in SPENT:
        assert (await dance.status(begun))[0] == "error"
    else:
        assert answer.status == 400
        assert dance.exchanges() == []


async def test_a_state_links_once(dance: Dance) -> None:
    """The right answer links; the very same address afterwards is refused."""
    begun = await dance.begin()
    answer = await dance.allow(begun)

    first = await dance.come_back(answer, begun.cookie)
    again = await dance.come_back(answer, begun.cookie)

    assert (first.status, first.headers["location"]) == (303, dance.done)
    assert again.status == 400
    assert await dance.status(begun) == ("authenticated", None)
    assert await dance.linked(begun.session) == 1


async def test_of_fifty_at_once_one_succeeds(dance: Dance) -> None:
    """The same answer fifty times at once: one goes through, the code is exchanged once, one account is linked."""
    for _ in range(ROUNDS):
        begun = await dance.begin()
        answer = await dance.allow(begun)
        dance.twin.clear_journal()

        replies = await asyncio.gather(*(dance.come_back(answer, begun.cookie) for _ in range(CALLERS)))

        assert Counter(reply.status for reply in replies) == {303: 1, 400: CALLERS - 1}
        assert dance.exchanges() == [200]
        assert await dance.linked(begun.session) == 1


async def test_a_foreign_attempt_is_not_taken_up(dance: Dance) -> None:
    """A window that names another session's attempt is refused, and that attempt goes on untouched."""
    begun = await dance.begin()
    stranger = await dance.session()

    refused = await dance.window(stranger, redirect_uri=dance.done, connection_attempt_id=begun.attempt_id)
    await dance.come_back(await dance.allow(begun), begun.cookie)

    assert refused.status == 404
    assert await dance.linked(begun.session) == 1
    assert await dance.linked(stranger) == 0


async def test_another_projects_way_of_signing_in_is_not_there(dance: Dance) -> None:
    """A window with another project's token opens neither this project's integration nor its attempt."""
    begun = await dance.begin()
    foreign = await new_tenant(dance.live.house, "Window Shop")
    body = {"origin_owner_id": "theirs", "origin_owner_name": "Theirs"}
    stranger = (await dance.live.call("POST", "/connect_sessions", data=body, key=foreign.key)).json()

    for more in ({}, {"connection_attempt_id": begun.attempt_id}):
        refused = await dance.window(stranger, redirect_uri=dance.done, **more)

        assert refused.status == 404
        assert {"location", "set-cookie"}.isdisjoint(refused.headers)
        assert dance.integration_id not in refused.text()


def _asked(begun: Begun) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(begun.authorize_url).query))


def _authorize(begun: Begun, **members: str | None) -> str:
    """Return the authorize address as an attacker on the way may have rewritten it."""
    return f"{begun.authorize_url.partition('?')[0]}?{urlencode(changed(list(_asked(begun).items()), **members))}"


PKCE: MappingProxyType[str, dict[str, str | None]] = MappingProxyType(
    {
        "missing": {"code_challenge": None, "code_challenge_method": None},
        "plain": {"code_challenge": VERIFIER[:43], "code_challenge_method": "plain"},
        "wrong": {"code_challenge": challenge(VERIFIER), "code_challenge_method": "S256"},
        "short": {"code_challenge": "abc", "code_challenge_method": "S256"},
        "downgraded": {"code_challenge_method": None},
    }
)


@pytest.mark.parametrize("name", list(PKCE))
async def test_a_code_without_our_challenge_is_worth_nothing(dance: Dance, name: str) -> None:
    """A code that was asked for without PKCE, with another method or another challenge, gives the hub no token."""
    begun = await dance.begin()
    members = PKCE[name]
    dance.twin.clear_journal()

    asked = await asyncio.to_thread(dance.person.visit, _path(_authorize(begun, **members)))
    refused = dict(parse_qsl(urlsplit(asked.reply.headers.get("location", "")).query))
    if "error" not in refused:
        answer = await dance.allow(begun, authorize_url=_authorize(begun, **members))
        await dance.come_back(answer, begun.cookie)
        assert await dance.status(begun) == ("error", "oauth_code")

    assert refused.get("error") in {None, "invalid_request"}
    assert 200 not in dance.exchanges()
    assert await dance.linked(begun.session) == 0


async def test_a_code_goes_with_its_own_verifier_only(dance: Dance) -> None:
    """A code of an earlier authorization of the same session is refused: its verifier is not used again."""
    session = await dance.session()
    first, second = await dance.begin(session), await dance.begin(session)
    code = dict(await dance.allow(first))["code"]

    await dance.come_back(changed(await dance.allow(second), code=code), second.cookie)

    assert (await dance.status(second))[0] == "error"
    assert await dance.linked(session) == 0


async def test_each_authorization_has_its_own_long_challenge(dance: Dance) -> None:
    """Every challenge is an S256 of its own, every state and cookie too, and none is shorter than 256 bits."""
    begun = [await dance.begin() for _ in range(5)]

    asked = [_asked(one) for one in begun]

    assert {one["code_challenge_method"] for one in asked} == {"S256"}
    assert {len(one["code_challenge"]) for one in asked} == {43}
    for secrets in ([one["code_challenge"] for one in asked], [one["state"] for one in asked]):
        assert len(set(secrets)) == len(begun)
    assert min(len(one["state"]) for one in asked) >= 43
    assert min(len(value) for one in begun for value in one.cookie.values()) >= 43


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


ISSUERS: MappingProxyType[str, Callable[[str], dict[str, str | None]]] = MappingProxyType(
    {
        "absent": lambda _: {"iss": None},
        "other": lambda _: {"iss": "https://auth.attacker.example"},
        "case": lambda iss: {"iss": iss.upper()},
        "trailing_slash": lambda iss: {"iss": f"{iss}/"},
        "error_without_issuer": lambda _: {"iss": None, "code": None, "error": "access_denied"},
        "error_of_another": lambda _: {"iss": "https://auth.attacker.example", "code": None, "error": "access_denied"},
    }
)


@pytest.mark.parametrize("name", list(ISSUERS))
async def test_an_answer_of_another_issuer_is_not_used(dance: Dance, name: str) -> None:
    """Where the provider promises to name itself, an answer without its exact name never reaches the token endpoint."""
    begun = await dance.begin()
    answer = await dance.allow(begun)
    dance.twin.clear_journal()

    await dance.come_back(changed(answer, **ISSUERS[name](dance.twin.production)), begun.cookie)
    again = await dance.come_back(answer, begun.cookie)

    assert await dance.status(begun) == ("error", "oauth_mixed_up")
    assert dance.exchanges() == []
    assert again.status == 400
    assert await dance.linked(begun.session) == 0


async def test_an_answer_at_another_provider_s_address_is_not_used(dance: Dance) -> None:
    """An answer that comes in at the callback of another connector is a mix-up."""
    begun = await dance.begin()
    answer = await dance.allow(begun)

    await dance.come_back(answer, begun.cookie, provider="shiphero")

    assert await dance.status(begun) == ("error", "oauth_mixed_up")
    assert await dance.linked(begun.session) == 0


def _variants(origin: str) -> list[str]:
    """Return forty addresses that look like one of an origin to some parser, and are not."""
    scheme, _, host = origin.partition("://")
    name, _, port = host.partition(":")
    other = "http" if scheme == "https" else "https"
    return [
        f"{origin}@evil.example/",
        f"{scheme}://user@{host}/",
        f"{scheme}://user:secret@{host}/",
        f"{scheme}://evil.example@{host}/",
        f"{scheme}://{host}%40evil.example/",
        f"{scheme}://{host}:x@evil.example/",
        f"//{host}/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example\\",
        f"{scheme}:\\\\{host}\\",
        f"{scheme}:{host}/",
        f"{scheme}:/{host}/",
        f"{scheme}:///{host}/",
        f"{origin}\\@evil.example/",
        f"{origin}/\\..\\evil",
        f"{scheme}://{host}.evil.example/",
        f"{scheme}://evil{host}/",
        f"{scheme}://sub.{host}/",
        f"{scheme}://{name}.:{port or 443}/",
        f"{scheme}://{name}:{int(port or 443) + 1}/",
        f"{scheme}://{name}:0/",
        f"{scheme}://{name}:{port or 443}0000/",
        f"{scheme}://{name}:/",
        f"{other}://{host}/",
        f"{scheme}://{name}\u3002evil.example/",
        f"{scheme}://{name}\uff0fevil.example/",
        f"{scheme}://\u0430{host[1:]}/",
        f"{origin}/\u202egnp",
        f" {origin}/",
        f"{origin}/ ",
        f"{scheme}://{host}\t.evil.example/",
        f"{origin}/\r\nset-cookie: a=b",
        f"https://evil.example/#{origin}/",
        f"https://evil.example/?{origin}/",
        f"javascript:alert(1)//{origin}/",
        "data:text/html,<script>alert(1)</script>",
        f"vbscript:{origin}",
        f"file://{host}/etc/passwd",
    ]


APP = "https://app.example.com"


@pytest.mark.parametrize("number", range(40))
async def test_a_window_ends_at_named_origins_only(dance: Dance, number: int) -> None:
    """A window's `redirect_uri` is of an origin that the session names, compared exactly, or nothing is begun."""
    session = await dance.session(allowed_origins=[APP])
    wanted = _variants(APP)[number]

    refused = await dance.window(session, redirect_uri=wanted)

    assert refused.status == 400, wanted
    assert "location" not in refused.headers
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("number", range(40))
async def test_people_go_back_to_named_origins_only(dance: Dance, number: int) -> None:
    """A session's `return_url` is of an origin that it names, compared exactly, or there is no session."""
    wanted = _variants(APP)[number]
    body = {"origin_owner_id": "a", "origin_owner_name": "A", "allowed_origins": [APP], "return_url": wanted}

    refused = await dance.live.call("POST", "/connect_sessions", data=body)

    assert refused.status == 400, wanted
    assert "token" not in refused.json()


@pytest.mark.parametrize("number", range(40))
async def test_the_provider_takes_the_registered_address_only(dance: Dance, number: int) -> None:
    """The address that the hub registers is exact: the provider sends nobody to a variant of it."""
    begun = await dance.begin()
    registered = _asked(begun)["redirect_uri"]
    origin, tail = registered[: registered.index("/", 8)], registered[registered.index("/", 8) :]
    wanted = _variants(origin)[number].rstrip("/") + tail

    page = await asyncio.to_thread(fetch, f"{dance.twin.production}{_path(_authorize(begun, redirect_uri=wanted))}")

    assert page.status == 400
    assert "location" not in page.headers


@pytest.mark.parametrize("path", ["/", "", "/done?from=hub", "/a/../b", "/%2e%2e/"])
async def test_any_page_of_a_named_origin_is_taken(dance: Dance, path: str) -> None:
    """Of a named origin any page will do, for the window as for the way back."""
    session = await dance.session(allowed_origins=[APP], return_url=f"{APP}{path}")

    begun = await dance.window(session, redirect_uri=f"{APP}{path}")

    assert begun.status == 303


@pytest.mark.parametrize("origin", ["*", "https://*", "https://app.example.com/", "app.example.com", "null", "data:"])
async def test_only_origins_are_allowed_origins(dance: Dance, origin: str) -> None:
    """A wildcard, a page or a bare host is not an origin, and no session is opened for it."""
    body = {"origin_owner_id": "a", "origin_owner_name": "A", "allowed_origins": [origin]}

    refused = await dance.live.call("POST", "/connect_sessions", data=body)

    assert refused.status == 422


async def test_the_projects_own_origins_serve_where_a_session_names_none(dance: Dance) -> None:
    """An origin that the project allows is good for every session that names none of its own."""
    projects, project = dance.live.house.projects, dance.tenant.project
    await projects.set_allowed_origins(project_id=project.id, origins=[APP], actor="system:cli")

    session = await dance.session(return_url=f"{APP}/done")
    begun = await dance.window(session, redirect_uri=f"{APP}/done")
    named = await dance.session(allowed_origins=["https://other.example.com"])
    refused = await dance.window(named, redirect_uri=f"{APP}/done")
    await projects.set_allowed_origins(project_id=project.id, origins=[], actor="system:cli")

    assert begun.status == 303
    assert refused.status == 400
