"""Apps that come by OAuth, when somebody cheats: codes, tokens, addresses, forms, registrations."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app import REDIRECT, App, basic, posted
from app_scene import OWNER, Scene
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import UnauthenticatedError
from crossdock.kernel.secret import Secret
from crossdock.server import House, open_house
from guest import Guest, new_guest
from house import PASSWORD, Tenant, new_tenant


async def test_a_code_works_once_and_its_second_use_ends_everything(scene: Scene) -> None:
    """Whoever brings a code again gets nothing, and the tokens that it gave before are dead."""
    app = await scene.app()
    code = await scene.let_in(app)
    tokens = (await app.exchange(code)).json()
    before = await app.tools(tokens["access_token"])

    again = await app.exchange(code)
    after = await app.tools(tokens["access_token"])
    refreshed = await app.refresh(tokens["refresh_token"])

    assert before.status == 200
    assert (again.status, again.json()["error"]) == (400, "invalid_grant")
    assert after.status == 401
    assert refreshed.json()["error"] == "invalid_grant"
    assert (await scene.entries("app.revoked"))[0].detail["why"] == "code_reused"


async def test_of_many_who_bring_a_code_one_gets_tokens(scene: Scene) -> None:
    """Twenty exchanges of a code at once give one answer with tokens at most."""
    app = await scene.app()
    code = await scene.let_in(app)

    answers = await asyncio.gather(*(app.exchange(code) for _ in range(20)))

    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} == {200, 400}


@pytest.mark.parametrize(
    "said",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": None},
        {"redirect_uri": "http://127.0.0.1:47831/other"},
        {"redirect_uri": "https://elsewhere.example.com/callback"},
        {"resource": "https://elsewhere.example.com/mcp"},
        {"code": "cdac_" + "x" * 43},
    ],
)
async def test_a_code_fits_one_verifier_address_and_audience(scene: Scene, said: dict[str, str | None]) -> None:
    """A code with anything else beside it than it was made for gives nothing."""
    app, wrong = await scene.app(), dict(said)
    code = await scene.let_in(app)

    answer = await app.exchange(wrong.pop("code", None) or code, **wrong)

    assert answer.status == 400
    assert answer.json()["error"] in {"invalid_grant", "invalid_target"}
    assert "access_token" not in answer.text()


async def test_a_code_is_of_one_app(scene: Scene) -> None:
    """Another app that got hold of a code, verifier and all, gets nothing for it; nor does its owner afterwards."""
    app, thief = await scene.app(), await scene.app()
    code = await scene.let_in(app)

    stolen = await thief.exchange(code)
    own = await app.exchange(code)

    assert (stolen.status, stolen.json()["error"]) == (400, "invalid_grant")
    assert (own.status, own.json()["error"]) == (400, "invalid_grant")


async def test_a_code_lasts_a_minute(scene: Scene) -> None:
    """After 60 seconds a code gives nothing."""
    app = await scene.app()
    code = await scene.let_in(app)
    clock = scene.live.house.clock
    assert isinstance(clock, OffsetClock)

    clock.offset += timedelta(seconds=61)
    answer = await app.exchange(code)
    clock.offset -= timedelta(seconds=61)

    assert answer.json()["error"] == "invalid_grant"


async def test_an_app_gives_its_tokens_back(scene: Scene) -> None:
    """Whichever token an app returns, everything that it was allowed is over; another app's return changes nothing."""
    app, other = await scene.app(), await scene.app()
    tokens = await scene.tokens(app)

    foreign = await other.send("/oauth/revoke", data={"client_id": other.client_id, "token": tokens["access_token"]})
    between = await app.tools(tokens["access_token"])
    own = await app.send("/oauth/revoke", data={"client_id": app.client_id, "token": tokens["refresh_token"]})
    after = await app.tools(tokens["access_token"])
    unknown = await app.send("/oauth/revoke", data={"client_id": app.client_id, "token": "cdat_unknown"})

    assert (foreign.status, between.status, own.status, after.status, unknown.status) == (200, 200, 200, 401, 200)


