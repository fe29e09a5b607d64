"""The insurance policies and quotes in a twin's store."""

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Owner

State = Literal["pending_request", "confirmed", "failed", "pending_void", "voided"]
Source = Literal["cloud", "efulfilment", "external"]
Recipient = Literal["buyer", "merchant"]

_FIRST = 10_000_000
_FIRST_SHIPMENT = 950_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A kept policy; `fee` and `value` in cents of `currency`, `charged` in cents of the company's money."""

    id: str
    owner: Owner
    source: Source
    recipient: Recipient
    state: State
    claim_state: str
    shipment_id: str
    tracking_id: str | None
    tracking_number: str | None
    currency: str
    value: int
    fee: int
    charged: int
    created_at: str
    valid_from: str | None = None
    opens: str | None = None
    closes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A kept quote; `fee` and `value` in cents of `currency`."""

    id: str
    owner: Owner
    currency: str
    value: int
    fee: int
    destination: str
    valid_until: str
    used_at: str | None = None


def next_id(store: Store, country_alpha2: str) -> str:
    """Give the id of the policy that is made next: IP, the company's country, a number."""
    return f"IP{country_alpha2}{_FIRST + _next_number(store)}"


def next_shipment_id(store: Store, country_alpha2: str) -> str:
    """Give the id of the shipment that a policy from a quote stands for; no other ids are as large."""
    return f"ES{country_alpha2}{_FIRST_SHIPMENT + _next_number(store)}"


def add(store: Store, policy: Policy) -> None:
    """Keep a new policy, inside the caller's transaction."""
    _insert(store, "insurance_policy", _columns(policy))


def save(store: Store, policy: Policy) -> None:
    """Keep a policy's new state."""
    changed = {name: value for name, value in _columns(policy).items() if name != "id"}
    store.execute(
        f"UPDATE insurance_policy SET {', '.join(f'{name} = ?' for name in changed)} WHERE id = ?",
        *(*changed.values(), policy.id),
    )


def find(store: Store, *, owner: Owner, policy_id: str) -> Policy | None:
    """Give a policy unless it is another's."""
    row = store.one(
        "SELECT * FROM insurance_policy WHERE id = ? AND company_id = ? AND environment = ?",
        *(policy_id, owner.company_id, owner.environment),
    )
    return None if row is None else _policy(row)


def by_id(store: Store, policy_id: str) -> Policy | None:
    """Give a policy, whoever's it is."""
    row = store.one("SELECT * FROM insurance_policy WHERE id = ?", policy_id)
    return None if row is None else _policy(row)


def standing(store: Store, *, owner: Owner, shipment_id: str) -> Policy | None:
    """Give the policy that covers a shipment, or is asked to."""
    row = store.one(
        "SELECT * FROM insurance_policy WHERE shipment_id = ? AND company_id = ? AND environment = ?"
        " AND state IN ('pending_request', 'confirmed') ORDER BY number DESC LIMIT 1",
        *(shipment_id, owner.company_id, owner.environment),
    )
    return None if row is None else _policy(row)


def matching(store: Store, *, owner: Owner, columns: Mapping[str, Value]) -> list[Policy]:
    """Give a company's policies, newest first, limited to values of columns."""
    clauses = ["company_id = ?", "environment = ?", *(f"{name} = ?" for name in columns)]
    rows = store.all(
        f"SELECT * FROM insurance_policy WHERE {' AND '.join(clauses)} ORDER BY number DESC",
        *(owner.company_id, owner.environment, *columns.values()),
    )
    return [_policy(row) for row in rows]


def add_quote(store: Store, quote: Quote) -> None:
    """Keep a new quote."""
    _insert(store, "insurance_quote", _columns(quote))


def find_quote(store: Store, *, owner: Owner, quote_id: str) -> Quote | None:
    """Give a quote unless it is another's."""
    row = store.one(
        "SELECT * FROM insurance_quote WHERE id = ? AND company_id = ? AND environment = ?",
        *(quote_id.lower(), owner.company_id, owner.environment),
    )
    return None if row is None else Quote(**_members(row))


def use_quote(store: Store, quote_id: str, *, at: str) -> None:
    """Mark a quote as turned into a policy."""
    store.execute("UPDATE insurance_quote SET used_at = ? WHERE id = ?", at, quote_id)


def _next_number(store: Store) -> int:
    row = store.one("SELECT coalesce(max(number), 0) + 1 AS number FROM insurance_policy")
    return 1 if row is None else int(row["number"])


def _insert(store: Store, table: str, row: Mapping[str, Value]) -> None:
    store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())


def _columns(record: Policy | Quote) -> dict[str, Value]:
    columns = asdict(record)
    return {**columns.pop("owner"), **columns}


def _policy(row: sqlite3.Row) -> Policy:
    members = _members(row)
    del members["number"]
    return Policy(**members)


def _members(row: sqlite3.Row) -> dict[str, Any]:
    members = dict(row)
    owner = Owner(company_id=members.pop("company_id"), environment=members.pop("environment"))
    return {**members, "owner": owner}
