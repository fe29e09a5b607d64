"""Everything that a ShipHero twin knows and does, over one store and one clock."""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.accounts import Accounts
from crossdock_twins.shiphero.orders.store import Orders
from crossdock_twins.shiphero.throttle import Throttle
from crossdock_twins.shiphero.tokens import AccessTokens

_SCRIPTS = tuple(
    script.read_text(encoding="utf-8")
    for script in sorted(files(__package__).joinpath("tables").iterdir(), key=lambda entry: entry.name)
)


class State:
    """The rooms of the twin; each reads the same clock. `url` is where the twin is reached, without an end slash."""

    def __init__(self, *, store: Store, clock: TwinClock, limits: Limits, url: str = "") -> None:
        store.migrate(_SCRIPTS)
        self.store = store
        self.url = url
        self.now: Callable[[], datetime] = clock.now
        self.tokens = AccessTokens(store)
        self.accounts = Accounts(store, self.now)
        self.orders = Orders(self)
        self.throttle = Throttle(self.now, limits)

    def today(self) -> str:
        """Give this moment as the API writes it."""
        return dates.text_of(self.now())

    def issue(self, subject: str) -> str:
        """Sign an access token that lives 28 days from now."""
        return self.tokens.issue(subject=subject, now=self.now())
