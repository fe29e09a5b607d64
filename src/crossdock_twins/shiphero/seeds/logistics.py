"""A 3PL with forty customers, each with wares, stock and a season of orders, and the bills that it has written them."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.billing import rules, tally
from crossdock_twins.shiphero.seeds import boxes, trade, wares, world
from crossdock_twins.shiphero.seeds.draw import pick, spread
from crossdock_twins.shiphero.seeds.play import Playwright
from crossdock_twins.shiphero.seeds.sale import House, Shop
from crossdock_twins.shiphero.state import State

CUSTOMERS = 40
_FIRST = 7602
_DAYS = 90
_FIRST_PRODUCT, _FIRST_STOCK, _FIRST_ORDER = 90_000, 210_000, 150_000_000
_MOST_WARES, _MOST_ORDERS = 100, 1000
_BILLS = 3
_ENDINGS = ("Tea", "Bicycles", "Goods", "Supply", "Studio", "& Sons", "Works", "Trading", "Collective", "House")
_STEMS = ("Tern", "Alder", "Brook", "Cinder", "Dove", "Ember", "Flint", "Gale", "Heron", "Iris", "Juniper", "Kestrel")
_PROFILES: Sequence[tuple[str, Mapping[str, str]]] = (
    ("Standard", {}),
    ("Small parcels", {"order": "1.80", "piece": "0.25"}),
    ("Bulky goods", {"order": "3.90", "storage_bin_day": "0.11"}),
)
_UNITS = ("Per hour", "Per unit", "Per pallet")


def fill(state: State) -> None:
    """Fill in the 3PL with two warehouses and its customers; the merchant beside it has nothing to sell."""
    names = _names()
    world.found(state, names)
    places = world.SHOP["warehouses"]
    made = world.warehouses(
        state,
        {
            world.MERCHANT: [(places[0]["identifier"], places[0])],
            world.LOGISTICIAN: [("Primary", places[1]), ("South", places[2])],
        },
    )
    houses = made[world.LOGISTICIAN]
    staff = [
        world.person(
            state,
            world.LOGISTICIAN,
            name,
            f"{name.split()[0].lower()}@harbourline.twin",
            role="member",
            position="Picker",
        )
        for name in ("Nils Baker", "Uma Ortiz", "Yara Cole")
    ]
    profiles = _profiles(state, houses)
    boxes.fill(state, world.LOGISTICIAN, houses)
    _relate(state, names, houses, profiles)
    players = Playwright(state.store, now=state.now())
    for place, (customer, name) in enumerate(names.items()):
        _trade(state, players, _shop(state, customer, name, place, houses=houses, staff=staff))
    _bills(state, list(names), profiles)


def _names() -> dict[int, str]:
    known = list(world.CUSTOMERS.values())
    made = [f"{stem} {ending}" for ending in _ENDINGS[2:] for stem in _STEMS][: CUSTOMERS - len(known)]
    return {_FIRST + place: name for place, name in enumerate([*known, *made])}


def _profiles(state: State, houses: Sequence[House]) -> list[int]:
    for house in houses:
        for unit in _UNITS:
            state.store.execute(
                "INSERT INTO labor_units (account_id, warehouse_id, name) VALUES (?, ?, ?)",
                *(world.LOGISTICIAN, house.id, unit),
            )
    return [
        state.store.insert(
            "INSERT INTO billing_profiles (account_id, name, frequency, fees) VALUES (?, ?, 'monthly', ?)",
            *(world.LOGISTICIAN, name, json.dumps(fees)),
        )
        for name, fees in _PROFILES
    ]


def _relate(state: State, names: Mapping[int, str], houses: Sequence[House], profiles: Sequence[int]) -> None:
    """Say which warehouses serve a customer: every third has both."""
    rows = [
        (customer, house.id, name, pick(profiles, "profile", customer))
        for customer, name in names.items()
        for house in _serving(customer, houses)
    ]
    state.store.many(
        "INSERT INTO relationships (customer_id, warehouse_id, from_name, billing_profile_id) VALUES (?, ?, ?, ?)", rows
    )


def _serving(customer: int, houses: Sequence[House]) -> list[House]:
    return list(houses) if customer % 3 == 0 else [houses[customer % len(houses)]]


def _shop(
    state: State, customer: int, name: str, place: int, *, houses: Sequence[House], staff: Sequence[User]
) -> Shop:
    code = "".join(word[0] for word in name.split() if word[0].isalpha()).upper() + f"{place + 1:02d}"
    owner = world.person(
        state,
        customer,
        f"{pick(world.SHOP['first_names'], customer)} {name.split(maxsplit=1)[0]}",
        f"owner@{customer}.twin",
        role="admin",
        position="Owner",
    )
    return Shop(
        account_id=customer,
        landlord=world.LOGISTICIAN,
        houses=_serving(customer, houses),
        wares=wares.many(8 + spread("wares", customer) % 22, prefix=code, kind=pick(wares.kinds(), "kind", place)),
        owner=(owner.id, owner.email),
        pickers=[(each.id, each.email) for each in staff],
        first_product=_FIRST_PRODUCT + place * _MOST_WARES,
        first_stock=_FIRST_STOCK + place * _MOST_WARES * 2,
        bin_type=world.bin_type(state, world.LOGISTICIAN),
        aisle=code,
    )


def _trade(state: State, players: Playwright, shop: Shop) -> None:
    now, place = state.now(), shop.account_id - _FIRST
    orders = 25 + spread("orders", shop.account_id) % 90
    first = _FIRST_ORDER + place * _MOST_ORDERS
    sales = trade.Trade(shop, now=now, first_order=first, prefix=shop.aisle).sales(orders=orders, days=_DAYS)
    opened = now - timedelta(days=_DAYS + 20)
    players.play(shop, sales, trade.levels(shop, orders=orders, days=_DAYS), opened=opened)
    world.shops(state, shop.account_id, world.SHOP["shops"])


def _bills(state: State, customers: Sequence[int], profiles: Sequence[int]) -> None:
    """Write the bills of the last months: the oldest are paid, the newest is a draft."""
    end = state.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for number in range(_BILLS):
        last = end - timedelta(days=1)
        first = last.replace(day=1)
        status = (rules.DRAFT, rules.SUBMITTED, rules.PAID)[number]
        for customer in customers:
            profile = pick(profiles, "profile", customer)
            due = None if status == rules.DRAFT else dates.text_of(end + rules.PAYABLE_WITHIN)
            bill = state.store.insert(
                "INSERT INTO bills (account_id, customer_id, billing_profile_id, status, period_start, period_end,"
                " amount, due_date, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, '0.00', ?, ?, ?)",
                *(world.LOGISTICIAN, customer, profile, status, dates.text_of(first), dates.text_of(last), due),
                *(dates.text_of(end), dates.text_of(end)),
            )
            tally.write(state, bill, status)
        end = first
