"""Fetching the file of a sync from where it lies."""

from uuid import uuid4

from crossdock_twins.base import agenda, deliveries
from crossdock_twins.base.deliveries import DELIVERED, FAILED, Delivery, Letter, Outcome, Verdict
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.syncs import sheet, store
from crossdock_twins.shiphero.webhooks.publish import moment_of

WORK = "inventory_sync.work"
_EVENT = "Inventory sync file"
_MOST_OCTETS = 8 * 1024 * 1024
_SECONDS = 30.0
_OK = 200


def fetch(base: Store, number: int, *, at: str) -> None:
    """Send for a batch's file, inside the caller's transaction."""
    deliveries.post(base, lane=f"sync:{number}", event=_EVENT, message_id=str(uuid4()), body="", at=moment_of(at))


class SyncAddresses:
    """The addresses that syncs name, as the postman knows them."""

    def __init__(self, state: State) -> None:
        self._store = state.store

    def letter(self, delivery: Delivery) -> Letter | None:
        """Write the request; None for a batch that was called off."""
        batch = store.row(self._store, _number(delivery))
        if batch is None or batch["status"] in store.FINAL:
            return None
        return Letter(url=batch["url"], headers={}, seconds=_SECONDS, method="GET", most=_MOST_OCTETS)

    def judge(self, delivery: Delivery, outcome: Outcome) -> Verdict:
        """Begin with the lines of the file, or end the batch where there is none that can be read."""
        number, at = _number(delivery), dates.text_of(delivery.due)
        try:
            lines = sheet.read(_text(outcome))
        except sheet.SheetError as error:
            store.set_status(self._store, number, store.ERROR, at=at, error=str(error))
            return FAILED
        store.add_lines(self._store, number, lines, at=at)
        store.set_status(self._store, number, store.PROCESSING, at=at)
        agenda.add(self._store, WORK, due=delivery.due, key=str(number), detail={})
        return DELIVERED


def _text(outcome: Outcome) -> str:
    if outcome.status is None:
        raise sheet.SheetError(f"The file could not be downloaded. {outcome.error}")
    if outcome.status != _OK:
        raise sheet.SheetError(f"The file could not be downloaded: the address answered with status {outcome.status}")
    if len(outcome.body) >= _MOST_OCTETS:
        raise sheet.SheetError(f"The file has {_MOST_OCTETS} octets or more: split it")
    return outcome.body


def _number(delivery: Delivery) -> int:
    return int(delivery.lane.partition(":")[2])
