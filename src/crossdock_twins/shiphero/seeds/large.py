"""A large shop over a year: 100,000 orders with the rhythm of a real one, 420 products, three warehouses."""

from datetime import timedelta

from crossdock_twins.shiphero.billing import monthly
from crossdock_twins.shiphero.seeds import boxes, trade, wares, world
from crossdock_twins.shiphero.seeds.play import Playwright
from crossdock_twins.shiphero.seeds.rows import unindexed
from crossdock_twins.shiphero.seeds.sale import Shop
from crossdock_twins.shiphero.state import State

ORDERS, DAYS = 100_000, 365
FIRST_PRODUCT, FIRST_STOCK, FIRST_ORDER = 81204, 190411, 143416467
_WARES = 420
_PICKERS = ("Rosa Imre", "Ken Adeyemi", "Lou Tran", "Maja Holt", "Omar Diaz", "Pia Grant")


def fill(state: State, *, orders: int = ORDERS) -> None:
    """Fill in accounts, people, warehouses and products, and `orders` orders over the year before today."""
    owner = world.found(state)
    places = [(each["identifier"], each) for each in world.SHOP["warehouses"]]
    made = world.warehouses(
        state, {world.MERCHANT: places, world.LOGISTICIAN: [("Primary", world.SHOP["warehouses"][1])]}
    )
    world.shops(state, world.MERCHANT, world.SHOP["shops"])
    pickers = [
        world.person(
            state, world.MERCHANT, name, f"{name.split()[0].lower()}@shiphero.twin", role="member", position="Picker"
        )
        for name in _PICKERS
    ]
    shop = Shop(
        account_id=world.MERCHANT,
        landlord=world.MERCHANT,
        houses=made[world.MERCHANT],
        wares=wares.many(_WARES, prefix="BF"),
        owner=(owner.id, owner.email),
        pickers=[(picker.id, picker.email) for picker in pickers],
        first_product=FIRST_PRODUCT,
        first_stock=FIRST_STOCK,
        bin_type=world.bin_type(state, world.MERCHANT),
    )
    now = state.now()
    with unindexed(state.store):
        Playwright(state.store, now=now).play(
            shop,
            trade.Trade(shop, now=now, first_order=FIRST_ORDER).sales(orders=orders, days=DAYS),
            trade.levels(shop, orders=orders, days=DAYS),
            opened=now - timedelta(days=DAYS + 20),
        )
    boxes.fill(state, world.MERCHANT, shop.houses)
    monthly.backfill(state, world.MERCHANT, months=DAYS // 30)
    monthly.start(state.store, now)
