from __future__ import annotations

import re

from crossdock.hub.dashboard import _PAGES
from crossdock.kernel.secret import Secret
from guest import Guest
from house import PASSWORD, Live
from twins import EasyshipTwin, ShipheroTwin


async def link_account(live: Live, provider: str, credentials: dict[str, str]) -> str:
    """Link an account through the embedded hub's endpoints and return its id."""
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop One", "provider": provider}
    session = (await live.call("POST", "/connect_sessions", data=body)).json()
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()
    sent = {"integration_id": offers["integrations"][0]["integration_id"], "credentials": credentials}
    answer = await live.hub("POST", "/hub/accounts", token=session["token"], data=sent)
    assert answer.status == 200, answer.text()
    return str(answer.json()["id"])


async def test_nobody_enters_without_signing_in(guest: Guest) -> None:
    """Every address of the dashboard leads whoever is not signed in to the sign-in, forms included."""
    for method, path, _, _ in _PAGES:
        address = "/dashboard" + re.sub(r"{[a-z]+}", "x", path)

        answer = await (guest.get(address) if method == "GET" else guest.post(address, [("csrf", "x")]))

        assert "/dashboard/sign-in" in answer.url, path
        assert "Password" in answer.text


async def test_a_person_signs_in_and_out(live: Live, guest: Guest) -> None:
    """The right password opens the page that was wanted; signing out closes every page again."""
    door = await guest.get("/dashboard/audit")
    wrong = await guest.submit(door, "/dashboard/sign-in", {"email": live.tenant.owner.email, "password": "wrong"})
    inside = await guest.submit(wrong, "/dashboard/sign-in", {"email": live.tenant.owner.email, "password": PASSWORD})
    signed = guest.cookies()
    await guest.submit(inside, "/dashboard/sign-out")
    after = await guest.get("/dashboard/accounts")

    assert wrong.status == 401
    assert "The e-mail or the password is wrong" in wrong.text
    assert PASSWORD not in wrong.html
    assert inside.url.endswith("/dashboard/audit")
    assert "crossdock_sign_in" in signed
    assert "/dashboard/sign-in" in after.url


