"""A small shop that has traded for sixty days: three warehouses, some forty products, 120 orders."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from crossdock_twins.shiphero.billing import monthly
from crossdock_twins.shiphero.seeds import boxes, world
from crossdock_twins.shiphero.seeds.books import CANCELED, FULFILLED
from crossdock_twins.shiphero.seeds.crowd import buyer_of
from crossdock_twins.shiphero.seeds.draw import pick, spread
from crossdock_twins.shiphero.seeds.play import Levels, Playwright
from crossdock_twins.shiphero.seeds.sale import Buyer, Sale, Shop, Ware
from crossdock_twins.shiphero.seeds.stockroom import Key
from crossdock_twins.shiphero.state import State

FIRST_PRODUCT, FIRST_STOCK, FIRST_ORDER = 81204, 190411, 143416467
_ORDERS = 120
_DAYS = 60
_OPEN = 30
_HOLDS = ("fraud_hold", "operator_hold", "payment_hold")
_SHOP = world.SHOP


def fill(state: State) -> None:
    """Fill in accounts and people, warehouses, products and orders; the same each time."""
    owner = world.found(state)
    places = [(each["identifier"], each) for each in _SHOP["warehouses"]]
    made = world.warehouses(state, {world.MERCHANT: places, world.LOGISTICIAN: [("Primary", _SHOP["warehouses"][1])]})
    world.shops(state, world.MERCHANT, _SHOP["shops"])
    picker = state.accounts.users(world.MERCHANT, developers=False)[1]
    shop = Shop(
        account_id=world.MERCHANT,
        landlord=world.MERCHANT,
        houses=made[world.MERCHANT],
        wares=wares(),
        owner=(owner.id, owner.email),
        pickers=[(picker.id, picker.email)],
        first_product=FIRST_PRODUCT,
        first_stock=FIRST_STOCK,
        bin_type=world.bin_type(state, world.MERCHANT),
    )
    now = state.now()
    sales = [_sale(number, now, shop.wares, len(shop.houses)) for number in range(_ORDERS)]
    opened = now - timedelta(days=_DAYS + 30)
    Playwright(state.store, now=now).play(shop, sales, _levels(shop, sales), opened=opened)
    boxes.fill(state, world.MERCHANT, shop.houses[:1])
    monthly.start(state.store, now)


def wares() -> list[Ware]:
    """Give the shop's wares: each product in its variants."""
    found: list[Ware] = []
    for name, variants, price, weight, tag in _SHOP["products"]:
        for variant in variants:
            stem = "".join(word[:3] for word in f"{name} {variant}".upper().split()[:4])
            found.append(Ware(f"BF-{stem}-{len(found) + 1:03d}", f"{name}, {variant}", price, weight, tag))
    return found


def _levels(shop: Shop, sales: list[Sale]) -> Levels:
    """Stock what will be sold, and what is to be left after it."""
    sold: dict[Key, int] = defaultdict(int)
    for sale in sales:
        for place, quantity in sale.lines if sale.shipped else ():
            sold[place, sale.house] += quantity
    keys = [(place, house) for place in range(len(shop.wares)) for house in range(len(shop.houses))]
    opening = {key: _left(shop.wares[key[0]], key[1]) + sold[key] for key in keys}
    return Levels(opening=opening, batches=dict.fromkeys(keys, 40))


def _left(ware: Ware, house: int) -> int:
    is_out = spread("out", ware.sku) % 9 == 0 or spread("gap", ware.sku, house) % 6 == 0
    return 0 if is_out else 6 + spread("stock", ware.sku, house) % 90


def _sale(number: int, now: datetime, shelf: Sequence[Ware], houses: int) -> Sale:
    status = _status(number)
    placed = _moment(now, number)
    shipped = placed + timedelta(hours=20 + spread("shipped", number) % 30) if status == FULFILLED else None
    is_back = shipped is not None and spread("returned", number) % 11 == 0
    return Sale(
        id=FIRST_ORDER + number,
        order_number=f"BF-{10401 + number}",
        partner_order_id=str(5_600_100_200 + number * 37),
        shop_name=pick(_SHOP["shops"][:2], "shop", number),
        status=status,
        placed=placed,
        shipped=shipped,
        house=spread("from", number) % houses,
        lines=[_line(number, place, len(shelf)) for place in range(1 + spread("lines", number) % 4)],
        buyer=_buyer(number),
        carrier=tuple(pick(_SHOP["carriers"], "carrier", number)),
        hold=pick(_HOLDS, number) if _is_held(number) else "",
        tag=pick(_SHOP["tags"], "tag", number) if spread("tagged", number) % 3 == 0 else "",
        returned=shipped + timedelta(days=8) if shipped and is_back else None,
    )


def _moment(now: datetime, number: int) -> datetime:
    """Spread the orders over the days before today, oldest first."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    minutes = _DAYS * 24 * 60 * number // _ORDERS + spread("minute", number) % 600
    return midnight - timedelta(days=_DAYS) + timedelta(minutes=minutes)


def _status(number: int) -> str:
    if number >= _ORDERS - _OPEN:
        return "Ready to pick" if spread("custom", number) % 9 == 0 else "pending"
    return CANCELED if spread("canceled", number) % 15 == 0 else FULFILLED


def _is_held(number: int) -> bool:
    return number >= _ORDERS - _OPEN and spread("held", number) % 6 == 0


def _line(number: int, place: int, wares: int) -> tuple[int, int]:
    ware = pick(range(wares)[place::4], "sku", number, place)
    return ware, 1 + spread("quantity", number, place) % 3


def _buyer(number: int) -> Buyer:
    first, last = pick(_SHOP["first_names"], "first", number), pick(_SHOP["last_names"], "last", number)
    city, state, postcode = pick(_SHOP["places"], "place", number)
    return buyer_of(
        {
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
    )
