"""`request_link`: an agent asks that a person link an account, and learns how that ended; it never sees the linking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)

from crossdock.agents.auth import Caller
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Effect
from crossdock.kernel.errors import UnprocessableError
from crossdock.linking.asking import LONGEST_REASON, Answered
from crossdock.linking.requests import LinkRequests
from crossdock.projects import policy

NAME: Final = "request_link"
_QUESTION: Final = "link"
_NEXT: Final = {
    "pending": "Give the link to the person you work for and wait. Ask again with the request_id to see how it stands.",
    "linked": "Go on with the account.",
    "declined": "The person does not want it. Do not ask again for the same.",
    "expired": "Nobody followed the link within a day. Ask again only if it is still needed.",
}


def is_listed(caller: Caller) -> bool:
    """Tell whether a person allowed the agent to ask."""
    grant = caller.principal.grant
    return grant is not None and grant.owner_id is not None and grant.may_request_links


def described(catalogue: Catalogue) -> dict[str, Any]:
    """Return the tool as lists show it."""
    keys = sorted(connector.key for connector in catalogue.connectors())
    return {
        "name": NAME,
        "title": "Ask a person to link an account",
        "description": (
            "Asks the person you work for to link an account that you need and cannot reach. Gives a link for the "
            "person, and a request_id. Call it again with the request_id alone to see how it stands: pending, linked, "
            "declined or expired. The person sees your reason. You never see what they type."
        ),
        "inputSchema": {
            "type": "object",
            "properties": {
                "connector": {"type": "string", "enum": keys, "description": "Which service the account is at."},
                "reason": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": LONGEST_REASON,
                    "description": "Why you need it, for the person to read. No web addresses.",
                },
                "request_id": {"type": "string", "description": "An earlier request, to see how it stands."},
            },
            "additionalProperties": False,
        },
        "annotations": {
            "readOnlyHint": False,
            "destructiveHint": False,
            "idempotentHint": False,
            "openWorldHint": False,
        },
    }


def effect_of(given: Mapping[str, Any]) -> Effect:
    """Return what a call is about: a new request is something written, and how one stands is read."""
    return "read" if isinstance(given.get("request_id"), str) else "write"


async def run(requests: LinkRequests, caller: Caller, given: Mapping[str, Any]) -> dict[str, Any]:
    """Make a request, or tell how one stands."""
    request_id, connector = given.get("request_id"), given.get("connector")
    if isinstance(request_id, str):
        return told(caller, await requests.answered(principal=caller.principal, request_id=request_id))
    if not isinstance(connector, str):
        raise UnprocessableError(
            "Either `connector` and `reason` are needed, or `request_id`.",
            remedy="Name the service and say why you need the account.",
            detail={"errors": [{"field": "connector", "message": "is needed"}]},
        )
    asked = await requests.create(principal=caller.principal, connector=connector, reason=given.get("reason"))
    answered = Answered(request_id=asked.request.id, status="pending")
    return {**told(caller, answered), "url": asked.url, "expires_at": asked.request.expires_at.isoformat()}


def told(caller: Caller, answered: Answered) -> dict[str, Any]:
    """Return how a request stands; whether the agent reaches the account that was linked says its own grant."""
    said: dict[str, Any] = {"request_id": answered.request_id, "status": answered.status}
    if answered.account_id is None:
        return {**said, "next_step": _NEXT[answered.status]}
    grant = caller.principal.grant
    owner_id = (grant.owner_id if grant else None) or ""
    is_within = policy.reaches(caller.principal, account_id=answered.account_id, owner_id=owner_id)
    step = _NEXT["linked"] if is_within else "Ask a person to let you use the account: you are bound to others."
    return {**said, "account_id": answered.account_id, "within_reach": is_within, "next_step": step}


def question(
    meta: Mapping[str, Any], params: CallToolRequestParams, value: Mapping[str, Any]
) -> InputRequiredResult | None:
    """Return the link as a question to the person, where the client says that it can show one (revision 2026-07-28)."""
    capabilities = meta.get(CLIENT_CAPABILITIES_META_KEY)
    offered = capabilities.get("elicitation") if isinstance(capabilities, Mapping) else None
    can_show = isinstance(offered, Mapping) and offered.get("url") is not None
    if not can_show or "url" not in value or params.input_responses:
        return None
    shown = ElicitRequest(
        params=ElicitRequestURLParams(
            message="Your agent asks you to link an account. The page shows its reason; you decide there.",
            url=value["url"],
        )
    )
    return InputRequiredResult(input_requests={_QUESTION: shown}, request_state=value["request_id"])


async def resumed(
    requests: LinkRequests, caller: Caller, params: CallToolRequestParams, given: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the arguments of a call that comes back with the answer: from then on it asks how things stand."""
    if params.request_state is None:
        return given
    answer = (params.input_responses or {}).get(_QUESTION)
    if isinstance(answer, ElicitResult) and answer.action == "decline":
        await requests.withdraw(principal=caller.principal, request_id=params.request_state)
    return {"request_id": params.request_state}
