"""A sample view for every template: what the rendering tests print, and what a browser looks at."""

from __future__ import annotations

from crossdock.hub import views_dashboard as dash
from unit.hub.samples_apps import APPS
from unit.hub.samples_console import CONSOLE
from unit.hub.samples_dashboard import DASHBOARD
from unit.hub.samples_link import LINK
from unit.hub.samples_profiles import PROFILES

ENTRY = dash.CatalogueEntryView(
    code="token_refused",
    title="PackMate does not take this token",
    explanation="PackMate answered that the token is not valid.",
    remedy="Copy the refresh token once more.",
    disposition="relink",
    status=401,
    source="PackMate",
)
ERRORS: dict[str, tuple[str, object]] = {
    "catalogue": ("errors/catalogue.html", dash.CatalogueView(entries=[ENTRY], single=False)),
    "catalogue-entry": (
        "errors/catalogue.html",
        dash.CatalogueView(entries=[ENTRY, ENTRY], single=True, code="token_refused"),
    ),
}
PAGES_OF_ALL: dict[str, tuple[str, object]] = {
    **{f"link/{name}": page for name, page in LINK.items()},
    **{f"dashboard/{name}": page for name, page in DASHBOARD.items()},
    **{f"apps/{name}": page for name, page in APPS.items()},
    **{f"console/{name}": page for name, page in CONSOLE.items()},
    **{f"profiles/{name}": page for name, page in PROFILES.items()},
    **{f"errors/{name}": page for name, page in ERRORS.items()},
}
