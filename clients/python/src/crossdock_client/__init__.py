"""Crossdock's Python client: linked shipping and fulfilment accounts, typed, sync and async."""

from crossdock_client.client import AsyncCrossdock, Crossdock
from crossdock_client.errors import (
    ApiError,
    ConflictError,
    ConnectError,
    CrossdockError,
    FixRequestError,
    ForbiddenError,
    GiveUpError,
    NoAnswerError,
    NotFoundError,
    OutcomeUnknownError,
    PartialListWarning,
    RateLimitedError,
    RelinkError,
    RetryError,
    SignatureError,
    UnauthenticatedError,
    UnexpectedAnswerError,
    WaitError,
)
from crossdock_client.paging import aevery, every
from crossdock_client.retry import Retries

__all__ = [
    "ApiError",
    "AsyncCrossdock",
    "ConflictError",
    "ConnectError",
    "Crossdock",
    "CrossdockError",
    "FixRequestError",
    "ForbiddenError",
    "GiveUpError",
    "NoAnswerError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PartialListWarning",
    "RateLimitedError",
    "RelinkError",
    "Retries",
    "RetryError",
    "SignatureError",
    "UnauthenticatedError",
    "UnexpectedAnswerError",
    "WaitError",
    "aevery",
    "every",
]
