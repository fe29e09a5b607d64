"""How a call is to be made: the headers that every call to a provider takes."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Header

from crossdock.actions import idempotency, pacing
from crossdock.actions.model import Manner
from crossdock.api.context import ApiContext
from crossdock.kernel.errors import InvalidRequestError, UnauthenticatedError
from crossdock.projects import keys
from crossdock.projects.model import Principal

OnceKey = Annotated[
    str | None,
    Header(
        alias="idempotency-key",
        description="For writes: the same key with the same request gives the first answer again, for a day.",
    ),
]
Priority = Annotated[
    str | None,
    Header(alias="x-crossdock-priority", description="`bulk` lets other calls of the account go first."),
]
Look = Annotated[
    str | None,
    Header(
        alias="x-crossdock-look",
        description="For writes of actions: `before` looks whether it is there, and sends only where it is not.",
    ),
]
PROFILE_HEADER: Final = b"x-connector-profile-id"
ProfileId = Annotated[
    str | None,
    Header(
        alias="x-connector-profile-id",
        description="The connector profile that the account is expected to be of; another one is refused.",
    ),
]


def manner(
    *,
    once: str | None,
    priority: str | None,
    look: str | None = None,
    is_collected: bool | None = None,
    call_id: str | None = None,
    source_ip: str | None = None,
) -> Manner:
    """Read the headers; raise InvalidRequestError for one that says nothing known. A list to its end goes as bulk."""
    if look is not None and look.strip().lower() != "before":
        raise InvalidRequestError(
            "There is no such way to look.", remedy="Send `x-crossdock-look: before`, or leave the header out."
        )
    return Manner(
        once=idempotency.key_in(once),
        priority=pacing.priority_of("bulk" if is_collected and priority is None else priority),
        look="in_doubt" if look is None else "before",
        id=call_id,
        source_ip=source_ip,
    )


async def principal_of(context: ApiContext, authorization: str) -> Principal:
    """Return who asks, and count the call; raise UnauthenticatedError or RateLimitedError."""
    key = keys.of_header(authorization)
    if key is None:
        raise UnauthenticatedError(
            "No API key came with the request.",
            remedy="Send it as HTTP Basic: the key as user name, the password empty.",
        )
    principal = await context.projects.authenticate_key(text=key)
    await context.ratelimit.spend(principal=principal)
    return principal
