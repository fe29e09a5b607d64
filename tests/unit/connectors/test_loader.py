from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connector_samples import CATALOGUE
from crossdock.connectors.catalogue import DEFINITIONS, Catalogue
from crossdock.connectors.patterns import SlowPatternError, compile_pattern
from crossdock.connectors.source import DefinitionError
from crossdock.kernel.errors import MisconfiguredError, NotFoundError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, target)
    (target / "easyship.yaml").unlink()
    return target


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Replace a piece of a file and return the line at which it stands."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def read(folder: Path) -> Catalogue:
    return Catalogue.read(folder=folder, origin_rewrites={})


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("shiphero.yaml", "icon: shiphero.svg", "icno: shiphero.svg", "unknown key `icno`"),
        ("shiphero.yaml", "key: shiphero", "key: Ship-Hero", "Ship-Hero"),
        ("shiphero.yaml", "category: fulfilment", "key: again", "`key` stands here twice"),
        ("shiphero.yaml", "per_minute: 1400", "per_minute: lots", "lots"),
        ("shiphero.yaml", "shiphero/scopes.yaml", "../outside.yaml", "a path below"),
        ("shiphero.yaml", "shiphero/scopes.yaml", "shiphero/missing.yaml", "there is no file"),
        ("shiphero.yaml", "release_stage: beta", "release_stage: !!python/name:os.system x", "tag"),
        ("shiphero.yaml", "release_stage: beta", "release_stage: &a beta", "anchors"),
        ("shiphero.yaml", "description: Orders", "description: [Orders", ""),
        ("shiphero/causes.yaml", "if_fresh: account_not_active", "if_fresh: nowhere", "no cause `nowhere`"),
        ("shiphero/causes.yaml", "step: copy_token}", "step: nowhere}", "no guide has a step `nowhere`"),
        ("shiphero/causes.yaml", "field: refresh_token", "field: nowhere", "no field `nowhere`"),
        ("shiphero/causes.yaml", "verdict: request", "verdict: maybe", "maybe"),
        ("shiphero/causes.yaml", "button: {text: Show me the refresh token, step: copy_token}", "x: 1", "`x`"),
        ("shiphero/auth.yaml", "cause: paste_access_token,", "cause: nowhere,", "no cause `nowhere`"),
        ("shiphero/auth.yaml", "accept: '^[A-Za-z0-9_.-]{40,512}$'", "accept: '^([a-z]+)+$'", "bounded"),
        ("shiphero/auth.yaml", "environments: [production]", "environments: [moon]", "no environment `moon`"),
        ("shiphero/auth.yaml", "      origin: token", "      origin: authorize", "no origin `authorize`"),
        ("shiphero/actions/orders.yaml", "scopes: [view:orders]", "scopes: [view:moon]", "no scope `view:moon`"),
        (
            "shiphero/actions/common.yaml",
            "graphql: shiphero/documents/common/get_me.graphql",
            "graphql: no.graphql",
            "there is no file",
        ),
        (
            "shiphero/actions/products.yaml",
            "any_of: [id,",
            "path: {id: {use: nothing}}\n    any_of: [id,",
            "no schema `nothing`",
        ),
        ("common/causes.yaml", "  cut_off: answer_cut_off", "  cut_off: nowhere", "`cut_off` leads to no cause"),
        ("common/causes.yaml", "  oauth_denied:", "  oauth_said_no:", "`oauth_denied` is missing"),
        ("common/causes.yaml", "  paste_url:", "  paste_cut_off:", "`paste_cut_off` is defined twice"),
    ],
)
def test_mistake_is_named_with_its_file(folder: Path, name: str, old: str, new: str, message: str) -> None:
    """Whoever writes a connector is told where the mistake is and what it is."""
    change(folder, name, old, new)

    with pytest.raises(DefinitionError) as wrong:
        read(folder)

    told = str(wrong.value)
    assert message in told
    assert told.split(":")[1].isdigit()
    assert wrong.value.remedy


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("shiphero.yaml", "icon: shiphero.svg", "icno: shiphero.svg"),
        ("shiphero/causes.yaml", "    verdict: dead", "    verdict: maybe"),
        ("shiphero/scopes.yaml", "view:products: {label: Read", "view:products: {lable: Read"),
        ("shiphero/actions/products.yaml", "    any_of: [id, sku, barcode]", "    any_off: [id, sku, barcode]"),
    ],
)
def test_mistake_is_named_with_its_line(folder: Path, name: str, old: str, new: str) -> None:
    """The line is that of the wrong key itself, in the included file that it stands in."""
    line = change(folder, name, old, new)

    with pytest.raises(DefinitionError) as wrong:
        read(folder)

    assert wrong.value.detail == {"file": name, "line": line}
    assert str(wrong.value).startswith(f"{name}:{line}: ")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: {type: string, description", "id: {type: strin, description", "'strin' is not valid under any"),
        ("id: {type: string, description", "id: {type: string, maxLength: -1, description", "-1 is less than"),
        ("id: {type: string, description", "id: {type: string, pattern: '[a', description", "'[a' is not a 'regex'"),
    ],
)
def test_inputs_that_are_no_schema_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """What a caller may send is itself checked, and the action that is wrong is named by its line."""
    shutil.copytree(DEFINITIONS, tmp_path, dirs_exist_ok=True)
    file = "easyship/actions/billing.yaml"
    change(tmp_path, file, old, new)

    with pytest.raises(DefinitionError) as wrong:
        read(tmp_path)

    line = (tmp_path / file).read_text(encoding="utf-8").split("\n").index("  list_billing_documents:") + 1
    assert str(wrong.value).startswith(f"{file}:{line}: the inputs are no JSON Schema: {message}")


