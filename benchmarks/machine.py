"""What a benchmark ran on, as data: no name of a machine, no path."""

import os
import platform
from pathlib import Path


def processor() -> str:
    """The model of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.is_file() else []
    models = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def machine() -> dict[str, str | int | None]:
    """Processor, cores, version of Python."""
    return {"processor": processor(), "cores": os.cpu_count(), "python": platform.python_version()}
