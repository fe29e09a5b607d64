"""OAuth in a window of its own, as the embedded hub component opens it."""

from __future__ import annotations

from house import Live
from oauth_dance import Dance
from twins import EasyshipTwin


async def test_the_window_ends_on_a_page_that_says_so(live: Live, easyship_twin: EasyshipTwin) -> None:
    """After Allow the attempt is authenticated, and the window ends on a page that says it may be closed."""
    dance = await Dance.prepare(live, easyship_twin)
    begun = await dance.begin()

    back = await dance.come_back(await dance.allow(begun), begun.cookie)
    page = await dance.get(back.headers["location"].removeprefix(live.url))

    assert back.headers["location"] == dance.done
    assert await dance.status(begun) == ("authenticated", None)
    assert page.status == 200
    assert "You can close this window" in page.text()


async def test_signing_in_again_keeps_the_account(live: Live, easyship_twin: EasyshipTwin) -> None:
    """The component cannot ask: the same owner's second sign-in at the same account renews the one that is there."""
    dance = await Dance.prepare(live, easyship_twin)
    session = await dance.session()
    several = await dance.session(
        origin_owner_id=session["origin_owner_id"], origin_owner_name=session["origin_owner_name"], multiple=True
    )

    counts = []
    for opened in (session, session, several):
        begun = await dance.begin(opened)
        await dance.come_back(await dance.allow(begun), begun.cookie)
        assert await dance.status(begun) == ("authenticated", None)
        counts.append(await dance.linked(session))

    assert counts == [1, 1, 2]
