"""The points of linking at which a crash test ends the process."""

from __future__ import annotations

from typing import Final

POINTS: Final = (
    "linking.submit.held",
    "linking.submit.committed",
    "linking.test.started",
    "linking.test.acquired",
    "linking.test.credential",
    "linking.test.probed",
    "linking.test.noted",
    "linking.test.settled",
    "linking.confirm.locked",
    "linking.confirm.kept",
    "linking.confirm.before_commit",
    "linking.confirm.committed",
    "linking.oauth.started",
    "linking.oauth.state_taken",
    "linking.oauth.exchanged",
    "linking.oauth.held",
)
"""In the order in which they are passed; the OAuth ones come before those of the test."""
