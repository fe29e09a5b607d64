"""What the pages about keys, apps, webhooks and the like do alike: find one, say when it was used, show it, end it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from starlette.responses import Response

from crossdock.hub import notices
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import ShownOnceView, SureView
from crossdock.hub.views_link import ButtonView


class Held(Protocol):
    """Something of the project that an address names by its id."""

    @property
    def id(self) -> str:
        """Its id."""


H = TypeVar("H", bound=Held)


def picked(desk: Desk, known: Iterable[H]) -> H:
    """Return the one that the address names; raise NotFoundError."""
    for one in known:
        if one.id == desk.request.path_params["id"]:
            return one
    raise notices.not_found()


def used(desk: Desk, moment: datetime | None) -> str:
    """Say when something was last used."""
    return desk.texts.text("Never") if moment is None else desk.texts.relative(moment, now=desk.ctx.clock.now())


def once(
    desk: Desk,
    *,
    place: str,
    title: str,
    explanation: str,
    label: str,
    secret: str,
    facts: Sequence[tuple[str, str]],
    back: ButtonView,
) -> Response:
    """Show a secret or a link for copying, this once; ``place`` is the page's in the menu, texts are translated."""
    view = ShownOnceView(
        nav=desk.nav(place), title=title, explanation=explanation, label=label, secret=secret, facts=facts, back=back
    )
    return desk.page("dashboard/once.html", view)


def copied(desk: Desk, url: str) -> ButtonView:
    """Return the button that leads on from what was shown once."""
    return ButtonView(label=desk.texts.text("I have copied it"), url=url)


def sure(
    desk: Desk,
    *,
    place: str,
    title: str,
    explanation: str,
    consequences: Sequence[str],
    label: str,
    url: str,
    back: str,
) -> Response:
    """Ask before something ends: the button ``label`` sends to ``url``, the other way leads back."""
    view = SureView(
        nav=desk.nav(place),
        title=title,
        explanation=explanation,
        consequences=consequences,
        button=ButtonView(label=label, url=url, posts=True),
        back=back,
    )
    return desk.page("dashboard/sure.html", view)
