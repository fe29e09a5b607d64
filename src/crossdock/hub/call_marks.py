"""How a call looks in a list: its effect and its outcome as words on coloured ground, and why it failed."""

from __future__ import annotations

from typing import Final

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Effect
from crossdock.connectors.replies import PART
from crossdock.hub import errors
from crossdock.hub.i18n import Texts
from crossdock.hub.views_dashboard import BadgeView
from crossdock.hub.views_link import ProblemView, Tone

_EFFECTS: Final[dict[Effect, tuple[Tone, str]]] = {
    "read": ("good", "Read"),
    "write": ("warn", "Write"),
    "destructive": ("bad", "Cannot be undone"),
}
_REFUSED: Final = 400


def effect(texts: Texts, kind: Effect) -> BadgeView:
    """Show what a call does to the account."""
    tone, word = _EFFECTS[kind]
    return BadgeView(text=texts.text(word), tone=tone)


def status(texts: Texts, code: int, *, cause: str | None) -> BadgeView:
    """Show how a call ended; 0 stands for no reply, and a cause makes a failure of any status, or half a success."""
    if code == 0:
        return BadgeView(text=texts.text("No reply"), tone="bad")
    if cause == PART:
        return BadgeView(text=str(code), tone="warn")
    return BadgeView(text=str(code), tone="bad" if cause or code >= _REFUSED else "good")


def explained(texts: Texts, code: str, *, connector_key: str, catalogue: Catalogue) -> ProblemView | None:
    """Say why a call failed and what to do: in the connector's words, else in Crossdock's own."""
    connector = catalogue.by_key.get(connector_key)
    cause = connector.causes.get(code) if connector else None
    found = cause or next((one for one in errors.entries(catalogue) if one.code == code), None)
    if found is None:
        return None
    return ProblemView(
        title=texts.text(found.title),
        explanation=texts.text(found.explanation),
        remedy=texts.text(found.remedy),
        code=code,
    )
