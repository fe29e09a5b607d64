"""How Easyship writes times."""

from datetime import datetime


def timestamp(moment: datetime) -> str:
    """Write a time as the API does: UTC, whole seconds."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
