"""The command line: everything an operator does from a terminal."""

from __future__ import annotations

from crossdock.cli.app import main

__all__ = ["main"]
