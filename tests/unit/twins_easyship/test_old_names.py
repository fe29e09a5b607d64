"""What 2023-01 calls differently."""

from crossdock_twins.easyship import contract
from crossdock_twins.easyship.schemas import OLD_SCHEMAS, SCHEMAS
from crossdock_twins.easyship.scopes import everything
from crossdock_twins.easyship.v2023 import names
from crossdock_twins.easyship.v2023.routes import OPERATIONS

_SERVICE = {"id": "s1", "name": "UPS® Ground", "umbrella_name": "UPS", "courier_id": "a1", "logo": "ups.png"}


def test_a_request_is_read_in_the_new_names() -> None:
    """Only what was renamed is, and only where it was."""
    sent = {
        "courier_selection": {"selected_courier_id": "s1", "allow_courier_fallback": True},
        "metadata": {"courier_id": "mine"},
        "courier_id": "s2",
    }

    assert names.read(sent) == {
        "courier_settings": {"courier_service_id": "s1", "allow_fallback": True},
        "metadata": {"courier_id": "mine"},
        "courier_service_id": "s2",
    }


def test_answers_are_shown_in_the_old_names() -> None:
    """Rates have the courier flat, shipments and pickups an id and a name, manifests the account flat."""
    rate = {"courier_service": _SERVICE, "total_charge": 1.0, "import_duty_details": None}
    shipment = {"courier_service": None, "parcels": [{"items": [{"sku": "A", "coc_status": "x"}]}], "rates": [rate]}
    pickup = {"courier_service": _SERVICE, "address": {"city": "York", "status": "active"}}

    shown = names.shipment(shipment)

    flat = {"courier_id": "s1", "courier_logo_url": "ups.png", "courier_name": "UPS® Ground", "total_charge": 1.0}
    assert names.rate(rate) == flat
    assert shown == {"courier": None, "parcels": [{"items": [{"sku": "A"}]}], "rates": [flat]}
    assert names.pickup(pickup) == {"address": {"city": "York"}, "courier": {"id": "s1", "name": "UPS® Ground"}}
    assert names.manifest({"courier": {"id": "a1", "umbrella_name": "UPS"}}) == {
        "courier_account_id": "a1",
        "courier_umbrella_name": "UPS",
    }


def test_the_old_operations_stand_apart() -> None:
    """Each has a handler, a bare scope that can be granted, errors without pages, and schemas of its own version."""
    assert {operation.id for operation in OPERATIONS} == set(contract.old_operations())
    assert {scope for operation in OPERATIONS for scope in operation.scopes} <= set(everything("2023-01"))
    assert {operation.pages for operation in OPERATIONS} == {None}
    assert OLD_SCHEMAS.component("RateRequest") != SCHEMAS.component("RateRequest")
