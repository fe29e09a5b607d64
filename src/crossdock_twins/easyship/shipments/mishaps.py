"""What goes wrong with a shipment because somebody wants to see it: by its buyer's postal code, or by a fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crossdock_twins.base.faults import FaultBook, FaultKind
from crossdock_twins.base.store import Store

End = Literal["delivered", "second_attempt", "delayed", "returned", "lost", "expired"]

LABEL_FAILS, LABEL_FAILS_TECHNICALLY, LABEL_HANGS, CANCELLING_FAILS = "00001", "00002", "00003", "00004"
ENDS: Mapping[str, End] = {
    "00011": "second_attempt",
    "00012": "delayed",
    "00013": "returned",
    "00014": "lost",
    "00015": "expired",
}
"""Where a parcel to one of these postal codes ends; no place has them."""

_REFUSED_BY_COURIER = "The recipient's postal code is not served by the courier."
_NO_ANSWER = "The courier's system did not answer in time."


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFailure:
    """Why a label was not made: the label state that it leads to, and the courier's code and words."""

    label_state: Literal["failed", "technical_failed"]
    code: str
    content: str


_FAILED = LabelFailure(label_state="failed", code="422", content=_REFUSED_BY_COURIER)
_TECHNICAL = LabelFailure(label_state="technical_failed", code="504", content=_NO_ANSWER)


def label_failure(store: Store, answer: Mapping[str, Any]) -> LabelFailure | None:
    """Tell whether a label that is being made fails now; a fault that strikes is counted."""
    postal_code = _postal_code(answer)
    if postal_code == LABEL_FAILS or _struck(store, FaultKind.LABEL_FAILED, answer):
        return _FAILED
    if postal_code == LABEL_FAILS_TECHNICALLY or _struck(store, FaultKind.LABEL_TECHNICAL_FAILED, answer):
        return _TECHNICAL
    return None


def label_hangs(answer: Mapping[str, Any]) -> bool:
    """Tell whether a label that is being made is never finished."""
    return _postal_code(answer) == LABEL_HANGS


def cancelling_fails(store: Store, answer: Mapping[str, Any]) -> bool:
    """Tell whether the courier refuses to void a label; a fault that strikes is counted."""
    return _postal_code(answer) == CANCELLING_FAILS or _struck(store, FaultKind.VOID_FAILED, answer)


def end(number: int, answer: Mapping[str, Any]) -> End:
    """Tell how a parcel's journey ends; of the ordinary ones a few need a second attempt or are delayed."""
    named = ENDS.get(_postal_code(answer))
    if named is not None:
        return named
    if number % 29 == 17:  # noqa: PLR2004 - chosen so that a new twin's first parcels arrive
        return "second_attempt"
    return "delayed" if number % 43 == 31 else "delivered"  # noqa: PLR2004 - the same


def _postal_code(answer: Mapping[str, Any]) -> str:
    return answer["destination_address"]["postal_code"] or ""


def _struck(store: Store, kind: FaultKind, answer: Mapping[str, Any]) -> bool:
    return FaultBook(store).strikes(kind, path=f"/2024-09/shipments/{answer['easyship_shipment_id']}")
