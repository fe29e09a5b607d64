"""A bell that those who wait for new rows listen to."""

from collections.abc import Callable

Listener = Callable[[], object]


class Bell:
    """Calls its listeners when it rings; a listener must not wait for anything."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call this from now on."""
        self._listeners.append(listener)

    def forget(self, listener: Listener) -> None:
        """Call this no more."""
        self._listeners.remove(listener)

    def ring(self) -> None:
        """Call everybody who listens."""
        for listener in tuple(self._listeners):
            listener()
