"""The seed `large`: a shop that has sent 100,000 orders in a year, of which the newest are still on their way."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from crossdock_twins.base.agenda import moment
from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship import shop
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.documents import links
from crossdock_twins.easyship.seeding import year
from crossdock_twins.easyship.seeding.stencil import Pattern, Workshop
from crossdock_twins.easyship.shipments.patterns import MARK, forget, made_id
from crossdock_twins.easyship.state import Company
from crossdock_twins.easyship.times import timestamp

ORDERS = 100_000
_FIRST_NUMBER, _FIRST_ORDER = 320_000_000, 100_001
_KINDS = 28
_OLD = timedelta(days=60)
_STAGES = tuple(timedelta(hours=hours) for hours in (2, 8, 30, 56, 80, 104, 128, 150))
_OPEN = timedelta(hours=3)
_CALLED_OFF_EVERY = 31
_AT_ONCE = 5_000
_FIRST_NAMES = ("Ada", "Ben", "Chloe", "Diego", "Emi", "Finn", "Grace", "Hugo", "Iris", "Jonas", "Kira", "Liam", "Mina")
_LAST_NAMES = (
    "Novak",
    "Okafor",
    "Martin",
    "Santos",
    "Tanaka",
    "Walsh",
    "Lindqvist",
    "Moreau",
    "Kowalski",
    "Byrne",
    "Sato",
)
_CUSTOMERS = 31_000
_CHARGE, _REFUND = "Shipment charge", "Shipment refund"
_COLUMNS = (
    *("number", "id", "uuid", "company_id", "environment", "shipment_state", "label_state", "pickup_state"),
    *("delivery_state", "warehouse_state", "origin_country_alpha2", "destination_country_alpha2"),
    *("platform_order_number", "is_return", "created_at", "updated_at", "label_paid_at", "label_generated_at", "paid"),
    *("answer", "body", "eta"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Patterns by what became of a shipment, with the number that each is kept under."""

    done: Sequence[tuple[int, Pattern]]
    called_off: Sequence[tuple[int, Pattern]]
    open: Sequence[tuple[int, Pattern]]
    moving: Sequence[Sequence[tuple[int, Pattern]]]

    def of(self, number: int, age: timedelta) -> tuple[int, Pattern]:
        """Choose the pattern of the n-th order by its age."""
        if age < _OPEN and number % 3 == 0:
            return self.open[number % len(self.open)]
        if age < _STAGES[-1]:
            stage = max((place for place, reached in enumerate(_STAGES) if reached <= age), default=0)
            return self.moving[stage][number % len(self.moving[stage])]
        if number % _CALLED_OFF_EVERY == 0:
            return self.called_off[number % len(self.called_off)]
        return self.done[number % len(self.done)]


def fill(store: Store, company: Company, *, now: datetime, tables: Path, orders: int) -> None:
    """Add a year of a company's shipments that ends now, inside the caller's transaction."""
    forget(store)
    patterns = _cut(store, company, tables=tables)
    chosen = [(created, *patterns.of(number, now - created)) for number, created in enumerate(_moments(now, orders), 1)]
    _pay(store, company, sum(pattern.paid for _, _, pattern in chosen), at=now - timedelta(days=year.DAYS))
    rows: dict[str, list[tuple[Value, ...]]] = {"shipment": [], "item": [], "record": [], "agenda": []}
    for number, (created, place, pattern) in enumerate(chosen, start=1):
        _add(rows, company, number, created, place, pattern)
        if number % _AT_ONCE == 0:
            _flush(store, rows)
    _flush(store, rows)


def _moments(now: datetime, orders: int) -> Iterator[datetime]:
    """Give the moments of the orders; today's are squeezed into the part of the day that is over."""
    passed = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day, count in year.days(now.date(), orders):
        for at in year.moments(day, count):
            aware = at.replace(tzinfo=UTC)
            if day == now.date():
                start = aware.replace(hour=0, minute=0, second=0)
                aware = start + (aware - start) * (passed / timedelta(days=1))
            yield aware.replace(microsecond=0)


def _cut(store: Store, company: Company, *, tables: Path) -> Patterns:
    workshop = Workshop(company.id, tables=tables, hosts=links.remembered(store))
    kept: list[Pattern] = []

    def cut(index: int, *, age: timedelta, buy: bool = True, cancelled: bool = False) -> tuple[int, Pattern]:
        after = timedelta(hours=2) if cancelled else None
        kept.append(workshop.cut(shop.body(index, buy_label=buy), age=age, cancelled_after=after))
        return len(kept), kept[-1]

    patterns = Patterns(
        done=[cut(index, age=_OLD) for index in range(_KINDS)],
        called_off=[cut(index, age=_OLD, cancelled=True) for index in range(5)],
        open=[cut(index, age=timedelta(hours=1), buy=False) for index in range(7)],
        moving=[[cut(index, age=stage + timedelta(minutes=1)) for index in range(7)] for stage in _STAGES],
    )
    store.many(
        "INSERT INTO shipment_pattern (number, answer, body, checkpoints) VALUES (?, ?, ?, ?)",
        [(place, each.answer, each.body, each.checkpoints) for place, each in enumerate(kept, start=1)],
    )
    return patterns


