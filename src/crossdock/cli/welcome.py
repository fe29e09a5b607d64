"""What `crossdock up` prints when everything answers: what to open, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.markup import escape

from crossdock.cli import output
from crossdock.cli.first_run import Welcome
from crossdock.cli.twin_process import Facts
from crossdock.settings import Settings

_NAMES: Final = {"easyship": "Easyship twin", "shiphero": "ShipHero twin"}


@dataclass(frozen=True, slots=True)
class Ready:
    """What is told once everything answers."""

    hub: str
    opened: Welcome
    twins: Facts
    settings: Settings
    fresh_key: bool

    def document(self) -> dict[str, object]:
        """Return the one line of `crossdock up --json`."""
        return {"hub": self.hub} | self.opened.document() | {"twins": self.twins}


def greet(ready: Ready) -> None:
    """Print it for a person."""
    show = output.out.print
    show("[bold green]Crossdock is running.[/] Ctrl-C stops it; the next start finds everything again.\n")
    rows = [("Hub", f"{ready.hub}/dashboard", ready.opened.email, ready.opened.password or "(the one you set)")]
    rows += [
        (_NAMES.get(name, name), twin["dashboard"], twin["email"], twin["password"])
        for name, twin in ready.twins.items()
    ]
    output.table(columns=["OPEN", "ADDRESS", "E-MAIL", "PASSWORD"], rows=rows, empty="")
    show(f"\nAPI key  {escape(ready.opened.api_key)}")
    show(f"Data     {escape(str(ready.settings.data_dir))}")
    if ready.fresh_key:
        _explain_key(ready.settings)
    show("\n[bold]What to do first[/]")
    for number, step in enumerate(_steps(ready), start=1):
        show(f"  {number}. {step}")


def _steps(ready: Ready) -> list[str]:
    if not ready.twins:
        return [
            f"Open {ready.hub}/dashboard and sign in.",
            "Press [bold]Link account[/], choose the provider, and follow the guide beside the form.",
        ]
    return [
        (
            f"Sign in at the ShipHero twin, {ready.twins['shiphero']['dashboard']}, as a merchant would. Under [bold]"
            "My Account → Developer Users → Add a 3rd Party Developer[/] make a token and copy the refresh token."
        ),
        f"Open {ready.hub}/dashboard, sign in, press [bold]Link account[/], choose ShipHero and paste it.",
        (
            "See the account on the Accounts page. Turn the twin's clock by 27 days on its page /_twin/, switch "
            "following on, and watch the credential being renewed."
        ),
    ]


def _explain_key(settings: Settings) -> None:
    output.out.print(
        f"\n[bold yellow]The vault's key was made:[/] {escape(str(settings.key_file))}\n"
        "Every stored credential is sealed with it. Back it up apart from the database: if it is lost, nobody can\n"
        "open the credentials again, and every account must be linked anew."
    )
