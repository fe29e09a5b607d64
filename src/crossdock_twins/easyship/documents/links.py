"""Where a shipment's papers lie: addresses under this twin's own hosts, which open without a token."""

from typing import Any

from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.shipments.patterns import forget
from crossdock_twins.easyship.state import Environment

PATH = "/shipment/v1/shipments/{uuid}/shipping_documents/{category}"
_KEPT = "document_hosts"


def remember(store: Store, urls: TwinUrls) -> None:
    """Keep the hosts' addresses; where a twin has moved, the links that it gave out before move with it."""
    hosts = {"production": urls.production, "sandbox": urls.sandbox}
    before = store.meta_get(_KEPT) or {}
    if before == hosts:
        return
    with store.transaction():
        for environment, old in before.items():
            store.execute(
                "UPDATE shipment_pattern SET answer = replace(answer, ?, ?)",
                *(f"{old}/shipment/v1/", f"{hosts[environment]}/shipment/v1/"),
            )
            store.execute(
                "UPDATE shipment SET answer = replace(answer, ?, ?) WHERE environment = ? AND instr(answer, ?) > 0",
                *(f"{old}/shipment/v1/", f"{hosts[environment]}/shipment/v1/", environment, f"{old}/shipment/v1/"),
            )
        store.meta_set(_KEPT, hosts)
    forget(store)


def take_over(store: Store, hosts: Any) -> None:
    """Take over the hosts' addresses from another store, as `remembered` gives them."""
    store.meta_set(_KEPT, hosts)


def remembered(store: Store) -> Any:
    """Give the hosts' addresses as they are kept."""
    return store.meta_get(_KEPT)


def link(store: Store, *, environment: Environment, uuid: str, category: str, page_size: str) -> str:
    """Give the address of one paper."""
    return f"{host(store, environment)}{PATH.format(uuid=uuid, category=category)}?page_size={page_size}"


def host(store: Store, environment: Environment) -> str:
    """Give the address of a host, as the twin was told when it started."""
    return str((store.meta_get(_KEPT) or {}).get(environment, ""))
