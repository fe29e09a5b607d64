"""`crossdock up` as a person runs it: one line when ready, everything found again, nothing left behind."""

from __future__ import annotations

import stat
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from crossdock_process import Up, crossdock, left_over
from twins import fetch

pytestmark = pytest.mark.xdist_group("up")


def eventually(seconds: float, holds: Any) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def twin(up: Up, name: str, path: str, data: Any = None) -> Any:
    url = up.facts["twins"][name]["dashboard"] + "/_twin" + path
    return fetch(url, method="GET" if data is None else "POST", data=data).json()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Up(tmp_path_factory.mktemp("shared") / "data") as started:
        started.ready()
        yield started


def test_one_line_tells_everything(up: Up) -> None:
    """The line has hub, key, admin and twins, and each of them answers."""
    facts = up.facts
    basic = b64encode(f"{facts['api_key']}:".encode()).decode()
    accounts = fetch(f"{facts['hub']}/accounts", headers={"Authorization": f"Basic {basic}"})
    health = [fetch(f"{twin['dashboard']}/_twin/health").status for twin in facts["twins"].values()]

    assert set(facts) == {"hub", "api_key", "admin", "twins"}
    assert set(facts["admin"]) == {"email", "password"}
    assert set(facts["twins"]["easyship"]) == {"production", "sandbox", "dashboard", "email", "password"}
    assert set(facts["twins"]["shiphero"]) == {"api", "dashboard", "email", "password"}
    assert accounts.status == 200
    assert health == [200, 200]


def test_files_are_closed_to_others(up: Up) -> None:
    """Data directory, key ring and first-run file are open to their owner alone."""
    folder = up.data_dir

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()}

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes["vault-keys.json"] == modes["first-run.json"] == 0o600


def test_second_up_on_the_same_directory_is_refused(up: Up) -> None:
    """A second `up` names the process that holds the directory, and harms nothing."""
    ended = crossdock("up", "--json", "--port", "0", "--data-dir", str(up.data_dir))

    assert ended.code == 1
    assert str(up.process.pid) in ended.err
    assert fetch(f"{up.facts['hub']}/dashboard").status < 500


def test_taken_port_is_named_with_a_way_out(up: Up, tmp_path: Path) -> None:
    """`up` on a port in use says so, and how to take another."""
    port = up.facts["hub"].rpartition(":")[2]

    ended = crossdock("up", "--port", port, "--data-dir", str(tmp_path / "other"))

    assert ended.code == 1
    assert port in ended.err
    assert "--port" in ended.err


def test_commands_work_beside_up(up: Up) -> None:
    """Commands on the same directory find the running database, and doctor finds everything in order."""
    folder = str(up.data_dir)

    listed = crossdock("accounts", "list", "--json", "--data-dir", folder)
    doctor = crossdock("doctor", "--json", "--data-dir", folder)

    assert listed.json() == {"accounts": [], "total": 0}
    assert doctor.code == 0, doctor.out
    assert doctor.json()["ok"] is True


def test_hub_follows_the_twins_clock_when_switched_on(up: Up) -> None:
    """With the switch on, the hub's time is the furthest twin's, and the other twin is brought along."""
    twin(up, "easyship", "/clock", {"follow": True})
    twin(up, "easyship", "/clock", {"advance": "27d"})

    together = eventually(60, lambda: twin(up, "shiphero", "/clock")["offset_seconds"] == 27 * 86_400)
    told = eventually(60, lambda: '"offset_seconds": 2332800' in (up.data_dir / "up.json").read_text())
    twin(up, "easyship", "/reset", {})
    twin(up, "shiphero", "/reset", {})
    back = eventually(60, lambda: '"offset_seconds": 0.0' in (up.data_dir / "up.json").read_text())

    assert (together, told, back) == (True, True, True)


def killed(up: Up, *, everything: bool) -> list[psutil.Process]:
    """Kill a running `up` alone, or with all that it has started, and return its processes."""
    family = up.family()
    for process in reversed(family) if everything else family[:1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    up.process.communicate()
    return family


def test_start_after_kill_finds_everything(tmp_path: Path) -> None:
    """After `kill -9` of the parent, and then of every process, the next start shows the same and has kept all."""
    home = tmp_path / "data"
    with Up(home) as first:
        facts = first.ready()
        made = twin(first, "easyship", "/integrations", {"name": "Kept"})
        before = twin(first, "easyship", "/oauth_apps")["apps"]
        family = killed(first, everything=False)
    with Up(home) as second:
        again = second.ready()
        family += killed(second, everything=True)
    with Up(home) as third:
        last = third.ready()
        after = twin(third, "easyship", "/oauth_apps")["apps"]

    assert "production_token" in made
    assert facts["api_key"] == again["api_key"] == last["api_key"]
    assert facts["admin"] == again["admin"] == last["admin"]
    assert before[0]["client_id"] in {app["client_id"] for app in after}
    assert left_over(family, seconds=60) == []


@pytest.mark.parametrize("delay", [0.3, 1.2], ids=["at once", "during the start"])
def test_ctrl_c_ends_a_start(tmp_path: Path, delay: float) -> None:
    """Ctrl-C ends everything, however early it comes."""
    with Up(tmp_path / "data") as up:
        time.sleep(delay)
        family = up.family()
        code = up.stop()

    assert code in {0, 130, -2}
    assert left_over(family, seconds=60) == []


def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C ends everything in order; a start without twins has none to end."""
    with Up(tmp_path / "data", "--no-twins") as up:
        facts = up.ready()
        family = up.family()
        commands = [" ".join(process.cmdline()) for process in family]
        code = up.stop()

    assert facts["twins"] == {}
    assert not any("crossdock_twins" in command for command in commands)
    assert code == 0
    assert left_over(family, seconds=60) == []
