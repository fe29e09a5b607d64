"""Documentation that cannot rot: what it names exists, and what exists is named."""

from __future__ import annotations

import ast
import html
import json
import re
import runpy
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from crossdock.api import app as api
from crossdock.audit import events as audit_events
from crossdock.cli.app import app as command_line
from crossdock.connectors.catalogue import Catalogue
from crossdock.hub import errors
from crossdock.kernel.clock import SystemClock
from crossdock.kernel.ids import Ids
from crossdock.outbox import event, sign
from crossdock.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "README.md", ROOT / "AGENTS.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs/guides").glob("*.md"))]
REFERENCE = ROOT / "docs/reference"
OURS = "http://127.0.0.1:8200"
TWINS = ("http://127.0.0.1:8201", "http://127.0.0.1:8202", "http://127.0.0.1:8203")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(crossdock [^`]+)`")
_ITALIC = re.compile(r"(?<![*\w`])\*([^*\n]+)\*(?![*\w])")
_SETTING = re.compile(r"\bCROSSDOCK_[A-Z_]+\b")
_ROUTE = re.compile(r'Route\(\s*"(/[^"]+)"')


def blocks(text: str, language: str) -> list[str]:
    return [body for kind, body in _BLOCK.findall(text) if kind == language]


def shell_lines() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the documents' shell blocks as words, with the document's name."""
    for path in DOCS:
        for block in blocks(path.read_text(), "sh"):
            open_text = ""
            for line in block.replace("\\\n", " ").splitlines():
                open_text += f"{line}\n"
                try:
                    words = shlex.split(open_text, comments=True)
                except ValueError:
                    # A quoted text goes on in the next line.
                    continue
                open_text = ""
                if words:
                    yield path.name, words
            assert not open_text, f"{path.name}: a quote stays open"


def commands() -> list[tuple[str, list[str]]]:
    found = [(name, words[1:]) for name, words in shell_lines() if Path(words[0]).name == "crossdock"]
    for path in DOCS:
        found += [(path.name, shlex.split(text)[1:]) for text in _INLINE.findall(path.read_text())]
    return found


def curls() -> list[tuple[str, list[str]]]:
    return [(name, words[1:]) for name, words in shell_lines() if words[0] == "curl"]


@cache
def reference(name: str) -> str:
    return (REFERENCE / name).read_text()


@cache
def screen_words() -> str:
    """Return all texts that the pages of hub and twins can show, blanks and markup evened out."""
    files = [path for kind in ("*.html", "*.yaml", "*.py") for path in (ROOT / "src").rglob(kind)]
    text = html.unescape("\n".join(path.read_text() for path in files))
    names = [connector.name for connector in Catalogue.load().connectors()]
    filled = [text, *(text.replace("%(name)s", name) for name in names)]
    return " ".join(" ".join(filled).split())


MEASURED = "performance.md"
"""The one page of the reference that is measured, by `make bench`, and not generated."""


def test_the_reference_is_what_the_code_says() -> None:
    """The generated pages are as the generator writes them from today's code."""
    written: dict[str, str] = runpy.run_path(str(ROOT / "tools/reference.py"))["pages"]()

    stale = [name for name, text in written.items() if reference(name) != text]

    assert not stale, "run: make reference"
    assert {path.name for path in REFERENCE.iterdir()} == {*written, MEASURED}


def test_everything_that_exists_is_documented() -> None:
    """Each setting, event, audit entry, connector, action, cause and operation stands in the reference."""
    catalogue = Catalogue.load()
    wanted = {
        "settings.md": [f"CROSSDOCK_{name.upper()}" for name in Settings.model_fields],
        "events.md": [*event.SUBSCRIBABLE, event.WEBHOOK_TEST],
        "audit.md": list(audit_events.TITLES),
        "connectors.md": [name for one in catalogue.connectors() for name in (one.key, *one.actions, *one.scopes)],
        "errors.md": [cause for one in catalogue.connectors() for cause in one.causes],
        "api.md": [f"{method.upper()} {path}" for path, all_ in api.document()["paths"].items() for method in all_],
    }

    missing = [
        f"{page}: {name}"
        for page, names in wanted.items()
        for name in names
        if f"`{name}" not in reference(page) and f"# {name}\n" not in reference(page)
    ]

    assert not missing


def test_every_error_code_has_its_page() -> None:
    """A code that the product's Python names, in a call or a class, is explained in the catalogue and the reference."""
    known = {entry.code for entry in errors.entries(Catalogue.load())}
    trees = [ast.parse(path.read_text()) for path in (ROOT / "src/crossdock").rglob("*.py")]

    used = {code for tree in trees for node in ast.walk(tree) for code in codes(node)}

    assert len(used) > 20
    assert not used - known
    assert not {code for code in known if f"`{code}`" not in reference("errors.md")}


def codes(node: ast.AST) -> Iterator[str]:
    """Yield the codes that a call of an error, or an error's class, names."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith(("Error", "_unavailable")):
        given: list[ast.expr] = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
    elif isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
        given = [value for target, value in assigned(node) if target == "code"]
    else:
        return
    yield from (value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str))


def assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and line.value is not None:
            yield ast.unparse(line.target), line.value
        elif isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
            yield from zip(ast.unparse(line.targets[0]).strip("()").split(", "), line.value.elts, strict=True)
        elif isinstance(line, ast.Assign):
            yield ast.unparse(line.targets[0]), line.value


def test_every_link_leads_somewhere() -> None:
    """Relative links of the documents point at files that are there, and at headings in them."""
    broken = []
    for path in DOCS:
        for target, anchor in _LINK.findall(path.read_text()):
            place = (path.parent / target).resolve() if target else path
            if not place.exists() or (anchor and anchor not in headings(place)):
                broken.append(f"{path.name}: {target}#{anchor}")

    assert not broken


def headings(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_every_guide_can_be_found() -> None:
    """The README leads to each guide and each page of the reference."""
    readme = (ROOT / "README.md").read_text()

    unreachable = [
        str(path.relative_to(ROOT))
        for path in (*(ROOT / "docs/guides").glob("*.md"), *REFERENCE.glob("*.md"))
        if str(path.relative_to(ROOT)) not in readme
    ]

    assert not unreachable


def test_every_command_in_the_documents_exists() -> None:
    """A `crossdock …` in a shell block or a sentence names a real command, and only options that it takes."""
    wrong = [f"{name}: crossdock {' '.join(words)}" for name, words in commands() if not runs(words)]

    assert len(commands()) > 30
    assert not wrong


def runs(words: list[str]) -> bool:
    command: Any = typer.main.get_command(command_line)
    options = {"--help"}
    for word in words:
        options |= {option for parameter in command.params for option in parameter.opts}
        inner = getattr(command, "commands", None)
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                return False
        elif inner is not None and word in inner:
            command = inner[word]
        elif inner is not None:
            return word in {"…", "..."}
    return True


def test_every_make_target_in_the_documents_exists() -> None:
    """A `make …` names a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = {target for path in DOCS for target in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(), re.MULTILINE)}

    assert named
    assert named <= targets


def test_every_setting_in_the_documents_exists() -> None:
    """A `CROSSDOCK_…` is a setting."""
    settings = {f"CROSSDOCK_{name.upper()}" for name in Settings.model_fields}

    named = {name for path in DOCS for name in _SETTING.findall(path.read_text())}

    assert named <= settings


def test_every_curl_asks_for_something_that_is_there() -> None:
    """A curl's path is one of the API's operations, or of a twin's control; its body is JSON."""
    ours = [re.sub(r"\{[^}]+\}", "[^/]+", path) for path in api.document()["paths"]]
    sources = (ROOT / "src/crossdock_twins").rglob("*.py")
    theirs = [re.sub(r"\{[^}]+\}", "[^/]+", path) for source in sources for path in _ROUTE.findall(source.read_text())]

    wrong = []
    for name, words in curls():
        url = next((word for word in words if word.startswith("http")), "")
        path = re.sub(r"^https?://[^/]+|\?.*$", "", url)
        if url.startswith(TWINS):
            known = any(re.fullmatch(f"/_twin{pattern}", path) for pattern in theirs)
        else:
            known = url.startswith(OURS) and any(re.fullmatch(pattern, path) for pattern in ours)
        if not known:
            wrong.append(f"{name}: {url}")
    bodies = [json.loads(words[words.index("-d") + 1]) for _, words in curls() if "-d" in words]
    actions = {body["action"] for body in bodies if "action" in body}

    assert len(curls()) > 10
    assert not wrong
    assert all(Catalogue.load().action(action) for action in actions)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_words_of_the_screen_are_on_the_screen(path: Path) -> None:
    """What a guide sets in italics is a word that a page of the hub or of a twin shows."""
    prose = _BLOCK.sub("", path.read_text())

    unknown = [words for words in _ITALIC.findall(prose) if " ".join(words.split()) not in screen_words()]

    assert not unknown


def test_the_webhook_guide_verifies_what_is_sent() -> None:
    """The guide's Python accepts a real delivery by both signatures, and nothing that was changed."""
    guide: dict[str, Any] = {}
    exec(blocks((ROOT / "docs/guides/webhooks.md").read_text(), "python")[0], guide)  # noqa: S102 - the guide's own code
    secret, other = (sign.mint(Ids(clock=SystemClock()).random) for _ in range(2))
    body = b'{"event":"account.created"}'

    headers = sign.headers(secrets=[secret, other], event_id="evt_1", at=SystemClock().now(), body=body)

    assert guide["verify"](secret.reveal(), headers, body)
    assert guide["verify"](other.reveal(), headers, body)
    assert guide["verify_stackone"](secret.reveal(), headers, body)
    assert not guide["verify"](secret.reveal(), headers, body + b" ")
    assert not guide["verify_stackone"](other.reveal(), headers, body)


def test_the_webhook_guide_names_the_gaps() -> None:
    """The gaps between attempts, as the guide tells them, are those of the product."""
    from crossdock.outbox import deliver, retry

    text = " ".join((ROOT / "docs/guides/webhooks.md").read_text().split())
    seconds = [int(gap.total_seconds()) for gap in retry.GAPS]

    assert seconds == [5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))]
    assert "after 5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in text
    assert f"within {deliver.SECONDS:.0f} seconds" in text
    assert f"kept for {deliver.KEPT.days} days" in text
