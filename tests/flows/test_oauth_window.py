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
