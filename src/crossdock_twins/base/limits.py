"""The switch of a twin's rate limits."""

from collections.abc import Callable

from crossdock_twins.base.store import Store

_KEY = "limits.on"


class Limits:
    """Tells whether those who ask too often are refused; what has been switched is in the store, so a restart keeps it.

    `started` is what the process was started with. Every request asks, so `on` is remembered and not read: the apps
    over one store share one object.
    """

    def __init__(self, store: Store, *, started: bool) -> None:
        kept = store.meta_get(_KEY)
        self.on: bool = started if kept is None else kept
        self._store = store
        self._started = started
        self._counters: list[Callable[[], None]] = []

    def counted_by(self, forget: Callable[[], None]) -> None:
        """Name what makes a counter forget its callers, which it does at every switch: nobody begins with old debts."""
        self._counters.append(forget)

    def switch(self, *, on: bool) -> None:
        """Switch the limits; what the process was started with is not kept, so that the next start may choose anew."""
        self._store.meta_set(_KEY, None if on == self._started else on)
        self.on = on
        for forget in self._counters:
            forget()

    def reset(self) -> None:
        """Come back to what the process was started with."""
        self.switch(on=self._started)
