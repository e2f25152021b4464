"""What every command begins with."""

import os
from pathlib import Path

from service.kernel.telemetry.logs import configure_logs
from service.settings import Settings, load_settings


def configured(*, is_quiet: bool = False, **flags: object) -> Settings:
    """The effective settings, a command's flags over the environment; logs follow them. Raises `BadSettings`.

    `is_quiet` is for commands whose output is for people: they hear warnings, not what went as it should.
    """
    settings = load_settings(os.environ, directory=Path.cwd(), **flags)
    level = "warning" if is_quiet and settings.log_level == "info" else settings.log_level
    configure_logs(level=level, form=settings.log_format)
    return settings
