"""Settings of the server, read from the environment (`PARCOURS_…`); those of the service are in `edge/settings.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServerSettings(BaseSettings):
    """Where and how the server runs; an option of `parcours serve` wins over its variable."""

    model_config = SettingsConfigDict(env_prefix="PARCOURS_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for every interface."""
    port: int = Field(8000, ge=1, le=65535)
    workers: int = Field(1, ge=1, le=64)
    """Processes; one a core is a good start."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Requests are logged at `info`."""
    shutdown_seconds: int = Field(20, ge=0)
    """How long a stop waits for the requests in progress."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies whose X-Forwarded-* headers are believed, separated by commas."""
