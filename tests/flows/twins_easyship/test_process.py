"""The twins as a process: starting, stopping, and what a restart finds."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from twins import EasyshipTwin, easyship_handle, fetch, running_twin


def _answers(url: str) -> bool:
    try:
        return fetch(f"{url}/_twin/health", timeout=30).status == 200
    except OSError:
        return False


def test_both_hosts_answer_when_it_says_that_it_is_ready() -> None:
    """The ready line names the hosts, and they answer at once."""
    with running_twin("easyship", "--memory") as facts:
        answers = [_answers(facts[host]) for host in ("production", "sandbox")]

    assert answers == [True, True]


def test_it_stops_cleanly_on_both_signals() -> None:
    """SIGTERM and SIGINT end it at once, with status 0, also while a connection is open."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with running_twin("easyship", "--memory") as facts:
            port = int(facts["production"].rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port)):
                facts["process"].send_signal(number)

                assert facts["process"].wait(timeout=60) == 0


def test_a_killed_twin_finds_everything_again(tmp_path: Path) -> None:
    """After kill -9, tokens, states, clock, faults and journal are those that were acknowledged."""
    with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
        twin = easyship_handle(facts)
        made = twin.integration()
        twin.set_state("CGB000002", "suspended")
        twin.clock_advance("27d")
        fetch(f"{twin.production}/some/path")
        twin.fault("500", paths="/other/*")
        facts["process"].kill()
        facts["process"].wait(timeout=60)

    with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
        twin = easyship_handle(facts)
        again = twin.regenerate(made["id"], "sandbox")
        states = {account["id"]: account["state"] for account in twin.accounts()}
        offset = twin.control("GET", "/clock")["offset_seconds"]
        paths = [entry["path"] for entry in twin.journal()]
        faults = twin.control("GET", "/faults")["faults"]

    assert again["production_token"] == made["production_token"]
    assert states == {"CUS000001": "active", "CGB000002": "suspended"}
    assert offset == 27 * 86400
    assert paths == ["/some/path"]
    assert [fault["paths"] for fault in faults] == ["/other/*"]


def test_a_new_twin_holds_the_seed_that_it_was_started_with(tmp_path: Path) -> None:
    """A reset without a name brings it back; a later start with another one leaves alone what is there."""
    found = []
    for seed in ("empty", "small-shop"):
        with running_twin("easyship", "--data-dir", str(tmp_path), "--seed", seed) as facts:
            twin = easyship_handle(facts)
            found.append(_shipments(twin))
            fetch(f"{twin.base}/_twin/reset", method="POST", data={})
            found.append(_shipments(twin))

    assert [number > 0 for number in found] == [False, False, False, True]


def test_easyship_holds_a_shop_where_a_logistician_is_asked_for() -> None:
    """The seed of a 3PL can be named for both twins at once."""
    with running_twin("easyship", "--memory", "--seed", "3pl") as facts:
        found = _shipments(easyship_handle(facts))

    assert found > 0


def _shipments(twin: EasyshipTwin) -> int:
    token = twin.integration("look", scopes="all")["production_token"]
    reply = fetch(f"{twin.production}/2024-09/shipments", headers={"Authorization": f"Bearer {token}"})
    return len(reply.json()["shipments"])


def test_a_taken_port_is_told() -> None:
    """The command names the remedy and ends with status 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        done = subprocess.run(
            [sys.executable, "-m", "crossdock_twins", "--memory", "--only", "easyship", "--port", port],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 1
    assert "--port 0 for any" in done.stderr


def test_it_ends_with_whoever_started_it() -> None:
    """A twin does not outlive a starter that was killed."""
    starter = (
        "import subprocess, sys\n"
        "twin = subprocess.Popen([sys.executable, '-m', 'crossdock_twins', '--only', 'easyship', '--memory',"
        " '--port', '0', '--json'], stdout=subprocess.PIPE, text=True)\n"
        "print(twin.stdout.readline(), flush=True)\n"
        "twin.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split('"production": "')[1].split('"')[0]
        assert _answers(url)

        process.kill()
        process.wait(timeout=60)

    deadline = time.monotonic() + 60
    while _answers(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _answers(url)
