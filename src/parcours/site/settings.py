"""Settings of the server, read from the environment (`PARCOURS_…`); those of the service are in `edge/settings.py`."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from parcours.edge.addresses import Proxies
from parcours.site.protocol import Bounds


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
    drain_seconds: float = Field(1.0, ge=0)
    """At a stop, how long connections are still taken while `/readyz` says no and each answer closes its connection."""
    shutdown_seconds: int = Field(20, ge=0)
    """How long a stop then waits for the requests in progress."""
    trusted_proxies: Annotated[Proxies, NoDecode] = Proxies()
    """Addresses and networks of reverse proxies whose X-Forwarded-* headers are believed, separated by commas."""

    head_max_bytes: int = Field(65_536, ge=1024)
    """Longest address and headers of a request, together."""
    head_seconds: float = Field(10.0, gt=0)
    """Longest time between a connection, or the first byte of a request, and the end of its headers."""
    connections_per_client: int = Field(200, ge=1)
    """Connections of one client (an address, a /64 of IPv6) in a process; a trusted proxy has no share."""
    connections: int = Field(2000, ge=1)
    """Connections of a process."""

    metrics_port: int | None = Field(None, ge=1, le=65535)
    """Where a monitor reads `/metrics`, apart from the pages; nowhere unless said."""
    metrics_host: str = "127.0.0.1"
    traces_endpoint: str | None = None
    """Address of a collector of OpenTelemetry (OTLP over HTTP); nothing is traced unless said."""
    traces_share: float = Field(0.1, ge=0, le=1)
    """Share of the requests that are traced."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _parsed(cls, given: object) -> object:
        return Proxies.of(given) if isinstance(given, str) else given

    def bounds(self) -> Bounds:
        return Bounds(
            self.head_max_bytes, self.head_seconds, self.connections_per_client, self.connections, self.trusted_proxies
        )
