"""What an operator can set, read once from the environment by the composition root and the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from crossdock.kernel.errors import MisconfiguredError


def default_data_dir() -> Path:
    """Return ``$XDG_DATA_HOME/crossdock``, by default ``~/.local/share/crossdock``."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "crossdock"


class Settings(BaseSettings):
    """Every setting is an environment variable ``CROSSDOCK_<NAME>``; `docs/reference/settings.md` lists them."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_", extra="ignore")

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL to use; without it `crossdock up` runs an embedded one."
    )
    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the embedded database, the vault's key and the twins live."
    )
    vault_key_file: Path | None = Field(
        default=None, description="The vault's key ring; by default `vault-keys.json` in the data directory."
    )
    hub_url: str = Field(
        default="http://127.0.0.1:8200", description="The address under which people and providers reach the hub."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8200, ge=0, le=65535, description="The port to listen on.")
    pool_size: int = Field(default=10, ge=2, le=200, description="Database connections for requests, a process.")
    origin_rewrites: dict[str, str] = Field(
        default_factory=dict,
        description="JSON object: a provider's origin and the origin to use in its place, such as a twin's.",
    )
    allow_private_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Comma list of origins on private addresses that calls and webhooks may reach, such as the twins.",
    )
    calls_per_minute: int = Field(
        default=1000, ge=0, description="Calls that one API key may make in a minute; 0 for any number."
    )
    pace: Literal["on", "off"] = Field(
        default="on", description="Whether calls wait so that an account keeps within its provider's limits: on, off."
    )
    log_days: int = Field(default=30, ge=1, le=3650, description="Days that the logs of calls and requests are kept.")
    agent_key: SecretStr | None = Field(
        default=None, description="The agent key with which `crossdock mcp` asks the hub; nothing else reads it."
    )
    log_format: Literal["console", "json"] = Field(default="json", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")

    @field_validator("allow_private_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take ``a,b`` as two origins."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("hub_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        """Keep the address without a closing slash."""
        return value.rstrip("/")

    @property
    def key_file(self) -> Path:
        """The key ring's place, wherever it was set."""
        return self.vault_key_file or self.data_dir / "vault-keys.json"

    def dsn(self) -> str:
        """Return the address of the external database; raise MisconfiguredError where none is set."""
        if self.database_url is None:
            raise MisconfiguredError(
                "No database is set.",
                remedy="Set CROSSDOCK_DATABASE_URL=postgresql://user:password@host/name, or run `crossdock up`.",
            )
        return self.database_url.get_secret_value()
