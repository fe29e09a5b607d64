"""Operations on kits and assemblies: what a product is made of."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.products import changes, events, kits, nodes, store
from crossdock_twins.shiphero.products.kits import ASSEMBLY, KIT

_MOST_PIECES = 10_000
"""The most pieces of one component that go into another product."""


def kit_build(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `kit_build`: make a product a kit, add components, or change how many pieces of one go in."""
    row = _named(call, data)
    if data.get("warehouse_id"):
        access.warehouse_for(call.state.store, data["warehouse_id"], account_id=row["account_id"])
    parts = _parts(call, row, data["components"], kind=KIT)
    for number, quantity in parts:
        kits.put_in(call.state.store, product_id=row["id"], component_id=number, kind=KIT, quantity=quantity)
    built = bool(row["kit_build"]) if data.get("kit_build") is None else data["kit_build"]
    return _changed(call, row, {"kit": True, "kit_build": built})


def kit_remove_components(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `kit_remove_components`; error 5 where one of them is not in the kit."""
    row = _named(call, data)
    _take_out(call, row, data["components"], kind=KIT)
    return _changed(call, row, {})


def kit_clear(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `kit_clear`: the kit becomes a product like any other."""
    row = _named(call, data)
    kits.clear(call.state.store, product_id=row["id"], kind=KIT)
    _changed(call, row, {"kit": False, "kit_build": False})


def assembly_add_components(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `assembly_add_components`: the product is an assembly from then on."""
    row = _named(call, data)
    known = {each.product_id for each in kits.components_of(call.state.store, product_id=row["id"], kind=ASSEMBLY)}
    for number, quantity in _parts(call, row, data["components"], kind=ASSEMBLY):
        if number in known:
            raise invalid("A component is in the assembly already. Change it with assembly_update_components")
        kits.put_in(call.state.store, product_id=row["id"], component_id=number, kind=ASSEMBLY, quantity=quantity)
    return _changed(call, row, {}, body={"is_assembly": True})


def assembly_update_components(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `assembly_update_components`: how many pieces of a component go in; error 5 where it is not in."""
    row = _named(call, data)
    known = {each.product_id for each in kits.components_of(call.state.store, product_id=row["id"], kind=ASSEMBLY)}
    for number, quantity in _parts(call, row, data["components"], kind=ASSEMBLY):
        if number not in known:
            raise not_found("Component")
        kits.put_in(call.state.store, product_id=row["id"], component_id=number, kind=ASSEMBLY, quantity=quantity)
    return _changed(call, row, {})


def assembly_remove_components(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `assembly_remove_components`; error 5 where one of them is not in the assembly."""
    row = _named(call, data)
    _take_out(call, row, data["components"], kind=ASSEMBLY)
    return _changed(call, row, {})


def assembly_clear_components(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `assembly_clear_components`: it stays an assembly, made of nothing yet."""
    row = _named(call, data)
    kits.clear(call.state.store, product_id=row["id"], kind=ASSEMBLY)
    return _changed(call, row, {})


def _named(call: Call, data: Mapping[str, Any]) -> Any:
    account_id = call.account_for(data.get("customer_account_id"))
    return store.find(call.state.store, account_id=account_id, sku=data.get("assembly_sku") or data.get("sku") or "")


def _parts(call: Call, row: Any, components: list[Mapping[str, Any] | None], *, kind: str) -> list[tuple[int, int]]:
    """Read components as numbers of products with pieces; a kit holds no kit, and nothing holds itself."""
    parts = []
    for each in components:
        if each:
            part = store.find(call.state.store, account_id=row["account_id"], sku=each["sku"])
            if part["id"] == row["id"]:
                raise invalid("A product cannot be a component of itself")
            if kind == KIT and part["kit"]:
                raise invalid(f"{part['sku']} is a kit, and a kit cannot be a component of a kit")
            if not 0 < each["quantity"] <= _MOST_PIECES:
                raise invalid(f"quantity must be at least 1 and at most {_MOST_PIECES}")
            parts.append((part["id"], each["quantity"]))
    if not parts:
        raise invalid("Name at least one component")
    return parts


def _take_out(call: Call, row: Any, components: list[Mapping[str, Any] | None], *, kind: str) -> None:
    for each in components:
        if each:
            part = store.find(call.state.store, account_id=row["account_id"], sku=each["sku"], entity="Component")
            if not kits.take_out(call.state.store, product_id=row["id"], component_id=part["id"], kind=kind):
                raise not_found("Component")


def _changed(
    call: Call, row: Any, columns: Mapping[str, Any], *, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Write what changed, and let the open orders for the product take what it is made of now."""
    state, at = call.state, call.state.today()
    store.change(state.store, row, columns=columns, body=body or {}, at=at)
    changes.reallocate(call, account_id=row["account_id"], sku=row["sku"], at=at)
    events.updated(state, row["id"], at=at)
    return nodes.product(call, row["id"])


MUTATIONS: dict[str, Operation] = {
    "kit_build": kit_build,
    "kit_clear": kit_clear,
    "kit_remove_components": kit_remove_components,
    "assembly_add_components": assembly_add_components,
    "assembly_clear_components": assembly_clear_components,
    "assembly_remove_components": assembly_remove_components,
    "assembly_update_components": assembly_update_components,
}
ENTITIES = {name: "product" for name in MUTATIONS if name != "kit_clear"}
