"""A visitor of server-rendered pages: follows links, fills forms, keeps cookies; no JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from twins import Reply, fetch

_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class Form:
    """A form of a page, with what it would send untouched; buttons are not among its values."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: list[str] = []
        self.links: dict[str, str] = {}
        self._form: Form | None = None
        self._select: str | None = None
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "form":
            self._form = Form(values.get("action") or "", (values.get("method") or "get").upper())
            self.forms.append(self._form)
        elif tag == "a":
            self._link = (values.get("href") or "", [])
        elif self._form is not None:
            self._control(tag, values)

    def _control(self, tag: str, values: Mapping[str, str | None]) -> None:
        assert self._form is not None
        name, value = values.get("name"), values.get("value")
        ticked = values.get("type") not in {"checkbox", "radio"} or "checked" in values
        if tag == "input" and name and ticked and "disabled" not in values:
            self._form.values.append((name, value or ""))
        elif tag == "select" and name:
            self._select = name
            self._form.values.append((name, ""))
        elif tag == "option" and self._select is not None and "selected" in values:
            self._form.values = [pair for pair in self._form.values if pair[0] != self._select]
            self._form.values.append((self._select, value or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "a" and self._link is not None:
            self.links[" ".join("".join(self._link[1]).split())] = self._link[0]
            self._link = None

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._link is not None:
            self._link[1].append(data)


@dataclass
class Page:
    """A page as a visitor sees it."""

    url: str
    reply: Reply
    forms: list[Form]
    text: str
    links: dict[str, str]

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def html(self) -> str:
        return self.reply.text()


class Visitor:
    """A browser without scripts at one origin; `page` is where it is."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.page = self._read(base, Reply(200, {}, b""))

    def visit(self, path: str) -> Page:
        """Open a path and follow redirects within the origin."""
        return self._go(urljoin(self.base, path), "GET", None)

    def follow(self, text: str) -> Page:
        """Follow the link with this text."""
        assert text in self.page.links, f"No link {text!r} among {sorted(self.page.links)}"
        return self._go(urljoin(self.page.url, self.page.links[text]), "GET", None)

    def submit(self, action: str, values: Mapping[str, str | list[str]] | None = None, *, which: int = 0) -> Page:
        """Send the n-th form whose action ends so, changed by `values`: a text replaces, a list gives several."""
        forms = [form for form in self.page.forms if form.action.partition("?")[0].endswith(action)]
        assert len(forms) > which, f"No form {action!r} among {[form.action for form in self.page.forms]}"
        changed = dict(values or {})
        pairs = [pair for pair in forms[which].values if pair[0] not in changed]
        for name, value in changed.items():
            pairs += [(name, one) for one in (value if isinstance(value, list) else [value])]
        return self._go(urljoin(self.page.url, forms[which].action), forms[which].method, urlencode(pairs).encode())

    def _go(self, url: str, method: str, body: bytes | None) -> Page:
        for _ in range(10):
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            reply = fetch(url, method=method, headers=headers, body=body)
            self._keep_cookie(reply)
            self.page = self._read(url, reply)
            target = urljoin(url, reply.headers.get("location", ""))
            if reply.status not in _REDIRECTS or urlsplit(target).netloc != urlsplit(self.base).netloc:
                return self.page
            url, method, body = target, "GET", None
        raise AssertionError(f"Too many redirects at {url}")

    def _keep_cookie(self, reply: Reply) -> None:
        name, found, rest = reply.headers.get("set-cookie", "").partition("=")
        if found:
            self.cookies[name] = rest.partition(";")[0]

    def _read(self, url: str, reply: Reply) -> Page:
        reader = _Reader()
        if "html" in reply.headers.get("content-type", ""):
            reader.feed(reply.text())
        return Page(url, reply, reader.forms, " ".join(" ".join(reader.texts).split()), reader.links)