async def test_a_person_ends_it_at_once(scene: Scene) -> None:
    """What somebody disconnects on the dashboard is refused by the next call, also where it was used just now."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    await app.tools(tokens["access_token"])
    newest = (await scene.live.house.consents.all(project_id=scene.live.tenant.project.id))[0]
    sure = await scene.guest.get(f"/dashboard/apps/{newest.id}/revoke")

    done = await scene.guest.submit(sure, "/revoke")
    after = await app.tools(tokens["access_token"])

    assert "The app is disconnected" in done.text
    assert after.status == 401
    assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_every_replica_hears_that_it_ended(scene: Scene) -> None:
    """A process that looked the token up a moment ago refuses it too, long before its memory would end."""
    app = await scene.app()
    token = (await scene.tokens(app))["access_token"]
    house, project = scene.live.house, scene.live.tenant.project.id
    async with open_house(house.settings, dsn=house.db.dsn, clock=house.clock) as replica:
        known = await replica.consents.authenticate(token=token)
        newest = (await house.consents.all(project_id=project))[0]

        await house.consents.revoke(project_id=project, app_id=newest.id, actor="person:test")
        refused = await _within_seconds(replica, token)

    assert known.actor == newest.actor
    assert refused


async def _within_seconds(replica: House, token: str) -> bool:
    """Tell whether a replica refuses a token within ten seconds, a third of the time for which it keeps keys."""
    for _ in range(100):
        try:
            await replica.consents.authenticate(token=token)
        except UnauthenticatedError:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_nobody_sees_or_ends_apps_of_another_project(scene: Scene) -> None:
    """Another project's owner finds no such app, and the app goes on."""
    app = await scene.app()
    token = (await scene.tokens(app))["access_token"]
    mine = (await scene.live.house.consents.all(project_id=scene.live.tenant.project.id))[0]
    other = await new_tenant(scene.live.house, f"Isle {app.client_id[-6:]}")
    guest = new_guest(scene.live)
    await guest.sign_in(replace(scene.live, tenant=other))

    page = await guest.get("/dashboard/apps")
    sure = await guest.get(f"/dashboard/apps/{mine.id}/revoke")
    csrf = dict(page.form("/dashboard/sign-out").values)["csrf"]
    done = await guest.post(f"/dashboard/apps/{mine.id}/revoke", [("csrf", csrf)])
    await guest.client.close()

    assert "No app yet" in page.text
    assert (sure.status, done.status) == (404, 404)
    assert (await app.tools(token)).status == 200


async def test_a_token_is_for_mcp_alone(scene: Scene) -> None:
    """The platform API, its proxy and its sessions know no such token, and a house at another address neither."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    elsewhere = replace(scene.live.house.consents, audience="https://elsewhere.example.com/mcp")
    elsewhere.cache.drop("")

    answers = [
        await scene.live.call(method, path, data=data, key=Secret(tokens["access_token"]))
        for method, path, data in (
            ("GET", "/accounts", None),
            ("POST", "/actions/rpc", {"action": "easyship_list_shipments"}),
            ("GET", "/proxy/2024-09/shipments", None),
            ("POST", "/connect_sessions", {"origin_owner_id": "o", "origin_owner_name": "o"}),
        )
    ]
    with pytest.raises(UnauthenticatedError):
        await elsewhere.authenticate(token=tokens["access_token"])

    assert {answer.status for answer in answers} == {401}
    assert (await app.tools(tokens["access_token"])).status == 200


async def test_a_refresh_token_opens_nothing(scene: Scene) -> None:
    """A refresh token, a code and a client id are no access tokens."""
    app = await scene.app()
    tokens = await scene.tokens(app)

    answers = [await app.tools(text) for text in (tokens["refresh_token"], app.client_id, await scene.let_in(app))]

    assert {answer.status for answer in answers} == {401}


async def test_an_app_reaches_what_was_ticked_and_nothing_else(scene: Scene) -> None:
    """An account of another owner looks as if it were not there, and reading is all that it may."""
    app = await scene.app()
    token = (await scene.tokens(app))["access_token"]

    foreign = await _call(app, token, account=scene.foreign, name="easyship_list_item_categories")
    writing = await _call(app, token, account=scene.account, name="easyship_delete_product")

    assert foreign.status == 404
    assert writing.json()["result"]["structuredContent"]["error"]["code"] in {"agent_effect", "missing_scope"}


async def test_the_trail_names_app_client_and_tool(scene: Scene) -> None:
    """Consent, token and call stand in the trail; the call's actor holds the app's id, and no entry holds a secret."""
    app = await scene.app()
    tokens = await scene.tokens(app)

    await _call(app, tokens["access_token"], account=scene.account, name="easyship_list_item_categories")
    called, issued, allowed = [
        (await scene.entries(one))[0] for one in ("agent.called", "app.token.issued", "app.allowed")
    ]

    assert called.actor.startswith(f"oauth:{app.client_id}:app_")
    assert issued.actor == called.actor
    assert allowed.actor == f"person:{scene.live.tenant.owner.id}"
    assert allowed.detail["accounts"] == [scene.account]
    assert allowed.detail["effects"] == ["read"]
    assert not any(
        token in str((called, issued, allowed)) for token in (tokens["access_token"], tokens["refresh_token"])
    )


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:47831/callback/",
        "http://127.0.0.1:47831/callback?x=1",
        "http://127.0.0.1.example.com/callback",
        "http://user@127.0.0.1:47831/callback",
        "https://127.0.0.1:47831/callback",
        "https://elsewhere.example.com/callback",
        "//elsewhere.example.com",
        "javascript:alert(1)",
    ],
)
async def test_nobody_is_sent_to_an_address_that_was_not_named(scene: Scene, address: str) -> None:
    """An answer goes to the registered address alone; for any other the person gets a page and no redirect."""
    app = await scene.app()

    sight = await scene.guest.get(app.address(redirect_uri=address, owner=OWNER))
    sent = await posted(scene.guest, await _filled(scene, app, redirect_uri=address))

    assert sight.status == 400
    assert not any("elsewhere" in form.action for form in sight.forms)
    assert address not in sight.links.values()
    assert sent == "status:400"


async def test_on_this_machine_the_port_may_differ(scene: Scene) -> None:
    """A program on the loopback takes a port as it comes (RFC 8252, 7.3)."""
    app = await scene.app(redirect_uris=["http://localhost/callback", "http://[::1]/callback"])

    answer = await app.let_in(
        scene.guest,
        answers={"accounts": scene.account},
        owner=OWNER,
        redirect_uri="http://[::1]:51234/callback",
    )

    assert answer["code"]
    assert answer["iss"] == scene.live.url


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"resource": None}, "invalid_target"),
        ({"resource": "https://elsewhere.example.com/mcp"}, "invalid_target"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request_is_answered_by_a_page(scene: Scene, wrong: dict[str, str | None], word: str) -> None:
    """The person reads what is wrong and may go back to the app, which learns it in OAuth's words; no redirect."""
    app = await scene.app()

    sight = await scene.guest.get(app.address(owner=OWNER, **wrong))
    back = dict(parse_qsl(urlsplit(sight.link("Back to Order assistant")).query))

    assert sight.status == 400
    assert back == {"error": word, "state": "s-1", "iss": scene.live.url}


