"""The account that an app lacks: the form before the question, what it sends where, and the way back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest_asyncio
from yarl import URL

from app import App
from app_scene import OTHER, OWNER, Scene
from crossdock.kernel.secret import Secret
from crossdock.linking.session import LONGEST_LIFE
from guest import Guest, new_guest
from house import PASSWORD

NEW = {"owner_id": "customer-99", "owner_name": "Ninety Nine", "provider": "easyship"}


@pytest_asyncio.fixture
async def app(scene: Scene) -> AsyncIterator[App]:
    """Register an app."""
    yield await scene.app()


async def test_the_question_leads_to_the_form_and_back(scene: Scene, app: App) -> None:
    """The list of customers, and the question for one of them, offer to link; the form leads back to the question."""
    owners = await scene.guest.get(app.address())
    for_new = await scene.guest.get(owners.link("For somebody else"))
    question = await scene.guest.get(app.address(owner=OTHER))
    for_known = await scene.guest.get(question.link("Link another account first"))
    back = await scene.guest.get(for_new.link("Back to the question"))

    assert dict(for_new.form("/link").values)["owner_id"] == ""
    assert dict(for_known.form("/link").values)["owner_id"] == OTHER
    assert dict(for_known.form("/link").values)["owner_name"] == OTHER
    assert "For whom is Order assistant to work?" in back.text


async def test_a_customer_without_accounts_is_not_a_dead_end(scene: Scene, app: App) -> None:
    """The page says who has none, and opens a session for that customer which ends at the question."""
    sight = await scene.guest.get(app.address(owner="customer-99"))

    sent = await scene.guest.submit(sight, "/apps/allow/link", NEW)
    session = await _newest_session(scene)

    assert sight.status == 200
    assert "customer-99 has no linked account yet." in sight.text
    assert sent.status == 200
    assert f"/link/s/{session['id']}" in sent.url
    assert (session["origin_owner_id"], session["origin_owner_name"]) == ("customer-99", "Ninety Nine")
    assert (session["provider"], session["effects"], session["channel"]) == ("easyship", ["read"], "dashboard")
    back = urlsplit(session["return_url"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{scene.live.url}/dashboard/apps/allow"
    assert (
        dict(parse_qsl(back.query)).items()
        >= {"owner": "customer-99", "client_id": app.client_id, "state": "s-1"}.items()
    )


async def test_a_link_to_send_is_for_that_customer(scene: Scene, app: App) -> None:
    """Whoever has the credential gets a link for the customer in question, which leads nowhere of the person's own."""
    sight = await scene.guest.get(app.address(owner="customer-99"))

    made = await scene.guest.submit(sight, "/apps/allow/link", {**NEW, "way": "hosted"})
    session = await _newest_session(scene)
    back = await scene.guest.get(made.link("Back to the question"))

    assert (made.status, "The link is ready" in made.text, "Ninety Nine" in made.text) == (200, True, True)
    assert (session["origin_owner_id"], session["origin_owner_name"]) == ("customer-99", "Ninety Nine")
    assert (session["provider"], session["effects"], session["channel"]) == ("easyship", ["read"], "hosted")
    assert session["return_url"] is None
    assert session["expires_at"] - session["created_at"] == LONGEST_LIFE
    assert "customer-99 has no linked account yet." in back.text
    assert dict(back.form("/link").values)["client_id"] == app.client_id


async def test_what_is_missing_is_asked_for_again(scene: Scene, app: App) -> None:
    """Without a name nothing is opened; what was typed stays, and the app's request with it."""
    sight = await scene.guest.get(app.address(owner="customer-99"))
    before = await _newest_session(scene)

    again = await scene.guest.submit(sight, "/apps/allow/link", {**NEW, "owner_name": " "})
    unknown = await scene.guest.submit(again, "/apps/allow/link", {**NEW, "provider": "nowhere"})
    to_send = await scene.guest.submit(again, "/apps/allow/link", {**NEW, "owner_name": " ", "way": "hosted"})

    assert (again.status, unknown.status, to_send.status) == (422, 422, 422)
    assert "Fill in both, then go on." in again.text
    assert dict(again.form("/link").values)["owner_id"] == "customer-99"
    assert dict(again.form("/link").values)["client_id"] == app.client_id
    assert await _newest_session(scene) == before


async def test_the_app_can_be_refused_there(scene: Scene, app: App) -> None:
    """Deny, the form's other button, sends the browser back to the app with its no."""
    sight = await scene.guest.get(app.address(owner="customer-99"))
    pairs = [*sight.form("/apps/allow/link").values, ("decision", "deny")]

    url = URL(f"{scene.live.url}/dashboard/apps/allow")
    async with scene.guest.client.post(url, data=pairs, allow_redirects=False) as reply:
        told = dict(parse_qsl(urlsplit(reply.headers["location"]).query))

    assert 'formaction="/dashboard/apps/allow"' in sight.html
    assert told == {"error": "access_denied", "state": "s-1", "iss": scene.live.url}
    assert "form-action 'self' http://127.0.0.1:47831;" in sight.headers["content-security-policy"]


async def test_a_wrong_request_opens_nothing(scene: Scene, app: App) -> None:
    """The app's request is judged before anything is shown or opened: a foreign address of return, or no PKCE."""
    wrong = [
        await scene.guest.get(_form_address(app, redirect_uri="https://elsewhere.example.com/callback")),
        await scene.guest.get(_form_address(app, code_challenge_method="plain")),
    ]
    before = await _newest_session(scene)
    sight = await scene.guest.get(_form_address(app))
    values = {**NEW, "redirect_uri": "https://elsewhere.example.com/callback"}

    sent = await scene.guest.submit(sight, "/apps/allow/link", values)

    assert [one.status for one in (*wrong, sent)] == [400] * 3
    assert await _newest_session(scene) == before


async def test_who_may_not_let_apps_in_opens_nothing_there(scene: Scene, app: App) -> None:
    """A member, who could link an account otherwise, sees that an admin decides about apps."""
    guest = await _member(scene)

    sight = await guest.get(_form_address(app, owner=OWNER))
    await guest.client.close()

    assert sight.status == 403


def _form_address(app: App, **said: str) -> str:
    return app.address(**said).replace("/oauth/authorize", "/dashboard/apps/allow/link")


async def _member(scene: Scene) -> Guest:
    tenant, guest = scene.live.tenant, new_guest(scene.live)
    member = await scene.live.house.projects.create_person(
        project_id=tenant.project.id,
        email="linker@shop.example",
        name="Linker",
        password=Secret(PASSWORD),
        role="member",
    )
    await guest.sign_in(replace(scene.live, tenant=replace(tenant, owner=member)))
    return guest


async def _newest_session(scene: Scene) -> dict[str, Any]:
    async with scene.live.house.db.connection() as conn:
        rows = await conn.fetch("select * from connect_sessions order by id desc limit 1")
    return dict(rows[0])