def test_document_that_does_not_parse_is_named(folder: Path) -> None:
    """A broken GraphQL document is found at start and not by a customer."""
    (folder / "shiphero/documents/common/get_me.graphql").write_text("query {", encoding="utf-8")

    with pytest.raises(DefinitionError, match="the document does not parse"):
        read(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("documents/orders/cancel_order.graphql", "...ChangedOrder", "...NoOrder", "there is no fragment `NoOrder`"),
        ("fragments/orders.graphql", "...OrderSummary", "...OrderState", "`OrderState` spreads itself"),
        ("fragments/orders.graphql", "fragment OrderItem on", "fragment OrderItem at", "orders.graphql:"),
    ],
)
def test_wrong_fragment_is_named(folder: Path, name: str, old: str, new: str, message: str) -> None:
    """A document's broken share is found at start, with the line of the definition that leads to it."""
    change(folder, f"shiphero/{name}", old, new)

    with pytest.raises(DefinitionError, match=message) as wrong:
        read(folder)

    assert wrong.value.detail["line"] > 0


def test_file_that_grows_without_end_is_refused(folder: Path) -> None:
    """A file of a megabyte, or one nested a hundred deep, is not read."""
    (folder / "big.yaml").write_text("x: " + "a" * 300_000, encoding="utf-8")
    with pytest.raises(DefinitionError, match="256 KiB"):
        read(folder)

    (folder / "big.yaml").write_text("x: " + "[" * 100 + "]" * 100, encoding="utf-8")
    with pytest.raises(DefinitionError, match="too deeply"):
        read(folder)


def test_two_connectors_with_one_key_are_refused(folder: Path) -> None:
    """A key names one connector."""
    shutil.copy(folder / "shiphero.yaml", folder / "another.yaml")

    with pytest.raises(MisconfiguredError, match="same `key`"):
        read(folder)


def test_rewritten_origins_reach_environments_guides_and_issuers() -> None:
    """An operator's stand-in takes every request and every link, and the documented addresses stay known."""
    rewrites = {
        "https://public-api.easyship.com": "http://127.0.0.1:1/",
        "https://auth.easyship.com": "http://127.0.0.1:2",
        "https://app.easyship.com": "http://127.0.0.1:3",
    }

    connector = Catalogue.load(origin_rewrites=rewrites).get("easyship")

    environment = connector.environment("production")
    assert environment.origins["api"] == "http://127.0.0.1:1"
    assert environment.provider_origins["api"] == "https://public-api.easyship.com"
    assert connector.auth_method("oauth").issuer == "http://127.0.0.1:2"
    steps = {step.key: step.link for step in connector.auth_method("token").guide}
    assert steps["sign_in"] == "http://127.0.0.1:3/"
    assert steps["new_integration"] == "http://127.0.0.1:3/integrations/new"
    assert "http://127.0.0.1:1" in connector.origins()


def test_links_lead_to_the_provider_where_nothing_stands_in() -> None:
    """Without a rewrite the provider's own pages are linked."""
    steps = {step.key: step.link for step in CATALOGUE.get("easyship").auth_method("token").guide}

    assert steps["new_integration"] == "https://app.easyship.com/connect"


def test_catalogue_finds_connectors_and_actions_by_name() -> None:
    """What is not there is answered with what is."""
    connector, action = CATALOGUE.action("easyship_list_shipments")

    assert (connector.key, action.effect) == ("easyship", "read")
    for missing in ("easyship_fly", "shopify_list_orders", "", "easyship"):
        with pytest.raises(NotFoundError):
            CATALOGUE.action(missing)
    with pytest.raises(NotFoundError, match="shopify"):
        CATALOGUE.get("shopify")
    with pytest.raises(NotFoundError):
        connector.environment("moon")
    with pytest.raises(NotFoundError):
        connector.auth_method("magic")
    with pytest.raises(NotFoundError):
        connector.cause("bad_luck")
    with pytest.raises(NotFoundError):
        connector.auth_method("token").field("nothing")


@pytest.mark.parametrize(
    "pattern",
    [
        r"a+",
        r"a*",
        r"(a|b){2,}",
        r"(ab){1,9}",
        r"(?=a)b",
        r"(a)\1",
        r"(?P<x>a)(?P=x)",
        r"a{1,9000}",
        r"a{2,}",
        r"(",
        r"[a",
    ],
)
def test_pattern_that_some_text_could_make_slow_is_refused(pattern: str) -> None:
    """Repetition is bounded and never nested."""
    with pytest.raises(SlowPatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"^[+*]{1,3}$", r"\+\*", r"[^\]]{1,5}", r"(?i)(?:a|b)?c", r"^a{3}\d$", r"[]a+]x"])
def test_bounded_pattern_is_taken(pattern: str) -> None:
    """Operators inside classes and behind a backslash are plain characters."""
    assert compile_pattern(pattern).pattern == pattern
