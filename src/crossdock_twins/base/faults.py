"""Faults that people and tests switch on: what goes wrong, on which paths, how often."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from crossdock_twins.base.store import Store

_LONGEST_DELAY = 600.0
_STATUSES = range(200, 600)


class FaultKind(StrEnum):
    """What goes wrong; `slow` answers rightly but late, `cut_off` breaks in the middle of a right answer.

    The last four no request meets. Three the twin asks for where it makes or voids a label, with the path of the
    shipment that the label belongs to; `partial` where an answer is whole and is to lose a part, with the path of what
    was asked for: `/graphql/orders`.
    """

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    SLOW = "slow"
    CUT_OFF = "cut_off"
    HTML = "html"
    LABEL_FAILED = "label_failed"
    LABEL_TECHNICAL_FAILED = "label_technical_failed"
    VOID_FAILED = "void_failed"
    PARTIAL = "partial"


_ASKED_FOR = frozenset(
    {FaultKind.LABEL_FAILED, FaultKind.LABEL_TECHNICAL_FAILED, FaultKind.VOID_FAILED, FaultKind.PARTIAL}
)

_SHORT_NAMES = {
    "401": "unauthorized",
    "403": "forbidden",
    "429": "rate_limited",
    "500": "server_error",
    "cut": "cut_off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One switched-on fault.

    `paths` is a glob (`*` crosses slashes); no methods mean all; `times` None means until removed; `every` n hits each
    n-th request that matches; `delay` is in seconds; `status` replaces the usual status of the kind.
    """

    id: int
    kind: FaultKind
    paths: str
    methods: tuple[str, ...]
    times: int | None
    every: int
    delay: float
    status: int | None

    def as_json(self) -> dict[str, Any]:
        """Give the members as JSON values."""
        return asdict(self)


def parse_kind(text: str) -> FaultKind:
    """Read a kind by its name or by its short name (`401`, `cut`, ...); ValueError lists the names."""
    try:
        return FaultKind(_SHORT_NAMES.get(text, text))
    except ValueError:
        names = ", ".join([*FaultKind, *_SHORT_NAMES])
        raise ValueError(f"A fault's kind is one of: {names}.") from None


class FaultBook:
    """The faults that are switched on, in the order in which they were added."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        *,
        kind: FaultKind,
        paths: str = "*",
        methods: Sequence[str] = (),
        times: int | None = None,
        every: int = 1,
        delay: float = 0.0,
        status: int | None = None,
    ) -> Fault:
        """Switch a fault on; ValueError where a figure makes no sense."""
        if every < 1 or (times is not None and times < 1):
            raise ValueError("times and every count from 1. Leave them out for always.")
        if not 0 <= delay <= _LONGEST_DELAY:
            raise ValueError("delay is a number of seconds between 0 and 600.")
        if status is not None and status not in _STATUSES:
            raise ValueError("status is a number between 200 and 599. Leave it out for the usual one.")
        upper = tuple(method.upper() for method in methods)
        number = self._store.insert(
            "INSERT INTO twin_fault (kind, paths, methods, times, every, delay, status) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(kind.value, paths, json.dumps(upper), times, every, delay, status),
        )
        return Fault(
            id=number, kind=kind, paths=paths, methods=upper, times=times, every=every, delay=delay, status=status
        )

    def all(self) -> list[Fault]:
        """Give the faults that are on."""
        return [_fault(row) for row in self._store.all("SELECT * FROM twin_fault ORDER BY id")]

    def remove(self, number: int) -> bool:
        """Switch one fault off; False where there is none of that number."""
        return self._store.execute("DELETE FROM twin_fault WHERE id = ?", number) > 0

    def clear(self) -> None:
        """Switch all faults off."""
        self._store.execute("DELETE FROM twin_fault")

    def match(self, *, method: str, path: str) -> Fault | None:
        """Give the fault that this request meets, and count it; one that has hit `times` times is gone afterwards."""
        for fault in self.all():
            if fault.kind in _ASKED_FOR or (fault.methods and method not in fault.methods):
                continue
            if fnmatchcase(path, fault.paths) and self._hits(fault):
                return fault
        return None

    def strikes(self, kind: FaultKind, *, path: str) -> bool:
        """Tell whether a fault of this kind hits what lies under a path, and count it."""
        return any(fault.kind is kind and fnmatchcase(path, fault.paths) and self._hits(fault) for fault in self.all())

    def _hits(self, fault: Fault) -> bool:
        with self._store.transaction():
            self._store.execute("UPDATE twin_fault SET seen = seen + 1 WHERE id = ?", fault.id)
            row = self._store.one("SELECT seen FROM twin_fault WHERE id = ?", fault.id)
            if row is None or row["seen"] % fault.every:
                return False
            self._store.execute("UPDATE twin_fault SET times = times - 1 WHERE id = ?", fault.id)
            self._store.execute("DELETE FROM twin_fault WHERE id = ? AND times <= 0", fault.id)
            return True


def _fault(row: sqlite3.Row) -> Fault:
    return Fault(
        id=row["id"],
        kind=FaultKind(row["kind"]),
        paths=row["paths"],
        methods=tuple(json.loads(row["methods"])),
        times=row["times"],
        every=row["every"],
        delay=row["delay"],
        status=row["status"],
    )
