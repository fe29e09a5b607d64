"""What the official kit for agents adds to a call without having been asked to, taken out before the call is read."""

from __future__ import annotations

from typing import Final

from crossdock.api.wire import RpcRequest
from crossdock.connectors import requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.kernel.errors import NotFoundError

_KIT: Final = "stackone-python/"


def unfilled(asked: RpcRequest, *, user_agent: str, catalogue: Catalogue) -> RpcRequest:
    """Return the call; one of the Python kit loses the nulls in its body that stand for nothing.

    PyPI stackone-ai tells models that what is not required may be null, and as a function for LangChain (2.10) it sends
    null for every input that was left out: passed on, an update would empty the fields that nobody named. Null is kept
    where the input takes it and the body does not name all there are.
    """
    if not user_agent.startswith(_KIT) or not asked.body or None not in asked.body.values():
        return asked
    try:
        _, action = catalogue.action(asked.action)
    except NotFoundError:
        return asked
    part = action.inputs["properties"].get("body", {})
    inputs, needed = part.get("properties", {}), part.get("required", ())
    is_filled = inputs.keys() <= asked.body.keys()
    empty = {name for name in inputs if name not in needed and (is_filled or not requests.takes_null(inputs[name]))}
    body = {name: value for name, value in asked.body.items() if value is not None or name not in empty}
    return asked.model_copy(update={"body": body})
