"""Operations on the tags of one order, or of many at once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.call import Call, Operation
from crossdock_twins.shiphero.errors import ApiError, invalid
from crossdock_twins.shiphero.orders import access, nodes, tagging

_Change = Callable[[Store, int, Iterable[str | None]], None]


def order_add_tags(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_add_tags`."""
    return _on_one(call, data, tagging.add, "Added tags")


def order_update_tags(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_update_tags`: the order has these tags then, and no others."""
    return _on_one(call, data, tagging.replace, "Tags set to")


def order_clear_tags(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_clear_tags`."""
    return _on_one(call, data, tagging.replace, "Tags cleared")


def _on_one(call: Call, data: Mapping[str, Any], change: _Change, words: str) -> dict[str, Any]:
    order = access.owned(call, data)
    _apply(call, order["id"], data.get("tags") or (), change, words)
    return nodes.read(call, order["id"])


def _apply(call: Call, order_id: int, tags: Iterable[str | None], change: _Change, words: str) -> None:
    at, tidy = call.state.today(), tagging.tidy(tags)
    change(call.state.store, order_id, tidy)
    call.state.orders.update(order_id, at=at)
    call.state.orders.note(order_id, f"{words}: {', '.join(tidy)}" if tidy else words, by=call.user, at=at)


def order_bulk_add_tags(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_bulk_add_tags`: done at once; each order that cannot be found is one of the errors."""
    return _on_many(call, data, tagging.add, "Added tags")


def order_bulk_remove_tags(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_bulk_remove_tags`, as order_bulk_add_tags does."""
    return _on_many(call, data, tagging.remove, "Removed tags")


def _on_many(call: Call, data: Mapping[str, Any], change: _Change, words: str) -> dict[str, Any]:
    if not tagging.tidy(data.get("tags") or ()):
        raise invalid("tags must name at least one tag")
    errors = []
    for text in data.get("orders_ids") or ():
        try:
            order = access.owned_by(call, text, call.visible)
        except ApiError as error:
            errors.append({"code": int(error.code), "error": f"{error.message}: {text}"})
        else:
            _apply(call, order["id"], data["tags"], change, words)
    return {"errors": errors}


MUTATIONS: dict[str, Operation] = {
    "order_add_tags": order_add_tags,
    "order_update_tags": order_update_tags,
    "order_clear_tags": order_clear_tags,
    "order_bulk_add_tags": order_bulk_add_tags,
    "order_bulk_remove_tags": order_bulk_remove_tags,
}
ENTITIES = dict.fromkeys(("order_add_tags", "order_update_tags", "order_clear_tags"), "order")
