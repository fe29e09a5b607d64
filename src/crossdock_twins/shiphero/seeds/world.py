"""What every seed begins with: the accounts of the platform, the people in them, and where they keep their goods."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from crossdock_twins.base import tokens
from crossdock_twins.base.hosts import SignIn
from crossdock_twins.shiphero.accounts import NewUser, User
from crossdock_twins.shiphero.seeds.sale import House
from crossdock_twins.shiphero.state import State

_PASSWORD = "pallets-and-parcels"  # noqa: S105 - shown on the sign-in page
OWNER = SignIn(email="owner@shiphero.twin", password=_PASSWORD, role="admin")
STAFF = SignIn(email="picker@shiphero.twin", password=_PASSWORD, role="member")
OTHER_OWNER = SignIn(email="owner@harbourline.twin", password=_PASSWORD, role="admin")
EVERYBODY = (OWNER, STAFF, OTHER_OWNER)
TAKEN_EMAIL = "wms@harbourline.twin"
"""A developer of the other account: nobody on the platform can use this address again."""

MERCHANT, LOGISTICIAN = 7556, 7601
CUSTOMERS = {7602: "Moss & Kettle Tea", 7603: "Tern Bicycles"}
FIRST_WAREHOUSE, FIRST_LOCATION = 11790, 820_000
_STAGES = 4

SHOP: Mapping[str, Any] = json.loads(
    files("crossdock_twins.shiphero").joinpath("data", "shop.json").read_text(encoding="utf-8")
)


def found(state: State, customers: Mapping[int, str] = CUSTOMERS) -> User:
    """Make the accounts and their people; gives the merchant's owner."""
    rows = [
        (
            MERCHANT,
            "Barkwell & Finch",
            OWNER.email,
            False,
            None,
            {"fulfillment_network": True, "ship_backorders": False},
        ),
        (LOGISTICIAN, "Harbourline Fulfilment", OTHER_OWNER.email, True, None, {"cycle_count_enabled": True}),
        *((number, name, f"hello@{number}.twin", False, LOGISTICIAN, {}) for number, name in customers.items()),
    ]
    today = state.today()
    state.store.many(
        "INSERT INTO accounts (id, username, email, is_3pl, parent_id, settings, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*row[:5], json.dumps(row[5]), today) for row in rows],
    )
    owner = person(state, MERCHANT, "Ada Barkwell", OWNER.email, role=OWNER.role, position="Owner")
    person(state, MERCHANT, "Tom Reyes", STAFF.email, role=STAFF.role, position="Picker")
    person(state, LOGISTICIAN, "Harriet Line", OTHER_OWNER.email, role=OTHER_OWNER.role, position="Owner")
    state.accounts.create_user(
        NewUser(
            account_id=LOGISTICIAN,
            email=TAKEN_EMAIL,
            first_name="Warehouse",
            last_name="System",
            is_developer=True,
            subject=_subject(TAKEN_EMAIL),
        )
    )
    return owner


def person(state: State, account_id: int, name: str, email: str, *, role: str, position: str) -> User:
    """Add somebody who can sign in."""
    first, _, last = name.partition(" ")
    made = state.accounts.create_user(
        NewUser(
            account_id=account_id,
            email=email,
            first_name=first,
            last_name=last,
            password=_PASSWORD,
            is_admin=role == "admin",
            subject=_subject(email),
        )
    )
    settings = {
        "position": position,
        "hourly_rate": "0.00" if role == "admin" else "19.50",
        "payroll_id": f"P-{made.id:04d}",
        "default_picking_option": "single_item",
        "default_order_status": "pending",
        "default_pick_order_tag": "",
        "profile_image": "",
    }
    state.accounts.change(made, {}, settings)
    return made


def warehouses(state: State, places: Mapping[int, Sequence[tuple[str, Mapping[str, str]]]]) -> dict[int, list[House]]:
    """Make the warehouses of accounts, by identifier and place, with staging locations; gives them by account."""
    names = {MERCHANT: "Barkwell & Finch", LOGISTICIAN: "Harbourline Fulfilment"}
    made: dict[int, list[House]] = {}
    number = FIRST_WAREHOUSE
    for account_id, wanted in places.items():
        for identifier, place in wanted:
            state.store.execute(
                "INSERT INTO warehouses (id, account_id, identifier, body) VALUES (?, ?, ?, ?)",
                *(number, account_id, identifier, json.dumps(_house(names[account_id], place))),
            )
            made.setdefault(account_id, []).append(House(number, identifier))
            _furnish(state, account_id, number)
            number += 1
    return made


def bin_type(state: State, account_id: int) -> int:
    """Give the type of an account's ordinary locations."""
    row = state.store.one("SELECT min(id) AS id FROM location_types WHERE account_id = ?", account_id)
    return 0 if row is None else int(row["id"])


def shops(state: State, account_id: int, names: Sequence[str]) -> None:
    """Make the stores from which an account's orders come."""
    state.store.many("INSERT INTO stores (account_id, shop_name) VALUES (?, ?)", [(account_id, name) for name in names])


def _house(company: str, place: Mapping[str, str]) -> dict[str, Any]:
    address = {name: place[name] for name in ("address1", "city", "state", "zip")}
    full = {**address, "name": company, "address2": "", "country": "US", "phone": "555-0100"}
    return {
        "address": full,
        "return_address": full,
        "company_name": company,
        "company_alias": "",
        "profile": "default",
        "invoice_email": "",
        "phone_number": "555-0100",
        "dynamic_slotting": False,
        "active": True,
    }


def _furnish(state: State, account_id: int, warehouse_id: int) -> None:
    """Give a warehouse its receiving and staging locations, and the account its types of locations."""
    today = state.today()
    if state.store.one("SELECT 1 FROM location_types WHERE account_id = ?", account_id) is None:
        state.store.many(
            "INSERT INTO location_types (account_id, name, daily_storage_cost, category, is_lpn_allowed)"
            " VALUES (?, ?, ?, ?, ?)",
            [(account_id, "Bin", "0.04", "Bin", False), (account_id, "Pallet", "0.60", "Pallet", True)],
        )
    spots = [
        ("Receiving", "Inbound", False, True),
        *((f"STAGE-{n:02d}", "Outbound", True, False) for n in range(1, _STAGES + 1)),
    ]
    state.store.many(
        "INSERT INTO locations (account_id, warehouse_id, location_type_id, name, name_key, zone, pickable, staging,"
        " is_receiving, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                account_id,
                warehouse_id,
                bin_type(state, account_id),
                name,
                name.lower(),
                zone,
                False,
                staging,
                receiving,
                today,
                today,
            )
            for name, zone, staging, receiving in spots
        ],
    )


def _subject(email: str) -> str:
    return f"auth0|{tokens.digest(email)[:24]}"
