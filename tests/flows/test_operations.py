"""What an operator's tools ask for."""

from __future__ import annotations

from house import Live


async def test_health_needs_no_key(live: Live) -> None:
    """A load balancer learns that the process reaches its database."""
    answer = await live.hub("GET", "/healthz", token="")

    assert (answer.status, answer.json()) == (200, {"status": "ok"})


async def test_figures_need_a_key(live: Live) -> None:
    """Prometheus reads the figures with an API key, and nobody without one."""
    without = await live.hub("GET", "/metrics", token="")
    with_key = await live.call("GET", "/metrics")

    assert without.status == 401
    assert with_key.status == 200
    assert "crossdock_calls" in with_key.text()
