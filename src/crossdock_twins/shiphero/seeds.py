"""What a new twin holds: two platforms' worth of people, and a small shop that has traded for sixty days."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from crossdock_twins.base import tokens
from crossdock_twins.base.hosts import SignIn
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.accounts import NewUser, User
from crossdock_twins.shiphero.orders.store import NewLine, NewOrder
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.state import State

_PASSWORD = "pallets-and-parcels"  # noqa: S105 - shown on the sign-in page
OWNER = SignIn(email="owner@shiphero.twin", password=_PASSWORD, role="admin")
STAFF = SignIn(email="picker@shiphero.twin", password=_PASSWORD, role="member")
OTHER_OWNER = SignIn(email="owner@harbourline.twin", password=_PASSWORD, role="admin")
EVERYBODY = (OWNER, STAFF, OTHER_OWNER)
TAKEN_EMAIL = "wms@harbourline.twin"
"""A developer of the other account: nobody on the platform can use this address again."""

MERCHANT, LOGISTICIAN = 7556, 7601
_CUSTOMERS = {7602: "Moss & Kettle Tea", 7603: "Tern Bicycles"}
_FIRST_WAREHOUSE, _FIRST_PRODUCT, _FIRST_STOCK, _FIRST_ORDER = 11790, 81204, 190411, 143416467
_ORDERS = 120
_DAYS = 60

_SHOP: Mapping[str, Any] = json.loads(files(__package__).joinpath("data", "shop.json").read_text(encoding="utf-8"))


def empty(state: State) -> None:
    """Fill in accounts, people and one warehouse each, and nothing to sell."""
    _accounts(state)
    _warehouses(state, count=1)


def small_shop(state: State) -> None:
    """Fill in accounts and people, three warehouses, some forty products and 120 orders; the same each time."""
    owner = _accounts(state)
    _warehouses(state, count=len(_SHOP["warehouses"]))
    skus = _products(state)
    for number in range(_ORDERS):
        _order(state, number, skus, owner)


def pick(options: Sequence[Any], *place: object) -> Any:
    """Choose one of the options by where it is wanted: the same choice each time, and no visible pattern."""
    return options[spread(*place) % len(options)]


def spread(*place: object) -> int:
    """Give a number that depends on nothing but where it is wanted."""
    return int(tokens.fingerprint(repr(place)), 16)


def _accounts(state: State) -> User:
    rows = [
        (MERCHANT, "Barkwell & Finch", OWNER.email, False, None),
        (LOGISTICIAN, "Harbourline Fulfilment", OTHER_OWNER.email, True, None),
        *((number, name, f"hello@{number}.twin", False, LOGISTICIAN) for number, name in _CUSTOMERS.items()),
    ]
    for row in rows:
        state.store.execute(
            "INSERT INTO accounts (id, username, email, is_3pl, parent_id, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            *(*row, state.today()),
        )
    owner = _person(state, MERCHANT, "Ada", "Barkwell", OWNER)
    _person(state, MERCHANT, "Tom", "Reyes", STAFF)
    _person(state, LOGISTICIAN, "Harriet", "Line", OTHER_OWNER)
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


def _person(state: State, account_id: int, first_name: str, last_name: str, person: SignIn) -> User:
    return state.accounts.create_user(
        NewUser(
            account_id=account_id,
            email=person.email,
            first_name=first_name,
            last_name=last_name,
            password=person.password,
            is_admin=person.role == "admin",
            subject=_subject(person.email),
        )
    )


def _subject(email: str) -> str:
    return f"auth0|{tokens.digest(email)[:24]}"


def _warehouses(state: State, *, count: int) -> None:
    owners = [(MERCHANT, "Barkwell & Finch", each) for each in _SHOP["warehouses"][:count]]
    owners.append((LOGISTICIAN, "Harbourline Fulfilment", {**_SHOP["warehouses"][1], "identifier": "Primary"}))
    for number, (account_id, company, place) in enumerate(owners, start=_FIRST_WAREHOUSE):
        address = {name: place[name] for name in ("address1", "city", "state", "zip")}
        full = {**address, "name": company, "address2": "", "country": "US", "phone": "555-0100"}
        body = {
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
        state.store.execute(
            "INSERT INTO warehouses (id, account_id, identifier, body) VALUES (?, ?, ?, ?)",
            *(number, account_id, place["identifier"], json.dumps(body)),
        )


def _products(state: State) -> dict[str, tuple[str, str]]:
    """Add the products with stock in each warehouse, and give name and price by SKU."""
    created = dates.text_of(state.now() - timedelta(days=_DAYS + 30))
    skus: dict[str, tuple[str, str]] = {}
    for name, variants, price, weight, tag in _SHOP["products"]:
        for variant in variants:
            stem = "".join(word[:3] for word in f"{name} {variant}".upper().split()[:4])
            sku = f"BF-{stem}-{len(skus) + 1:03d}"
            skus[sku] = (f"{name}, {variant}", price)
            _product(state, sku, f"{name}, {variant}", price=price, weight=weight, tag=tag, created=created)
    return skus


def _product(state: State, sku: str, name: str, *, price: str, weight: str, tag: str, created: str) -> None:
    place = int(sku[-3:]) - 1
    number = _FIRST_PRODUCT + place
    body = {
        "price": price,
        "value": price,
        "value_currency": "USD",
        "active": True,
        "country_of_manufacture": "US",
        "customs_value": price,
        "customs_description": name,
        "tariff_code": "",
        "product_note": "",
        "dimensions": {"weight": weight, "height": "4.00", "width": "6.00", "length": "9.00"},
    }
    state.store.execute(
        "INSERT INTO products (id, account_id, sku, sku_key, name, barcode, created_at, updated_at, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(number, MERCHANT, sku, sku_key(sku), name, f"08500{spread('barcode', sku) % 10**7:07d}"),
        *(created, created, json.dumps(body)),
    )
    state.store.execute("INSERT INTO product_tags (product_id, tag) VALUES (?, ?)", number, tag)
    for shelf in range(len(_SHOP["warehouses"])):
        _stock(state, sku, place, shelf, price=price, created=created)


def _stock(state: State, sku: str, place: int, shelf: int, *, price: str, created: str) -> None:
    body = {
        "price": price,
        "value": price,
        "value_currency": "USD",
        "active": True,
        "custom": False,
        "inventory_bin": f"{'ABC'[shelf]}-{place // 8 + 1:02d}-{place % 8 + 1}",
        "reorder_level": 10,
        "reorder_amount": 40,
        "in_tote": 0,
        "sell_ahead": 0,
    }
    is_out = spread("out", sku) % 9 == 0 or spread("gap", sku, shelf) % 6 == 0
    on_hand = 0 if is_out else 6 + spread("stock", sku, shelf) % 90
    state.store.execute(
        "INSERT INTO warehouse_products"
        " (id, account_id, product_id, warehouse_id, on_hand, created_at, updated_at, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(_FIRST_STOCK + place * len(_SHOP["warehouses"]) + shelf, MERCHANT, _FIRST_PRODUCT + place),
        *(_FIRST_WAREHOUSE + shelf, on_hand, created, created, json.dumps(body)),
    )


def _order(state: State, number: int, skus: Mapping[str, tuple[str, str]], owner: User) -> None:
    placed = dates.text_of(_moment(state.now(), number))
    status = _status(number)
    lines = [_line(number, place, skus, status) for place in range(1 + spread("lines", number) % 4)]
    total = sum((Decimal(line.body["price"]) * line.quantity for line in lines), Decimal())
    address = _address(number)
    carrier, method, freight = pick(_SHOP["carriers"], "carrier", number)
    new = NewOrder(
        id=_FIRST_ORDER + number,
        account_id=MERCHANT,
        order_number=f"BF-{10401 + number}",
        partner_order_id=str(5_600_100_200 + number * 37),
        shop_name=pick(_SHOP["shops"][:2], "shop", number),
        fulfillment_status=status,
        email=address["email"],
        order_date=placed,
        created_at=placed,
        holds={pick(("fraud_hold", "operator_hold", "payment_hold"), number): True} if _is_held(number) else {},
        tags=[pick(_SHOP["tags"], "tag", number)] if spread("tagged", number) % 3 == 0 else [],
        lines=lines,
        body={
            "subtotal": str(total),
            "total_tax": "0.00",
            "total_discounts": "0.00",
            "total_price": str(total + Decimal(freight)),
            "currency": "USD",
            "shipping_lines": {"title": f"{carrier} {method}", "carrier": carrier, "method": method, "price": freight},
            "shipping_address": address,
            "billing_address": address,
            "source": "seed",
        },
    )
    state.orders.create(new, by=owner)


def _moment(now: datetime, number: int) -> datetime:
    """Spread the orders over the days before today, oldest first."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    minutes = _DAYS * 24 * 60 * number // _ORDERS + spread("minute", number) % 600
    return midnight - timedelta(days=_DAYS) + timedelta(minutes=minutes)