def _add(
    rows: dict[str, list[tuple[Value, ...]]],
    company: Company,
    number: int,
    created: datetime,
    place: int,
    pattern: Pattern,
) -> None:
    """Add an order's rows: the shipment, its items, the step that waits, and what the label cost."""
    shipment_id = f"ES{pattern.countries[1]}{_FIRST_NUMBER + number}"
    times = {name: None if after is None else _later(created, after) for name, after in pattern.offsets.items()}
    eta = None if pattern.arrives_after is None else _later(created, pattern.arrives_after)[:10]
    rows["shipment"].append(
        (
            *(number, shipment_id, made_id(shipment_id), company.id, "production"),
            *pattern.states.values(),
            *pattern.countries,
            *(f"#{_FIRST_ORDER + number}", 0, times["created_at"], times["updated_at"]),
            *(times["label_paid_at"], times["label_generated_at"], pattern.paid),
            *(_own(number, place, pattern), f'{{"{MARK}":{place}}}', eta),
        )
    )
    rows["item"] += [(made_id(shipment_id, *item.split("/")), number) for item in pattern.items]
    if pattern.next is not None:
        kind, after, detail = pattern.next
        due = created + timedelta(seconds=after)
        rows["agenda"].append((kind, str(number), moment(due), _begun(detail, created, pattern)))
    if pattern.charge:
        at = _later(created, pattern.offsets["label_paid_at"] or 0)
        rows["record"].append(
            (made_id(shipment_id, "charge"), company.id, None, -pattern.charge, _CHARGE, shipment_id, at, at)
        )
        if not pattern.paid:
            at = _later(created, pattern.offsets["updated_at"] or 0)
            paid_back = (made_id(shipment_id, "refund"), company.id, "Refund after Cancellation", pattern.charge)
            rows["record"].append((*paid_back, _REFUND, shipment_id, at, at))


def _own(number: int, place: int, pattern: Pattern) -> str:
    """Write what is the order's own, with what the table reads out of an answer."""
    customer = crc32(str(number).encode()) % _CUSTOMERS
    first, last = _FIRST_NAMES[customer % len(_FIRST_NAMES)], _LAST_NAMES[customer // 13 % len(_LAST_NAMES)]
    own: dict[str, Any] = {
        MARK: place,
        "name": f"{first} {last}",
        "email": f"{first}.{last}{customer}@mail.example".lower(),
        "courier_service": {name: pattern.courier.get(name) for name in ("courier_id", "umbrella_name")},
        "order_data": {"platform_name": "Web shop"},
        "trackings": [{"tracking_number": _tracking(number, pattern.tracking)}] if pattern.tracking else [],
    }
    return json.dumps(own, separators=(",", ":"))


def _tracking(number: int, like: str) -> str:
    """Give a tracking number that looks as the courier's do: the last digits count."""
    digits = min(7, sum(character.isdigit() for character in like))
    head, tail = like[:-digits], like[-digits:]
    return f"{head}{number:0{digits}d}" if tail.isdigit() else like


def _later(created: datetime, seconds: int) -> str:
    return timestamp(created + timedelta(seconds=seconds))


def _begun(detail: str, created: datetime, pattern: Pattern) -> str:
    kept = json.loads(detail)
    if "begun" in kept:
        kept["begun"] = (created + timedelta(seconds=pattern.offsets["label_generated_at"] or 0)).isoformat()
    return json.dumps(kept)


def _flush(store: Store, rows: dict[str, list[tuple[Value, ...]]]) -> None:
    store.many(
        f"INSERT INTO shipment ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})", rows["shipment"]
    )
    store.many("INSERT INTO shipment_item (id, number) VALUES (?, ?)", rows["item"])
    store.many(
        "INSERT INTO transaction_record (id, company_id, environment, kind, adjustment_type, amount, description,"
        " shipment_id, created_at, settled_at) VALUES (?, ?, 'production', 'shipment', ?, ?, ?, ?, ?, ?)",
        rows["record"],
    )
    store.many("INSERT INTO agenda_item (kind, key, due, detail) VALUES (?, ?, ?, ?)", rows["agenda"])
    for held in rows.values():
        held.clear()


def _pay(store: Store, company: Company, cents: int, *, at: datetime) -> None:
    """Pay in what the labels will cost, and take it off again: the rows of the labels say so."""
    ledger.record(
        store,
        company_id=company.id,
        environment="production",
        amount_cents=cents,
        adjustment_type=None,
        at=at,
        detail=None,
        kind="payment",
    )
    ledger.take_off(store, company_id=company.id, environment="production", amount_cents=cents)
