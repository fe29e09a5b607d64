"""Apps that know the addresses of MCP 2025-03-26 alone, at the root of the host: the same doors, as well guarded."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from app import App, basic, posted
from app_scene import OWNER, Scene
from crossdock.consents import clients

ROOT = ""
ELSEWHERE = "https://elsewhere.example.com/mcp"


async def _registered(scene: Scene, **said: Any) -> tuple[App, dict[str, Any]]:
    app = App(scene.live, place=ROOT)
    answer = await app.register(**said)
    assert answer.status == 201, answer.text()
    return app, answer.json()


async def _code(scene: Scene, app: App) -> str:
    """Have the person let an app in that names no server."""
    answers = {"accounts": scene.account, "owner": OWNER}
    # The test's app leaves out what is None.
    answer = await app.let_in(scene.guest, answers=answers, owner=OWNER, resource=None)  # type: ignore[arg-type]
    return answer["code"]


async def test_an_app_gets_in_by_the_addresses_of_old(scene: Scene) -> None:
    """Registered, let in and given tokens at the root, without naming a server: they are for `/mcp`, and read alone."""
    app, _ = await _registered(scene)

    tokens = (await app.exchange(await _code(scene, app), resource=None)).json()
    listed = await app.tools(tokens["access_token"])
    renewed = await app.refresh(tokens["refresh_token"], resource=None)
    elsewhere = await scene.live.call("GET", "/accounts", headers={"authorization": f"Bearer {tokens['access_token']}"})

    assert (tokens["scope"], listed.status, renewed.status) == ("read", 200, 200)
    assert elsewhere.status == 403


async def test_the_person_reads_which_server_was_not_named(scene: Scene) -> None:
    """The page says what the app left out; one that names the server there is asked about as everywhere."""
    app, _ = await _registered(scene)

    unnamed = await scene.guest.get(app.address(owner=OWNER, resource=None))
    named = await scene.guest.get(app.address(owner=OWNER))

    assert f"{scene.live.url}/mcp" in unnamed.text
    assert "Go on only if you gave it this address." in unnamed.text
    assert named.status == 200
    assert "Go on only if you gave it this address." not in named.text


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"resource": ELSEWHERE}, "invalid_target"),
        ({"resource": ELSEWHERE, "unnamed": "yes"}, "invalid_target"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request_is_refused_there_too(scene: Scene, wrong: dict[str, str | None], word: str) -> None:
    """No other flow, no request without PKCE, and no token for another server."""
    app, _ = await _registered(scene)

    sight = await scene.guest.get(app.address(owner=OWNER, **{"resource": None, **wrong}))
    back = dict(parse_qsl(urlsplit(sight.link("Back to Order assistant")).query))

    assert sight.status == 400
    assert back == {"error": word, "state": "s-1", "iss": scene.live.url}


async def test_nobody_is_sent_to_an_address_that_was_not_named(scene: Scene) -> None:
    """A foreign address of return gets nothing, and the person reads why."""
    app, _ = await _registered(scene)

    sight = await scene.guest.get(app.address(resource=None, redirect_uri="https://elsewhere.example.com/callback"))

    assert sight.status == 400
    assert not any("elsewhere.example.com" in url for url in sight.links.values())


async def test_no_other_site_can_say_yes_and_none_frames_it(scene: Scene) -> None:
    """Without the session's form token, or from another site's page, nothing is allowed."""
    app, _ = await _registered(scene)
    sight = await scene.guest.get(app.address(owner=OWNER, resource=None))
    pairs = [pair for pair in sight.form("/dashboard/apps/allow").values if pair[0] != "accounts"]
    filled = [*pairs, ("accounts", scene.account), ("decision", "allow")]
    before = len(await scene.entries("app.allowed"))

    without = await posted(scene.guest, [pair for pair in filled if pair[0] != "csrf"])
    scene.guest.headers = {"origin": "https://elsewhere.example.com", "sec-fetch-site": "cross-site"}
    crossed = await posted(scene.guest, filled)

    assert (without, crossed) == ("status:403", "status:403")
    assert len(await scene.entries("app.allowed")) == before
    assert "frame-ancestors 'none'" in sight.headers["content-security-policy"]


async def test_a_code_works_once_wherever_it_is_brought(scene: Scene) -> None:
    """Used at the root and again at the other address, it ends everything: both lead to the same place."""
    app, _ = await _registered(scene)
    code = await _code(scene, app)

    first = await app.exchange(code, resource=None)
    again = await App(scene.live, app.client_id).exchange(code)
    after = await app.tools(first.json()["access_token"])

    assert (first.status, again.status, again.json()["error"]) == (200, 400, "invalid_grant")
    assert after.status == 401


@pytest.mark.parametrize(
    "said", [{"code_verifier": "w" * 64}, {"redirect_uri": "http://127.0.0.1:47831/other"}, {"resource": ELSEWHERE}]
)
async def test_a_code_fits_one_verifier_address_and_audience(scene: Scene, said: dict[str, str]) -> None:
    """A thief's code is worth nothing."""
    app, _ = await _registered(scene)

    refused = await app.exchange(await _code(scene, app), **{"resource": None, **said})

    assert refused.status == 400


async def test_an_app_with_a_secret_proves_itself(scene: Scene) -> None:
    """Without the secret, or with a wrong one, nothing is handed out."""
    app, registered = await _registered(scene, token_endpoint_auth_method="client_secret_basic")
    code = await _code(scene, app)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": registered["redirect_uris"][0],
        "code_verifier": "v" * 64,
    }

    bare = await app.exchange(code, resource=None)
    wrong = await app.send("/token", data=form, headers=basic(app.client_id, "cdas_wrong"))
    right = await app.send("/token", data=form, headers=basic(app.client_id, registered["client_secret"]))

    assert [answer.status for answer in (bare, wrong, right)] == [401, 401, 200]
    assert {answer.headers["cache-control"] for answer in (bare, wrong, right)} == {"no-store"}


async def test_registrations_are_counted_together(scene: Scene) -> None:
    """Who has registered twenty apps in an hour gets no more at the other address."""
    answers = [await App(scene.live, place="/oauth").register() for _ in range(clients.PER_ADDRESS)]
    refused = await App(scene.live, place=ROOT).register()

    assert {answer.status for answer in answers} == {201}
    assert refused.status == 429


@pytest.mark.parametrize("path", ["/token", "/register"])
async def test_programs_are_answered_as_at_the_other_address(scene: Scene, path: str) -> None:
    """Methods, preflights, broken and large requests: no cookie counts, and nothing differs."""
    async with aiohttp.ClientSession() as http:

        async def told(method: str, where: str, **given: Any) -> tuple[Any, ...]:
            async with http.request(method, scene.live.url + where, **given) as reply:
                shown = ("access-control-allow-origin", "access-control-allow-credentials", "cache-control")
                body = (await reply.read()) if method == "POST" else b""
                return (reply.status, body, *(reply.headers.get(name) for name in shown))

        asked: list[tuple[str, dict[str, Any]]] = [
            ("GET", {}),
            ("OPTIONS", {}),
            ("POST", {"data": b"{"}),
            ("POST", {"data": b"x" * 20_000}),
            ("POST", {"data": {"grant_type": "password"}}),
        ]
        pairs = [
            (await told(method, path, **given), await told(method, f"/oauth{path}", **given)) for method, given in asked
        ]

    assert all(root == other for root, other in pairs)
    assert [root[0] for root, _ in pairs][:2] == [404, 204]
