"""Figures for Prometheus; labels are names from our own lists, never ids or texts from outside."""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY: Final = CollectorRegistry()

CALLS: Final = Counter(
    "crossdock_calls", "Calls to providers, by what became of them", ["connector", "outcome"], registry=REGISTRY
)
CALL_SECONDS: Final = Histogram(
    "crossdock_call_seconds",
    "How long providers take to answer",
    ["connector"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
LEASES: Final = Counter(
    "crossdock_leases", "Credentials handed out, by where they came from", ["source"], registry=REGISTRY
)
REFRESHES: Final = Counter(
    "crossdock_refreshes", "Refreshed credentials, by what became of it", ["connector", "outcome"], registry=REGISTRY
)
PROBES: Final = Counter(
    "crossdock_probes", "Probes of linked accounts, by what they found", ["connector", "outcome"], registry=REGISTRY
)
LINKS: Final = Counter(
    "crossdock_links", "Attempts to link an account, by how they ended", ["connector", "outcome"], registry=REGISTRY
)
DELIVERIES: Final = Counter(
    "crossdock_deliveries", "Webhook deliveries, by what became of them", ["outcome"], registry=REGISTRY
)
AGENT_CALLS: Final = Counter(
    "crossdock_agent_calls", "Tool calls of agents, by outcome", ["outcome"], registry=REGISTRY
)
JOBS: Final = Counter("crossdock_jobs", "Jobs that ran, by what became of them", ["task", "outcome"], registry=REGISTRY)
SWEEPS: Final = Counter(
    "crossdock_sweeps", "Rounds of looking for what is due, by how they ended", ["sweep", "outcome"], registry=REGISTRY
)

# Looking a series up costs more than counting in it; connectors and outcomes are few.
calls: Final = cache(CALLS.labels)
call_seconds: Final = cache(CALL_SECONDS.labels)


def render() -> bytes:
    """Return all figures in Prometheus' text format (content type ``text/plain; version=0.0.4``)."""
    return generate_latest(REGISTRY)
