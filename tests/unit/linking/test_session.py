from __future__ import annotations

from crossdock.connectors.catalogue import Catalogue
from crossdock.linking.causes import GENERAL, cause_of
from crossdock.linking.oauth import challenge, cookie_of
from crossdock.linking.points import POINTS
from crossdock.linking.session import CHECKS, closed, fresh_checklist, marked


def test_a_checklist_is_ticked_line_by_line() -> None:
    """A mark changes its own line, keeps an earlier text where it brings none, and touches no other list."""
    fresh = fresh_checklist()

    running = marked(fresh, "reached", "running", "asking")
    passed = marked(running, "reached", "ok")

    assert [line.state for line in fresh] == ["waiting"] * len(CHECKS)
    assert [line.state for line in passed] == ["waiting", "ok", "waiting", "waiting", "waiting"]
    assert passed[1].text == "asking"


def test_a_closed_checklist_waits_for_nothing() -> None:
    """What was not reached is skipped; what passed or failed stays."""
    lines = marked(marked(fresh_checklist(), "format", "ok"), "reached", "failed", "no answer")

    assert [line.state for line in closed(lines)] == ["ok", "failed", "skipped", "skipped", "skipped"]


def test_a_connector_explains_its_causes_itself() -> None:
    """A connector's own words come first, then those of linking, and an unknown cause is called unexplained."""
    connector = Catalogue.load().connectors()[0]
    key, own = next(iter(connector.causes.items()))

    assert cause_of(connector=connector, key=key) == own
    for general in GENERAL.keys() - connector.causes.keys():
        assert cause_of(connector=connector, key=general) == GENERAL[general]
    assert cause_of(connector=None, key="made_up") == GENERAL["unexplained"]
    assert cause_of(connector=connector, key=None) == GENERAL["unexplained"]


def test_the_challenge_is_the_one_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_each_state_has_a_cookie_of_its_own() -> None:
    """Two authorizations in one browser do not overwrite each other's binding, and the name holds no secret."""
    one, two = cookie_of("st_one"), cookie_of("st_two")

    assert one != two
    assert "st_one" not in one


def test_no_point_stands_twice() -> None:
    """Each point at which a crash test ends the process is named once."""
    assert len(set(POINTS)) == len(POINTS)
