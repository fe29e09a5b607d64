"""How long and how much an exchange may take."""

from __future__ import annotations

from typing import Final

CONNECT_SECONDS: Final = 10.0
LONGEST_SECONDS: Final = 120.0
IDLE_SECONDS: Final = 60.0
BODY_BYTES: Final = 10 * 1024 * 1024
WHOLE_BYTES: Final = 512 * 1024
LINE_BYTES: Final = 16 * 1024
FIELD_BYTES: Final = 32 * 1024
REDIRECTS: Final = 3
CONNECTIONS: Final = 1000
CONNECTIONS_PER_HOST: Final = 200
# Shorter than the keep-alive of common servers, so that a request seldom meets a connection that is closing.
KEEP_ALIVE_SECONDS: Final = 15.0
DNS_SECONDS: Final = 10