def _status(number: int) -> str:
    if number >= _ORDERS - 30:
        return "Ready to pick" if spread("custom", number) % 9 == 0 else "pending"
    return "canceled" if spread("canceled", number) % 15 == 0 else "fulfilled"


def _is_held(number: int) -> bool:
    return number >= _ORDERS - 30 and spread("held", number) % 6 == 0


def _line(number: int, place: int, skus: Mapping[str, tuple[str, str]], status: str) -> NewLine:
    sku = pick(list(skus)[place::4], "sku", number, place)
    name, price = skus[sku]
    quantity = 1 + spread("quantity", number, place) % 3
    return NewLine(
        sku=sku,
        partner_line_item_id=f"{5_600_100_200 + number * 37}-{place + 1}",
        quantity=quantity,
        pending=0 if status in {"fulfilled", "canceled"} else quantity,
        shipped=quantity if status == "fulfilled" else 0,
        fulfillment_status=status,
        body={"price": price, "product_name": name, "eligible_for_return": True},
    )


def _address(number: int) -> dict[str, str]:
    first, last = pick(_SHOP["first_names"], "first", number), pick(_SHOP["last_names"], "last", number)
    city, state, postcode = pick(_SHOP["places"], "place", number)
    return {
        "first_name": first,
        "last_name": last,
        "company": "",
        "address1": f"{11 + spread('house', number) % 880} {pick(_SHOP['streets'], 'street', number)}",
        "address2": "",
        "city": city,
        "state": state,
        "state_code": state,
        "zip": postcode,
        "country": "US",
        "country_code": "US",
        "email": f"{first}.{last}@mail.example".lower(),
        "phone": "555-0147",
    }


SEEDS: Mapping[str, Callable[[State], None]] = {"small-shop": small_shop, "empty": empty}
