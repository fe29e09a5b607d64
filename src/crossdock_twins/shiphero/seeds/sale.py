"""What a seed decides before anything is written: the wares of a shop, and who bought which of them when."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Ware(NamedTuple):
    """Something that a shop sells; `price` in dollars, `weight` in pounds."""

    sku: str
    name: str
    price: str
    weight: str
    tag: str


class Buyer(NamedTuple):
    """Somebody who buys, and where it goes: as JSON, in the form of an order's address and in that of a shipment's."""

    email: str
    address: str
    delivery: str


class Sale(NamedTuple):
    """An order: `lines` are places in the shop's wares with quantities, `shipped` is None while it is open."""

    id: int
    order_number: str
    partner_order_id: str
    shop_name: str
    status: str
    placed: datetime
    shipped: datetime | None
    house: int
    lines: Sequence[tuple[int, int]]
    buyer: Buyer
    carrier: tuple[str, str, str]
    hold: str = ""
    tag: str = ""
    returned: datetime | None = None


class House(NamedTuple):
    """A warehouse that serves a shop, by its number and identifier."""

    id: int
    identifier: str


class Shop(NamedTuple):
    """Who sells: an account, the warehouses that serve it, its wares, and the users who work for it.

    `landlord` is the account that has the warehouses; `aisle` is where a 3PL keeps this customer's goods.
    """

    account_id: int
    landlord: int
    houses: Sequence[House]
    wares: Sequence[Ware]
    owner: tuple[int, str]
    pickers: Sequence[tuple[int, str]]
    first_product: int
    first_stock: int
    bin_type: int
    aisle: str = ""
