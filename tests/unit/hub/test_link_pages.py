from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from crossdock.kernel.clock import OffsetClock
from guest import Guest, Sight
from house import Live
from twins import EasyshipTwin, ShipheroTwin


async def opened(live: Live, **members: Any) -> dict[str, Any]:
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop One", **members}
    answer = await live.call("POST", "/connect_sessions", data=body)
    assert answer.status == 201, answer.text()
    session: dict[str, Any] = answer.json()
    return session


async def settled(guest: Guest, sight: Sight) -> Sight:
    """Look again, as the page's own refresh does, until the test is over."""
    for _ in range(600):
        if 'data-live="running"' not in sight.html:
            return sight
        await asyncio.sleep(0.1)
        sight = await guest.get(sight.url)
    raise AssertionError("the test did not end")


async def linked(guest: Guest, session: dict[str, Any], field: str, token: str) -> Sight:
    form = await guest.get(session["auth_link_url"])
    confirm = await settled(
        guest, await guest.submit(form, form.url.partition("?")[0].rpartition("/")[2], {field: token})
    )
    return await guest.submit(confirm, "/confirm")


async def test_a_person_links_without_scripts(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """From the picker over form, test and confirmation to the receipt, with links and forms alone."""
    token = easyship_twin.integration()["production_token"]
    session = await opened(live)

    picker = await guest.get(session["auth_link_url"])
    form = await guest.get(picker.link("Easyship"))
    tested = await settled(guest, await guest.submit(form, form.url.rpartition("/")[2], {"api_token": token}))
    receipt = await guest.submit(tested, "/confirm")
    text = await guest.get(receipt.link("Download"))
    accounts = (await live.call("GET", "/accounts")).json()

    assert "Which account do you want to link?" in picker.text
    assert "70 actions stay off" in form.text
    assert "You are linking" in tested.text
    assert "is linked" in receipt.text
    assert accounts[0]["id"] in receipt.html
    assert "attachment" in text.headers["content-disposition"]
    assert "Read only" in text.html
    assert all(token not in sight.html for sight in (picker, form, tested, receipt, text))


async def test_the_link_opens_where_the_person_was(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """Opened anew the link goes on with what waits for confirmation, and later shows the receipt again."""
    token = easyship_twin.integration()["production_token"]
    session = await opened(live, provider="easyship")
    form = await guest.get(session["auth_link_url"])
    await settled(guest, await guest.submit(form, form.url.partition("?")[0].rpartition("/")[2], {"api_token": token}))

    again = await guest.get(session["auth_link_url"])
    receipt = await guest.submit(again, "/confirm")
    later = await guest.get(session["auth_link_url"])

    assert "You are linking" in again.text
    assert later.url == receipt.url


async def test_the_token_leaves_the_address_at_once(live: Live, guest: Guest) -> None:
    """The link's token goes into a cookie that only this session's pages see, and no page's address holds it."""
    session = await opened(live)

    async with guest.client.get(session["auth_link_url"], allow_redirects=False) as first:
        cookie, place, referrer = (
            first.headers["set-cookie"],
            first.headers["location"],
            first.headers["referrer-policy"],
        )
    picker = await guest.get(session["auth_link_url"])

    assert session["token"] in cookie
    assert "HttpOnly" in cookie
    assert f"Path=/link/s/{session['id']}" in cookie
    assert session["token"] not in place
    assert referrer == "no-referrer"
    assert session["token"] not in picker.html


async def test_an_unknown_link_says_so(guest: Guest) -> None:
    """A link that nobody knows gives a page with a remedy, and no more."""
    for path in ("/link/cs_wrong", "/link/s/1", "/link/s/99999999999999999999", "/link/s/x", "/link/%00", "/link/a/b"):
        sight = await guest.get(path)

        assert sight.status in {401, 404}, path
        assert "<h1>" in sight.html
        assert "frame-ancestors 'none'" in sight.headers["content-security-policy"]


async def test_another_persons_cookie_does_not_open_a_session(live: Live, guest: Guest, stranger: Guest) -> None:
    """A session's pages open with its own token alone."""
    session, other = await opened(live), await opened(live)
    await guest.get(session["auth_link_url"])
    await stranger.get(other["auth_link_url"])

    refused = await stranger.get(f"/link/s/{session['id']}")

    assert refused.status == 401
    assert "does not hold the link" in refused.text


async def test_a_session_whose_time_is_over_goes_on_with_one_button(
    live: Live, guest: Guest, clock: OffsetClock
) -> None:
    """A hosted link that ran out says so and continues; one of an app leads back to the app."""
    signed_in = await guest.sign_in(live)
    form = await guest.get(signed_in.link("Link account"))
    values = {"owner_id": "shop-2", "owner_name": "Shop Two", "way": "hosted", "provider": ""}
    made = await guest.submit(form, "/accounts/link", values)
    hosted = dict(made.forms[-1].values) if made.forms else {}
    url = made.html.partition('readonly value="')[2].partition('"')[0]
    embedded = await opened(
        live, return_url="https://shop.example.com/settings", allowed_origins=["https://shop.example.com"]
    )
    clock.offset += timedelta(days=30, minutes=5)

    over = await guest.get(url)
    continued = await guest.submit(over, "/renew")
    lost = await guest.get(embedded["auth_link_url"])

    assert hosted is not None
    assert over.status == 410
    assert "Continue" in over.html
    assert "Which account do you want to link?" in continued.text
    assert lost.status == 410
    assert "Nothing was lost" in lost.text


async def test_a_wrong_paste_is_told_at_its_field(live: Live, guest: Guest, shiphero_twin: ShipheroTwin) -> None:
    """An access token in place of the refresh token is named as such, with the way to the guide's step."""
    made = shiphero_twin.developer()
    session = await opened(live, provider="shiphero")
    form = await guest.get(session["auth_link_url"])

    told = await guest.submit(
        form, form.url.partition("?")[0].rpartition("/")[2], {"refresh_token": made["access_token"]}
    )

    assert "This is the access token" in told.text
    assert "#step-" in told.html
    assert 'aria-invalid="true"' in told.html
    assert made["access_token"] not in told.html


async def test_a_dead_token_leads_to_the_step_that_helps(live: Live, guest: Guest) -> None:
    """A token that the provider refuses gives its own cause and one button to the guide."""
    session = await opened(live, provider="easyship")
    form = await guest.get(session["auth_link_url"])
    path = form.url.partition("?")[0].rpartition("/")[2]

    failed = await settled(guest, await guest.submit(form, path, {"api_token": "prod_" + "a" * 43 + "="}))
    step = await guest.get(failed.link("Make a new token"))

    assert "Easyship does not know this token" in failed.text
    assert "What Easyship answered" in failed.text
    assert 'class="step highlighted"' in step.html


async def test_weather_is_tested_again_with_one_button(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """While the provider is down the page says so; the held token is tested again without pasting it anew."""
    token = easyship_twin.integration()["production_token"]
    easyship_twin.fault("500")
    session = await opened(live, provider="easyship")
    form = await guest.get(session["auth_link_url"])
    path = form.url.partition("?")[0].rpartition("/")[2]
    failed = await settled(guest, await guest.submit(form, path, {"api_token": token}))
    easyship_twin.clear_faults()

    again = await settled(guest, await guest.submit(failed, "/retest"))

    assert "The text looks right" in failed.text
    assert "You are linking" in again.text


async def test_linking_again_keeps_the_id_and_asks_when_the_account_differs(
    live: Live, guest: Guest, stranger: Guest, shiphero_twin: ShipheroTwin
) -> None:
    """A credential of another provider account is only taken after the person said so; the id stays."""
    first, second = shiphero_twin.accounts()[:2]
    mine = shiphero_twin.developer("mine@shop.example", account_id=first["id"])
    other = shiphero_twin.developer("other@shop.example", account_id=second["id"])
    await linked(guest, await opened(live, provider="shiphero"), "refresh_token", mine["refresh_token"])
    account = (await live.call("GET", "/accounts")).json()[0]
    session = await opened(live, account_id=account["id"])

    form = await stranger.get(session["auth_link_url"])
    path = form.url.partition("?")[0].rpartition("/")[2]
    asked = await settled(stranger, await stranger.submit(form, path, {"refresh_token": other["refresh_token"]}))
    done = await stranger.submit(asked, "/confirm", {"on_conflict": "accept"})
    after = (await live.call("GET", "/accounts")).json()

    assert "keeps its place" in form.text
    assert "This is another account" in asked.text
    assert "is linked again" in done.text
    assert [one["id"] for one in after] == [account["id"]]


async def test_the_same_account_twice_is_asked_about(
    live: Live, guest: Guest, stranger: Guest, easyship_twin: EasyshipTwin
) -> None:
    """Linking what the owner has linked before offers to renew the first link, which keeps its id."""
    one, two = (easyship_twin.integration(name)["production_token"] for name in ("One", "Two"))
    await linked(guest, await opened(live, provider="easyship", multiple=True), "api_token", one)
    before = (await live.call("GET", "/accounts")).json()

    session = await opened(live, provider="easyship", multiple=True)
    form = await stranger.get(session["auth_link_url"])
    path = form.url.partition("?")[0].rpartition("/")[2]
    asked = await settled(stranger, await stranger.submit(form, path, {"api_token": two}))
    await stranger.submit(asked, "/confirm", {"on_conflict": "replace"})
    after = (await live.call("GET", "/accounts")).json()

    assert "It is linked already" in asked.text
    assert [one["id"] for one in after] == [one["id"] for one in before]


async def test_only_the_sessions_own_origins_may_frame_and_hear(
    live: Live, guest: Guest, easyship_twin: EasyshipTwin
) -> None:
    """Frame-ancestors and the receipt's message name the session's origins and nobody else."""
    token = easyship_twin.integration()["production_token"]
    session = await opened(live, provider="easyship", allowed_origins=["https://shop.example.com"])

    form = await guest.get(session["auth_link_url"])
    receipt = await linked(guest, session, "api_token", token)

    assert "frame-ancestors https://shop.example.com" in form.headers["content-security-policy"]
    assert "x-frame-options" not in form.headers
    assert 'data-origins="[&#34;https://shop.example.com&#34;]"' in receipt.html
    assert "AccountConnected" in receipt.html


async def test_a_locked_grant_cannot_be_widened_by_the_form(
    live: Live, guest: Guest, easyship_twin: EasyshipTwin
) -> None:
    """Taking the switch off in the form gives what was asked; without the switch shown it stays read-only."""
    token = easyship_twin.integration()["production_token"]
    session = await opened(live, provider="easyship")
    form = await guest.get(session["auth_link_url"])
    path = form.url.partition("?")[0].rpartition("/")[2]

    tested = await settled(
        guest, await guest.submit(form, path, {"api_token": token, "read_only": None, "access": None})
    )

    assert "Read only" in tested.text


async def test_giving_up_erases_what_was_pasted(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """The way out of the confirmation leads back to the form, and nothing of the token is kept."""
    token = easyship_twin.integration()["production_token"]
    session = await opened(live, provider="easyship")
    form = await guest.get(session["auth_link_url"])
    path = form.url.partition("?")[0].rpartition("/")[2]
    tested = await settled(guest, await guest.submit(form, path, {"api_token": token}))

    pairs = tested.form("/confirm").values
    back = await guest.post(tested.url + "/cancel", pairs)
    async with live.house.db.connection() as conn:
        candidates = await conn.fetchval("select count(*) from candidates")
        sealed = await conn.fetchval("select count(*) from vault_sealed")

    assert "Link Easyship" in back.text
    assert (candidates, sealed) == (0, 0)


async def test_a_link_links_one_account(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """After its account is linked, a link shows the receipt and takes no further credential."""
    one, two = (easyship_twin.integration(name)["production_token"] for name in ("One", "Two"))
    session = await opened(live, provider="easyship")
    form = await guest.get(session["auth_link_url"])
    await linked(guest, session, "api_token", one)

    shown = await guest.get(form.url)
    again = await guest.submit(form, form.url.partition("?")[0].rpartition("/")[2], {"api_token": two})

    assert "is linked" in shown.text
    assert "is linked" in again.text
    assert len((await live.call("GET", "/accounts")).json()) == 1
