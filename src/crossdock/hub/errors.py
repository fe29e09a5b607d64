"""The error catalogue as pages, and the pages for addresses that lead nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Cause
from crossdock.hub import notices
from crossdock.hub.context import HubContext
from crossdock.hub.views_dashboard import CatalogueEntryView, CatalogueView
from crossdock.hub.views_link import ButtonView
from crossdock.kernel import errors as kernel
from crossdock.kernel.codes import SPECIAL
from crossdock.kernel.errors import CrossdockError
from crossdock.linking.causes import GENERAL

Endpoint = Callable[[Request], Awaitable[Response]]

_REMEDIES = {
    "fix_request": "Read the message, change the request, and ask again.",
    "relink": "Open the account on the dashboard and link it again.",
    "wait": "Wait as long as Retry-After says, then ask again.",
    "retry": "Ask again. If it fails twice, wait a few minutes.",
    "give_up": "Do not ask again by itself. Read the remedy that came with the error.",
}


def catalogue(ctx: HubContext) -> Endpoint:
    """Make the endpoint that lists every error."""

    async def endpoint(request: Request) -> Response:
        view = CatalogueView(entries=list(entries(ctx.catalogue)), single=False)
        return ctx.renderer.page("errors/catalogue.html", view=view, locale=ctx.renderer.language(request).locale)

    return endpoint


def entry(ctx: HubContext) -> Endpoint:
    """Make the endpoint that explains one code; hyphens may stand for underscores."""

    async def endpoint(request: Request) -> Response:
        code = request.path_params["code"].replace("-", "_")
        found = [one for one in entries(ctx.catalogue) if one.code == code]
        if not found:
            return missing_page(ctx, request)
        view = CatalogueView(entries=found, single=True, code=code)
        return ctx.renderer.page("errors/catalogue.html", view=view, locale=ctx.renderer.language(request).locale)

    return endpoint


def missing(ctx: HubContext) -> Endpoint:
    """Make the endpoint of addresses that lead nowhere."""

    async def endpoint(request: Request) -> Response:
        return missing_page(ctx, request)

    return endpoint


def missing_page(ctx: HubContext, request: Request) -> Response:
    """Show that there is no such page."""
    return failure_page(ctx, request, notices.not_found())


def failure_page(ctx: HubContext, request: Request, error: Exception) -> Response:
    """Show any error as a page; for addresses outside the flow and the dashboard, and for crashes."""
    texts = ctx.renderer.language(request)
    button = ButtonView(label=texts.text("Go to the dashboard"), url="/dashboard")
    return notices.page(ctx.renderer, request, notices.noted(error, request), button=button)


def entries(connectors: Catalogue) -> Iterator[CatalogueEntryView]:
    """Yield every error: Crossdock's own, those of linking, and each connector's causes."""
    general = (one for one in _classes(CrossdockError) if one.code not in SPECIAL)
    for one in sorted(general, key=lambda each: (each.status, each.code)):
        yield CatalogueEntryView(
            code=one.code,
            title=one.title,
            explanation=(one.__doc__ or "").strip().replace("``", ""),
            remedy=_REMEDIES[one.disposition],
            disposition=one.disposition,
            status=one.status,
            source="Crossdock",
        )
    for code, special in SPECIAL.items():
        yield CatalogueEntryView(
            code=code,
            title=special.title,
            explanation=special.explanation,
            remedy=special.remedy,
            disposition=special.disposition,
            status=special.status,
            source="Crossdock",
        )
    for cause in GENERAL.values():
        yield _of_cause(cause, "Linking")
    for connector in connectors.connectors():
        for cause in connector.causes.values():
            yield _of_cause(cause, connector.name)


def _of_cause(cause: Cause, source: str) -> CatalogueEntryView:
    return CatalogueEntryView(
        code=cause.key,
        title=cause.title,
        explanation=cause.explanation,
        remedy=cause.remedy,
        disposition=cause.disposition,
        status=cause.status,
        source=source,
    )


def _classes(root: type[CrossdockError]) -> Iterator[type[CrossdockError]]:
    """Yield the classes of the tree that carry a code of their own."""
    for child in root.__subclasses__():
        if "code" in vars(child) and child.__module__ == kernel.__name__:
            yield child
        yield from _classes(child)
