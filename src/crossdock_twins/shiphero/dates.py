"""Dates: any of the forms that clients send comes in, one naive UTC text in whole seconds goes out."""

import re
from datetime import UTC, datetime

_SPACED_OFFSET = re.compile(r"\s+([+-]\d\d:?\d\d)$")


def text_of(moment: datetime) -> str:
    """Write an aware moment as the API does: `2021-07-24T02:03:01`, in UTC without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def parse(text: str) -> str:
    """Read a date, a date with a time after a blank or a T, with or without an offset; ValueError names the forms."""
    tidy = _SPACED_OFFSET.sub(r"\1", text.strip())
    try:
        moment = datetime.fromisoformat(tidy)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a date. Write YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or YYYY-MM-DDTHH:MM:SS."
        ) from None
    return text_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
