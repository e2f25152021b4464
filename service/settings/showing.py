"""The configuration as it may be shown."""

from typing import Any, cast

import msgspec

from service.settings.addresses import MASK, without_password
from service.settings.variables import Settings, Variable, variables


def describe(settings: Settings) -> dict[str, str]:
    """The effective configuration by variable, as it may be shown: secrets and passwords masked."""
    return {variable.name: _shown(getattr(settings, field), variable) for field, _kind, variable in variables()}


def _shown(value: Any, variable: Variable) -> str:
    if value is None or value in ((), {}):
        return "(unset)"
    if variable.is_secret:
        return MASK
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple():
            return ",".join(map(str, cast("tuple[str, ...]", value)))
        case _:
            text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
            return without_password(text) if "://" in text else text
