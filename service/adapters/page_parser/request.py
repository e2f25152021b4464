"""What a worker is asked."""

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One page to read; text travels as UTF-8, so that bytes need no copy."""

    html: bytes
    is_text: bool
    charset: str | None
