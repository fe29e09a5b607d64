"""How long an account lives: one sentence, and the points of its life line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crossdock.accounts.model import Account
from crossdock.audit import events
from crossdock.audit.chain import Entry
from crossdock.connectors.model import AuthMethod
from crossdock.hub.i18n import Texts
from crossdock.hub.views_dashboard import LifeMarkView, LifeView

Kind = Literal["linked", "renewed", "bad", "good", "now", "next", "end"]

_SHARE_OF_LIFE = 0.8
_NEAREST = timedelta(minutes=5)
_MOST_MARKS = 12
_KINDS: dict[str, Kind] = {
    events.ACCOUNT_LINKED: "linked",
    events.ACCOUNT_RELINKED: "linked",
    events.TOKEN_REFRESHED: "renewed",
    events.TOKEN_REFRESH_FAILED: "bad",
    events.TOKEN_REFRESH_INTERRUPTED: "bad",
    events.ACCOUNT_PAUSED: "bad",
    events.ACCOUNT_RESUMED: "good",
}


@dataclass(frozen=True, slots=True)
class _Point:
    at: datetime
    kind: Kind
    title: str


def promise(texts: Texts, *, method: AuthMethod, name: str, hard_end: datetime | None) -> str:
    """Say how long a credential of this kind works, and who renews it."""
    if method.lifecycle == "static":
        return texts.text("Works until somebody deletes it at %(name)s. Crossdock checks it every day.", name=name)
    every = texts.span((method.access_life or timedelta()) * _SHARE_OF_LIFE)
    if hard_end is not None:
        return texts.text(
            "Renews itself about every %(every)s, until %(day)s. Then somebody links it again.",
            every=every,
            day=texts.day(hard_end),
        )
    return texts.text(
        "Renews itself about every %(every)s, as long as the account at %(name)s is active.", every=every, name=name
    )


def line(
    texts: Texts, *, account: Account, method: AuthMethod, name: str, entries: Sequence[Entry], now: datetime
) -> LifeView:
    """Draw the life line: what was, now, and what comes."""
    past = [_Point(account.created_at, "linked", texts.text("Linked"))]
    for entry in reversed(entries):
        point = _past(texts, entry)
        if point is not None and _later(point, past[-1]):
            past.append(point)
    points = [*past[:1], *past[1:][-_MOST_MARKS:], _Point(now, "now", texts.text("Now")), *_future(texts, account, now)]
    points.sort(key=lambda point: point.at)
    first, last = points[0].at, max(points[-1].at, points[0].at + timedelta(hours=1))

    def place(at: datetime) -> float:
        return round(100 * (at - first) / (last - first), 1)

    marks = [
        LifeMarkView(
            x=place(point.at),
            kind=point.kind,
            title=point.title,
            when=point.at,
            said="" if point.kind == "now" else texts.relative(point.at, now=now),
            future=point.at > now,
        )
        for point in points
    ]
    sentence = promise(texts, method=method, name=name, hard_end=account.hard_end_at)
    if account.paused_at is not None:
        sentence = texts.text(
            "Paused since %(day)s: nothing is called until it is resumed.", day=texts.day(account.paused_at)
        )
    elif account.needs_person:
        sentence = texts.text("It needs somebody: link it again to go on.")
    return LifeView(sentence=sentence, now_x=place(now), marks=marks)


def health(texts: Texts, *, account: Account, now: datetime) -> str:
    """Say in a few words what is next, or when it was last looked at."""
    if account.paused_at is not None:
        return texts.text("Paused %(when)s", when=texts.relative(account.paused_at, now=now))
    if account.needs_person:
        return texts.text("Since %(day)s", day=texts.day(account.status_since))
    if account.next_refresh_at is not None:
        return texts.text("Renews %(when)s", when=_next(texts, account.next_refresh_at, now))
    if account.probed_at is not None:
        return texts.text("Checked %(when)s", when=texts.relative(account.probed_at, now=now))
    return texts.text("Not checked yet")


def _next(texts: Texts, at: datetime, now: datetime) -> str:
    return texts.relative(at, now=now) if at > now else texts.text("now")


def _past(texts: Texts, entry: Entry) -> _Point | None:
    if entry.event == events.ACCOUNT_STATUS_CHANGED:
        well = entry.detail.get("to") == "active"
        return _Point(entry.at, "good" if well else "bad", texts.text("Active") if well else texts.text("Trouble"))
    kind = _KINDS.get(entry.event)
    if kind is None:
        return None
    words = {
        events.ACCOUNT_LINKED: "Linked",
        events.ACCOUNT_RELINKED: "Linked again",
        events.TOKEN_REFRESHED: "Renewed",
        events.TOKEN_REFRESH_FAILED: "Renewal failed",
        events.TOKEN_REFRESH_INTERRUPTED: "Renewal cut off",
        events.ACCOUNT_PAUSED: "Paused",
        events.ACCOUNT_RESUMED: "Resumed",
    }
    return _Point(entry.at, kind, texts.text(words[entry.event]))


def _later(point: _Point, before: _Point) -> bool:
    return point.at - before.at > _NEAREST or point.kind != before.kind


def _future(texts: Texts, account: Account, now: datetime) -> list[_Point]:
    planned: list[tuple[datetime | None, Kind, str]] = [
        (account.next_refresh_at, "next", texts.text("Next renewal")),
        (account.expires_at, "end", texts.text("Token ends if not renewed")),
        (account.hard_end_at, "end", texts.text("Link ends")),
    ]
    if account.next_refresh_at is None:
        planned.append((account.next_probe_at, "next", texts.text("Next check")))
    return [_Point(at, kind, title) for at, kind, title in planned if at is not None and at > now]
