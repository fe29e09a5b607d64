"""Changing the own password on the dashboard, over real HTTP."""

from __future__ import annotations

import pytest

from crossdock.kernel.secret import Secret
from guest import Guest, Sight, new_guest
from house import PASSWORD, Live

FRESH = "lorries leave at seven"


async def changed(guest: Guest, **fields: str) -> Sight:
    form = await guest.get("/dashboard/password")
    typed = {"present": PASSWORD, "fresh": FRESH, "again": FRESH}
    return await guest.submit(form, "/dashboard/password", {**typed, **fields})


async def test_a_person_changes_the_own_password(live: Live, guest: Guest) -> None:
    """The new one opens from then on, the old one nothing; this browser stays signed in, others are signed out."""
    await guest.sign_in(live)
    other = new_guest(live)
    async with other.client:
        await other.sign_in(live)

        page = await changed(guest)
        elsewhere = await other.get("/dashboard/accounts")

    owner = live.tenant.owner.email
    known = [await live.house.projects.has_password(email=owner, password=Secret(text)) for text in (PASSWORD, FRESH)]
    assert "The password is changed" in page.text
    assert "Link the first account" in (await guest.get("/dashboard/accounts")).text
    assert "Sign in" in elsewhere.text
    assert known == [False, True]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"present": "not-this-one-at-all"}, "The present password is another one."),
        ({"again": "lorries leave at nine"}, "Type the same into both fields."),
        ({"fresh": "short", "again": "short"}, "A password has 12 to 256 characters."),
    ],
)
async def test_what_is_wrong_changes_nothing(live: Live, guest: Guest, fields: dict[str, str], said: str) -> None:
    """Each mistake is named with what to do, and the password stays as it was."""
    await guest.sign_in(live)

    page = await changed(guest, **fields)

    assert page.status == 422
    assert said in page.text
    assert FRESH not in page.html
    assert "Accounts" in (await guest.sign_in(live)).text