async def test_what_comes_twice_is_refused(scene: Scene) -> None:
    """Two different values of one member are not chosen from."""
    app = await scene.app()

    sight = await scene.guest.get(app.address() + "&redirect_uri=https%3A%2F%2Felsewhere.example.com")

    assert sight.status == 400


async def test_no_page_of_it_can_be_framed(scene: Scene) -> None:
    """The page that decides is shown in a window of its own, and its form leads here or to the app alone."""
    app = await scene.app()

    sight = await scene.guest.get(app.address(owner=OWNER))
    policy = sight.headers["content-security-policy"]

    assert sight.status == 200
    assert "frame-ancestors 'none'" in policy
    assert sight.headers["x-frame-options"] == "DENY"
    assert "form-action 'self' http://127.0.0.1:47831;" in policy


async def test_no_other_site_can_say_yes(scene: Scene) -> None:
    """Without the session's form token, or from another site's page, nothing is allowed."""
    app = await scene.app()
    filled = await _filled(scene, app)
    before = len(await scene.entries("app.allowed"))

    without = await posted(scene.guest, [pair for pair in filled if pair[0] != "csrf"])
    scene.guest.headers = {"origin": "https://elsewhere.example.com", "sec-fetch-site": "cross-site"}
    crossed = await posted(scene.guest, filled)

    assert (without, crossed) == ("status:403", "status:403")
    assert len(await scene.entries("app.allowed")) == before


async def test_who_says_no_sends_the_app_away(scene: Scene) -> None:
    """A refusal goes back as access_denied, gives no code, and stands in the trail."""
    app = await scene.app()

    answer = await app.let_in(scene.guest, answers={"decision": "deny"}, owner=OWNER)

    assert answer == {"error": "access_denied", "state": "s-1", "iss": scene.live.url}
    assert (await scene.entries("app.denied"))[0].subject == app.client_id


async def test_signing_in_leads_back_to_the_question(scene: Scene) -> None:
    """Whoever is not signed in signs in first, and then sees what the app asks."""
    app = await scene.app()
    stranger = new_guest(scene.live)

    door = await stranger.get(app.address(owner=OWNER))
    sight = await stranger.submit(
        door, "/dashboard/sign-in", {"email": scene.live.tenant.owner.email, "password": PASSWORD}
    )
    await stranger.client.close()

    assert "Sign in" in door.text
    assert "Let Order assistant in?" in sight.text
    assert "The app chose this name. Nobody has checked it." in sight.text
    assert "127.0.0.1:47831" in sight.text


