"""Templates made into pages: every page goes out through here, with its headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from crossdock.hub import csp, i18n, pretty
from crossdock.hub.assets import Assets

_TEMPLATES = Path(__file__).parent / "templates"
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`(.+?)`")


@dataclass(frozen=True, slots=True)
class Renderer:
    """The templates in each language, the assets that they name, and whether the hub stands on https."""

    environments: Mapping[str, Environment]
    texts: Mapping[str, i18n.Texts]
    assets: Assets
    https: bool

    @classmethod
    def load(cls, *, https: bool) -> Renderer:
        """Read templates, languages and assets once."""
        assets = Assets.load()
        texts = i18n.load()
        return cls({name: _environment(assets, each) for name, each in texts.items()}, texts, assets, https)

    def language(self, request: Request) -> i18n.Texts:
        """Return the texts in the language that the browser asks for."""
        return i18n.choose(self.texts, request.headers.get("accept-language", ""))

    def page(
        self,
        template: str,
        *,
        view: object,
        locale: str = "en",
        status: int = 200,
        openness: csp.Openness = csp.CLOSED,
    ) -> HTMLResponse:
        """Render one page from its view; the template knows the view as ``page``."""
        text = self.environments[locale].get_template(template).render(page=view)
        return HTMLResponse(text, status_code=status, headers=csp.headers(openness, https=self.https))


def rich(text: str) -> Markup:
    """Escape a text and set its ``**strong**`` and ```code``` marks: all that a guide's sentence may carry."""
    safe = str(escape(text))
    return Markup(_CODE.sub(r"<code>\1</code>", _STRONG.sub(r"<strong>\1</strong>", safe)))  # noqa: S704 - escaped in the line above


def _environment(assets: Assets, texts: i18n.Texts) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.newstyle_gettext = True  # type: ignore[attr-defined] # set by the extension
    environment.install_gettext_translations(texts.catalogue, newstyle=True)  # type: ignore[attr-defined] # the same

    def moment(when: datetime) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), texts.moment(when))

    def day(when: datetime) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), texts.day(when))

    def local(when: datetime) -> Markup:
        said = f"{texts.day(when)}, {when.astimezone(UTC):%H:%M:%S} UTC"
        return Markup('<time datetime="{}" data-local>{}</time>').format(when.isoformat(), said)

    environment.filters |= {"rich": rich, "moment": moment, "day": day, "local": local, "coloured": pretty.coloured}
    environment.globals |= {"asset": assets.url, "locale": texts.locale, "direction": texts.direction}
    return environment
