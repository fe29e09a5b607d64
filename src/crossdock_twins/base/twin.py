"""A twin as its control sees it: the parts that both have, what each adds, and what can be done to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.datastructures import FormData
from starlette.routing import BaseRoute

from crossdock_twins.base.agenda import Agenda
from crossdock_twins.base.clock import TwinClock, parse_span
from crossdock_twins.base.deliveries import Deliveries
from crossdock_twins.base.faults import Fault, FaultBook, parse_kind
from crossdock_twins.base.inputs import ControlError, Members
from crossdock_twins.base.journal import Journal
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.pages import Pages
from crossdock_twins.base.store import Store

_UNTIE = "Start crossdock up without --follow-twin-clock to have that."


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account of the provider, as the control page lists it."""

    id: str
    name: str
    state: str


class Twin(Protocol):
    """What each twin adds to the control API that both have."""

    @property
    def states(self) -> tuple[str, ...]:
        """Give the states that an account can be in."""
        ...

    @property
    def seeds(self) -> Mapping[str, Callable[[], None]]:
        """Give the ways to fill an empty twin, by name; the first is what a new or a reset twin holds."""
        ...

    def accounts(self) -> Sequence[AccountLine]:
        """Give all accounts."""
        ...

    def set_state(self, account_id: str, state: str) -> bool:
        """Set an account's state; False where there is no such account."""
        ...

    def panel(self) -> Mapping[str, Any]:
        """Give what the twin's own part of the page, `control_panel.html`, shows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """All that the control API works on; `name` is the provider's.

    `first_seed` is what it holds when it is new. `routes` are the twin's own additions to the API, relative to
    `/_twin`; `deeds` what its panel's forms do, by the name in `/_twin/page/{name}`: each takes the form and gives the
    sentence to show.
    """

    key: str
    name: str
    store: Store
    clock: TwinClock
    limits: Limits
    faults: FaultBook
    journal: Journal
    agenda: Agenda
    deliveries: Deliveries
    pages: Pages
    twin: Twin
    first_seed: str
    routes: Sequence[BaseRoute] = ()
    deeds: Mapping[str, Callable[[FormData], str]] = field(default_factory=dict)

    def seed(self, name: str) -> None:
        """Empty the provider's data and fill it anew, in one change."""
        with self.store.unchecked(), self.store.transaction():
            self.store.empty()
            self.pages.sign_everybody_out()
            self.twin.seeds[name]()
            self.store.weigh()

    def reset(self, seed: str = "") -> None:
        """Make the twin new: today, no faults, no journal, nobody signed in, its first seed unless one is named.

        The limits are again what the process was started with.
        """
        with self.store.unchecked(), self.store.transaction():
            self.clock.reset()
            self.faults.clear()
            self.journal.clear()
            self.deliveries.meddle(lose=0, duplicate=0)
            self.seed(seed or self.first_seed)
            self.limits.reset()

    def seed_if_new(self) -> None:
        """Fill a twin that has never been filled."""
        if not self.store.meta_get("seeded"):
            self.seed(self.first_seed)
            self.store.meta_set("seeded", value=True)

    def clock_json(self) -> dict[str, Any]:
        """Give the clock as the API shows it."""
        return {
            "now": self.clock.now().isoformat(),
            "offset_seconds": int(self.clock.offset.total_seconds()),
            "followed": self.clock.followed,
            "stopped": self.clock.stopped,
        }


def turn_clock(control: Control, members: Members) -> None:
    """Stop or start the clock, advance it and run what has become due, set whether it is followed: what is named."""
    clock = control.clock
    if not any(members.has(name) for name in ("advance", "follow", "stopped")):
        remedy = 'Send {"advance": "27d"}, {"stopped": true} or {"follow": true}.'
        raise ControlError(422, "Nothing to do.", remedy=remedy)
    _refuse_to_follow_what_stands(clock, members)
    if members.has("stopped"):
        (clock.stop if members.flag("stopped") else clock.start)()
    try:
        if members.has("advance"):
            clock.advance(parse_span(members.text("advance")))
    except ValueError as error:
        raise ControlError(422, "The clock cannot be turned so.", remedy=str(error)) from error
    control.agenda.settle()
    control.store.bell.ring()
    if members.has("follow"):
        clock.follow(followed=members.flag("follow"))


def _refuse_to_follow_what_stands(clock: TwinClock, members: Members) -> None:
    if clock.tied and members.has("follow") and not members.flag("follow"):
        raise ControlError(422, "A hub follows this clock for as long as it runs.", remedy=_UNTIE)
    stopped = members.flag("stopped") if members.has("stopped") else clock.stopped
    followed = members.flag("follow") if members.has("follow") else clock.followed
    if stopped and followed:
        raise ControlError(
            422,
            "A hub cannot follow a clock that stands.",
            remedy=_UNTIE if clock.tied else "Start the clock, or switch following off.",
        )


def add_fault(book: FaultBook, members: Members) -> Fault:
    """Switch on the fault that the members describe; only `kind` must be there."""
    try:
        return book.add(
            kind=parse_kind(members.text("kind")),
            paths=members.text("paths", "*"),
            methods=members.texts("methods"),
            times=members.whole("times", None),
            every=members.whole("every", 1) or 0,
            delay=members.number("delay", 0.0),
            status=members.whole("status", None),
        )
    except ValueError as error:
        raise ControlError(422, "There is no such fault.", remedy=str(error)) from error


def set_state(twin: Twin, account_id: str, state: str) -> None:
    """Set an account's state; ControlError where account or state do not exist."""
    if state not in twin.states:
        raise ControlError(422, "There is no such state.", remedy=f"Use one of: {', '.join(twin.states)}.")
    if not twin.set_state(account_id, state):
        raise ControlError(404, "There is no such account.", remedy="List the accounts with GET /_twin/accounts.")


def meddle(control: Control, members: Members) -> None:
    """Lose, and send twice, so many of the next messages as the members say; what is left out stays as it is."""
    before = control.deliveries.meddling()
    lose, duplicate = (members.whole(name, before[name]) or 0 for name in ("lose", "duplicate"))
    if lose < 0 or duplicate < 0:
        raise ControlError(422, "A number of messages cannot be negative.", remedy="Send 0 or more.")
    control.deliveries.meddle(lose=lose, duplicate=duplicate)


def seed(control: Control, name: str) -> None:
    """Fill the twin anew; ControlError where there is no seed of that name."""
    control.seed(known_seed(control, name))


def known_seed(control: Control, name: str) -> str:
    """Give a seed's name back; ControlError where there is none of that name."""
    if name not in control.twin.seeds:
        raise ControlError(422, "There is no such seed.", remedy=f"Use one of: {', '.join(control.twin.seeds)}.")
    return name
