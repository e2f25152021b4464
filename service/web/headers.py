"""What the request headers of this API say, checked."""

import math
import re

from starlette.types import Scope

from service.kernel.errors import FieldError, InvalidRequest

KEY_MAX_CHARACTERS = 255

# A JSON number without a sign, of a size that `float` reads at once.
_SECONDS = re.compile(r"\d{1,20}(\.\d{1,20})?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that name (in lower case), as text."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1").strip()
    return None


def for_endpoints(scope: Scope) -> dict[str, str]:
    """Every header but the credentials, which nobody behind the gate needs."""
    read = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return {name: value for name, value in read.items() if name not in {"authorization", "cookie"}}


def wanted_seconds(scope: Scope) -> float | None:
    """`X-Request-Timeout`: the caller's remaining patience. Raises InvalidRequest."""
    given = header(scope, b"x-request-timeout")
    if given is None:
        return None
    if not _SECONDS.fullmatch(given) or not 0 < float(given) < math.inf:
        raise _wrong("X-Request-Timeout", "must be a number of seconds above 0, such as 2.5")
    return float(given)


def idempotency_key(scope: Scope) -> str | None:
    """Raises InvalidRequest."""
    key = header(scope, b"idempotency-key")
    if key is None or (1 <= len(key) <= KEY_MAX_CHARACTERS and key.isascii() and key.isprintable()):
        return key
    raise _wrong("Idempotency-Key", f"must be 1 to {KEY_MAX_CHARACTERS} printable ASCII characters")


def on_behalf_of(scope: Scope) -> str | None:
    """`X-On-Behalf-Of`: the id of the user a service acts for, in UTF-8. Raises InvalidRequest."""
    given = header(scope, b"x-on-behalf-of")
    if given is None:
        return None
    try:
        user = given.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        user = ""
    if not 1 <= len(user) <= 255 or not user.isprintable():
        raise _wrong("X-On-Behalf-Of", "must be a user id of 1 to 255 printable characters")
    return user


def _wrong(name: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"{name} {what}.", errors=[FieldError(f"/{name}", what)])
