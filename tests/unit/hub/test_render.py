from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from crossdock.hub.render import Renderer, rich
from unit.hub.samples import PAGES_OF_ALL
from unit.hub.samples_link import LINK

RENDERER = Renderer.load(https=False)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{7*7}}"


class Outline(HTMLParser):
    """What a page is made of, as far as these tests look."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.unsafe_forms: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.sources: list[str] = []
        self._form: dict[str, str | None] | None = None
        self._token = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.inline += [f"<{tag} {name}>" for name in values if name.startswith("on") or name == "style"]
        if tag in {"script", "style"} and "src" not in values:
            self.inline.append(f"<{tag}>")
        if "id" in values:
            self.ids.append(values["id"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.sources += [values[name] or "" for name in ("src", "data") if name in values]
        if tag == "form":
            self._form, self._token = values, False
        if tag == "input" and values.get("name") == "csrf" and values.get("value"):
            self._token = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            if (self._form.get("method") or "get").lower() == "post" and not self._token:
                self.unsafe_forms.append(self._form.get("action") or "")
            self._form = None


def html(name: str, locale: str = "en") -> str:
    template, view = PAGES_OF_ALL[name]
    return bytes(RENDERER.page(template, view=view, locale=locale).body).decode()


@pytest.mark.parametrize("locale", ["en", "en-XA"])
@pytest.mark.parametrize("name", PAGES_OF_ALL)
def test_every_page_renders_within_the_policy(name: str, locale: str) -> None:
    """A page has a title, a language and one main heading, nothing inline, and nothing from another origin."""
    text = html(name, locale)
    outline = Outline(text)

    assert f'<html lang="{locale}"' in text
    assert re.search(r"<title>\s*[^<\s].* · Crossdock</title>", text)
    assert outline.headings.count(1) == 1
    assert not outline.inline
    assert len(outline.ids) == len(set(outline.ids))
    assert all(source.startswith("/static/") for source in outline.sources)


@pytest.mark.parametrize("name", PAGES_OF_ALL)
def test_every_form_that_posts_carries_its_token(name: str) -> None:
    """No form that changes something goes without the session's form token."""
    assert not Outline(html(name)).unsafe_forms


@pytest.mark.parametrize("name", PAGES_OF_ALL)
def test_every_text_goes_through_the_catalogue(name: str) -> None:
    """A template holds no words of its own: each text is looked up, or comes from the view."""
    template, _ = PAGES_OF_ALL[name]
    source = RENDERER.environments["en"].loader.get_source(RENDERER.environments["en"], template)[0]  # type: ignore[union-attr] # it has one

    source = re.sub(r"{% block (look|width) %}.*?{% endblock %}", "", source)
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "\0", source, flags=re.DOTALL)
    bare = re.sub(r"<[^>]*>", "\0", bare)
    words = [part.strip() for part in bare.split("\0") if re.search(r"[A-Za-z]{2,}", part)]

    assert [word for word in words if word not in {"&nbsp;", "ms"}] == []


@pytest.mark.parametrize("name", ["link/confirm", "link/linked", "link/test-failed", "dashboard/account"])
def test_what_others_wrote_is_only_text(name: str) -> None:
    """Names and answers from a provider, with markup in them, are printed and never run."""
    template, view = PAGES_OF_ALL[name]
    changes: dict[str, object] = {
        field: HOSTILE
        for field in ("identity", "provider_answer", "name")
        if isinstance(getattr(view, field, None), str)
    }
    if hasattr(view, "facts"):
        changes["facts"] = [(HOSTILE, HOSTILE)]
    hostile = replace(view, **changes)  # type: ignore[type-var] # every view is a dataclass

    text = bytes(RENDERER.page(template, view=hostile).body).decode()

    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text
    assert "{{7*7}}" in text


def test_rich_text_knows_two_marks_and_escapes_the_rest() -> None:
    """A guide's sentence may have strong words and code; anything else stays text."""
    said = rich("Press **API & <b>Webhooks</b>**, then copy `prod_<x>`.")

    assert said == Markup(
        "Press <strong>API &amp; &lt;b&gt;Webhooks&lt;/b&gt;</strong>, then copy <code>prod_&lt;x&gt;</code>."
    )


def test_a_running_test_refreshes_itself_without_scripts() -> None:
    """Without JavaScript the running test comes anew each second; a finished one does not."""
    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in html("link/test")
    assert "http-equiv" not in html("link/test-failed")


def test_there_is_a_sample_of_every_template() -> None:
    """No template escapes these tests."""
    parts = {
        "base.html",
        "macros.html",
        "link/base.html",
        "link/access.html",
        "dashboard/base.html",
        "dashboard/asker.html",
        "dashboard/console.html",
        "dashboard/parts.html",
        "dashboard/tester_input.html",
    }

    known = {template for template, _ in PAGES_OF_ALL.values()}

    assert set(RENDERER.environments["en"].list_templates()) == known | parts
    assert len(LINK) >= 14
    assert len(PAGES_OF_ALL) >= 50