async def test_who_may_not_make_keys_lets_nobody_in(scene: Scene) -> None:
    """A member of the project sees that an admin has to decide."""
    house, tenant = scene.live.house, scene.live.tenant
    member = await house.projects.create_person(
        project_id=tenant.project.id,
        email="member@shop.example",
        name="Member",
        password=Secret(PASSWORD),
        role="member",
    )
    app, guest = await scene.app(), new_guest(scene.live)
    await guest.sign_in(replace(scene.live, tenant=replace(tenant, owner=member)))

    sight = await guest.get(app.address(owner=OWNER))
    sent = await posted(guest, [("decision", "allow")])
    await guest.client.close()

    assert sight.status == 403
    assert sent == "status:403"


async def test_nobody_gives_accounts_of_another_project(scene: Scene) -> None:
    """A person of another project finds neither owner nor account of this one, whatever the form says."""
    app, guest = await scene.app(), new_guest(scene.live)
    other: Tenant = await new_tenant(scene.live.house, f"Shop {app.client_id[-6:]}")
    await guest.sign_in(replace(scene.live, tenant=other))

    sight = await guest.get(app.address(owner=OWNER))
    wrong_owner = await posted(guest, [*(await _filled(scene, app, guest=guest)), ("accounts", scene.account)])
    mixed = await posted(scene.guest, [*(await _filled(scene, app)), ("accounts", scene.foreign)])
    await guest.client.close()

    assert "there is none yet" in sight.text
    assert wrong_owner in {"status:403", "status:404"}
    assert mixed == "status:422"


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
async def test_an_app_with_a_secret_proves_itself(scene: Scene, way: str) -> None:
    """A registered secret is asked for in the registered way, and no other way, nor none, will do."""
    app = App(scene.live)
    secret = (await app.register(token_endpoint_auth_method=way)).json()["client_secret"]
    codes = [await scene.let_in(app) for _ in range(3)]

    none = await app.exchange(codes[0])
    wrong = await app.exchange(codes[1], client_secret="cdcs_wrong")
    form = {"grant_type": "authorization_code", "code": codes[2], "redirect_uri": REDIRECT, "code_verifier": "v" * 64}
    if way == "client_secret_post":
        right = await app.token(client_secret=secret, **form)
    else:
        right = await app.send("/oauth/token", data=form, headers=basic(app.client_id, secret))

    assert (none.status, none.json()["error"]) == (401, "invalid_client")
    assert (wrong.status, wrong.json()["error"]) == (401, "invalid_client")
    assert right.status == 200, right.text()


async def test_no_secret_stands_in_the_database(scene: Scene) -> None:
    """Codes, tokens and client secrets are kept as digests."""
    app = App(scene.live)
    secret = (await app.register(token_endpoint_auth_method="client_secret_post")).json()["client_secret"]
    code = await scene.let_in(app)
    tokens = (await app.exchange(code, client_secret=secret)).json()

    async with scene.live.house.db.connection() as conn:
        said = [
            await conn.fetchval(f"select string_agg(t::text, ' ') from {table} as t")
            for table in ("oauth_clients", "oauth_grants", "oauth_codes", "oauth_tokens", "audit_entries")
        ]

    for text in (secret, code, tokens["access_token"], tokens["refresh_token"]):
        assert not any(text in (part or "") for part in said)


async def test_old_rows_are_swept(scene: Scene) -> None:
    """What nobody came for is gone after a day, what was used stays until its end and three months more."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    await scene.let_in(app)
    consents, clock = scene.live.house.consents, scene.live.house.clock
    assert isinstance(clock, OffsetClock)

    clock.offset += timedelta(days=2)
    await consents.sweep()
    async with scene.live.house.db.connection() as conn:
        waiting = await conn.fetchval("select count(*) from oauth_grants where begun_at is null")
        codes = await conn.fetchval("select count(*) from oauth_codes")
    renewed = await app.refresh(tokens["refresh_token"])
    clock.offset -= timedelta(days=2)

    assert (waiting, codes) == (0, 0)
    assert renewed.status == 200


async def _filled(scene: Scene, app: App, *, guest: Guest | None = None, **said: str) -> list[tuple[str, str]]:
    """Return the consent form filled in, with its token, whatever the page itself would have said."""
    whose = guest or scene.guest
    sight = await whose.get("/dashboard/apps")
    csrf = dict(sight.form("/dashboard/sign-out").values)["csrf"]
    asked = dict(parse_qsl(urlsplit(app.address(**said)).query))
    return [*asked.items(), ("csrf", csrf), ("owner", OWNER), ("accounts", scene.account), ("decision", "allow")]


async def _call(app: App, token: str, *, account: str, name: str) -> Any:
    headers = {
        "accept": "application/json, text/event-stream",
        "authorization": f"Bearer {token}",
        "x-account-id": account,
        "mcp-protocol-version": "2025-11-25",
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}}}
    return await app.send("/mcp", json=body, headers=headers)
