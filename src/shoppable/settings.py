"""One frozen, typed `Settings`: read once at the edge, handed down as an argument, never a global."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def default_home() -> Path:
    """The data folder when none is named: `$XDG_DATA_HOME/shoppable`, else `~/.local/share/shoppable`."""
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "shoppable"


class Settings(BaseSettings):
    """Read from `SHOPPABLE_*` environment variables; command-line options win."""

    model_config = SettingsConfigDict(env_prefix="SHOPPABLE_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=default_home, description="The one folder that holds all data.")
    profile: Literal["embedded"] = Field(default="embedded", description="Which set of adapters to run on.")
    tenant: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Whose data this is.")
    pack: str = Field(default="auto", description="Pack of nets: `auto` (the best present), or its name.")
    threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Threads for decoding and for the nets."
    )
    max_picture_mpx: int = Field(default=50, ge=1, description="Largest picture opened, in megapixels.")
    fetch_trusted: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Servers, parted by commas, that may be fetched from although they lie in a private network, have "
        "a port of their own, or speak plain HTTP: `https://images.shop.lan,http://10.0.0.7:8080`.",
    )
    fetch_proxy: str = Field(
        default="", description="HTTP proxy for all fetching, `http://host:port`; it has to guard private networks."
    )
    fetch_per_host: int = Field(default=4, ge=1, le=64, description="Requests to one server at a time.")

    @field_validator("fetch_trusted", mode="before")
    @classmethod
    def _parted(cls, said: object) -> object:
        return tuple(each.strip() for each in said.split(",") if each.strip()) if isinstance(said, str) else said
