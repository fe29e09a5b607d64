"""Answers that lose a part where the fault `partial` strikes: `data` and `errors` together, as the provider has it."""

from typing import Any

from crossdock_twins.base.faults import FaultBook, FaultKind
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import errors
from crossdock_twins.shiphero.documents import Prepared
from crossdock_twins.shiphero.errors import ApiError, Code

_ENVELOPE = frozenset({"request_id", "complexity"})
_LOST = ApiError(Code.UNEXPECTED, "A part of this answer could not be read")


def strike(answer: dict[str, Any], *, prepared: Prepared, store: Store, request_id: str) -> dict[str, Any]:
    """Give the answer, without a part of each operation that the fault strikes; what was changed stays changed."""
    book = FaultBook(store)
    found = list(answer.get("errors", ()))
    for root in prepared.roots:
        told = (answer.get("data") or {}).get(root.key)
        if not isinstance(told, dict) or not book.strikes(FaultKind.PARTIAL, path=f"/graphql/{root.name}"):
            continue
        field = _lose(told)
        if field is not None:
            found.append(errors.item(_LOST, operation=root.name, field=field, request_id=request_id))
    rest = {name: value for name, value in answer.items() if name != "errors"}
    return {"errors": found, **rest} if found else answer


def _lose(told: dict[str, Any]) -> str | None:
    """Make a list's last row null, or else the last object of what is told; give the name of that field."""
    inner = told["data"] if isinstance(told.get("data"), dict) else told
    rows = inner.get("edges")
    if isinstance(rows, list):
        inner = rows[-1] if rows else {}
    objects = [name for name, value in inner.items() if isinstance(value, dict | list) and name not in _ENVELOPE]
    if not objects:
        return None
    inner[objects[-1]] = None
    return objects[-1]
