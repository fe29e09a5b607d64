"""Shipping plans: what a 3PL's customer announces to the warehouse. Each is a purchase order of its own kind."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import ids, paging, papers
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.inbound import paper
from crossdock_twins.shiphero.inbound.paper import Box
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.products import nodes as products
from crossdock_twins.shiphero.products import store as catalogue
from crossdock_twins.shiphero.purchasing import events, money, store
from crossdock_twins.shiphero.purchasing import nodes as purchases
from crossdock_twins.shiphero.purchasing.store import NewLine, NewOrder
from crossdock_twins.shiphero.skus import sku_key

Node = dict[str, Any]

_LINE_TYPE = "ShippingPlanLineItem"
_PAGE_SIZE = "4x6"
_MOST_PIECES = 10_000_000


def shipping_plan(call: Call, *, id: str | None = None) -> Node:  # noqa: A002 - the API's own argument
    """Answer `shipping_plan`; error 5 where the caller sees no such plan."""
    return _plan(call, number_of(id, "ShippingPlan", "PurchaseOrder"))


def _plan(call: Call, number: int) -> Node:
    row = call.state.store.one("SELECT * FROM purchase_orders WHERE id = ? AND kind = ?", number, store.PLAN)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Shipping plan")
    node = purchases.orders(call, [row])[0]
    return {
        "warehouse_note": "",
        "vendor_po_number": "",
        "pdf_location": None,
        **node,
        "id": ids.encode("ShippingPlan", number),
    }


def shipping_plan_create(call: Call, *, data: Mapping[str, Any]) -> Node:
    """Answer `shipping_plan_create`: the warehouse sees a purchase order and receives it like any other."""
    account_id, at = call.account.id, call.state.today()
    lines = [_line(call, item) for item in data["line_items"] if item]
    if not lines:
        raise invalid("A shipping plan needs at least one line item")
    new = NewOrder(
        account_id=account_id,
        warehouse_id=access.warehouse_for(call.state.store, data["warehouse_id"], account_id=account_id),
        po_number=(data.get("vendor_po_number") or "").strip(),
        kind=store.PLAN,
        lines=lines,
        body={
            **{name: data[name] for name in ("warehouse_note", "vendor_po_number") if data.get(name) is not None},
            **{name: money.amount(data.get(name)) for name in ("subtotal", "shipping_price", "total_price")},
        },
    )
    number = store.insert(call.state.store, new, at=at)
    if not new.po_number:
        call.state.store.execute("UPDATE purchase_orders SET po_number = ? WHERE id = ?", f"SP-{number}", number)
    _pack(call, number, data, at)
    _print(call, number)
    events.updated(call.state, number, at=at)
    return _plan(call, number)


def _print(call: Call, number: int) -> None:
    """Draw the labels of a plan's boxes; a plan without boxes has none."""
    database = call.state.store
    row = store.read(database, number, accounts=(call.account.id,))
    house = database.all("SELECT identifier FROM warehouses WHERE id = ?", row["warehouse_id"])[0]
    packages = database.all("SELECT * FROM plan_packages WHERE purchase_order_id = ? ORDER BY id", number)
    items = _items(call, [package["id"] for package in packages])
    boxes = [
        Box(number=each["box_number"], contents=[(item["sku"], item["quantity"]) for item in items[each["id"]]])
        for each in packages
    ]
    if not boxes:
        return
    sheet = paper.draw(plan=row["po_number"], code=f"SP{number}", warehouse=house["identifier"], boxes=boxes)
    name = papers.keep(
        call.state, account_id=row["account_id"], media_type="application/pdf", ending="pdf", contents=sheet
    )
    at = row["created_at"]
    store.change(database, row, {}, {"pdf_location": papers.link(call.state, name)}, at=at)


def _line(call: Call, item: Mapping[str, Any]) -> NewLine:
    product = catalogue.find(call.state.store, account_id=call.account.id, sku=required(item["sku"], "sku"))
    if not 0 < item["quantity"] <= _MOST_PIECES:
        raise invalid(f"quantity must be at least 1 and at most {_MOST_PIECES}")
    return NewLine(
        product_id=product["id"],
        sku=product["sku"],
        sku_key=product["sku_key"],
        quantity=item["quantity"],
        body={"product_name": required(item["product_name"], "product_name")},
    )


