"""What can be done with feedback. Made from the API's document by tools/python_client.py."""

# ruff: noqa: A002 - the words of the wire
from __future__ import annotations

from collections.abc import Sequence

from crossdock_client.call import Call, Sender
from crossdock_client.models.feedback import FeedbackPage, FeedbackTaken


class Feedback:
    """Feedback."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def give(
        self, feedback: str, *, account_id: str | None = None, tool_names: Sequence[str] | None = None
    ) -> FeedbackTaken:
        """Keep what an agent or a person says of actions; the account, where one is named, is the project's."""
        call = Call(
            method="POST",
            path="/ai/tool-feedback",
            answer=FeedbackTaken,
            body={"feedback": feedback, "account_id": account_id, "tool_names": tool_names},
        )
        return self._sender.send(call)

    def list(self, *, page_size: int | None = None, next: str | None = None) -> FeedbackPage:
        """List what was said, the newest first."""
        call = Call(
            method="GET", path="/ai/tool-feedback", answer=FeedbackPage, query={"page_size": page_size, "next": next}
        )
        return self._sender.send(call)