async def test_the_sign_in_cookie_is_out_of_reach(live: Live, guest: Guest) -> None:
    """Scripts cannot read the cookie, other sites do not send it, and a session given beforehand is not taken over."""
    door = await guest.get("/dashboard/sign-in")
    guest.client.cookie_jar.update_cookies({"crossdock_sign_in": "fixed-by-somebody"})
    values = dict(door.form("/dashboard/sign-in").values) | {"email": live.tenant.owner.email, "password": PASSWORD}

    async with guest.client.post(f"{live.url}/dashboard/sign-in", data=values, allow_redirects=False) as reply:
        cookies = reply.headers.getall("set-cookie")

    cookie = next(one for one in cookies if one.startswith("crossdock_sign_in="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "fixed-by-somebody" not in cookie


async def test_every_form_refuses_what_did_not_come_from_its_page(live: Live, guest: Guest, stranger: Guest) -> None:
    """Each address that changes something refuses no token, a stranger's, a foreign origin and a foreign site."""
    inside = await guest.sign_in(live)
    theirs = dict((await stranger.get("/dashboard/sign-in")).forms[0].values)["csrf"]
    mine = dict(inside.forms[-1].values)["csrf"]
    session = (
        await live.call("POST", "/connect_sessions", data={"origin_owner_id": "a", "origin_owner_name": "A"})
    ).json()
    await guest.get(session["auth_link_url"])
    link = f"/link/s/{session['id']}"
    posts = ["/dashboard" + re.sub(r"{[a-z]+}", "x", path) for method, path, _, _ in _PAGES if method == "POST"]
    posts += ["/dashboard/sign-out", "/dashboard/sign-in", f"{link}/renew", f"{link}/int_x"]
    posts += [f"{link}/attempts/att_x/{deed}" for deed in ("retest", "confirm", "cancel")]

    refused = 0
    for path in posts:
        for pairs, headers in (
            ([], {}),
            ([("csrf", theirs)], {}),
            ([("csrf", mine)], {"origin": "https://evil.example.com"}),
            ([("csrf", mine)], {"sec_fetch_site": "cross-site"}),
        ):
            answer = await guest.post(path, pairs, **headers)
            assert answer.status == 403, (path, pairs, headers, answer.status)
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            refused += 1

    assert refused >= 100
    assert (await live.call("GET", "/accounts")).json() == []


async def test_an_account_is_tested_paused_edited_and_deleted(
    live: Live, guest: Guest, shiphero_twin: ShipheroTwin
) -> None:
    """What the row's menu offers does what it says, and the trail tells it."""
    made = shiphero_twin.developer()
    account = await link_account(live, "shiphero", {"refresh_token": made["refresh_token"]})
    await guest.sign_in(live)
    page = await guest.get(f"/dashboard/accounts/{account}")

    tested = await guest.submit(page, "/test")
    paused = await guest.submit(tested, "/pause")
    listed = await guest.get("/dashboard/accounts?status=inactive")
    resumed = await guest.submit(paused, "/resume")
    form = await guest.get(resumed.link("Edit"))
    edited = await guest.submit(form, "/edit", {"label": "My <b>shop</b>", "effects": "write"})
    sure = await guest.get(edited.link("Delete"))
    gone = await guest.submit(sure, "/delete")

    assert "Tested: it works" in tested.text
    assert "Renews itself about every 22 days" in page.text
    assert "Paused" in listed.text
    assert "1 account" in listed.text
    assert "My &lt;b&gt;shop&lt;/b&gt;" in edited.html
    assert "Read + write" in edited.text
    assert "Delete My <b>shop</b>?" in sure.text
    assert "Link the first account" in gone.text
    assert "The account was deleted" in (await guest.get("/dashboard/audit")).text


async def test_one_click_brings_an_account_back(live: Live, guest: Guest, shiphero_twin: ShipheroTwin) -> None:
    """After a suspension ends, the relink button renews under the same id without asking for anything."""
    made = shiphero_twin.developer()
    account = await link_account(live, "shiphero", {"refresh_token": made["refresh_token"]})
    await guest.sign_in(live)
    page = await guest.get(f"/dashboard/accounts/{account}")
    shiphero_twin.set_state(made["account_id"], "suspended")
    failed = await guest.submit(page, "/test")
    still = await guest.submit(failed, "/relink")
    shiphero_twin.set_state(made["account_id"], "active")

    back = await guest.submit(await guest.get(f"/dashboard/accounts/{account}"), "/relink")

    assert "it does not work" in failed.text
    assert 'class="problem"' in failed.html
    assert "/link/s/" in still.url
    assert "The account is linked again" in back.text
    assert back.url.partition("?")[0].endswith(account)


async def test_a_link_is_made_for_sending(live: Live, guest: Guest, stranger: Guest) -> None:
    """The hosted link is shown once for copying, and opens the picker for whoever gets it."""
    await guest.sign_in(live)
    form = await guest.get("/dashboard/accounts/link")

    empty = await guest.submit(form, "/accounts/link", {"owner_id": " ", "owner_name": ""})
    made = await guest.submit(
        form, "/accounts/link", {"owner_id": "shop-9", "owner_name": "Shop Nine", "way": "hosted", "provider": ""}
    )
    url = made.html.partition('readonly value="')[2].partition('"')[0]
    opened = await stranger.get(url)
    now = await guest.submit(form, "/accounts/link", {"owner_id": "s", "owner_name": "S", "way": "now", "provider": ""})

    assert empty.status == 422
    assert "Whose account is it?" in empty.text
    assert "Shop Nine" in opened.text
    assert "Which account do you want to link?" in opened.text
    assert "Which account do you want to link?" in now.text


async def test_keys_are_made_shown_once_and_revoked(live: Live, guest: Guest) -> None:
    """A new key works, is shown a single time, and stops working when it is revoked."""
    await guest.sign_in(live)
    page = await guest.get("/dashboard/keys")

    none = await guest.post("/dashboard/keys", [*page.form("/dashboard/keys").values[:1], ("name", "none")])
    made = await guest.submit(page, "/dashboard/keys", {"name": "Backend"})
    text = made.html.partition('readonly value="')[2].partition('"')[0]
    works = await live.call("GET", "/accounts", key=Secret(text))
    listed = await guest.get("/dashboard/keys")
    path = next(url for name, url in listed.links.items() if "Revoke Backend" in name)
    await guest.submit(await guest.get(path), "/revoke")
    refused = await live.call("GET", "/accounts", key=Secret(text))

    assert none.status == 422
    assert works.status == 200
    assert text not in listed.html
    assert refused.status == 401


async def test_a_connector_is_switched_off_and_set_up(live: Live, guest: Guest) -> None:
    """Switched off it is no longer offered; an OAuth application is kept with its secret out of sight."""
    await guest.sign_in(live)
    page = await guest.get("/dashboard/connectors")

    off = await guest.submit(page, "/switch-off")
    form = await guest.get(next(url for name, url in off.links.items() if "Set up" in name))
    wrong = await guest.submit(form, "/oauth", {"client_id": "app-1", "client_secret": ""})
    again = await guest.submit(wrong, "/oauth", {"client_id": "app-1", "client_secret": "s3cr3t-of-the-app"})

    assert "The connector is off" in off.text
    assert f"{live.url}/connect/oauth2/easyship/callback" in form.html
    assert wrong.status == 422
    assert 'value="app-1"' in again.html
    assert "s3cr3t-of-the-app" not in again.html
    assert "One is stored" in again.text


async def test_a_webhook_is_added_tested_and_removed(live: Live, guest: Guest) -> None:
    """An address that is not public is refused with the reason; the rest is said on the page."""
    await guest.sign_in(live)
    page = await guest.get("/dashboard/webhooks")

    refused = await guest.submit(
        page, "/dashboard/webhooks", {"url": "https://10.0.0.1/x", "events": "account.created"}
    )
    added = await guest.submit(
        page, "/dashboard/webhooks", {"url": "https://hooks.example.com/x", "events": "account.created"}
    )
    shown = await guest.get(added.link("I have copied it"))
    rotated = await guest.submit(shown, "/rotate")
    off = await guest.submit(await guest.get(rotated.link("I have copied it")), "/switch-off")
    gone = await guest.submit(await guest.get(off.link("Delete")), "/delete")

    assert refused.status == 422
    assert "whsec_" in added.html
    assert "whsec_" not in shown.html
    assert "Switch on" in off.text
    assert "No webhook yet" in gone.text


async def test_the_audit_is_checked_on_the_page(live: Live, guest: Guest) -> None:
    """The page walks the chain and says that it is whole."""
    await guest.sign_in(live)

    checked = await guest.submit(await guest.get("/dashboard/audit"), "/verify")

    assert "The chain is whole" in checked.text
    assert "Signed in" in checked.text


async def test_origins_are_kept_and_checked(live: Live, guest: Guest) -> None:
    """Only true origins are kept as pages that may embed the hub."""
    await guest.sign_in(live)
    page = await guest.get("/dashboard/settings")

    wrong = await guest.submit(page, "/settings", {"origins": "https://*.example.com"})
    kept = await guest.submit(page, "/settings", {"origins": "https://shop.example.com/\n\n"})

    assert wrong.status == 422
    assert "https://*.example.com" in wrong.html
    assert "https://shop.example.com</textarea>" in kept.html


async def test_how_results_are_screened_is_kept(live: Live, guest: Guest) -> None:
    """What is chosen on the page holds for the project's calls at once, and stands in the trail."""
    await guest.sign_in(live)
    page = await guest.get("/dashboard/settings")

    kept = await guest.submit(page, "/settings/screening", {"mode": "block", "everyone": "yes"})
    held = await live.house.projects.screening.of(project_id=live.tenant.project.id)
    trail = await guest.get("/dashboard/audit")

    assert (held.mode, held.everyone, held.classifier) == ("block", True, False)
    assert 'value="block" checked' in kept.html
    assert "How results are screened was changed" in trail.text


async def test_a_viewer_sees_and_changes_nothing(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """A viewer's pages offer no deeds, and the addresses of the deeds refuse."""
    token = easyship_twin.integration()["production_token"]
    account = await link_account(live, "easyship", {"api_token": token})
    await live.house.projects.create_person(
        project_id=live.tenant.project.id,
        email="viewer@shop.example",
        name="Viewer",
        password=Secret(PASSWORD),
        role="viewer",
        actor="system:cli",
    )
    door = await guest.get("/dashboard/sign-in")
    inside = await guest.submit(door, "/sign-in", {"email": "viewer@shop.example", "password": PASSWORD})
    csrf = dict(inside.form("/sign-out").values)["csrf"]

    refused = [
        (await guest.post(f"/dashboard/accounts/{account}/{deed}", [("csrf", csrf)])).status
        for deed in ("test", "relink", "pause", "resume", "edit", "delete")
    ]
    keys = await guest.get("/dashboard/keys")

    assert "Link account" not in inside.text
    assert "API keys" not in inside.text
    assert "Delete" not in inside.text
    assert refused == [403] * 6
    assert keys.status == 403


async def test_another_projects_account_is_not_there(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """An account of one project is 404 on the other's dashboard, page and deeds alike."""
    token = easyship_twin.integration()["production_token"]
    account = await link_account(live, "easyship", {"api_token": token})
    other = await live.house.projects.create_project(name="Other")
    await live.house.projects.create_person(
        project_id=other.id,
        email="other@shop.example",
        name="Other",
        password=Secret(PASSWORD),
        role="owner",
        actor="system:cli",
    )
    door = await guest.get("/dashboard/sign-in")
    inside = await guest.submit(door, "/sign-in", {"email": "other@shop.example", "password": PASSWORD})
    csrf = dict(inside.form("/sign-out").values)["csrf"]

    answers = [(await guest.get(f"/dashboard/accounts/{account}{page}")).status for page in ("", "/edit", "/delete")]
    answers += [
        (await guest.post(f"/dashboard/accounts/{account}/{deed}", [("csrf", csrf)])).status
        for deed in ("test", "relink", "pause", "resume", "edit", "delete")
    ]

    assert "Link the first account" in inside.text
    assert answers == [404] * 9


async def test_failures_are_pages_that_tell_nothing_of_the_inside(live: Live, guest: Guest) -> None:
    """Unknown addresses, odd values and refused deeds give a page with a remedy, in the same headers as any other."""
    await guest.sign_in(live)
    inside = ("Traceback", "asyncpg", "select ", "/src/", ".py", "localhost:")
    paths = [
        *("/dashboard/nothing", "/dashboard/accounts/acc_none", "/dashboard/accounts/%00", "/dashboard/webhooks/x"),
        *("/dashboard/accounts?page=999999999999", "/dashboard/accounts?page=-1", "/dashboard/audit?before=9e9"),
        *(
            "/dashboard/accounts?q=%00",
            "/dashboard/profiles/new/none/none",
            "/dashboard/profiles/int_none",
            "/dashboard/keys/none/revoke",
        ),
        *("/dashboard/audit?before=99999999999999999999", "/errors/nothing", "/errors/%3Cscript%3E", "/link/s/1/x/y/z"),
        *("/connect/oauth2/easyship/callback?state=x&code=y", "/connect/oauth2/none/callback", "/errors"),
    ]

    for path in paths:
        sight = await guest.get(path)
        assert sight.status < 500, path
        assert "<h1>" in sight.html or sight.status == 200
        assert not [word for word in inside if word in sight.text], path
        assert sight.headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in sight.headers["content-security-policy"]