def _pack(call: Call, number: int, data: Mapping[str, Any], at: str) -> None:
    """Keep the boxes and pallets of a plan; no more can be in the boxes than the plan has."""
    left = Counter({line["sku_key"]: line["quantity"] for line in store.lines(call.state.store, number)})
    for place, package in enumerate((each for each in data.get("packages") or () if each), start=1):
        package_id = call.state.store.insert(
            "INSERT INTO plan_packages (purchase_order_id, box_number) VALUES (?, ?)", number, str(place)
        )
        for item in package["line_items"]:
            if item:
                left[sku_key(item["sku"])] -= item["quantity"]
                if item["quantity"] < 1 or left[sku_key(item["sku"])] < 0:
                    raise invalid(f"The packages hold more of {item['sku']} than the line items")
                call.state.store.execute(
                    "INSERT INTO plan_package_items (package_id, product_id, sku, quantity, created_at)"
                    " SELECT ?, product_id, sku, ?, ? FROM purchase_order_lines"
                    " WHERE purchase_order_id = ? AND sku_key = ? LIMIT 1",
                    *(package_id, item["quantity"], at, number, sku_key(item["sku"])),
                )
    pallet = data.get("pallet")
    if pallet:
        if pallet["quantity"] < 1:
            raise invalid("The quantity of pallets must be at least 1")
        call.state.store.execute(
            "INSERT INTO plan_pallets (purchase_order_id, kind, quantity, floor_loaded, page_size)"
            " VALUES (?, ?, ?, ?, ?)",
            *(number, pallet.get("kind"), pallet["quantity"], bool(pallet.get("floor_loaded"))),
            pallet.get("page_size") or _PAGE_SIZE,
        )


def line_items(plan: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingPlan.line_items`."""
    call = info.context
    lines = [{**line, "id": ids.encode(_LINE_TYPE, line["legacy_id"])} for line in purchases.lines(call, plan)]
    return paging.connection_of(call, lines, **page)


def packages(plan: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingPlan.packages`."""
    call = info.context
    rows = purchases.below(plan, call, "plan_packages")
    items = _items(call, [row["id"] for row in rows])
    found = [
        {
            "id": ids.encode("ShippingPlanPackage", row["id"]),
            "legacy_id": row["id"],
            "box_number": row["box_number"],
            "_items": items.get(row["id"], []),
        }
        for row in rows
    ]
    return paging.connection_of(call, found, **page)


def _items(call: Call, numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
    marks = ", ".join("?" * len(numbers))
    found: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in call.state.store.all(
        f"SELECT * FROM plan_package_items WHERE package_id IN ({marks}) ORDER BY id", *numbers
    ):
        found[row["package_id"]].append(row)
    return found


def package_items(package: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingPlanPackage.line_items`."""
    call = info.context
    known = products.products_by_number(call, [row["product_id"] for row in package["_items"] if row["product_id"]])
    found = [
        {
            "id": ids.encode("ShippingPlanPackageLineItem", row["id"]),
            "legacy_id": row["id"],
            "sku": row["sku"],
            "quantity": row["quantity"],
            "created_at": row["created_at"],
            "product": known.get(row["product_id"]),
        }
        for row in package["_items"]
    ]
    return paging.connection_of(call, found, **page)


def pallets(plan: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingPlan.pallets`."""
    call = info.context
    found = [
        {
            "id": ids.encode("ShippingPlanPallet", row["id"]),
            "legacy_id": row["id"],
            "kind": row["kind"],
            "quantity": row["quantity"],
            "floor_loaded": bool(row["floor_loaded"]),
            "page_size": row["page_size"],
        }
        for row in purchases.below(plan, call, "plan_pallets")
    ]
    return paging.connection_of(call, found, **page)


QUERIES: dict[str, Operation] = {"shipping_plan": shipping_plan}
MUTATIONS: dict[str, Operation] = {"shipping_plan_create": shipping_plan_create}
ENTITIES = {"shipping_plan_create": "shipping_plan"}
FIELDS: dict[tuple[str, str], Resolver] = {
    ("ShippingPlan", "warehouse"): purchases.warehouse,
    ("ShippingPlan", "line_items"): line_items,
    ("ShippingPlan", "packages"): packages,
    ("ShippingPlan", "pallets"): pallets,
    ("ShippingPlan", "tracking_numbers"): purchases.tracking_numbers,
    ("ShippingPlanLineItem", "product"): purchases.stock_of_line,
    ("ShippingPlanPackage", "line_items"): package_items,
}
