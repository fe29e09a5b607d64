"""A snapshot on its way to the address that was named for it: the address is tried first, then gets the file."""

import json
import sqlite3
from datetime import datetime
from uuid import uuid4

from crossdock_twins.base import agenda, deliveries
from crossdock_twins.base.deliveries import DELIVERED, FAILED, Delivery, Letter, Outcome, Verdict
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.snapshots import store
from crossdock_twins.shiphero.state import State

START = "snapshot.start"
_CHECK, _FILE = "Inventory snapshot check", "Inventory snapshot"
_SECONDS = 30.0
_FIRST_ERROR = 400
_NO_SUCH_METHOD = 405


def check(base: Store, number: int, *, at: datetime) -> None:
    """Try the address of a snapshot before any work is done."""
    _post(base, number, _CHECK, "", at=at)


def send(base: Store, snapshot: sqlite3.Row, contents: bytes, *, at: datetime) -> None:
    """Send the file, if an address was named."""
    if json.loads(snapshot["body"]).get("post_url"):
        _post(base, snapshot["id"], _FILE, contents.decode(), at=at)


def _post(base: Store, number: int, event: str, body: str, *, at: datetime) -> None:
    deliveries.post(base, lane=f"snapshot:{number}", event=event, message_id=str(uuid4()), body=body, at=at)


class SnapshotAddresses:
    """The addresses that snapshots name, as the postman knows them."""

    def __init__(self, state: State) -> None:
        self._store = state.store

    def letter(self, delivery: Delivery) -> Letter | None:
        """Write the request: HEAD for the trial, POST with the file; None for a snapshot that was called off."""
        snapshot = store.row(self._store, _number(delivery))
        if snapshot is None or snapshot["status"] == store.ABORT:
            return None
        url = json.loads(snapshot["body"])["post_url"]
        if delivery.event == _CHECK:
            return Letter(url=url, headers={}, seconds=_SECONDS, method="HEAD")
        return Letter(url=url, headers={"Content-Type": "application/json"}, seconds=_SECONDS)

    def judge(self, delivery: Delivery, outcome: Outcome) -> Verdict:
        """Begin after a trial that went well, end after one that did not; a file that was not taken is only noted."""
        number = _number(delivery)
        problem = _problem(outcome)
        if delivery.event == _CHECK and problem is None:
            agenda.add(self._store, START, due=delivery.due + store.STARTS_AFTER, key=str(number), detail={})
        elif delivery.event == _CHECK:
            error = "The post_url did not pass the check"
            store.set_status(self._store, number, store.ERROR, at=delivery.due, error=error, post_error=problem)
        elif problem is not None:
            store.set_status(self._store, number, store.SUCCESS, at=delivery.due, post_error=problem)
        return DELIVERED if problem is None else FAILED


def _problem(outcome: Outcome) -> str | None:
    if outcome.status is None:
        return outcome.error
    if outcome.status < _FIRST_ERROR or outcome.status == _NO_SUCH_METHOD:
        return None
    return f"The address answered with status {outcome.status}."


def _number(delivery: Delivery) -> int:
    return int(delivery.lane.partition(":")[2])
