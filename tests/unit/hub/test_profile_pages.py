"""The pages of connector profiles without a script: made, narrowed, made the default, switched and deleted."""

from __future__ import annotations

from typing import Any

from crossdock.kernel.secret import Secret
from guest import Guest, Sight
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

TOKEN = "/dashboard/profiles/new/easyship/token"


async def profiles(live: Live) -> list[dict[str, Any]]:
    """Return the project's profiles of one way of linking, as the API tells them."""
    answer = await live.call("GET", "/auth_configs?connector_key=easyship")
    return [row for row in answer.json()["data"] if row["authentication_config_key"] == "token"]


async def send(guest: Guest, sight: Sight, *more: tuple[str, str], **values: str) -> Sight:
    """Send the profile's form with some values in place of its own, and ticks besides."""
    action = sight.url.partition("?")[0].removeprefix(guest.base)
    form = sight.form(action)
    kept = [pair for pair in form.values if pair[0] not in values]
    return await guest.post(action, [*kept, *values.items(), *more])


async def test_a_profile_is_made_for_an_area(live: Live, guest: Guest) -> None:
    """Ticked scopes, a whole area, single actions and patterns become what the profile is for."""
    await guest.sign_in(live)
    form = await guest.get(TOKEN)

    made = await send(
        guest,
        form,
        ("areas", "batches"),
        ("actions", "easyship_get_account"),
        ("scopes", "batch:read"),
        name="Batches",
        which="chosen",
        effects="write",
        patterns="easyship_list_box*\n",
    )

    held = next(row for row in await profiles(live) if row["name"] == "Batches")
    area = [one for one in live.house.catalogue.get("easyship").actions.values() if one.area == "batches"]
    assert "The profile is made" in made.text
    assert set(held["actions"]) == {"easyship_get_account", "easyship_list_box*", *(one.name for one in area)}
    assert (held["effects"], held["scopes"], held["default"]) == (["read", "write"], ["batch:read"], False)
    assert 'value="easyship_get_account" checked' in made.html


async def test_what_does_not_fit_is_said_with_what_was_ticked(live: Live, guest: Guest) -> None:
    """A pattern that fits nothing, or no action at all, comes back with the reason and the form as it was."""
    await guest.sign_in(live)
    form = await guest.get(TOKEN)

    wrong = await send(guest, form, name="Wrong", which="chosen", patterns="easyship_fly")
    none = await send(guest, form, name="None", which="chosen", patterns="")

    assert (wrong.status, none.status) == (422, 422)
    assert "easyship_fly" in wrong.text
    assert "No action is chosen" in none.text
    assert 'value="Wrong"' in wrong.html
    assert {row["name"] for row in await profiles(live)}.isdisjoint({"Wrong", "None"})


async def test_a_profile_is_made_the_default_switched_and_deleted(live: Live, guest: Guest) -> None:
    """Each deed is a form of its own; a deleted profile is gone, and the other one is the default again."""
    await guest.sign_in(live)
    before = (await profiles(live))[0]
    page = await send(guest, await guest.get(TOKEN), name="Second")
    made = next(row["id"] for row in await profiles(live) if row["name"] == "Second")

    default = await guest.submit(page, "/default")
    states = {row["id"]: row["default"] for row in await profiles(live)}
    off = await guest.submit(default, "/switch-off")
    sure = await guest.get(f"/dashboard/profiles/{made}/delete")
    gone = await guest.submit(sure, "/delete")

    assert states == {before["id"]: False, made: True}
    assert "The connector is off" in off.text
    assert "The profile is deleted" in gone.text
    assert [(row["id"], row["default"]) for row in await profiles(live)] == [(before["id"], True)]


async def test_a_members_page_shows_profiles_and_changes_none(live: Live, guest: Guest) -> None:
    """Who may not manage the project sees what is there, without a button, and the form is refused."""
    house, project = live.house, live.tenant.project
    password = "another horse battery staple"
    person = await house.projects.create_person(
        project_id=project.id, email="member@shop.example", name="Member", password=Secret(password), role="member"
    )
    door = await guest.get("/dashboard/sign-in")
    await guest.submit(door, "/dashboard/sign-in", {"email": person.email, "password": password})

    page = await guest.get("/dashboard/connectors")
    form = await guest.get(TOKEN)

    assert "Easyship" in page.text
    assert not [name for name in page.links if "Edit" in name or "New profile" in name]
    assert form.status == 403


async def test_an_account_names_its_profile(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """The account's page says through which profile it is linked, and how far that goes."""
    await guest.sign_in(live)
    account = await link_pasted(live, easyship_twin.integration("Named")["production_token"], owner="named")
    profile = (await profiles(live))[0]["id"]
    await live.call("PATCH", f"/auth_configs/{profile}", data={"effects": ["read"], "name": "Looking"})

    page = await guest.get(f"/dashboard/accounts/{account}")

    assert "Looking" in page.text
    assert "reading only" in page.text
