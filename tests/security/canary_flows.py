"""What people and programs do with secrets, well and badly, with everything that comes back kept for the hunt."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from crossdock.connectors import guide, requests
from crossdock.connectors.model import Effect
from crossdock.kernel.errors import CrossdockError
from crossdock.kernel.secret import Secret
from crossdock.linking.session import SessionRequest
from guest import Guest
from house import PASSWORD, Answer, Live
from oauth_dance import Dance
from receiver import Heard, answer
from security.canaries import Hunt
from twins import EasyshipTwin, ShipheroTwin

READ: frozenset[Effect] = frozenset({"read"})
LIST = {"easyship": "easyship_list_shipments", "shiphero": "shiphero_list_orders"}


def echo(heard: Heard, *, status: int) -> bytes:
    """Answer with everything that came in, as text, JSON and headers: what a careless provider does."""
    said = {"headers": heard.headers, "body": heard.body.decode(), "target": heard.target}
    authorization = heard.headers.get("authorization", "none")
    body = {
        "error": {"message": f"bad request: {authorization}", "details": [json.dumps(said)]},
        "raw": heard.body.decode(),
        "authorization": authorization,
        "errors": [{"message": f"token {authorization.partition(' ')[2]} is not valid"}],
        "base64": base64.b64encode(authorization.encode()).decode(),
        "url": f"/?{urlencode({'access_token': authorization.partition(' ')[2]})}",
    }
    text = json.dumps(body).encode()
    return answer(status, text, content_type="application/json", x_request_id=quote(authorization)[:200])


@dataclass(slots=True, repr=False)
class Actor:
    """Somebody who calls a served house, and keeps each answer."""

    hunt: Hunt
    live: Live
    place: str
    accounts: dict[str, str] = field(default_factory=dict)

    def keep(self, name: str, reply: Answer) -> Answer:
        """Keep body and headers of an answer; a cookie is the browser's own copy."""
        headers = {key: value for key, value in reply.headers.items() if key != "set-cookie"}
        self.hunt.note("responses", f"{self.place}: {name}", f"{headers}\n{reply.text()}")
        return reply

    async def api(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.keep(f"{method} {path[:24]}", await self.live.call(method, path, data=data, headers=sent))

    async def hub(self, method: str, path: str, token: str, data: Any = None) -> Answer:
        return self.keep(f"{method} {path[:24]}", await self.live.hub(method, path, token=token, data=data))

    async def raw(self, path: str, body: bytes, **headers: str) -> Answer:
        """Send a body that need not be JSON."""
        sent = {"content-type": "application/json", **{key.replace("_", "-"): text for key, text in headers.items()}}
        async with self.live.client.post(self.live.url + path, data=body, headers=sent) as reply:
            found = Answer(reply.status, {key.lower(): text for key, text in reply.headers.items()}, await reply.read())
        return self.keep(f"raw {path[:24]}", found)

    async def session(self, name: str, **members: Any) -> dict[str, Any]:
        """Open a connect session; its answer alone may show its token."""
        body = {"origin_owner_id": name, "origin_owner_name": name, **members}
        opened = (await self.live.call("POST", "/connect_sessions", data=body)).json()
        secret = f"session token of {name} ({self.place})"
        self.hunt.follow(secret, opened["token"])
        made: dict[str, Any] = opened
        return made

    async def link(self, provider: str, credentials: Mapping[str, str], *, owner: str) -> Answer:
        """Link with typed credentials as the hub component does."""
        session = await self.session(owner, provider=provider)
        offers = (await self.hub("GET", "/hub/connectors", session["token"])).json()["integrations"]
        typed = next(one for one in offers if one["authentication_config_key"] != "oauth")
        body = {"integration_id": typed["integration_id"], "credentials": dict(credentials)}
        linked = await self.hub("POST", "/hub/accounts", session["token"], body)
        if linked.status == 200:
            self.accounts[provider] = linked.json()["id"]
            await self.hub("GET", f"/hub/accounts/{linked.json()['id']}", session["token"])
        return linked

    async def use(self, account_id: str, provider: str) -> None:
        """Call an account in every way."""
        await self.api("POST", "/actions/rpc", {"action": LIST[provider]}, x_account_id=account_id)
        await self.api("POST", "/unified/proxy", {"method": "get", "path": "/2024-09/account"}, x_account_id=account_id)
        await self.api("POST", "/unified/proxy", {"method": "post", "path": "/x", "body": {}}, x_account_id=account_id)
        await self.api("GET", f"/accounts/{account_id}")

    async def renew(self, account_id: str) -> None:
        """Have the credential renewed, and tested, whatever comes of it."""
        house, project_id = self.live.house, self.live.tenant.project.id
        for act in (
            house.refresher.refresh(project_id=project_id, account_id=account_id, reason="due"),
            house.checkup.run(project_id=project_id, account_id=account_id, depth="full"),
        ):
            try:
                self.hunt.note("errors", "outcome", repr(await act))
            except CrossdockError as error:
                self.hunt.error(error)

    async def follow_sealed(self, account_id: str, name: str) -> None:
        """Follow what is sealed for an account by now."""
        house, project_id = self.live.house, self.live.tenant.project.id
        async with house.db.connection() as conn:
            generations = await conn.fetch(
                "select distinct generation from vault_sealed where owner_id = $1", account_id
            )
            for row in generations:
                opened = await house.accounts.vault.open(
                    conn, project_id=project_id, owner_id=account_id, generation=row["generation"]
                )
                for key, secret in opened.items():
                    self.hunt.follow(f"{name} {key} {row['generation']}", secret)


async def go_well(actor: Actor, dance: Dance, easyship: EasyshipTwin, shiphero: ShipheroTwin) -> None:
    """Link in three ways, call, renew, relink and list."""
    token, developer = easyship.integration()["production_token"], shiphero.developer()
    actor.hunt.follow("Easyship token", token)
    actor.hunt.follow("ShipHero refresh token", developer["refresh_token"])
    actor.hunt.follow("ShipHero access token", developer["access_token"])
    await actor.link("easyship", {"api_token": f'  "Bearer {token}" '}, owner="well-easyship")
    await actor.link("shiphero", {"refresh_token": developer["refresh_token"]}, owner="well-shiphero")
    await actor.link("easyship", {"api_token": token}, owner="well-easyship")
    begun = await dance.begin()
    granted = await dance.allow(begun)
    actor.hunt.follow("OAuth code", dict(granted)["code"])
    actor.hunt.follow("OAuth cookie", next(iter(begun.cookie.values())))
    actor.keep("callback", await dance.come_back(granted, begun.cookie))
    listed = (await actor.api("GET", "/accounts?page_size=100")).json()
    actor.accounts["oauth"] = next(one["id"] for one in listed if one["integration_id"] == dance.integration_id)
    for name, account_id in actor.accounts.items():
        await actor.follow_sealed(account_id, f"first {name}")
        await actor.use(account_id, "shiphero" if name == "shiphero" else "easyship")
        await actor.renew(account_id)
        await actor.follow_sealed(account_id, f"renewed {name}")


async def go_badly(actor: Actor, dance: Dance, shiphero: ShipheroTwin) -> None:
    """Paste what is wrong, send what cannot be read, ask with keys that are none."""
    bad = "prod_" + base64.b64encode(b"canary-of-a-token-nobody-issued!").decode()
    actor.hunt.follow("token that nobody issued", bad)
    key = actor.live.tenant.key.reveal()
    for paste in (
        bad,
        f"curl -H 'Authorization: Bearer {bad}' x",
        json.dumps({"token": bad}),
        bad[:-9],
        f"{bad} {bad}",
    ):
        await actor.link("easyship", {"api_token": paste}, owner="badly")
        await actor.link("shiphero", {"refresh_token": paste, "access_token": paste}, owner="badly")
    session = await actor.session("wrong shape")
    for body in (
        {"integration_id": 5, "credentials": bad},
        {"integration_id": bad, "credentials": {"api_token": [bad]}},
        {"credentials": {bad: bad}},
    ):
        await actor.hub("POST", "/hub/accounts", session["token"], body)
    for text in (f'{{"integration_id": "{bad}"', f'["{bad}"]', bad, f'{{"credentials": "{bad}\\ud800"}}'):
        await actor.raw("/hub/accounts", text.encode(), x_hub_session_token=session["token"])
        await actor.raw("/connect_sessions", text.encode(), authorization=f"Bearer {key}")
    for header in (f"Bearer {key}x", f"Basic {key}", f"Digest {key}", f"Bearer {key[:-1]}"):
        await actor.raw("/actions/rpc", b"{}", authorization=header)
    await actor.raw("/actions/rpc", key.encode(), x_account_id=key)
    begun = await dance.begin()
    granted = await dance.allow(begun)
    actor.hunt.follow("OAuth code of a mix-up", dict(granted)["code"])
    actor.keep("mixed up", await dance.come_back(granted, begun.cookie, provider="shiphero"))
    actor.keep("other browser", await dance.come_back(granted, {}))
    shiphero.set_state(shiphero.accounts()[0]["id"], "suspended")
    await actor.use(actor.accounts["shiphero"], "shiphero")
    await actor.renew(actor.accounts["shiphero"])
    shiphero.set_state(shiphero.accounts()[0]["id"], "active")


async def visit(actor: Actor, guest: Guest, easyship: EasyshipTwin) -> None:
    """Go through the hub's pages and the dashboard, with a right and a wrong password, token and link."""

    async def keep(name: str, sight: Any) -> Any:
        headers = {key: value for key, value in sight.headers.items() if key != "set-cookie"}
        actor.hunt.note("responses", f"page {name}", f"{headers}\n{sight.html}")
        return sight

    token = easyship.integration("Pages")["production_token"]
    actor.hunt.follow("token typed on a page", token)
    session = await actor.session("pages", provider="easyship")
    form = await keep("form", await guest.get(session["auth_link_url"]))
    action = form.url.partition("?")[0].rpartition("/")[2]
    await keep("refused", await guest.submit(form, action, {"api_token": token[:-3]}))
    tested = await keep("test", await guest.submit(form, action, {"api_token": token}))
    await actor.live.house.linking.drain()
    await keep("confirm", await guest.get(tested.url))
    await keep("unknown link", await guest.get(session["auth_link_url"] + "x"))
    password = "a password that is followed: 4711-Kanarienvogel"
    actor.hunt.follow("password", password)
    await actor.live.house.projects.create_person(
        project_id=actor.live.tenant.project.id,
        email="canary@first-shop.example",
        name="Canary",
        password=Secret(password),
        role="owner",
        actor="system:cli",
    )
    door = await keep("door", await guest.get("/dashboard/sign-in"))
    for typed in (f"{password}!", password):
        values = {"email": "canary@first-shop.example", "password": typed}
        await keep("sign-in", await guest.submit(door, "/dashboard/sign-in", values))
    for name, value in guest.cookies().items():
        if "door" not in name:
            actor.hunt.follow(f"cookie {name}", value)
    for path in (
        "/dashboard",
        "/dashboard/accounts",
        *(f"/dashboard/accounts/{one}" for one in actor.accounts.values()),
    ):
        await keep(path, await guest.get(path))
    for path in ("/dashboard/connectors", "/dashboard/keys", "/dashboard/webhooks", "/dashboard/audit"):
        await keep(path, await guest.get(path))


async def crash(actor: Actor, token: str) -> None:
    """Take a table away while requests with secrets are under way."""
    house = actor.live.house
    actor.hunt.follow("token of a crash", token)
    session = await actor.session("crash", provider="easyship")
    for table in ("accounts", "candidates", "connection_attempts"):
        async with house.db.connection() as conn:
            await conn.execute(f"alter table {table} rename to {table}_gone")
        try:
            await actor.link("easyship", {"api_token": token}, owner="crash") if table == "candidates" else None
            await actor.use(actor.accounts["easyship"], "easyship")
            await actor.hub("GET", "/hub/connectors", session["token"])
            await _fail(actor, house.sessions.authenticate(token=session["token"]))
            principal = actor.live.tenant.principal
            request = SessionRequest(origin_owner_id="o", origin_owner_name="o", provider="easyship")
            await _fail(actor, house.sessions.create(principal=principal, request=request))
        finally:
            async with house.db.connection() as conn:
                await conn.execute(f"alter table {table}_gone rename to {table}")


async def print_all(actor: Actor, dance: Dance) -> None:
    """Print what services hand out, as somebody might who looks for a mistake."""
    house, tenant = actor.live.house, actor.live.tenant
    request = SessionRequest(origin_owner_id="printed", origin_owner_name="printed")
    created = await house.sessions.create(principal=tenant.principal, request=request)
    started = await house.oauth.start(session=created.session, integration_id=dance.integration_id, effects=READ)
    sign_in, token, csrf = await house.projects.sign_in(
        email=tenant.owner.email, password=Secret(PASSWORD), address="192.0.2.1"
    )
    for name, secret in (("printed session", created.token), ("printed binding", started.binding)):
        actor.hunt.follow(name, secret)
    for name, secret in (("printed sign-in", token), ("printed form token", csrf), ("API key", tenant.key)):
        actor.hunt.follow(name, secret)
    query = dict(parse_qsl(urlsplit(started.authorize_url).query))
    actor.hunt.follow("printed state", query["state"])
    typed = {"api_token": "prod_Kanarienvogel-printed-0123456789-abcdefghijk="}
    actor.hunt.follow("printed token", typed["api_token"])
    connector = house.catalogue.get("easyship")
    method = connector.auth_methods[0]
    read = guide.recognise_all(connector=connector, method=method, fields=typed, now=house.clock.now())
    leases = [
        await house.leases.lease(project_id=tenant.project.id, account_id=account_id)
        for account_id in actor.accounts.values()
    ]
    call = requests.probe_request(
        step=connector.probe[0], connector=connector, environment=connector.environment("production")
    )
    authorised = [requests.authorise(call, method=lease.method, credential=lease.credential) for lease in leases]
    for thing in (
        created,
        started,
        sign_in,
        token,
        csrf,
        tenant,
        read,
        leases,
        authorised,
        house,
        house.ring,
        house.oauth,
    ):
        actor.hunt.note("errors", "printed", f"{thing!r} {thing}")


async def _fail(actor: Actor, act: Any) -> None:
    """Wait for something that may fail in any way, and keep what it says."""
    try:
        actor.hunt.note("errors", "outcome", repr(await act))
    except Exception as error:  # noqa: BLE001 - what any failure says is what is looked through
        actor.hunt.error(error)
