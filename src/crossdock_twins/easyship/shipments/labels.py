"""A label's life: asked for, paid, made or failed, voided. Each step gives the shipment's answer after it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.shipments.mishaps import LabelFailure
from crossdock_twins.easyship.state import Environment
from crossdock_twins.easyship.times import timestamp

PAID_AFTER = timedelta(seconds=6)
MADE_AFTER = timedelta(seconds=12)
"""From asking for a label to having it, as one recorded sandbox purchase took."""

VOIDED_AFTER = timedelta(seconds=10)
"""From calling a labelled shipment off to the courier's word on it: the twin's own choice."""

_OPEN = frozenset({"not_created", "failed", "technical_failed"})
_CANCELLABLE_LABELS = frozenset(
    {"pending", "generated", "printed", "shipping_document_generated", "failed", "technical_failed", "reported"}
)
_MADE = frozenset({"generated", "printed", "reported"})
_BEFORE_TRANSIT = frozenset({"not_created", "pending", "info_received", "expired"})
_OLDEST_VOID = timedelta(days=183)


def asked(answer: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Give the shipment with its label asked for."""
    return {**answer, "label_state": "pending", "last_failure_http_response_messages": [], "updated_at": timestamp(at)}


def generating(answer: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Give the shipment with its label paid and in the courier's hands."""
    return {**answer, "label_paid_at": timestamp(at), "label_state": "generating", "updated_at": timestamp(at)}


def generated(
    answer: Mapping[str, Any], *, number: int, environment: Environment, at: datetime, state: str = "generated"
) -> dict[str, Any]:
    """Give the shipment with its label made and its tracking number known; `state` can be `printed` at once."""
    tracking_number = _tracking_number(answer, number=number, environment=environment)
    tracking = {
        "alternate_tracking_number": None,
        "handler": SERVICES[answer["courier_service"]["id"]].logo,
        "leg_number": 1,
        "local_tracking_number": None,
        "tracking_number": tracking_number,
        "tracking_state": "active",
    }
    return {
        **answer,
        "label_generated_at": timestamp(at),
        "label_state": state,
        "parcels": _numbered(answer["parcels"], tracking_number),
        "trackings": [tracking],
        "updated_at": timestamp(at),
    }


def failed(answer: Mapping[str, Any], failure: LabelFailure, *, at: datetime) -> dict[str, Any]:
    """Give the shipment with its label refused by the courier; it stays paid until it is called off."""
    return {
        **answer,
        "label_state": failure.label_state,
        "last_failure_http_response_messages": [{"code": failure.code, "content": failure.content}],
        "updated_at": timestamp(at),
    }


def buyable(answer: Mapping[str, Any]) -> bool:
    """Tell whether a shipment can still be changed and its label be bought."""
    return answer["shipment_state"] == "created" and answer["label_state"] in _OPEN


def cancellable(answer: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a shipment can still be called off: its label is asked for, young enough, and not on its way."""
    made = answer["label_generated_at"]
    return (
        answer["shipment_state"] == "created"
        and answer["label_state"] in _CANCELLABLE_LABELS
        and answer["delivery_state"] in _BEFORE_TRANSIT
        and (made is None or now - datetime.fromisoformat(made) <= _OLDEST_VOID)
    )


def insurable(answer: Mapping[str, Any]) -> bool:
    """Tell whether a shipment can be insured after its label was made: it is not on its way yet."""
    return answer["label_state"] in _MADE and answer["delivery_state"] in _BEFORE_TRANSIT


def cancelling(answer: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Give the shipment while the courier is asked to void its label."""
    return {**answer, "shipment_state": "cancelling", "updated_at": timestamp(at)}


def cancelled(answer: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Give the shipment called off, its label void."""
    failed_before = answer["label_state"] in {"failed", "technical_failed"}
    return {
        **answer,
        "label_state": answer["label_state"] if failed_before else "voided",
        "shipment_state": "cancelled",
        "trackings": [{**tracking, "tracking_state": "completed"} for tracking in answer["trackings"]],
        "updated_at": timestamp(at),
    }


def not_voided(answer: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Give the shipment as it is after the courier has refused to void its label."""
    return {**answer, "label_state": "void_failed", "shipment_state": "created", "updated_at": timestamp(at)}


def deletable(answer: Mapping[str, Any]) -> bool:
    """Tell whether a shipment can be deleted: nobody has asked for its label."""
    return bool(answer["shipment_state"] == "created" and answer["label_state"] == "not_created")


def deleted(answer: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Give the shipment deleted."""
    return {**answer, "shipment_state": "deleted", "updated_at": timestamp(at)}


def _tracking_number(answer: Mapping[str, Any], *, number: int, environment: Environment) -> str:
    if environment == "sandbox":
        return f"TEST{12_345_677 + number:08d}"
    return SERVICES[answer["courier_service"]["id"]].tariff.tracking_number.format(number)


def _numbered(parcels: list[dict[str, Any]], tracking_number: str) -> list[dict[str, Any]]:
    """Give each of several parcels a number of its own; one parcel has the shipment's only."""
    if len(parcels) == 1:
        return parcels
    return [
        {**parcel, "tracking_number": f"{tracking_number}{place:03d}"} for place, parcel in enumerate(parcels, start=1)
    ]
